import json
import os
import pathlib
import re
import subprocess

import numpy as np
import pytest

import fathom

#: Differ between two runs of one measurement.
OWN = ("command", "threads", "seconds", "peak_memory_bytes")


def comparable(document):
    document = json.loads(json.dumps(document))
    document.pop("command")
    for data in document["datasets"]:
        for key in OWN[1:]:
            data.pop(key)
    return document


def small_images():
    rng = np.random.default_rng(8)
    images = rng.integers(0, 256, (90, 9, 7), dtype=np.uint8)
    labels = rng.integers(0, 2, 90)
    return images, labels


@pytest.fixture
def program():
    path = os.environ.get("FATHOM")
    if not path or not pathlib.Path(path).exists():
        pytest.skip("the program is not built (FATHOM)")
    return path


def test_it_is_the_record_of_the_command(tmp_path, program):
    images, labels = small_images()
    file = tmp_path / "small.npz"
    np.savez(file, images=images, labels=labels)
    command = [program, "measure", str(file), "--protocol", "native", "--range", "0,1", "-k", "7", "--draws", "3", "--seed", "5",
               "--json", "-", "--quiet"]
    expected = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    found = fathom.measure(file, protocol="native", range=(0, 1), n_neighbors=7, draws=3, random_state=5)
    assert comparable(found.to_dict()) == comparable(expected)


def test_an_array_gives_what_its_file_gives(tmp_path):
    images, labels = small_images()
    file = tmp_path / "small.npz"
    np.savez(file, images=images, labels=labels)
    of_file = comparable(fathom.measure(file, size=(16, 12), n_neighbors=5).to_dict())["datasets"][0]
    of_array = comparable(fathom.measure(images, labels, size=(16, 12), n_neighbors=5).to_dict())["datasets"][0]
    for key in ("name", "path", "format"):
        of_file.pop(key)
        assert of_array.pop(key) == "array"
    assert of_array == of_file
    assert of_array["protocol"]["name"] == "iclr2024+size=16x12"


def test_named_labels_and_groups():
    images, labels = small_images()
    names = np.where(labels == 1, "tumour", "healthy")
    found = fathom.measure(images, names, protocol="native", n_neighbors=5)
    assert set(found["classes"]) == {"healthy", "tumour"}
    plain = fathom.measure(images, labels, protocol="native", n_neighbors=5)
    assert found.label_sharpness == plain.label_sharpness
    first = plain["label_sharpness"]["pairs"][0]
    groups = np.arange(90)
    groups[int(first["b"])] = groups[int(first["a"])]
    apart = fathom.measure(images, labels, protocol="native", n_neighbors=5, groups=groups, across_groups=True)
    assert apart["label_sharpness"]["pairs"][0] == plain["label_sharpness"]["pairs"][1]


def test_label_sharpness_of_rows_is_that_of_native_images():
    images, labels = small_images()
    measured = fathom.measure(images, labels, protocol="native", n_neighbors=5, compat="iclr2024-code")["label_sharpness"]
    found = fathom.label_sharpness(images.reshape(90, -1), labels, compat="iclr2024-code")
    assert found.value == measured["value"] and found.as_published == measured["as_published"]["value"]
    assert (found.sampled_mean, found.sampled_sd, found.sampled_m) == tuple(measured["sampled"][key] for key in ("mean", "sd", "m"))
    assert {str(level): value for level, value in found.quantiles.items()}.items() <= measured["quantiles"].items()
    assert found.pair_count == measured["pair_count"] and found.per_pixel == measured["per_pixel"]


def test_redacted_paths_are_nowhere(tmp_path):
    images, labels = small_images()
    folder = tmp_path / "Mustermann"
    folder.mkdir()
    np.savez(folder / "small.npz", images=images, labels=labels)
    found = fathom.measure(folder / "small.npz", protocol="native", redact_paths=True)
    assert "Mustermann" not in found.to_json() and "small.npz" not in found.to_json()
    with pytest.raises(fathom.InputError) as raised:
        fathom.measure(folder / "absent", redact_paths=True)
    assert "Mustermann" not in str(raised.value)


def test_it_reads():
    images, labels = small_images()
    found = fathom.measure(images, labels, protocol="native", n_neighbors=5)
    assert "label sharpness" in repr(found) and f"{found.dimension:.4g}" in repr(found)
    assert len(found) == len(dict(found)) and found["images"] == 90
    assert ("<table>" in found._repr_html_()) != fathom._core.has_html_page()
    assert found.to_dict()["schema"] == "fathom.measure/1" and found.to_dict() is not found.to_dict()
    frame = pytest.importorskip("pandas") and found.to_pandas()
    assert frame["value"][0] == found.dimension


def test_warnings_name_keywords():
    images, labels = small_images()
    found = fathom.measure(images, labels, protocol="native")
    assert "use a smaller n_neighbors" in found.warnings[0] and found.warnings[0] in repr(found)
    assert "use a smaller -k" in found["warnings"][0]


def test_the_document_satisfies_its_schema():
    jsonschema = pytest.importorskip("jsonschema")
    schema = pathlib.Path(__file__).parents[2] / "docs" / "schema" / "measure-1.schema.json"
    images, labels = small_images()
    jsonschema.validate(fathom.measure(images, labels, protocol="native").to_dict(), json.loads(schema.read_text()))


def test_every_option_of_the_command_is_a_keyword(program):
    text = subprocess.run([program, "measure", "--help"], check=True, capture_output=True, text=True).stdout
    options = {name.replace("-", "_") for name in re.findall(r"^\s+(?:-\w,\s*)?--([a-z-]+)", text, re.MULTILINE)}
    import inspect

    keywords = set(inspect.signature(fathom.measure).parameters)
    elsewhere = {"estimator": "estimators", "seed": "random_state", "threads": "n_jobs", "components": "n_components"}
    of_the_program = {"json", "csv", "local", "html", "thumbnails", "quiet", "help"}
    assert {elsewhere.get(name, name) for name in options - of_the_program} <= keywords


def test_golden_numbers(shared, golden):
    expected = golden["pneumoniamnist_test/native"]
    found = fathom.measure(shared / "data" / "pneumoniamnist.npz", protocol="native", split="test", draws=2)
    assert found.dimension == pytest.approx(expected["dimension_of_distinct"]["mle_k20"]["pooled_k_minus_1"], rel=1e-12)
    assert found.label_sharpness == pytest.approx(expected["sharpness"]["all_pairs"], rel=1e-12)

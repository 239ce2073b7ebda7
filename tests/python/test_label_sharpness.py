import numpy as np
import pytest

import fathom


def largest_ratio(points, labels):
    points = np.asarray(points, np.float64)
    squared = ((points[:, None] - points[None]) ** 2).sum(-1)
    apart = (labels[:, None] != labels[None]) & (squared > 0)
    return 1 / np.sqrt(squared[apart].min())


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_it_is_the_largest_ratio_of_all_pairs(dtype):
    rng = np.random.default_rng(5)
    points = rng.integers(0, 255, (250, 12)).astype(dtype)
    labels = rng.integers(0, 3, 250)
    found = fathom.label_sharpness(points, labels)
    assert found.value == pytest.approx(largest_ratio(points, labels), rel=1e-14)
    first = found.pairs[0]
    assert labels[first.a] != labels[first.b] and first.label_a == str(labels[first.a])
    assert np.linalg.norm(points[first.a].astype(float) - points[first.b]) == pytest.approx(first.distance, rel=1e-14)
    assert found.per_rms == pytest.approx(found.value * np.sqrt(12), rel=1e-14)
    assert float(found) == found.value and "nearest pair" in repr(found) and "<table>" in found._repr_html_()


def test_a_case_by_hand():
    points = np.array([[0.0], [1], [3], [3], [7]])
    found = fathom.label_sharpness(points, ["a", "a", "b", "a", "b"])
    # 3 and 3 conflict and are left out; the nearest of the others are 1 and 3.
    assert found.value == 0.5 and found.conflicting_pairs == 1 and found.distinct == 4
    assert (found.pairs[0].a, found.pairs[0].b) == (1, 2)
    assert found.classes == {"a": 3, "b": 2}
    assert found.sampled_m == 4 and found.sampled_draws == 25


def test_labels_of_every_kind_mean_the_same():
    points = np.random.default_rng(0).normal(size=(40, 3))
    labels = np.arange(40) % 2
    expected = fathom.label_sharpness(points, labels).value
    for same in (labels.astype(bool), labels.astype(np.uint8), labels.astype(float), labels.tolist(),
                 labels[:, None], np.where(labels, "ill", "well"), np.where(labels, "ill", "well").astype(object)):
        assert fathom.label_sharpness(points, same).value == expected


def test_golden_numbers(chest, golden):
    images, labels = chest
    expected = golden["pneumoniamnist_train/native"]["sharpness"]
    found = fathom.label_sharpness(images.reshape(len(images), -1), labels, draws=2)
    assert found.value == pytest.approx(expected["all_pairs"], rel=1e-12)
    assert {found.pairs[0].a, found.pairs[0].b} == {int(one) for one in expected["pair"]}
    assert [pair.distance for pair in found.pairs] == pytest.approx(expected["ten_smallest_distances"], rel=1e-12)

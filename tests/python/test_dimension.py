import numpy as np
import pytest
from conftest import brute_force, torus

import fathom


@pytest.fixture(scope="module")
def points():
    return torus(600, 4, seed=2)


def levina_bickel(points, k):
    logs = np.log(brute_force(points, k)[0])
    return (logs[:, -1:] - logs[:, :-1]).sum(1)


def test_values_are_those_of_their_equations(points):
    estimates = fathom.estimate_dimension(points, n_neighbors=12)
    n, k, sums = len(points), 12, levina_bickel(points, 12)
    expected = {
        ("mle", "pooled"): n * (k - 1) / sums.sum(),
        ("mle", "as_published"): n * (k - 2) / sums.sum(),
        ("mle", "mean"): np.mean((k - 1) / sums),
        ("mle", "mean_unbiased"): np.mean((k - 2) / sums),
    }
    near = brute_force(points, 2)[0]
    logs = np.sort(np.log(near[:, 1] / near[:, 0]))
    expected["twonn", "ml"] = (n - 1) / logs.sum()
    kept = int(0.9 * n)
    height = -np.log(1 - np.arange(1, kept + 1) / n)
    expected["twonn", "linear"] = (logs[:kept] @ height) / (logs[:kept] @ logs[:kept])
    for (estimator, variant), value in expected.items():
        assert estimates.select(estimator, variant).value == pytest.approx(value, rel=1e-12)
    assert estimates["mle"].variant == "pooled" and estimates["twonn"].variant == "ml"
    low, high = estimates["mle"].interval
    assert low < estimates["mle"].value < high and estimates["mle"].interval_method == "split_halves"


def test_the_same_bits_for_any_number_of_threads(points):
    assert fathom.estimate_dimension(points, n_jobs=1) == fathom.estimate_dimension(points, n_jobs=3)


def test_precomputed_neighbors_give_what_points_give(points):
    scipy_sparse = pytest.importorskip("scipy.sparse")
    expected = fathom.estimate_dimension(points, ["mle", "twonn"], intervals=False)
    pair = fathom.nearest_neighbors(points, 20)
    graph = fathom.kneighbors_graph(points, 20, mode="distance")
    square = np.sqrt(((points[:, None] - points[None]) ** 2).sum(-1))
    assert scipy_sparse.issparse(graph)
    for given in (pair, graph, square, scipy_sparse.csr_matrix(square)):
        found = fathom.estimate_dimension(given, ["mle", "twonn"], metric="precomputed", intervals=False)
        assert [one.value for one in found] == pytest.approx([one.value for one in expected], rel=1e-12)


def test_copies_count_once_among_points_and_precomputed_neighbors():
    distinct = torus(200, 3)
    points = np.vstack([distinct, distinct[:50]])
    expected = fathom.estimate_dimension(distinct, ["mle"], n_neighbors=10, intervals=False, local=True)["mle"]
    found = fathom.estimate_dimension(points, ["mle"], n_neighbors=10, intervals=False, local=True)["mle"]
    given = fathom.nearest_neighbors(points, 40)
    precomputed = fathom.estimate_dimension(given, ["mle"], n_neighbors=10, intervals=False, metric="precomputed",
                                            local=True)["mle"]
    assert found.value == pytest.approx(expected.value, rel=1e-12) and found.n == 200
    assert precomputed.value == pytest.approx(expected.value, rel=1e-12) and precomputed.n == 200
    np.testing.assert_allclose(found.local, np.concatenate([expected.local, expected.local[:50]]), rtol=1e-12)
    np.testing.assert_allclose(precomputed.local, found.local, rtol=1e-12)


def test_values_at_points_are_levina_and_bickels(points):
    local = fathom.estimate_dimension(points, ["mle"], n_neighbors=12, local=True)["mle"].local
    np.testing.assert_allclose(local, 11 / levina_bickel(points, 12), rtol=1e-12)


def test_all_estimators_find_a_flat_space():
    rng = np.random.default_rng(6)
    turned = np.linalg.qr(rng.normal(size=(8, 8)))[0][:4]
    estimates = fathom.estimate_dimension(rng.uniform(size=(800, 4)) @ turned, "all", intervals=False)
    assert {one.estimator for one in estimates} | set(estimates.skipped) == set(fathom._core.estimator_names())
    for one in estimates:
        if one.variant == estimates[one.estimator].variant and one.n1 in (None, 1):
            assert one.value == pytest.approx(4, rel=0.3), one


def test_calibrated_values_stand_beside_the_raw_ones():
    rng = np.random.default_rng(8)
    ball = rng.normal(size=(1000, 15))
    ball *= (rng.uniform(size=(1000, 1)) ** (1 / 15)) / np.linalg.norm(ball, axis=1, keepdims=True)
    estimates = fathom.estimate_dimension(ball, ["mle", "tle", "calibrated"])
    mle, calibrated = estimates["mle"], estimates["mle"].calibrated
    assert mle.value < 14 and calibrated.ball == pytest.approx(15, rel=0.05) and float(calibrated) == calibrated.value
    assert calibrated.value == pytest.approx(np.cbrt(calibrated.ball * calibrated.sphere * calibrated.torus), rel=1e-9)
    assert calibrated.interval[0] < min(calibrated.sphere, calibrated.torus) and calibrated.interval[1] > calibrated.ball
    assert estimates["tle"].calibrated is None and estimates["tle"].to_dict()["calibrated"] is None
    assert mle.to_dict()["calibrated"]["ball"] == calibrated.ball and mle.calibration_note == ""
    ours = estimates["calibrated"]
    assert ours.value == pytest.approx(15, rel=0.15) and ours.interval_method == "simulation"
    assert ours.interval[0] < ours.value < ours.interval[1]
    few = fathom.estimate_dimension(ball[:127], ["mle", "calibrated"])
    assert few["mle"].calibrated is None and "128 points" in few["mle"].calibration_note
    assert "128 distinct points" in few.skipped["calibrated"]


def test_golden_numbers(chest, golden):
    images, _ = chest
    expected = golden["pneumoniamnist_train/native"]["dimension_of_distinct"]
    estimates = fathom.estimate_dimension(images.reshape(len(images), -1), intervals=False)
    assert estimates["mle"].value == pytest.approx(expected["mle_k20"]["pooled_k_minus_1"], rel=1e-12)
    assert estimates.select("mle", "as_published").value == pytest.approx(expected["mle_k20"]["pooled_k_minus_2"], rel=1e-12)
    assert estimates["twonn"].value == pytest.approx(expected["twonn_ml_unbiased"], rel=1e-12)
    assert estimates.select("gride", n1=1).value == pytest.approx(expected["gride_1_2"], rel=1e-12)


def test_it_reads(points):
    estimates = fathom.estimate_dimension(points)
    assert "estimator" in repr(estimates) and "mle" in repr(estimates) and "<table>" in estimates._repr_html_()
    assert float(estimates["mle"]) == estimates["mle"].value
    assert estimates.to_dicts()[0]["estimator"] == "mle"
    frame = pytest.importorskip("pandas") and estimates.to_pandas()
    assert list(frame["value"]) == [one.value for one in estimates]

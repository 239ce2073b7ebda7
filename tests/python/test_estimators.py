import pickle
import warnings

import numpy as np
import pytest
from conftest import torus


import fathom
from fathom._estimators import ESTIMATORS


TOLD = {fathom.MLENoise: {"noise_std": 0.01}}
"""What some have to be told."""


def made(estimator, **parameters):
    return estimator(**TOLD.get(estimator, {}), **parameters)


@pytest.fixture(scope="module")
def points():
    return torus(240, 3, seed=4)


def test_every_estimator_of_the_library_has_a_class():
    assert sorted(one._name for one in ESTIMATORS) == sorted(fathom._core.estimator_names())
    for one in ESTIMATORS:
        assert getattr(fathom, one.__name__) is one and one.__name__ in fathom.__all__


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda one: one.__name__)
def test_fit_gives_the_headline_of_the_library(estimator, points):
    fitted = made(estimator).fit(points)
    found = fathom.estimate_dimension(points, [estimator._name], **TOLD.get(estimator, {}))[estimator._name]
    assert found.variant == estimator._variants[0]
    assert fitted.dimension_ == pytest.approx(found.value, rel=1e-12)
    # Gride lists more neighbours for its class, and so has other halves.
    assert fitted.dimension_interval_ == pytest.approx(found.interval or (np.nan, np.nan), rel=0.05, nan_ok=True)
    assert {one.variant for one in fitted.estimates_} == {name for name in estimator._variants if not name.startswith("local_")}
    assert fitted.n_features_in_ == 6


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda one: one.__name__)
def test_parameters_are_kept_as_given(estimator, points):
    one = made(estimator, n_jobs=2, random_state=7)
    before = dict(vars(one))
    one.fit(points)
    assert {name: getattr(one, name) for name in before} == before
    copy = pickle.loads(pickle.dumps(one))
    assert copy.dimension_ == one.dimension_ and repr(copy) == repr(one)
    told = "".join(f"{name}={value}, " for name, value in TOLD.get(estimator, {}).items())
    assert repr(one) == f"{estimator.__name__}({told}random_state=7, n_jobs=2)"
    assert one.set_params(n_jobs=None).get_params()["n_jobs"] is None
    with pytest.raises(ValueError, match="no parameter"):
        one.set_params(nothing=1)


def test_fit_transform_is_the_dimension(points):
    assert fathom.TwoNN().fit_transform(points) == fathom.TwoNN().fit(points).dimension_


def test_variants(points):
    for variant in fathom.MLE._variants:
        found = fathom.estimate_dimension(points, ["mle"]).select("mle", variant).value
        assert fathom.MLE(variant=variant).fit(points).dimension_ == pytest.approx(found, rel=1e-12)
    with pytest.raises(fathom.UsageError, match="choose from pooled"):
        fathom.MLE(variant="harmonic").fit(points)


def test_lpca_looks_at_neighbourhoods_where_they_are_asked_for(points):
    local = fathom.lPCA(variant="local_fo").fit(points)
    assert {one.variant for one in local.estimates_} == set(fathom.lPCA._variants)
    assert local.dimension_ == fathom.estimate_dimension(points, ["lpca"]).select("lpca", "local_fo").value
    assert local.estimates_.select("lpca", "fo").value == fathom.lPCA().fit(points).dimension_


def test_gride_of_any_rank(points):
    for n1 in (1, 2, 8):
        found = fathom.Gride(n1=n1).fit(points)
        one = found.estimates_.select("gride", n1=n1)
        assert (one.n1, one.n2) == (n1, 2 * n1) and found.dimension_ == one.value and one.interval_method == "split_halves"
    with pytest.raises(fathom.UsageError, match="n1"):
        fathom.Gride(n1=3).fit(points)


def test_values_at_points(points):
    local = fathom.MLE(n_neighbors=10).fit(points)
    assert local.dimension_pw_.shape == (240,) and np.isfinite(local.dimension_pw_).all()
    part = points[:150]
    at_points = fathom.TwoNN().fit_pw(part, n_neighbors=30).dimension_pw_
    indices = fathom.nearest_neighbors(part, 30)[1]
    for row in (0, 77, 149):
        alone = fathom.TwoNN().fit(part[np.r_[row, indices[row]]]).dimension_
        assert at_points[row] == pytest.approx(alone, rel=1e-12)


def test_precomputed_neighbors(points):
    plain = fathom.TwoNN().fit(points)
    given = fathom.nearest_neighbors(points, 64)
    for X in (given, fathom.kneighbors_graph(points, 64, mode="distance")):
        found = fathom.TwoNN(metric="precomputed").fit(X)
        assert found.dimension_ == pytest.approx(plain.dimension_, rel=1e-12) and found.n_features_in_ == 240


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda one: one.__name__)
def test_scikit_learn_checks_them(estimator):
    """With few neighbours where they can be chosen, so that the checks' samples do."""
    checks = pytest.importorskip("sklearn.utils.estimator_checks")
    few = {"n_neighbors": 4} if "n_neighbors" in estimator._parameter_names() else {}
    one = made(estimator, **few)
    if estimator is fathom.Hidalgo:
        one.set_params(n_components=1)
    left_out = one._more_tags()["_xfail_checks"]
    needed = one._points_needed()
    assert set(left_out) == {name for name, points in fathom._estimators._POINTS_OF_CHECKS.items() if points < needed}
    if few or estimator in (fathom.TwoNN, fathom.Gride, fathom.TwoNNBayes, fathom.ParticipationRatio, fathom.FisherS,
                            fathom.Hidalgo):
        assert not left_out
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        checks.check_estimator(one)
    skipped = [str(warning.message).split() for warning in caught if "needs" in str(warning.message)]
    assert {words[1] for words in skipped} == set(left_out)  # "Skipping check_... for ..."


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda one: one.__name__)
def test_what_scikit_learn_checks_on_samples_that_all_take(estimator, points):
    """Its checks of fit that are left out of some classes, for their samples are too small."""
    few = np.round(points[:130] * 1000)
    one = made(estimator)
    first = one.fit(few).dimension_
    assert one.fit(few, np.arange(130)) is one and one.dimension_ == first  # idempotent, takes y
    before = few.copy()
    for dtype in (np.float32, np.int32):
        found = pickle.loads(pickle.dumps(made(estimator).fit(few.astype(dtype).astype(np.float64)))).dimension_
        assert found == pytest.approx(first, rel=1e-9)
    assert np.array_equal(few, before) and one.n_features_in_ == few.shape[1]
    for broken in (np.nan, np.inf):
        with pytest.raises(ValueError):
            made(estimator).fit(np.where(few == few.max(), broken, few))
    with pytest.raises(ValueError):
        made(estimator).fit(few[:, 0])


@pytest.mark.parametrize("estimator", [fathom.BinomialID, fathom.GeoMLE, fathom.ABIDE, fathom.Hidalgo])
def test_precomputed_neighbors_do_for_what_looks_at_them_alone(estimator, points):
    plain = estimator().fit(points)
    given = fathom.nearest_neighbors(points, 239)
    found = estimator(metric="precomputed").fit(given)
    # The radius of BinomialID lies at a neighbour, which rounding lets in or keeps out.
    assert found.dimension_ == pytest.approx(plain.dimension_, rel=1e-3 if estimator is fathom.BinomialID else 1e-9)
    with pytest.raises(fathom.UsageError, match="looks at the points themselves"):
        made(fathom.MLENoise, metric="precomputed").fit(given)


def test_abide(points):
    found = fathom.ABIDE().fit(points)
    assert found.kstar_.shape == (240,) and found.kstar_.min() >= 3 and found.kstar_.max() <= 99
    estimate = found.estimates_[0]
    assert 0 <= found.p_value_ <= 1 and estimate.k_star["mean"] == pytest.approx(found.kstar_.mean())
    assert estimate.k_star["at_limit"] == pytest.approx((found.kstar_ == 99).mean())


def test_hidalgo():
    line = np.random.default_rng(1).uniform(0, 1, 150)
    both = np.vstack([np.column_stack([line] + [np.zeros(150)] * 11), torus(250, 6, seed=2) + 3])
    found = fathom.Hidalgo(random_state=3).fit(both)
    assert found.dimensions_[0] == pytest.approx(1, abs=0.2) and found.dimensions_[1] == pytest.approx(6, abs=1)
    assert found.weights_ == pytest.approx([0.375, 0.625], abs=0.06) and found.weights_.sum() == pytest.approx(1)
    assert found.probabilities_.shape == (400, 2) and found.probabilities_.sum(axis=1) == pytest.approx(1)
    assert (found.labels_ == np.repeat([0, 1], [150, 250])).mean() > 0.95
    assert found.dimension_ == pytest.approx(found.weights_ @ found.dimensions_, rel=0.02)
    assert found.dimension_pw_[found.labels_ == 0].mean() < 1.5
    assert np.array_equal(found.probabilities_, fathom.Hidalgo(random_state=3, n_jobs=2).fit(both).probabilities_)
    assert fathom.Hidalgo(n_components=3).fit(both).probabilities_.shape == (400, 3)
    with pytest.raises(fathom.UsageError, match="n_components"):
        fathom.Hidalgo(n_components=0).fit(both)


def test_noise_is_taken_away():
    rng = np.random.default_rng(5)
    clean = np.zeros((400, 12))
    clean[:, :2] = rng.uniform(0, 1, (400, 2))
    noisy = clean + rng.normal(0, 0.03, clean.shape)
    truth = fathom.MLE().fit(clean).dimension_
    plain, corrected = fathom.MLE().fit(noisy).dimension_, fathom.MLENoise(noise_std=0.03).fit(noisy).dimension_
    assert plain > 1.5 * truth and abs(corrected - truth) < 0.25 * (plain - truth)
    for wrong in (None, 0, -1, np.nan, "much"):
        with pytest.raises(ValueError, match="noise"):
            fathom.MLENoise(noise_std=wrong).fit(noisy)


def test_intervals_do_not_change_values(points):
    names = [one._name for one in ESTIMATORS]
    with_intervals = fathom.estimate_dimension(points, names, noise_std=0.01)
    without = fathom.estimate_dimension(points, names, noise_std=0.01, intervals=False)
    for one in without:
        if one.n1 is None:
            assert one.value == with_intervals.select(one.estimator, one.variant).value, one.estimator


def test_scikit_learn_takes_them():
    base = pytest.importorskip("sklearn.base")
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    clone = base.clone(fathom.MLE(n_neighbors=9, random_state=3))
    assert clone.get_params() == fathom.MLE(n_neighbors=9, random_state=3).get_params()
    points = torus(100, 2)
    scaled = StandardScaler().fit_transform(points)
    pipeline = make_pipeline(StandardScaler(), fathom.TwoNN()).fit(points)
    assert pipeline[-1].dimension_ == fathom.TwoNN().fit(scaled).dimension_

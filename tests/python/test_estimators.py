import pickle
import warnings

import numpy as np
import pytest
from conftest import torus


import fathom
from fathom._estimators import ESTIMATORS


@pytest.fixture(scope="module")
def points():
    return torus(240, 3, seed=4)


def test_every_estimator_of_the_library_has_a_class():
    assert sorted(one._name for one in ESTIMATORS) == sorted(fathom._core.estimator_names())
    for one in ESTIMATORS:
        assert getattr(fathom, one.__name__) is one and one.__name__ in fathom.__all__


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda one: one.__name__)
def test_fit_gives_the_headline_of_the_library(estimator, points):
    fitted = estimator().fit(points)
    found = fathom.estimate_dimension(points, [estimator._name])[estimator._name]
    assert found.variant == estimator._variants[0]
    assert fitted.dimension_ == pytest.approx(found.value, rel=1e-12)
    # Gride lists more neighbours for its class, and so has other halves.
    assert fitted.dimension_interval_ == pytest.approx(found.interval or (np.nan, np.nan), rel=0.05, nan_ok=True)
    assert {one.variant for one in fitted.estimates_} == {name for name in estimator._variants if not name.startswith("local_")}
    assert fitted.n_features_in_ == 6


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda one: one.__name__)
def test_parameters_are_kept_as_given(estimator, points):
    one = estimator(n_jobs=2, random_state=7)
    before = dict(vars(one))
    one.fit(points)
    assert {name: getattr(one, name) for name in before} == before
    copy = pickle.loads(pickle.dumps(one))
    assert copy.dimension_ == one.dimension_ and repr(copy) == repr(one) == f"{estimator.__name__}(random_state=7, n_jobs=2)"
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


def test_scikit_learn_takes_them():
    base = pytest.importorskip("sklearn.base")
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.utils.estimator_checks import check_estimator

    small = [fathom.MLE(n_neighbors=4), fathom.TwoNN(), fathom.Gride()]
    for one in small:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            check_estimator(one)
    clone = base.clone(fathom.MLE(n_neighbors=9, random_state=3))
    assert clone.get_params() == fathom.MLE(n_neighbors=9, random_state=3).get_params()
    points = torus(100, 2)
    scaled = StandardScaler().fit_transform(points)
    pipeline = make_pipeline(StandardScaler(), fathom.TwoNN()).fit(points)
    assert pipeline[-1].dimension_ == fathom.TwoNN().fit(scaled).dimension_

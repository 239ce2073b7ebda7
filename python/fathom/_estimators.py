"""Estimators of dimension as scikit-learn has estimators. scikit-learn itself is not needed."""

from __future__ import annotations

import inspect
import math
from typing import Any, ClassVar

import numpy as np

from fathom import _core
from fathom._arrays import as_count, as_points, as_seed, as_threads, feature_names
from fathom._dimension import DimensionEstimate, DimensionEstimates, _estimate, method_arguments
from fathom._errors import InputError, UsageError
from fathom._neighbors import nearest_neighbors

_PARAMETERS = """
    metric : {"euclidean", "precomputed"}
        With "precomputed", ``fit`` takes neighbours in place of points: (distances, indices), a sparse or a
        square matrix of distances.
    random_state : int, RandomState, Generator or None
        Seed of the split halves behind intervals, and of what else is drawn; None is 0.
    n_jobs : int or None
        Threads: None for one, -1 for all processors. Results are the same bits for any number.

    Attributes
    ----------
    dimension_ : float
        Of the variant asked for.
    dimension_interval_ : (float, float)
        95 %, that accounts for overlapping neighbourhoods where it can (docs/estimators.md); NaN where there
        is none.
    dimension_std_error_ : float
        NaN where there is none.
    dimension_pw_ : float64 array of shape (n,)
        The value at every row, of methods that have one; of the others after ``fit_pw``.
    estimates_ : DimensionEstimates
        All variants with their intervals.
    n_features_in_ : int
    feature_names_in_ : object array
        Where X is a data frame whose columns have names.
    """


_POINTS_OF_CHECKS = {
    "check_dict_unchanged": 20, "check_dont_overwrite_parameters": 20, "check_dtype_object": 40,
    "check_estimators_dtypes": 20, "check_estimators_fit_returns_self": 21, "check_estimators_nan_inf": 10,
    "check_estimators_overwrite_params": 21, "check_estimators_pickle": 30, "check_fit2d_1feature": 10,
    "check_fit2d_predict1d": 20, "check_fit_check_is_fitted": 100, "check_fit_idempotent": 80,
    "check_fit_score_takes_y": 30, "check_methods_sample_order_invariance": 20,
    "check_methods_subset_invariance": 20, "check_n_features_in": 100, "check_pipeline_consistency": 30,
}
"""Of scikit-learn's checks that fit: how many points they have."""


class DimensionEstimator:
    """What all estimators share. Of its own it estimates nothing."""

    _name: ClassVar[str]
    """Of the estimator in the library."""
    _variants: ClassVar[tuple[str, ...]] = ()
    """The first is the headline."""
    _lists: ClassVar[tuple[str, ...]] = ()
    """Estimators asked beside it, so that as many neighbours are listed as it is to look at."""

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if cls.__doc__:
            cls.__doc__ = cls.__doc__.rstrip() + _PARAMETERS

    @classmethod
    def _parameter_names(cls) -> list[str]:
        return [name for name in inspect.signature(cls.__init__).parameters if name != "self"]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters by name."""
        return {name: getattr(self, name) for name in self._parameter_names()}

    def set_params(self, **params: Any) -> DimensionEstimator:
        """Sets parameters by name. Raises ValueError for a name that is none."""
        known = self._parameter_names()
        for name in params:
            if name not in known:
                raise UsageError(name, f"is no parameter of {type(self).__name__}", "choose from " + ", ".join(known))
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        signature = inspect.signature(type(self).__init__).parameters
        changed = [f"{name}={value!r}" for name, value in self.get_params().items()
                   if not _same(value, signature[name].default)]
        return f"{type(self).__name__}({', '.join(changed)})"

    def _more_tags(self) -> dict[str, Any]:
        """What scikit-learn before 1.6 asks."""
        return {"pairwise": self.metric == "precomputed", "_xfail_checks": self._checks_that_cannot_be()}

    def _checks_that_cannot_be(self) -> dict[str, str]:
        """Of scikit-learn's checks those whose samples this method refuses, and why."""
        try:
            needed = self._points_needed()
        except InputError:  # a parameter that cannot be: `fit` says so
            return {}
        return {check: f"{type(self).__name__} needs {needed} points, and the check has {points}"
                for check, points in _POINTS_OF_CHECKS.items() if points < needed}

    def _points_needed(self) -> int:
        """Fewest distinct rows that the method takes."""
        return _core.points_needed(self._name, self._library_neighbors())

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn asks from 1.6 on."""
        from sklearn.utils import InputTags, Tags, TargetTags

        return Tags(estimator_type=None, target_tags=TargetTags(required=False),
                    input_tags=InputTags(pairwise=self.metric == "precomputed"))

    def fit(self, X: Any, y: Any = None) -> DimensionEstimator:
        """Estimates the dimension of the rows of X, (n, d); y is ignored. Returns self."""
        estimates = self._estimates(X)
        chosen = self._chosen(estimates)
        self._remember(X)
        self.estimates_ = estimates
        self.dimension_ = chosen.value
        self.dimension_interval_ = chosen.interval or (math.nan, math.nan)
        self.dimension_std_error_ = math.nan if chosen.std_error is None else chosen.std_error
        if chosen.local is not None:
            self.dimension_pw_ = chosen.local
        elif hasattr(self, "dimension_pw_"):
            del self.dimension_pw_
        self._remember_more(chosen)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> float:
        """``fit(X).dimension_``, as scikit-dimension has it."""
        return self.fit(X, y).dimension_

    def fit_pw(self, X: Any, y: Any = None, *, n_neighbors: int = 100) -> DimensionEstimator:
        """``fit``, and the value at every row in ``dimension_pw_`` for every method.

        Methods without a value at a point are applied to every row and its `n_neighbors` nearest.
        """
        self.fit(X, y)
        if hasattr(self, "dimension_pw_"):
            return self
        if self.metric == "precomputed":
            raise UsageError("metric", "\"precomputed\" has no points to estimate at each",
                             "give the points and metric=\"euclidean\"")
        points = as_points(X, least=4)
        others = min(as_count(n_neighbors, "n_neighbors", 3), len(points) - 1)
        indices = nearest_neighbors(points, others, n_jobs=as_threads(self.n_jobs))[1]
        self.dimension_pw_ = _core.estimate_in_neighborhoods(
            points, indices, [*self._lists, self._name], method_arguments(self._library_neighbors(), **self._told()),
            *self._choice(), as_seed(self.random_state), as_threads(self.n_jobs))
        return self

    def fit_transform_pw(self, X: Any, y: Any = None, *, n_neighbors: int = 100) -> np.ndarray:
        """``fit_pw(X).dimension_pw_``."""
        return self.fit_pw(X, y, n_neighbors=n_neighbors).dimension_pw_

    def _library_neighbors(self) -> int:
        return as_count(self.n_neighbors, "n_neighbors", 3) if hasattr(self, "n_neighbors") else 20

    def _told(self) -> dict[str, Any]:
        """Arguments of `estimate_dimension` that are this method's alone."""
        return {}

    def _choice(self) -> tuple[str, int]:
        """Variant, and first rank or 0."""
        variant = self.variant or self._variants[0]
        if variant not in self._variants:
            raise UsageError("variant", f"is {variant!r}", "choose from " + ", ".join(self._variants))
        return variant, 0

    def _estimates(self, X: Any) -> DimensionEstimates:
        found = _estimate(
            X, [*self._lists, self._name], method_arguments(self._library_neighbors(), **self._told()), metric=self.metric, local=True,
            neighborhoods=self._choice()[0].startswith("local_"), random_state=self.random_state, n_jobs=self.n_jobs)
        return DimensionEstimates([one for one in found if one.estimator == self._name],
                                  {name: why for name, why in found.skipped.items() if name == self._name})

    def _chosen(self, estimates: DimensionEstimates) -> DimensionEstimate:
        variant, n1 = self._choice()
        try:
            return estimates.select(self._name, variant, n1 or None)
        except KeyError:
            reason = estimates.skipped.get(self._name, f"has no value of {variant!r}: it is infinite or undefined")
            raise InputError("X", f"{type(self).__name__} {reason}", "give more points") from None

    def _remember_more(self, chosen: DimensionEstimate) -> None:
        """Attributes that are this method's alone."""

    def _remember(self, X: Any) -> None:
        pair = self.metric == "precomputed" and isinstance(X, (tuple, list)) and len(X) == 2
        self.n_features_in_ = int(np.shape(X[0] if pair else X)[0 if pair else 1])
        names = feature_names(X)
        if names is not None:
            self.feature_names_in_ = names
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_


def _same(value: Any, default: Any) -> bool:
    return value is default or (type(value) is type(default) and isinstance(value, (int, float, str)) and value == default)


class _WithoutNeighbors(DimensionEstimator):
    """Methods whose number of neighbours is their own."""

    def __init__(self, *, variant: str | None = None, metric: str = "euclidean", random_state: Any = 0,
                 n_jobs: int | None = None) -> None:
        self.variant = variant
        self.metric = metric
        self.random_state = random_state
        self.n_jobs = n_jobs


class _WithNeighbors(DimensionEstimator):
    """Methods that take a number of neighbours."""

    def __init__(self, n_neighbors: int = 20, *, variant: str | None = None, metric: str = "euclidean",
                 random_state: Any = 0, n_jobs: int | None = None) -> None:
        self.n_neighbors = n_neighbors
        self.variant = variant
        self.metric = metric
        self.random_state = random_state
        self.n_jobs = n_jobs


class MLE(_WithNeighbors):
    """Maximum likelihood from nearest-neighbour distances.

    Levina and Bickel, NIPS 2004; pooled over points by MacKay and Ghahramani, 2005.

    Parameters
    ----------
    n_neighbors : int, default 20
        k, 3 or more.
    variant : {"pooled", "as_published", "mean", "mean_unbiased"}, default "pooled"
        ``n (k-1) / sum S``; with k-2, as the code of the ICLR 2024 paper; means over points with k-1 and k-2.
    """

    _name = "mle"
    _variants = ("pooled", "as_published", "mean", "mean_unbiased")


class TwoNN(_WithoutNeighbors):
    """From the ratio of the second to the first neighbour distance.

    Facco, d'Errico, Rodriguez, Laio, Sci. Rep. 7:12140 (2017); Denti et al., Sci. Rep. 12:20005 (2022).

    Parameters
    ----------
    variant : {"ml", "linear", "as_published"}, default "ml"
        Unbiased maximum likelihood; the line fit to the lowest 90 %; the line fit without the last point, as
        the code of the ICLR 2024 paper.
    """

    _name = "twonn"
    _variants = ("ml", "linear", "as_published")


class Gride(DimensionEstimator):
    """From the ratio of neighbour distances of ranks n1 and 2 n1: dimension against scale.

    Denti, Doimo, Laio, Mira, Sci. Rep. 12:20005 (2022). A plateau over n1 is the credible dimension;
    ``estimates_`` has every rank up to `n1` and those beyond that were listed anyway.

    Parameters
    ----------
    n1 : int, default 1
        1, 2, 4, 8, ...; 1 is TwoNN.
    variant : {"ml"}
    """

    _name = "gride"
    _variants = ("ml",)
    _lists = ("mle",)

    def __init__(self, n1: int = 1, *, variant: str | None = None, metric: str = "euclidean",
                 random_state: Any = 0, n_jobs: int | None = None) -> None:
        self.n1 = n1
        self.variant = variant
        self.metric = metric
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _choice(self) -> tuple[str, int]:
        n1 = as_count(self.n1, "n1", 1)
        if n1 & (n1 - 1):
            raise UsageError("n1", f"is {n1}", "give 1, 2, 4, 8, ...")
        return super()._choice()[0], n1

    def _library_neighbors(self) -> int:
        return max(3, 2 * self._choice()[1])


class TwoNNBayes(_WithoutNeighbors):
    """TwoNN with a Gamma prior on the dimension: the mean of its posterior.

    Denti, Doimo, Laio, Mira, Sci. Rep. 12:20005 (2022). ``estimates_[0].analytic_interval`` is the credible interval.

    Parameters
    ----------
    variant : {"posterior_mean"}
    """

    _name = "twonn_bayes"
    _variants = ("posterior_mean",)


class MOM(_WithoutNeighbors):
    """Method of moments: from the mean distance of the 100 nearest neighbours.

    Amsaleg et al., Data Min. Knowl. Disc. 32:1768 (2018).

    Parameters
    ----------
    variant : {"pooled", "mean", "as_published"}, default "pooled"
        Of the mean moment; the mean over points; that of the reference, which counts the k-th distance.
    """

    _name = "mom"
    _variants = ("pooled", "mean", "as_published")


class MADA(_WithNeighbors):
    """From how far half of the neighbours reach.

    Farahmand, Szepesvari, Audibert, ICML 2007.

    Parameters
    ----------
    n_neighbors : int, default 20
    variant : {"pooled", "as_published"}, default "pooled"
    """

    _name = "mada"
    _variants = ("pooled", "as_published")


class MiND_ML(_WithNeighbors):
    """Maximum likelihood from the ratio of the first to the (k+1)-th neighbour distance, without a cap.

    Rozza et al., Mach. Learn. 89:37 (2012).

    Parameters
    ----------
    n_neighbors : int, default 20
    variant : {"mlk", "mli"}, default "mlk"
        Over real and over whole dimensions.
    """

    _name = "mind_ml"
    _variants = ("mlk", "mli")


class BinomialID(_WithNeighbors):
    """From the counts of points in two balls of one ratio of radii.

    Macocco, Glielmo, Grilli, Laio, Phys. Rev. Lett. 130:067401 (2023).

    Parameters
    ----------
    n_neighbors : int, default 20
    variant : {"best_radius"}
    """

    _name = "binomial"
    _variants = ("best_radius",)


class GeoMLE(_WithoutNeighbors):
    """Maximum likelihood at several radii over bootstrap samples, continued to radius zero.

    Gomtsyan, Mokrov, Panov, Yanovich, ACML 2019. Less bias by boundary and curvature; values at points may be negative.

    Parameters
    ----------
    variant : {"intercept"}
    """

    _name = "geomle"
    _variants = ("intercept",)


class CorrInt(_WithoutNeighbors):
    """Correlation integral between two radii.

    Grassberger and Procaccia, Physica D 9:189 (1983).

    Parameters
    ----------
    variant : {"two_radii"}
    """

    _name = "corrint"
    _variants = ("two_radii",)


class TLE(_WithNeighbors):
    """Within tight localities: from all distances among the nearest neighbours of a point.

    Amsaleg et al., SDM 2019.

    Parameters
    ----------
    n_neighbors : int, default 20
    variant : {"mean"}
    """

    _name = "tle"
    _variants = ("mean",)


class ESS(_WithoutNeighbors):
    """Expected simplex skewness of neighbourhoods of 100.

    Johnsson, Soneson, Fontes, IEEE TPAMI 37:196 (2015).

    Parameters
    ----------
    variant : {"a", "b"}, default "a"
    """

    _name = "ess"
    _variants = ("a", "b")


class DANCo(_WithoutNeighbors):
    """The ball whose nearest-neighbour ratios and angles are most like those of the data.

    Ceruti et al., Pattern Recognit. 47:2569 (2014). Calibrated at the same number of points: little bias at large
    dimension.

    Parameters
    ----------
    variant : {"fractal", "whole"}, default "fractal"
        Between two balls, or the best one.
    """

    _name = "danco"
    _variants = ("fractal", "whole")


class lPCA(_WithoutNeighbors):
    """Principal components that stand out, of all points and of neighbourhoods of 100.

    Fukunaga and Olsen (1971), Fan et al. (2010), and others: docs/estimators.md.

    Parameters
    ----------
    variant : {"fo", "fan", "maxgap", "ratio", "participation_ratio", "kaiser"}, default "fo"
        With "local_" before it, the mean over neighbourhoods, which takes far longer: ``estimates_`` has those of
        neighbourhoods only where one of them is asked for.
    """

    _name = "lpca"
    _rules = ("fo", "fan", "maxgap", "ratio", "participation_ratio", "kaiser")
    _variants = (*_rules, *map("local_{}".format, _rules))


class ParticipationRatio(_WithoutNeighbors):
    """Directions of equal variance that the covariance is worth: a linear dimension.

    Litwin-Kumar et al., Neuron 93:1153 (2017); without bias by Himeno and Yamada (2014).

    Parameters
    ----------
    variant : {"corrected", "as_published"}, default "corrected"
    """

    _name = "participation_ratio"
    _variants = ("corrected", "as_published")


class FisherS(_WithoutNeighbors):
    """From how often a point can be separated from another by Fisher's discriminant.

    Albergante, Bac, Zinovyev, IJCNN 2019.

    Parameters
    ----------
    variant : {"condition_10"}
    """

    _name = "fishers"
    _variants = ("condition_10",)


class MiND_KL(_WithoutNeighbors):
    """The ball whose nearest-neighbour ratios are distributed most like those of the data.

    Rozza et al., Mach. Learn. 89:37 (2012). Calibrated at the same number of points, and without a cap.

    Parameters
    ----------
    variant : {"fractal", "whole", "as_published"}, default "fractal"
        Between balls, the best one, and the best one by the published divergence, which is noisier.
    """

    _name = "mind_kl"
    _variants = ("fractal", "whole", "as_published")


class KNNGraph(_WithoutNeighbors):
    """From how the length of the graph of 5 nearest neighbours grows with the number of points.

    Costa and Hero, IEEE Trans. Signal Process. 52:2210 (2004); Carter, Raich and Hero, ibid. 58:650 (2010). The mean
    over all subsets, not over some that are drawn.

    Parameters
    ----------
    variant : {"log_length"}
    """

    _name = "knn_graph"
    _variants = ("log_length",)


class MST(_WithoutNeighbors):
    """From how the length of the Euclidean minimum spanning tree grows with the number of points.

    Costa and Hero, IEEE Trans. Signal Process. 52:2210 (2004). Of more than 20,000 points so many drawn ones.

    Parameters
    ----------
    variant : {"log_length"}
    """

    _name = "minimum_spanning_tree"
    _variants = ("log_length",)

    def _points_needed(self) -> int:
        return 80


class Geodesic(_WithoutNeighbors):
    """From the distribution of distances along the graph of nearest neighbours, up to the commonest.

    Granata and Carnevale, Sci. Rep. 6:31377 (2016). ``estimates_[0].largest`` says what n points can tell.

    Parameters
    ----------
    variant : {"fit"}
    """

    _name = "geodesic"
    _variants = ("fit",)

    def _points_needed(self) -> int:
        return 101


class ABIDE(_WithoutNeighbors):
    """The binomial estimator in neighbourhoods as large as the density stays constant.

    Di Noia, Macocco, Glielmo, Laio, Mira, arXiv 2405.15132 (2024). ``kstar_`` has the neighbours of every row, 3 to
    99; ``p_value_`` is of the test whether the counts of neighbours are binomial there.

    Parameters
    ----------
    variant : {"binomial"}
    """

    _name = "abide"
    _variants = ("binomial",)

    def _remember_more(self, chosen: DimensionEstimate) -> None:
        self.kstar_ = chosen.point_values["k_star"].astype(np.int64)
        self.p_value_ = math.nan if chosen.p_value is None else chosen.p_value


class Hidalgo(DimensionEstimator):
    """A mixture of manifolds of different dimensions, by Gibbs sampling.

    Allegra, Facco, Denti, Laio, Mira, Sci. Rep. 10:16449 (2020). ``dimension_`` is the mean of ``dimensions_`` by
    ``weights_``; both have one entry a component, smallest dimension first, ``dimensions_std_`` their posterior
    standard deviations. ``probabilities_``, (n, n_components), are those of every row to be of each component,
    ``labels_`` the likeliest one, ``dimension_pw_`` the mean dimension at the row.

    Parameters
    ----------
    n_components : int, default 2
        1 to 100.
    variant : {"posterior_mean"}
    """

    _name = "hidalgo"
    _variants = ("posterior_mean",)

    def __init__(self, n_components: int = 2, *, variant: str | None = None, metric: str = "euclidean",
                 random_state: Any = 0, n_jobs: int | None = None) -> None:
        self.n_components = n_components
        self.variant = variant
        self.metric = metric
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _told(self) -> dict[str, Any]:
        return {"n_components": self.n_components}

    def _points_needed(self) -> int:
        return max(super()._points_needed(), 10 * as_count(self.n_components, "n_components", 1, 100))

    def _remember_more(self, chosen: DimensionEstimate) -> None:
        self.weights_, self.dimensions_, self.dimensions_std_ = (
            np.array([one[key] for one in chosen.components]) for key in ("weight", "value", "std_error"))
        self.probabilities_ = chosen.point_values["probabilities"].reshape(-1, len(self.weights_))
        self.labels_ = self.probabilities_.argmax(axis=1)


class MLENoise(_WithNeighbors):
    """Maximum likelihood from neighbour distances that hold noise of known size: the translated Poisson model.

    Haro, Randall, Sapiro, Int. J. Comput. Vis. 80:358 (2008), without its approximations.

    Parameters
    ----------
    n_neighbors : int, default 20
    noise_std : float
        Standard deviation of independent Gaussian noise in every value of X. There is no default: ``fit`` refuses
        None.
    variant : {"translated_poisson"}
    """

    _name = "mle_noise"
    _variants = ("translated_poisson",)

    def __init__(self, n_neighbors: int = 20, noise_std: float | None = None, *, variant: str | None = None,
                 metric: str = "euclidean", random_state: Any = 0, n_jobs: int | None = None) -> None:
        super().__init__(n_neighbors, variant=variant, metric=metric, random_state=random_state, n_jobs=n_jobs)
        self.noise_std = noise_std

    def _told(self) -> dict[str, Any]:
        return {"noise_std": self.noise_std}


class Calibrated(_WithoutNeighbors):
    """The dimension of the simulated spaces whose neighbourhoods are most like those of the points.

    Ours: docs/accuracy.md. Uniform balls, spheres, tori and their products, at the same number of points, by how the
    dimension moves from 2 to 64 neighbours, in how many directions they lie and how unlike the neighbourhoods are.
    Needs 128 points.

    Parameters
    ----------
    variant : {"posterior_mean", "whole"}, default "posterior_mean"
        The mean of the posterior, or the whole number nearest to it.
    """

    _name = "calibrated"
    _variants = ("posterior_mean", "whole")

    def _points_needed(self) -> int:
        return 128  # the fewest that were simulated


ESTIMATORS = (MLE, TwoNN, Gride, TwoNNBayes, MOM, MADA, MiND_ML, BinomialID, GeoMLE, CorrInt, TLE, ESS, DANCo, lPCA,
              ParticipationRatio, FisherS, MiND_KL, KNNGraph, MST, Geodesic, ABIDE, Hidalgo, MLENoise, Calibrated)

"""Intrinsic dimension of points: all estimators from one scan."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Iterable, overload

import numpy as np

from fathom import _core
from fathom._arrays import as_count, as_points, as_seed, as_threads
from fathom._errors import UsageError
from fathom._neighbors import as_neighbors
from fathom._tables import html_table, shown, shown_interval, text_table


@dataclasses.dataclass(frozen=True)
class CalibratedValue:
    """An estimate calibrated by simulation at the same number of points. ``float()`` gives its value.

    Attributes
    ----------
    value, std_error : float
    interval : (float, float)
        95 %; the error of the calibration is in it.
    ball, sphere, torus : float
        The dimension, if the data were uniform on one of these.
    """

    value: float
    std_error: float
    interval: tuple[float, float]
    ball: float
    sphere: float
    torus: float

    def __float__(self) -> float:
        return self.value


@dataclasses.dataclass(frozen=True)
class DimensionEstimate:
    """One estimate of intrinsic dimension, with all that is known about it. ``float()`` gives its value.

    Attributes
    ----------
    estimator, variant : str
        As :func:`estimate_dimension` names them.
    value : float
        Without unit.
    std_error : float or None
    interval : (float, float) or None
        95 %, by `interval_method`.
    interval_method : str
        "split_halves" accounts for overlapping neighbourhoods; "analytic" takes points as independent and is
        too short; "none".
    analytic_std_error, analytic_interval
        Under the estimator's own model.
    n : int
        Points used.
    k, n1, n2 : int or None
        Neighbours, and ranks of the two neighbours of Gride.
    largest : float or None
        About the largest dimension that the estimator can tell at this n, where it has such a limit.
    p_value : float or None
        Of the test whether the counts of neighbours are binomial, of "abide" and "binomial".
    k_star : dict or None
        Of "abide" how large its neighbourhoods are: mean, min, median, max, and the share at_limit.
    components : tuple of dict
        Of "hidalgo" the manifolds by dimension: weight, value, std_error.
    noise_std : float or None
        That was given to "mle_noise".
    calibrated : CalibratedValue or None
        What simulation at the same number of points makes of the value.
    calibration_note : str
        Why there is no calibrated value, or what is amiss with it; mostly empty.
    local : float64 array of shape (rows,) or None
        The value at every row, NaN where it has none; a copy has that of its original.
    point_values : dict of str to float64 array
        What else the method knows of every row: "k_star" of "abide", (rows,); "probabilities" of "hidalgo", (rows,
        components) in the order of `components`.
    """

    estimator: str
    variant: str
    value: float
    std_error: float | None
    interval: tuple[float, float] | None
    interval_method: str
    analytic_std_error: float | None
    analytic_interval: tuple[float, float] | None
    n: int
    k: int | None = None
    n1: int | None = None
    n2: int | None = None
    largest: float | None = None
    p_value: float | None = None
    k_star: dict[str, float] | None = None
    components: tuple[dict[str, float], ...] = ()
    noise_std: float | None = None
    calibrated: CalibratedValue | None = None
    calibration_note: str = ""
    local: np.ndarray | None = dataclasses.field(default=None, repr=False, compare=False)
    point_values: dict[str, np.ndarray] = dataclasses.field(default_factory=dict, repr=False, compare=False)

    def __float__(self) -> float:
        return self.value

    def to_dict(self) -> dict[str, Any]:
        """Everything but `local` and `point_values`."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)
                  if field.name not in ("local", "point_values")}
        return values | {"calibrated": self.calibrated and dataclasses.asdict(self.calibrated)}


def _estimate_of(found: dict[str, Any]) -> DimensionEstimate:
    calibrated = found.pop("calibrated")
    return DimensionEstimate(**found, calibrated=calibrated and CalibratedValue(**calibrated))


_HEAD = ["estimator", "variant", "neighbors", "dimension", "95 % interval", "by", "n"]


def _row(estimate: DimensionEstimate) -> list[str]:
    ranks = f"{estimate.n1}, {estimate.n2}" if estimate.n1 is not None else shown(estimate.k)
    return [estimate.estimator, estimate.variant, ranks, shown(estimate.value), shown_interval(estimate.interval),
            estimate.interval_method, str(estimate.n)]


class DimensionEstimates(list):
    """Estimates in the order of their methods; ``estimates["mle"]`` is the headline of one method.

    Attributes
    ----------
    skipped : dict of str to str
        Methods without a value on these points, and why.
    """

    def __init__(self, estimates: Iterable[DimensionEstimate] = (), skipped: dict[str, str] | None = None):
        super().__init__(estimates)
        self.skipped = dict(skipped or {})

    @overload
    def __getitem__(self, key: str) -> DimensionEstimate: ...
    @overload
    def __getitem__(self, key: int) -> DimensionEstimate: ...
    def __getitem__(self, key):
        if not isinstance(key, str):
            return super().__getitem__(key)
        for estimate in self:
            if estimate.estimator == key:
                return estimate
        raise KeyError(f"{key}: {self.skipped[key]}" if key in self.skipped else key)

    def select(self, estimator: str, variant: str | None = None, n1: int | None = None) -> DimensionEstimate:
        """The one of this method, variant and, of Gride, first rank. Raises KeyError."""
        for estimate in self:
            if (estimate.estimator == estimator and variant in (None, estimate.variant)
                    and n1 in (None, estimate.n1)):
                return estimate
        wanted = ", ".join(str(part) for part in (estimator, variant, n1) if part is not None)
        raise KeyError(f"{wanted}: {self.skipped[estimator]}" if estimator in self.skipped else wanted)

    def to_dicts(self) -> list[dict[str, Any]]:
        return [estimate.to_dict() for estimate in self]

    def to_pandas(self) -> Any:
        """A data frame, one estimate a row. Needs pandas."""
        import pandas

        return pandas.DataFrame(self.to_dicts())

    def __repr__(self) -> str:
        text = text_table(_HEAD, [_row(estimate) for estimate in self])
        return text + "".join(f"\n{name}: {reason}" for name, reason in self.skipped.items())

    def _repr_html_(self) -> str:
        skipped = [[name, reason] for name, reason in self.skipped.items()]
        table = html_table(_HEAD, [_row(estimate) for estimate in self])
        return table + (html_table(["no value", "why"], skipped) if skipped else "")


def _names(estimators: str | Iterable[str]) -> list[str]:
    names = estimators.split(",") if isinstance(estimators, str) else list(estimators)
    names = [str(name).strip() for name in names]
    if not any(names):
        raise UsageError("estimators", "names none", 'give "all", or some of ' + ", ".join(_core.estimator_names()))
    return names


def method_arguments(n_neighbors: Any, noise_std: Any = None, n_components: Any = 2) -> Any:
    """What a method may be told, checked."""
    if noise_std is not None:
        try:
            noise_std = float(noise_std)
        except (TypeError, ValueError):
            noise_std = math.nan
        if not 0.0 < noise_std < math.inf:
            raise UsageError("noise_std", "is no number above 0", "give the standard deviation of the noise, or None")
    return _core.MethodArguments(as_count(n_neighbors, "n_neighbors", 3), noise_std,
                                 as_count(n_components, "n_components", 1, 100))


def estimate_dimension(
    X: Any,
    estimators: str | Iterable[str] = ("mle", "twonn", "gride"),
    *,
    n_neighbors: int = 20,
    noise_std: float | None = None,
    n_components: int = 2,
    metric: str = "euclidean",
    intervals: bool = True,
    local: bool = False,
    random_state: Any = 0,
    n_jobs: int | None = -1,
    search: str = "auto",
    simd: str = "auto",
) -> DimensionEstimates:
    """Intrinsic dimension by several estimators from one scan of all pairs.

    Equal rows are taken once: a distance of zero has no logarithm. docs/estimators.md has the methods, their
    papers and the variants of each; the first of a method is its headline.

    Parameters
    ----------
    X : array of shape (n, d)
        Points: uint8, float32 or float64 in C order are used where they are. With metric="precomputed" the
        neighbours instead: the pair (distances, indices) that :func:`nearest_neighbors` returns, a sparse
        matrix of distances as scikit-learn makes it, or a square matrix of all distances.
    estimators : str or list of str
        Names, or "all".
    n_neighbors : int
        3 or more, of the methods whose number is not their own.
    noise_std : float, optional
        Standard deviation of the noise in every value of X, for "mle_noise".
    n_components : int
        1 to 100, manifolds that "hidalgo" looks for.
    metric : {"euclidean", "precomputed"}
    intervals : bool
        Also standard errors and intervals from split halves.
    local : bool
        Also values at every row, of the methods that have them.
    random_state : int, numpy.random.RandomState, numpy.random.Generator or None
        Seed of every random choice; None is 0.
    n_jobs : int or None
        Threads: -1 for all processors, None for one. The result is the same bits for any number.
    search, simd : str
        As of :func:`nearest_neighbors`. The result does not depend on them.

    Returns
    -------
    DimensionEstimates

    Raises
    ------
    UsageError
        An estimator that does not exist, fewer than 3 neighbours.
    InputError
        NaN or infinite values, fewer than 4 distinct rows.
    """
    return _estimate(X, _names(estimators), method_arguments(n_neighbors, noise_std, n_components), metric=metric,
                     intervals=intervals, local=local, neighborhoods=True, random_state=random_state, n_jobs=n_jobs, search=search,
                     simd=simd)


def _estimate(X: Any, names: list[str], arguments: _core.MethodArguments, *, metric: str, intervals: bool = True, local: bool,
              neighborhoods: bool, random_state: Any, n_jobs: int | None, search: str = "auto",
              simd: str = "auto") -> DimensionEstimates:
    """`neighborhoods`: also means over neighbourhoods, of methods of the whole that have them."""
    if metric == "precomputed":
        wanted = _core.neighbors_to_list(names, arguments, bool(intervals))
        distances, indices = as_neighbors(X, wanted)
        found, skipped = _core.estimate_from_neighbors(
            distances, indices, names, arguments, as_seed(random_state), bool(intervals), bool(local),
            as_threads(n_jobs))
    elif metric == "euclidean":
        points = as_points(X, least=4)
        found, skipped = _core.estimate_dimension(
            points, names, arguments, as_seed(random_state), bool(intervals), bool(local), neighborhoods, as_threads(n_jobs), simd,
            search)
    else:
        raise UsageError("metric", f"is {metric!r}", 'use "euclidean" or "precomputed"')
    return DimensionEstimates((_estimate_of(estimate) for estimate in found), dict(skipped))

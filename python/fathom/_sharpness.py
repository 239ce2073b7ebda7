"""Label sharpness of rows and their labels."""

from __future__ import annotations

import dataclasses
from typing import Any

from fathom import _core
from fathom._arrays import as_class_labels, as_count, as_points, as_seed, as_threads
from fathom._errors import InputError, UsageError
from fathom._tables import html_table, shown


@dataclasses.dataclass(frozen=True)
class LabelPair:
    """Two rows with different labels."""

    a: int
    b: int
    label_a: str
    label_b: str
    distance: float


@dataclasses.dataclass(frozen=True)
class LabelSharpness:
    """Label sharpness K_F, with all that is known about it. ``float()`` gives `value`. d is the number of columns.

    Attributes
    ----------
    value : float
        The largest 1 / distance over all pairs of rows with different labels, in 1 / unit of X. It grows with
        the number of rows.
    smallest_distance : float
        1 / `value`.
    pairs : list of LabelPair
        The ten nearest, nearest first: the rows to look at.
    pair_count : int
        Pairs with different labels at a positive distance.
    quantiles : dict of float to float
        Of 1 / distance over those pairs, or a seeded sample of them where they are many.
    sampled_mean, sampled_sd : float or None
        Over `sampled_draws` seeded draws of `sampled_m` rows, the same number from each class: compare data sets at
        equal `sampled_m`.
    per_pixel, per_rms : float
        ``value / sqrt(d)`` and ``value * sqrt(d)``: the second is the one to compare across image sizes.
    conflicting_pairs : int
        Equal rows with different labels: left out, since K_F would be infinite.
    distinct : int
        Rows that differ.
    classes : dict of str to int
        Rows of each class.
    as_published : float or None
        As the released code of the ICLR 2024 paper samples it, with compat="iclr2024-code".
    """

    value: float
    smallest_distance: float
    pairs: list[LabelPair]
    pair_count: int
    quantiles: dict[float, float]
    sampled_m: int
    sampled_draws: int
    sampled_mean: float | None
    sampled_sd: float | None
    per_pixel: float
    per_rms: float
    conflicting_pairs: int
    distinct: int
    classes: dict[str, int]
    as_published: float | None = None

    def __float__(self) -> float:
        return self.value

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    def _rows(self) -> list[list[str]]:
        first = self.pairs[0]
        drawn = "" if self.sampled_mean is None else (
            f"{shown(self.sampled_mean)} +- {shown(self.sampled_sd)} ({self.sampled_draws} draws of {self.sampled_m} rows)")
        rows = [
            ["label sharpness", f"{shown(self.value)} (1 / distance)"],
            ["drawn", drawn],
            ["nearest pair", f"rows {first.a} ({first.label_a}) and {first.b} ({first.label_b}), distance {shown(first.distance)}"],
            ["classes", ", ".join(f"{name}: {count}" for name, count in self.classes.items())],
        ]
        if self.conflicting_pairs:
            rows.append(["conflicts", f"{self.conflicting_pairs} pairs of equal rows with different labels, left out"])
        if self.as_published is not None:
            rows.append(["as published", shown(self.as_published)])
        return [row for row in rows if row[1]]

    def __repr__(self) -> str:
        return "\n".join(f"{name:<16}{text}" for name, text in self._rows())

    def _repr_html_(self) -> str:
        return html_table(["", ""], self._rows())


def label_sharpness(
    X: Any,
    y: Any,
    *,
    draws: int = 25,
    samples_per_draw: int = 1000,
    compat: str | None = None,
    random_state: Any = 0,
    n_jobs: int | None = -1,
    search: str = "auto",
    simd: str = "auto",
) -> LabelSharpness:
    """Label sharpness K_F: how fast labels change between rows (Konz and Mazurowski, ICLR 2024, section 3).

    K_F = max 1 / |x_j - x_k| over all pairs of rows with different labels, exactly.

    Parameters
    ----------
    X : array of shape (n, d)
        uint8, float32 or float64 in C order is used where it is. Of images, the pixels: K_F is in 1 / their
        unit, so that 0..1 and 0..255 differ by 255. :func:`measure` prepares images by a named protocol.
    y : array of shape (n,)
        Classes: integers, booleans or texts; two or more.
    draws : int
        Seeded draws of `samples_per_draw` rows behind `sampled_mean`.
    samples_per_draw : int
        1000 in the paper.
    compat : {None, "iclr2024-code"}
        Also `as_published`: the released code's about 2,000 random pairs, with true labels.
    random_state : int, RandomState, Generator or None
    n_jobs : int or None
        Threads: -1 for all processors, None for one.

    Returns
    -------
    LabelSharpness

    Raises
    ------
    InputError
        One class, labels of another number than rows, NaN or infinite values, no pair at a positive distance.
    """
    points = as_points(X, least=2)
    labels, classes = as_class_labels(y, len(points))
    if len(classes) < 2:
        raise InputError("y", f"has one class, {classes[0]!r}", "label sharpness needs two")
    if compat not in (None, "iclr2024-code"):
        raise UsageError("compat", f"is {compat!r}", 'the one there is: "iclr2024-code"')
    found = _core.label_sharpness(
        points, labels.tolist(), classes, as_count(samples_per_draw, "samples_per_draw", 2),
        as_count(draws, "draws", 0, 10_000), as_seed(random_state), compat is not None, as_threads(n_jobs), simd, search)
    pairs = [LabelPair(a, b, classes[labels[a]], classes[labels[b]], distance) for a, b, distance in found.pop("pairs")]
    if found["sampled_draws"] == 0:
        found["sampled_mean"] = found["sampled_sd"] = None
    counts = {name: int((labels == index).sum()) for index, name in enumerate(classes)}
    return LabelSharpness(pairs=pairs, classes=counts, **found)

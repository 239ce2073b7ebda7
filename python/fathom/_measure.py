"""One data set measured: the record of `fathom measure`."""

from __future__ import annotations

import copy
import json
import os
from html import escape
from typing import Any, Iterable, Mapping

import numpy as np

from fathom import _core
from fathom._arrays import as_count, as_numbers, as_path, as_seed, as_threads
from fathom._errors import ElementTypeError, InputError, UsageError, in_python
from fathom._tables import html_table, shown, shown_interval

_PIXELS = ("uint8", "uint16", "float32", "float64")


class Measurement(Mapping[str, Any]):
    """What `fathom measure` says of one data set, by the keys of docs/json.md: ``measured["label_sharpness"]``.

    In a notebook it shows as the page of `fathom measure --html`, with its figures, where Fathom was built with
    the page, and as a table otherwise.
    """

    def __init__(self, document: dict[str, Any]):
        self._document = document

    @property
    def _data(self) -> dict[str, Any]:
        return self._document["datasets"][0]

    def __getitem__(self, key: str) -> Any:
        return self._data[key]

    def __iter__(self):
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    @property
    def dimension(self) -> float | None:
        """The headline: the first estimate, MLE `pooled` unless others were asked for. None without any."""
        estimates = self._data["dimension"]
        return estimates[0]["value"] if estimates else None

    @property
    def dimension_interval(self) -> tuple[float, float] | None:
        """95 % interval of `dimension`."""
        estimates = self._data["dimension"]
        return tuple(estimates[0]["interval"]) if estimates and estimates[0]["interval"] else None

    @property
    def label_sharpness(self) -> float | None:
        """K_F over all pairs, in 1 / pixel unit of the protocol. None without labels."""
        sharpness = self._data["label_sharpness"]
        return None if sharpness is None else sharpness["value"]

    @property
    def warnings(self) -> list[str]:
        """What is the matter, and what to do."""
        return [in_python(text) for text in self._data["warnings"]]

    def to_dict(self) -> dict[str, Any]:
        """The whole document, as `fathom measure --json` writes it: schema fathom.measure/1."""
        return copy.deepcopy(self._document)

    def to_json(self) -> str:
        return json.dumps(self._document, indent=2)

    def to_pandas(self) -> Any:
        """A data frame of the estimates of dimension, one a row. Needs pandas."""
        import pandas

        frame = pandas.DataFrame(self._data["dimension"])
        frame.insert(0, "name", self._data["name"])
        return frame

    def to_html(self) -> str:
        """The page of `fathom measure --html`. Raises RuntimeError where Fathom was built without it."""
        if not _core.has_html_page():
            raise RuntimeError("this build of Fathom has no page: build it with -DFATHOM_PAGE=ON")
        return _core.html_page(self.to_json())

    def _rows(self) -> list[list[str]]:
        data = self._data
        rows = [["data set", f"{data['name']} ({data['format']}), {data['images']} images, {data['distinct']} distinct, "
                             f"{data['ambient_dimension']} values each"],
                ["protocol", data["protocol"]["name"]]]
        seen = set()
        for estimate in data["dimension"]:
            if estimate["estimator"] in seen or estimate["estimator"] == "gride":
                continue
            seen.add(estimate["estimator"])
            name = estimate["estimator"] + (f", k = {estimate['k']}" if "k" in estimate else "")
            rows.append([f"dimension ({name})", f"{shown(estimate['value'])} {shown_interval(estimate['interval'])}".strip()])
        for task in data["tasks"]:
            sharpness = task["label_sharpness"]
            first = sharpness["pairs"][0]
            rows.append(["label sharpness", f"{shown(sharpness['value'])} ({task['label_column']}, {len(task['classes'])} classes)"])
            sampled = sharpness["sampled"]
            if sampled["mean"] is not None:
                rows.append(["  drawn", f"{shown(sampled['mean'])} +- {shown(sampled['sd'])} ({sampled['m']} images a draw)"])
            rows.append(["  nearest pair", f"{first['a']} ({first['label_a']}) and {first['b']} ({first['label_b']}), "
                                           f"distance {shown(first['distance'])}"])
        if data["duplicates"]["images"]:
            rows.append(["copies", f"{data['duplicates']['images']} images in {data['duplicates']['groups']} groups"])
        return rows + [["warning", text] for text in self.warnings]

    def __repr__(self) -> str:
        rows = self._rows()
        width = max(len(name) for name, _ in rows) + 2
        return "\n".join(f"{name:<{width}}{text}" for name, text in rows)

    def _repr_html_(self) -> str:
        if not _core.has_html_page():
            return html_table(["", ""], self._rows())
        # A page of its own, so that neither its style nor its script touches the notebook.
        return (f'<iframe srcdoc="{escape(self.to_html(), quote=True)}" sandbox="allow-scripts allow-downloads" '
                'style="width: 100%; height: 40em; border: 0"></iframe>')


def _text_of_size(size: Any) -> str:
    if isinstance(size, (tuple, list)) and len(size) == 2:
        return f"{size[0]}x{size[1]}"
    return str(size)


def _texts(values: Any) -> list[str]:
    if isinstance(values, str):
        return [values]
    return [str(value) for value in values]


def _array_of_labels(labels: Any, name: str) -> tuple[np.ndarray, list[str]]:
    """Labels as float64, and the names of their classes where they are no numbers."""
    given = np.asarray(labels)
    if given.ndim not in (1, 2):
        raise InputError(name, f"has shape {given.shape}", "give labels of shape (n,), or (n, L) for L tasks")
    if given.dtype.kind in "iuf":
        return np.ascontiguousarray(given, np.float64), []
    if given.dtype.kind == "b":
        return np.ascontiguousarray(given, np.float64), []
    try:
        classes, inverse = np.unique(given, return_inverse=True)
    except TypeError as error:
        raise ElementTypeError(name, "holds labels of different types", "give integers, or texts") from error
    if given.ndim == 2 and given.shape[1] != 1:
        raise InputError(name, "holds several columns of texts", "give integers, or one column")
    return inverse.astype(np.float64).reshape(-1), [str(one) for one in classes]


def _groups(groups: Any, rows: int) -> list[int]:
    if groups is None:
        return []
    given = np.asarray(groups)
    if given.shape != (rows,):
        raise InputError("groups", f"has shape {given.shape} for {rows} images", "give one group an image")
    return np.unique(given, return_inverse=True)[1].tolist()


def measure(
    data: Any,
    labels: Any = None,
    *,
    protocol: str | None = None,
    view: str | None = None,
    size: int | str | tuple[int, int] | None = None,
    channels: str | None = None,
    range: tuple[float, float] | None = None,
    compat: str | None = None,
    n_neighbors: int = 20,
    estimators: str | Iterable[str] = ("mle", "twonn", "gride"),
    noise_std: float | None = None,
    n_components: int = 2,
    draws: int = 25,
    anchors: int | None = None,
    groups: Any = None,
    across_groups: bool = False,
    classes: Iterable[str] | None = None,
    positive: str | None = None,
    split: str | None = None,
    samples: int | None = None,
    format: str | None = None,
    path_column: str | None = None,
    label_column: str | Iterable[str] | None = None,
    group_column: str | None = None,
    split_column: str | None = None,
    ignore_labels: bool = False,
    skip_bad: bool = False,
    max_side: int | None = None,
    slices: str | None = None,
    slice_step: int | None = None,
    slice_range: str | tuple[int, int] | None = None,
    min_foreground: float | None = None,
    redact_paths: bool = False,
    workdir: str | os.PathLike[str] | None = None,
    memory: str | None = None,
    random_state: Any = 0,
    n_jobs: int | None = -1,
    search: str = "auto",
    simd: str = "auto",
) -> Measurement:
    """Intrinsic dimension and label sharpness of a data set: what `fathom measure` says of it.

    Parameters
    ----------
    data : path or array
        What `fathom measure` reads (docs/cli.md), or an array: (n, d) vectors, (n, h, w) grey images,
        (n, h, w, c) or (n, c, h, w) with 1 or 3 channels; uint8, uint16, float32 or float64 in C order, anything
        else is copied (docs/python.md).
    labels : path or array, optional
        Of an array one label an image, integers or texts, or (n, L) integers for L tasks. Of a path a file of
        labels (`--labels`).
    protocol : str, optional
        How pixels become a vector: "iclr2024", "miccai2022", "pope2021", "native". Default: "iclr2024"; "native"
        for vectors. Label sharpness depends on it.
    view : str, optional
        How DICOM and NIfTI values become grey levels (docs/medical.md).
    size, channels, range
        Change one field of the protocol: 64 or (48, 64); "auto", "grey" or "rgb"; (0, 1).
    compat : {None, "iclr2024-code"}
        The arithmetic and sampling of the published code, beside ours.
    n_neighbors : int
        k of the headline MLE, 3 or more.
    estimators : str or list of str
        Names, or "all".
    noise_std : float, optional
        Standard deviation of the noise in every pixel, in pixel units, for "mle_noise".
    n_components : int
        1 to 100, manifolds that "hidalgo" looks for.
    draws : int
        Seeded draws of 1000 images for sampled label sharpness.
    anchors : int, optional
        Measure so many random images, each against all: for very large data.
    groups : array of shape (n,), optional
        Of an array: what belongs together, such as the patient of each slice. Never shown.
    across_groups : bool
        Leave out pairs of one group.
    classes, positive, split, samples, format, path_column, label_column, group_column, split_column, ignore_labels,
    skip_bad, max_side, slices, slice_step, slice_range, min_foreground, redact_paths, workdir, memory
        As the options of `fathom measure` (docs/cli.md).
    random_state : int, RandomState, Generator or None
        Seed of every random choice; None is 0.
    n_jobs : int or None
        Threads: -1 for all processors, None for one. Results are the same bits for any number.
    search, simd : str
        Results do not depend on them.

    Returns
    -------
    Measurement

    Raises
    ------
    InputError
        Data that cannot be read or used; attribute `rejected` lists all bad images.
    UsageError
        An argument that cannot be.
    """
    if min_foreground is not None and not 0 <= float(min_foreground) <= 1:
        raise UsageError("min_foreground", f"is {min_foreground!r}", "give 0 to 1")
    given = {
        "protocol": protocol, "channels": channels, "compat": compat, "positive": positive, "split": split,
        "format": format, "path_column": path_column, "group_column": group_column, "split_column": split_column,
        "memory": memory, "ignore_labels": bool(ignore_labels), "skip_bad": bool(skip_bad),
        "across_groups": bool(across_groups), "redact_paths": bool(redact_paths), "view": view, "slices": slices,
        "slice_step": None if slice_step is None else as_count(slice_step, "slice_step", 1, 1_000_000),
        "slice_range": slice_range if slice_range is None or isinstance(slice_range, str) else "{}:{}".format(*slice_range),
        "min_foreground": None if min_foreground is None else float(min_foreground), "search": search, "simd": simd,
        "size": None if size is None else _text_of_size(size),
        "range": None if range is None else ",".join(repr(float(end)) for end in range),
        "classes": None if classes is None else _texts(classes),
        "label_column": None if label_column is None else _texts(label_column),
        "estimator": estimators.split(",") if isinstance(estimators, str) else _texts(estimators),
        "k": as_count(n_neighbors, "n_neighbors", 3, 1_000_000), "draws": as_count(draws, "draws", 0, 10_000),
        "noise_std": None if noise_std is None else float(noise_std),
        "components": as_count(n_components, "n_components", 1, 100),
        "anchors": None if anchors is None else as_count(anchors, "anchors", 1, 2_000_000_000),
        "samples": None if samples is None else as_count(samples, "samples", 1, 2_000_000_000),
        "max_side": None if max_side is None else as_count(max_side, "max_side", 1, 1_000_000),
        "workdir": None if workdir is None else as_path(workdir),
        "seed": as_seed(random_state), "threads": as_threads(n_jobs),
    }
    options = {name: value for name, value in given.items() if value is not None}
    if isinstance(data, (str, bytes, os.PathLike)):
        if groups is not None:
            raise UsageError("groups", "goes with an array", "name the column of the table: group_column=")
        if labels is not None:
            if not isinstance(labels, (str, bytes, os.PathLike)):
                raise UsageError("labels", "is an array, and data a path", "give the path of a file of labels")
            options["labels"] = as_path(labels)
        return Measurement(json.loads(_core.measure_path(as_path(data), options)))
    for name in ("format", "view", "slices", "slice_step", "slice_range", "min_foreground"):
        if name in options:
            raise UsageError(name, "goes with files, and data is an array", "leave it out")
    images = as_numbers(data, "data", _PIXELS)
    names: list[str] = []
    if labels is not None:
        if isinstance(labels, (str, bytes, os.PathLike)):
            raise UsageError("labels", "is a path, and data an array", "give an array of labels")
        labels, names = _array_of_labels(labels, "labels")
    rows = len(images) if images.ndim else 0
    return Measurement(json.loads(_core.measure_array(images, labels, names, _groups(groups, rows), options)))

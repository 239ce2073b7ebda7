"""What users give, made fit for the library: copied only where it must be, and said so."""

from __future__ import annotations

import numbers
import os
import warnings
from typing import Any

import numpy as np

from fathom import _core
from fathom._errors import ConversionWarning, ElementTypeError, InputError, UsageError

_TAKEN_AS_THEY_ARE = ("uint8", "float32", "float64")
_WHOLE = 2.0**53  # every integer up to here is a float64


def _dense(X: Any, name: str) -> np.ndarray:
    if type(X).__module__.startswith("scipy.sparse"):
        raise InputError(name, "is a sparse matrix, and dense rows are needed", "give X.toarray()")
    if isinstance(X, np.ma.MaskedArray) and np.ma.is_masked(X):
        raise InputError(name, "has masked values", "fill or remove them")
    try:
        array = np.asarray(X)
    except (ValueError, TypeError) as error:
        raise InputError(name, f"is no array: {error}", "give an array of numbers") from error
    return array


def _wider(dtype: np.dtype, taken: tuple[str, ...], name: str) -> np.dtype:
    """The type in which the library takes values of this one, without a change of any."""
    native = dtype.newbyteorder("=")
    if native.name in taken:
        return native
    if dtype.kind == "c":
        raise InputError(name, "Complex data not supported", "give real numbers")
    if dtype.kind == "b":
        return np.dtype("uint8")
    if dtype.kind in "iu":
        return np.dtype("float32" if dtype.itemsize <= 2 else "float64")
    if dtype.kind == "f":
        return np.dtype("float32" if dtype.itemsize <= 2 else "float64")
    if dtype.kind == "O":
        return np.dtype("float64")
    raise ElementTypeError(name, f"holds {dtype} and not numbers", "give uint8, float32 or float64")


def as_numbers(X: Any, name: str = "X", taken: tuple[str, ...] = _TAKEN_AS_THEY_ARE, stacklevel: int = 3) -> np.ndarray:
    """A C-contiguous, aligned array of a type in `taken`: X itself where it is one.

    Another NumPy array is copied, with a ConversionWarning; what is no NumPy array is copied without.
    """
    array = _dense(X, name)
    dtype = _wider(array.dtype, taken, name)
    if array.dtype.kind in "iu" and dtype.kind == "f" and array.size and array.dtype.itemsize == 8:
        if max(abs(float(array.min())), abs(float(array.max()))) > _WHOLE:
            raise InputError(name, "holds integers beyond 2^53, which float64 cannot hold", "rescale them")
    try:
        result = np.require(array, dtype, ["C", "A"])
    except (TypeError, ValueError) as error:
        raise ElementTypeError(name, str(error), "give uint8, float32 or float64") from error
    result = result.view(np.ndarray)
    if isinstance(X, np.ndarray) and not np.shares_memory(result, array) and array.size:
        form = f"{array.dtype} is copied to {dtype}" if array.dtype != dtype else "is copied to C order"
        warnings.warn(f"{name}: {form}; give C-contiguous {', '.join(taken)} to save that",
                      ConversionWarning, stacklevel=stacklevel)
    return result


def as_points(X: Any, name: str = "X", least: int = 1, stacklevel: int = 4) -> np.ndarray:
    """An (n, d) array as as_numbers makes it, of `least` rows or more and one column or more."""
    shape = np.shape(X) if hasattr(X, "shape") else _dense(X, name).shape
    if len(shape) != 2:
        raise InputError(name, f"has shape {tuple(shape)}, and one row a point is needed: 2 dimensions",
                         f"reshape it: {name}.reshape(len({name}), -1)" if len(shape) > 2
                         else f"reshape it: {name}.reshape(-1, 1) for one feature, (1, -1) for one point")
    if shape[1] == 0:
        raise InputError(name, f"0 feature(s) (shape={tuple(shape)}) while a minimum of 1 is required.")
    if shape[0] < least:
        raise InputError(name, f"has {shape[0]} sample{'' if shape[0] == 1 else 's'}", f"give {least} or more")
    return as_numbers(X, name, stacklevel=stacklevel)


def as_class_labels(y: Any, rows: int, name: str = "y") -> tuple[np.ndarray, list[str]]:
    """int32 classes 0, 1, ... of the rows and the names of the classes, ordered by value."""
    labels = _dense(y, name)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        raise InputError(name, f"has shape {labels.shape}", "give one label a row: (n,)")
    if len(labels) != rows:
        raise InputError(name, f"holds {len(labels)} labels for {rows} rows", "give one label a row")
    if labels.dtype.kind in "fc" and not np.array_equal(labels, np.floor(labels.real)):
        raise InputError(name, "holds numbers that are not whole, or NaN", "labels must be classes")
    if labels.dtype.kind == "f":
        labels = labels.astype(np.int64)
    try:
        values, inverse = np.unique(labels, return_inverse=True)
    except TypeError as error:
        raise ElementTypeError(name, "holds labels of different types", "give integers, or texts") from error
    return inverse.astype(np.int32), [str(value) for value in values]


def as_count(value: Any, name: str, least: int, most: int | None = None) -> int:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral):
        raise UsageError(name, f"is {value!r} and not an integer", f"give {least} or more")
    if value < least or (most is not None and value > most):
        limit = f"{least} or more" if most is None else f"{least} to {most}"
        raise UsageError(name, f"is {int(value)}", f"give {limit}")
    return int(value)


def as_seed(random_state: Any) -> int:
    if random_state is None:
        return 0
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(np.iinfo(np.int32).max))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(np.iinfo(np.int64).max))
    return as_count(random_state, "random_state", 0, 2**64 - 1)


def as_threads(n_jobs: Any) -> int:
    """As joblib counts: None is 1, -1 all processors, -2 all but one."""
    if n_jobs is None:
        return 1
    if isinstance(n_jobs, numbers.Integral) and n_jobs < 0:
        return max(1, _core.available_threads() + 1 + int(n_jobs))
    return as_count(n_jobs, "n_jobs", 1, 4096)


def as_path(path: Any) -> bytes:
    return os.fsencode(path)


def feature_names(X: Any) -> np.ndarray | None:
    """Names of the columns of a data frame where all are texts."""
    columns = getattr(X, "columns", None)
    if columns is None:
        return None
    names = np.asarray(columns, dtype=object)
    return names if len(names) and all(isinstance(name, str) for name in names) else None

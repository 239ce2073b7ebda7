"""Exact nearest neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np

from fathom import _core
from fathom._arrays import as_count, as_points, as_threads
from fathom._errors import InputError, UsageError


def nearest_neighbors(
    X: Any, n_neighbors: int = 20, *, n_jobs: int | None = -1, search: str = "auto", simd: str = "auto"
) -> tuple[np.ndarray, np.ndarray]:
    """The nearest neighbours of every row among all others, exactly.

    A row is never its own neighbour; a copy of it is, at distance 0. Equal distances are ordered by index, so
    that the result is the same bits for any number of threads, search and processor.

    Parameters
    ----------
    X : array of shape (n, d)
        uint8, float32 or float64 in C order is used where it is; anything else is copied (docs/python.md).
    n_neighbors : int
        1 to n - 1.
    n_jobs : int or None
        Threads: -1 for all processors, None for one.
    search : {"auto", "tiles", "rows", "filter"}
        How pairs are searched. The result does not depend on it.
    simd : {"auto", "scalar", "avx2", "avx512", "avx512-vnni"}
        Vector instructions. The result does not depend on them.

    Returns
    -------
    distances : float64 array of shape (n, n_neighbors)
        Euclidean, in the unit of X, nearest first: direct differences summed in float64.
    indices : int64 array of shape (n, n_neighbors)

    Raises
    ------
    InputError
        NaN or infinite values, too few rows, more memory than there is.
    KeyboardInterrupt
        Ctrl-C, within a second.
    """
    points = as_points(X, least=2)
    k = as_count(n_neighbors, "n_neighbors", 1)
    if k >= len(points):
        raise UsageError("n_neighbors", f"is {k}, and a row has {len(points) - 1} others", f"give 1 to {len(points) - 1}")
    return _core.nearest_neighbors(points, k, as_threads(n_jobs), simd, search)


def kneighbors_graph(
    X: Any,
    n_neighbors: int = 20,
    *,
    mode: str = "connectivity",
    include_self: bool = False,
    n_jobs: int | None = -1,
) -> Any:
    """The graph of nearest neighbours as scikit-learn and cleanlab take it.

    Parameters
    ----------
    X : array of shape (n, d)
    n_neighbors : int
        Entries of a row.
    mode : {"connectivity", "distance"}
        Entries are 1, or Euclidean distances. Distances of 0, of copies, are stored entries.
    include_self : bool
        Each row is its own first neighbour, as one of n_neighbors.
    n_jobs : int or None
        Threads: -1 for all processors, None for one.

    Returns
    -------
    scipy.sparse.csr_matrix of shape (n, n)
        Entries of a row are nearest first. Needs SciPy.
    """
    if mode not in ("connectivity", "distance"):
        raise UsageError("mode", f"is {mode!r}", 'use "connectivity" or "distance"')
    try:
        from scipy.sparse import csr_matrix
    except ImportError as error:
        raise ImportError("fathom.kneighbors_graph needs SciPy; fathom.nearest_neighbors does not") from error
    k = as_count(n_neighbors, "n_neighbors", 1)
    rows = len(X) if hasattr(X, "__len__") else 0
    others = k - 1 if include_self else k
    if others == 0:
        points = as_points(X, least=1)
        rows = len(points)
        distances, indices = np.zeros((rows, 0)), np.zeros((rows, 0), np.int64)
    else:
        distances, indices = nearest_neighbors(X, others, n_jobs=n_jobs)
        rows = len(indices)
    if include_self:
        distances = np.hstack([np.zeros((rows, 1)), distances])
        indices = np.hstack([np.arange(rows)[:, None], indices])
    values = distances.ravel() if mode == "distance" else np.ones(rows * k)
    return csr_matrix((values, indices.ravel(), np.arange(0, rows * k + 1, k)), shape=(rows, rows))


def as_neighbors(X: Any, wanted: int) -> tuple[np.ndarray, np.ndarray]:
    """Neighbours that others have found: (distances, indices), float64 and int64, index -1 where a row has fewer.

    X is the pair that nearest_neighbors returns, a sparse matrix of distances, or a square matrix of all
    distances, of which `wanted` a row are taken.
    """
    if isinstance(X, (tuple, list)) and len(X) == 2:
        return _listed(*X)
    if type(X).__module__.startswith("scipy.sparse"):
        return _from_sparse(X)
    return _from_square(X, wanted)


def _listed(distances: Any, indices: Any) -> tuple[np.ndarray, np.ndarray]:
    distances, indices = np.asarray(distances), np.asarray(indices)
    if distances.ndim != 2 or distances.shape != indices.shape or distances.size == 0:
        raise InputError("X", f"has distances of shape {distances.shape} and indices of shape {indices.shape}",
                         "give both of shape (n, n_neighbors)")
    if indices.dtype.kind not in "iu":
        raise InputError("X", f"has indices of type {indices.dtype}", "give integers")
    if distances.dtype.kind not in "fiu":
        raise InputError("X", f"has distances of type {distances.dtype}", "give numbers")
    return np.ascontiguousarray(distances, np.float64), np.ascontiguousarray(indices, np.int64)


def _from_sparse(graph: Any) -> tuple[np.ndarray, np.ndarray]:
    graph = graph.tocsr()
    rows = graph.shape[0]
    if graph.shape[0] != graph.shape[1]:
        raise InputError("X", f"has shape {graph.shape}", "give a square graph of neighbours")
    counts = np.diff(graph.indptr)
    if rows == 0 or counts.max() == 0:
        raise InputError("X", "has no neighbours", "give their distances as entries")
    row = np.repeat(np.arange(rows), counts)
    order = np.lexsort((graph.indices, graph.data, row))
    place = np.arange(len(row)) - np.repeat(graph.indptr[:-1], counts)
    distances = np.zeros((rows, counts.max()))
    indices = np.full((rows, counts.max()), -1, np.int64)
    distances[row, place] = graph.data[order]
    indices[row, place] = graph.indices[order]
    return distances, indices


def _from_square(X: Any, wanted: int) -> tuple[np.ndarray, np.ndarray]:
    matrix = as_points(X, least=1, stacklevel=6)
    rows = len(matrix)
    if matrix.shape[1] != rows:
        raise InputError("X", f"has shape {matrix.shape}", "give the square matrix of all distances")
    if rows < 4:
        raise InputError("X", f"has {rows} sample{'' if rows == 1 else 's'}", "give 4 or more")
    if matrix.dtype.kind == "f" and not np.isfinite(matrix).all():
        raise InputError("X", "holds NaN or an infinite distance", "remove those rows")
    distances = matrix.astype(np.float64)
    np.fill_diagonal(distances, np.inf)
    taken = min(wanted, rows - 1)
    near = np.argpartition(distances, taken - 1, axis=1)[:, :taken]
    values = np.take_along_axis(distances, near, axis=1)
    order = np.lexsort((near, values), axis=1)
    return np.take_along_axis(values, order, axis=1), np.take_along_axis(near, order, axis=1).astype(np.int64)

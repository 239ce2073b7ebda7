import sys
import threading

import numpy as np
import pytest
from conftest import brute_force

import fathom


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
@pytest.mark.parametrize("search", ["tiles", "rows", "filter"])
def test_neighbors_are_those_of_brute_force(dtype, search):
    rng = np.random.default_rng(1)
    points = (rng.integers(0, 12, (300, 7)) if dtype == "uint8" else rng.normal(size=(300, 7))).astype(dtype)
    distances, indices = fathom.nearest_neighbors(points, 15, search=search)
    expected, order = brute_force(points, 15)
    assert distances.dtype == np.float64 and indices.dtype == np.int64
    np.testing.assert_allclose(distances, expected, rtol=1e-14)
    np.testing.assert_array_equal(indices, order)


def test_copies_are_neighbors_at_distance_zero():
    points = np.array([[0.0, 0], [0, 0], [3, 4], [0, 0]])
    distances, indices = fathom.nearest_neighbors(points, 3)
    np.testing.assert_array_equal(distances, [[0, 0, 5], [0, 0, 5], [5, 5, 5], [0, 0, 5]])
    np.testing.assert_array_equal(indices, [[1, 3, 2], [0, 3, 2], [0, 1, 3], [0, 1, 2]])


def test_the_array_is_not_copied_and_let_go_of():
    from fathom._arrays import as_points

    for dtype in ("uint8", "float32", "float64"):
        points = np.random.default_rng(0).integers(0, 99, (50, 4)).astype(dtype)
        points.flags.writeable = False
        assert as_points(points).ctypes.data == points.ctypes.data
        before = points.tobytes()
        references = sys.getrefcount(points)
        fathom.nearest_neighbors(points, 3)
        fathom.estimate_dimension(points)
        assert sys.getrefcount(points) == references
        assert points.tobytes() == before


def test_other_arrays_are_converted_with_a_warning():
    points = np.random.default_rng(0).integers(0, 99, (60, 4))
    expected = fathom.nearest_neighbors(points.astype(np.float64), 5)
    with pytest.warns(fathom.ConversionWarning, match="int64 is copied to float64"):
        found = fathom.nearest_neighbors(points, 5)
    np.testing.assert_array_equal(found[0], expected[0])
    for other in (np.asfortranarray(points.astype(np.float64)), np.repeat(points.astype(np.float64), 2, axis=1)[:, ::2]):
        with pytest.warns(fathom.ConversionWarning, match="C order"):
            found = fathom.nearest_neighbors(other, 5)
        np.testing.assert_array_equal(found[1], expected[1])
    for other in (points.astype(np.float16), points.astype(">f8"), points.astype(np.int16)):
        with pytest.warns(fathom.ConversionWarning):
            found = fathom.nearest_neighbors(other, 5)
        np.testing.assert_array_equal(found[1], expected[1])
    np.testing.assert_array_equal(fathom.nearest_neighbors(points.tolist(), 5)[1], expected[1])


def test_the_graph_is_that_of_scikit_learn():
    neighbors = pytest.importorskip("sklearn.neighbors")
    points = np.random.default_rng(3).normal(size=(120, 5))
    for mode in ("connectivity", "distance"):
        for include_self in (False, True):
            ours = fathom.kneighbors_graph(points, 6, mode=mode, include_self=include_self)
            theirs = neighbors.kneighbors_graph(points, 6, mode=mode, include_self=include_self)
            np.testing.assert_array_equal(ours.indptr, theirs.indptr)
            np.testing.assert_array_equal(ours.indices, theirs.indices)
            np.testing.assert_allclose(ours.data, theirs.data, rtol=1e-12)


def test_other_threads_run_meanwhile():
    points = np.random.default_rng(0).normal(size=(6000, 64)).astype(np.float32)
    counted, done = [], threading.Event()

    def count():
        while not done.is_set():
            counted.append(1)
            done.wait(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    before = len(counted)
    fathom.nearest_neighbors(points, 20)
    during = len(counted) - before
    done.set()
    thread.join()
    assert during > 5

"""Bad input: clear exceptions, no crash, arrays unchanged."""

import pickle
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import fathom

GOOD = np.random.default_rng(0).normal(size=(60, 4))
FUNCTIONS = {
    "nearest_neighbors": lambda X: fathom.nearest_neighbors(X, 3),
    "kneighbors_graph": lambda X: fathom.kneighbors_graph(X, 3),
    "estimate_dimension": lambda X: fathom.estimate_dimension(X, n_neighbors=5),
    "fit": lambda X: fathom.MLE(n_neighbors=5).fit(X),
    "label_sharpness": lambda X: fathom.label_sharpness(X, np.arange(len(X)) % 2),
}


def with_value(value):
    points = GOOD.copy()
    points[7, 2] = value
    return points


BAD = {
    "one dimension": (GOOD[:, 0], "2 dimensions"),
    "three dimensions": (GOOD[None], "reshape"),
    "no rows": (np.empty((0, 3)), "0 samples"),
    "no columns": (np.empty((5, 0)), r"0 feature\(s\)"),
    "one row": (GOOD[:1], "1 sample"),
    "NaN": (with_value(np.nan), "not finite"),
    "infinite": (with_value(np.inf), "not finite"),
    "huge": (with_value(1e200), "1e30"),
    "complex": (GOOD.astype(complex), "Complex data not supported"),
    "texts": (np.full((60, 4), "x"), "not numbers"),
    "times": (np.full((60, 4), np.datetime64("2024-01-01")), "not numbers"),
    "objects": (np.full((60, 4), {}, dtype=object), "must be a string or a real number"),
    "ragged": ([[1, 2], [3]], "is no array"),
    "large integers": (np.full((60, 4), 2**60), "2\\^53"),
    "nothing": (None, "2 dimensions"),
}


@pytest.mark.filterwarnings("ignore::fathom.ConversionWarning")
@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_points(function, name):
    points, message = BAD[name]
    if function == "label_sharpness" and not hasattr(points, "__len__"):
        pytest.skip("no labels for nothing")
    before = points.tobytes() if isinstance(points, np.ndarray) and points.dtype != object else None
    with pytest.raises(fathom.InputError, match=message) as raised:
        FUNCTIONS[function](points)
    assert isinstance(raised.value, ValueError) and isinstance(raised.value, fathom.FathomError)
    if before is not None:
        assert points.tobytes() == before


def test_sparse_and_masked():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(fathom.InputError, match="sparse"):
        fathom.nearest_neighbors(sparse.csr_matrix(GOOD), 3)
    with pytest.raises(fathom.InputError, match="masked"):
        fathom.nearest_neighbors(np.ma.masked_greater(GOOD, 1), 3)


@pytest.mark.parametrize("layout", ["read-only", "Fortran", "strided", "negative stride", "unaligned"])
@pytest.mark.filterwarnings("ignore::fathom.ConversionWarning")
def test_any_layout_gives_the_same_and_is_unchanged(layout):
    wide = np.repeat(GOOD, 2, axis=1)
    raw = np.zeros(GOOD.nbytes + 1, np.uint8)
    unaligned = raw[1:].view(np.float64).reshape(GOOD.shape)
    unaligned[:] = GOOD
    points = {"read-only": GOOD.copy(), "Fortran": np.asfortranarray(GOOD), "strided": wide[:, ::2],
              "negative stride": GOOD[::-1].copy()[::-1], "unaligned": unaligned}[layout]
    points.flags.writeable = False
    before = points.tobytes()
    np.testing.assert_array_equal(fathom.nearest_neighbors(points, 4)[0], fathom.nearest_neighbors(GOOD, 4)[0])
    assert fathom.TwoNN().fit(points).dimension_ == fathom.TwoNN().fit(GOOD).dimension_
    fathom.label_sharpness(points, np.arange(60) % 2)
    assert points.tobytes() == before


def test_neighbors_that_cannot_be():
    for k, message in ((60, "give 1 to 59"), (0, "give 1 or more"), (-1, "1 or more"), (2.5, "not an integer"), (True, "not an")):
        with pytest.raises(fathom.UsageError, match=message):
            fathom.nearest_neighbors(GOOD, k)
    with pytest.raises(fathom.UsageError, match="3 or more"):
        fathom.MLE(n_neighbors=2).fit(GOOD)
    with pytest.raises(fathom.InputError, match="61 distinct points, and there are 60"):
        fathom.MLE(n_neighbors=60).fit(GOOD)
    for bad in ({"search": "guess"}, {"simd": "mmx"}, {"n_jobs": 0}):
        with pytest.raises(fathom.UsageError):
            fathom.nearest_neighbors(GOOD, 3, **bad)


def test_a_request_larger_than_memory_is_refused_before_it_is_made():
    points = np.zeros((2_000_000, 2), np.uint8)
    with pytest.raises(fathom.InputError, match="of memory, and this machine has"):
        fathom.nearest_neighbors(points, 1_999_999)
    with pytest.raises(fathom.InputError, match="of memory"):
        fathom.MLE(n_neighbors=1_000_000).fit(points)


def test_labels():
    for labels, message in ((np.zeros(60), "one class"), (np.arange(59), "59 labels for 60 rows"), (np.arange(60) / 7, "not whole"),
                            (np.full(60, np.nan), "not whole"), (np.zeros((60, 2)), "one label a row"),
                            (np.array(["a", 1] * 30, dtype=object), "different types")):
        with pytest.raises(fathom.InputError, match=message):
            fathom.label_sharpness(GOOD, labels)
    with pytest.raises(fathom.InputError, match="no two different images"):
        fathom.label_sharpness(np.zeros((4, 2)), [0, 1, 0, 1])


def test_precomputed_neighbors():
    distances, indices = fathom.nearest_neighbors(GOOD, 20)
    wrong = {
        "shape": (distances, indices[:, :5]),
        "and there are 60 rows": (distances, indices + 30),
        "nearest first": (distances[:, ::-1], indices[:, ::-1]),
        "NaN": (np.where(distances > 2, np.nan, distances), indices),
        "negative": (-distances, indices),
        "of type": (distances, indices.astype(float)),
    }
    for message, X in wrong.items():
        with pytest.raises(fathom.InputError, match=message):
            fathom.MLE(n_neighbors=5, metric="precomputed").fit(X)
    with pytest.raises(fathom.InputError, match="square"):
        fathom.MLE(n_neighbors=5, metric="precomputed").fit(GOOD)
    with pytest.raises(fathom.UsageError, match="metric"):
        fathom.MLE(metric="cosine").fit(GOOD)


def test_measure():
    images = np.zeros((30, 8, 8), np.uint8)
    with pytest.raises(fathom.InputError, match="all identical"):
        fathom.measure(images, protocol="native")
    with pytest.raises(fathom.UsageError, match="^protocol"):
        fathom.measure(images, protocol="mine")
    with pytest.raises(fathom.InputError, match="holds 29 labels"):
        fathom.measure(images, np.zeros(29))
    with pytest.raises(fathom.InputError, match="no set of images"):
        fathom.measure(np.zeros(30))
    with pytest.raises(fathom.InputError, match="nowhere"):
        fathom.measure("/nowhere/at/all")
    with pytest.raises(fathom.UsageError, match="estimators"):
        fathom.measure(images, estimators="guess")
    with pytest.raises(fathom.UsageError, match="across_groups"):
        fathom.measure(images, across_groups=True)
    with pytest.raises(fathom.UsageError, match="view: goes with files"):
        fathom.measure(images, view="window")
    with pytest.raises(fathom.UsageError, match="min_foreground"):
        fathom.measure("/nowhere", min_foreground=2)
    floats = np.random.default_rng(0).normal(size=(30, 8, 8))
    floats[3, 1, 1] = np.nan
    with pytest.raises(fathom.InputError) as raised:
        fathom.measure(floats, protocol="native")
    assert [path for path, _ in raised.value.rejected] == ["3"] and "NaN" in str(raised.value)
    assert "skip_bad" in str(raised.value) and "--" not in str(raised.value)
    assert fathom.measure(floats, protocol="native", skip_bad=True)["images"] == 29


def test_errors_survive_pickling():
    error = fathom.InputError("X", "is wrong", "mend it")
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == str(error) == "X: is wrong; mend it"
    assert issubclass(fathom.InternalError, RuntimeError) and issubclass(fathom.UsageError, ValueError)


def test_ctrl_c_stops_within_a_second():
    script = textwrap.dedent("""
        import os, signal, threading, time
        import numpy as np
        import fathom
        points = np.random.default_rng(0).normal(size=(60000, 256))
        def stop():
            stop.at = time.monotonic()
            os.kill(os.getpid(), signal.SIGINT)
        threading.Timer(0.5, stop).start()
        try:
            fathom.nearest_neighbors(points, 50)
        except KeyboardInterrupt:
            print(time.monotonic() - stop.at)
    """)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 2  # a second, and a busy machine


def test_what_a_handler_raises_stops():
    def give_up(*_):
        raise TimeoutError("enough")

    before = signal.signal(signal.SIGALRM, give_up)
    try:
        points = np.random.default_rng(0).normal(size=(40000, 128))
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(TimeoutError, match="enough"):
            fathom.nearest_neighbors(points, 20, n_jobs=1)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_handler_that_does_not_raise_does_not_stop():
    calls = []
    before = signal.signal(signal.SIGALRM, lambda *_: calls.append(1))
    try:
        points = np.random.default_rng(0).normal(size=(8000, 64))
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        assert fathom.nearest_neighbors(points, 5, n_jobs=1)[0].shape == (8000, 5) and calls
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

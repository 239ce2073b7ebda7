"""Estimators of dimension by Fathom and by its peers, one job a line of the standard input; answers seconds and a value.

Usage: estimators.py POINTS.npy THREADS PACKAGE

  fathom NAME INTERVALS   Fathom's estimator, with its intervals (1) or without (0); of lpca without, the whole set alone,
                          as scikit-dimension's class
  skdim CLASS             scikit-dimension's, at its default arguments
  dadapy METHOD           DADApy's
  calls NAME              of what scikit-dimension does, the calls of NumPy, SciPy and scikit-learn that most of it is:
                          at least so long it takes
  has PACKAGE             1 where the package can be imported
  names                   those of Fathom's estimators
"""

import importlib.util
import sys
import time

import numpy
from scipy.spatial.distance import pdist, squareform
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise_distances_chunked
from sklearn.neighbors import NearestNeighbors


def searched(neighbors):
    def search(points, threads):
        NearestNeighbors(n_neighbors=neighbors + 1, n_jobs=threads).fit(points).kneighbors(points)
    return search


def all_distances(points, threads):
    squareform(pdist(points))


def searched_and_chunked(points, threads):
    searched(20)(points, threads)
    for _ in pairwise_distances_chunked(points, n_jobs=threads):
        pass


def components(points, threads):
    PCA().fit(points)


CALLS = {"mle": searched(20), "twonn": searched(2), "mom": searched(100), "mind_ml": searched(21), "tle": searched(20),
         "ess": searched(100), "danco": searched(11), "mada": all_distances, "corrint": searched_and_chunked,
         "lpca": components, "fishers": components}


def by_fathom(points, threads, name, intervals):
    import fathom

    if name == "lpca" and intervals == "0":
        return fathom.lPCA(n_jobs=threads).fit(points).dimension_
    found = fathom.estimate_dimension(points, name, intervals=intervals == "1", n_jobs=threads)
    return found[0].value if found else float("nan")


def by_skdim(points, threads, name):
    import skdim

    kind = getattr(skdim.id, name)
    one = kind(n_jobs=threads) if "n_jobs" in kind().get_params() else kind()
    return float(one.fit(points).dimension_)


def by_dadapy(points, threads, method):
    import dadapy

    data = dadapy.Data(points, maxk=100, njobs=threads, verbose=False)
    found = getattr(data, method)()
    return float(numpy.ravel(found[0])[0])


def by_calls(points, threads, name):
    CALLS[name](points, threads)
    return float("nan")


WAYS = {"fathom": by_fathom, "skdim": by_skdim, "dadapy": by_dadapy, "calls": by_calls}


def main():
    points, threads = numpy.load(sys.argv[1]), int(sys.argv[2])
    sys.path.insert(0, sys.argv[3])
    for line in sys.stdin:
        way, *arguments = line.split()
        if way == "has":
            print(int(importlib.util.find_spec(arguments[0]) is not None), flush=True)
            continue
        if way == "names":
            import fathom

            print(" ".join(fathom._core.estimator_names()), flush=True)
            continue
        start = time.perf_counter()
        value = WAYS[way](points, threads, *arguments)
        print(f"{time.perf_counter() - start:.5f} {value!r}", flush=True)


if __name__ == "__main__":
    main()

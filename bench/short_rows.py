"""Neighbours among points of few components, by Fathom from Python and by scikit-learn, one job a line of the standard
input; answers seconds, and of Fathom a hash of what it found.

Usage: short_rows.py POINTS.npy THREADS PACKAGE

  fathom MODE K ROWS              Fathom by this search
  scikit-learn ALGORITHM K ROWS   scikit-learn, which finds the point itself too
"""

import hashlib
import sys
import time

import numpy
from sklearn.neighbors import NearestNeighbors


def main():
    points, threads = numpy.load(sys.argv[1]), int(sys.argv[2])
    sys.path.insert(0, sys.argv[3])
    import fathom

    for line in sys.stdin:
        package, how, k, _ = line.split()
        found = ""
        start = time.perf_counter()
        if package == "fathom":
            distances, indices = fathom.nearest_neighbors(points, int(k), search=how, n_jobs=threads)
        else:
            NearestNeighbors(n_neighbors=int(k) + 1, algorithm=how, n_jobs=threads).fit(points).kneighbors(points)
        seconds = time.perf_counter() - start
        if package == "fathom":
            found = hashlib.sha256(distances.tobytes() + indices.tobytes()).hexdigest()
        print(f"{seconds:.5f} {found}", flush=True)


if __name__ == "__main__":
    main()

"""Nearest neighbours by scikit-learn and torch, k = 21 with the image itself, one job a line of the standard input.

Usage: peers.py MATRIX.npy THREADS

  scikit-learn QUERIES    seconds, for the first QUERIES rows against all
  torch QUERIES           the same
"""

import sys
import time

import numpy
import torch
from sklearn.neighbors import NearestNeighbors

NEIGHBORS = 21
DISTANCES_A_BLOCK = 1 << 27  # 512 MB of float32: torch has no search, and the whole matrix of distances is too large


def scikit_learn(rows, queries):
    NearestNeighbors(n_neighbors=NEIGHBORS, algorithm="brute", n_jobs=-1).fit(rows).kneighbors(rows[:queries])


def cdist_and_topk(rows, queries):
    rows = torch.from_numpy(rows)
    block = max(1, DISTANCES_A_BLOCK // len(rows))
    with torch.inference_mode():
        for first in range(0, queries, block):
            torch.cdist(rows[first:min(first + block, queries)], rows).topk(NEIGHBORS, largest=False)


def main():
    rows = numpy.load(sys.argv[1]).astype(numpy.float32)
    torch.set_num_threads(int(sys.argv[2]))
    search = {"scikit-learn": scikit_learn, "torch": cdist_and_topk}
    for line in sys.stdin:
        name, queries = line.split()
        start = time.perf_counter()
        search[name](rows, int(queries))
        print(f"{time.perf_counter() - start:.5f}", flush=True)


if __name__ == "__main__":
    main()

"""Table of the search for neighbours among points of few components, called from Python, beside scikit-learn."""

import os

import machine
import numpy
from worker import Search, Worker, take_turns

SIZES = ((2_500, 3), (5_000, 50), (10_000, 3), (10_000, 50), (40_000, 3), (40_000, 50))
NEIGHBORS = (2, 20, 100)


def print_short_rows(folder, rounds):
    print("| normal points, k | Fathom (s) | by tiles (s) | scikit-learn, as it chooses (s) | by brute force (s) | "
          "best of scikit-learn / Fathom |")
    print("| --- | --- | --- | --- | --- | --- |")
    environment = dict(machine.environment(), OMP_NUM_THREADS=str(machine.THREADS), OPENBLAS_NUM_THREADS=str(machine.THREADS))
    package = os.path.join(os.path.dirname(machine.BIN), "python")
    script = os.path.join(machine.ROOT, "bench", "short_rows.py")
    for rows, components in SIZES:
        points = os.path.join(folder, "points.npy")
        numpy.save(points, numpy.random.default_rng(0).standard_normal((rows, components)))
        with Worker(["/usr/bin/python3", "-W", "ignore", script, points, str(machine.THREADS), package], environment) as own:
            for k in NEIGHBORS:
                fathom = [Search(own, f"fathom {mode} {k}", rows, False) for mode in ("auto", "tiles")]
                peers = [Search(own, f"scikit-learn {algorithm} {k}", rows, False) for algorithm in ("auto", "brute")]
                if fathom[0].hash != fathom[1].hash:
                    raise SystemExit(f"{rows} x {components}: the searches found different neighbours")
                take_turns(fathom + peers, rounds)
                cells = [f"{search.seconds:.4f}" for search in fathom + peers]
                ratio = min(peer.seconds for peer in peers) / fathom[0].seconds
                print(f"| {rows:,} x {components}, {k} | {' | '.join(cells)} | {ratio:.1f} |", flush=True)
    print()

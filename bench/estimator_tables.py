"""Tables of the estimators of dimension: seconds of each, beside scikit-dimension and DADApy where they are installed."""

import json
import os
import statistics
import time

import machine
import numpy
from worker import Worker

# Of those of Fathom's estimators that they have: scikit-dimension's class, DADApy's method.
SKDIM = {"mle": "MLE", "twonn": "TwoNN", "mom": "MOM", "mada": "MADA", "mind_ml": "MiND_ML", "corrint": "CorrInt",
         "tle": "TLE", "ess": "ESS", "danco": "DANCo", "lpca": "lPCA", "fishers": "FisherS"}
DADAPY = {"twonn": "compute_id_2NN", "gride": "return_id_scaling_gride"}
CALLED = ("mle", "twonn", "mom", "mind_ml", "tle", "ess", "danco", "mada", "corrint", "lpca", "fishers")
LONG_JOB = 10.0
MEDIAN_TARGET, LEAST_TARGET = 20, 3


def package():
    return os.path.join(os.path.dirname(machine.BIN), "python")


def worker(points, threads):
    command = ["/usr/bin/python3", "-W", "ignore", os.path.join(machine.ROOT, "bench", "estimators.py"), points,
               str(threads), package()]
    environment = dict(machine.environment(), OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
    return Worker(command, environment)


def seconds(own, job, rounds):
    """Median after a warm-up; one run where it takes long."""
    times = []
    for number in range(rounds + 1):
        time.sleep(0.2)
        times.append(float(own.do(job)[0]))
        if number == 0 and times[0] > LONG_JOB:
            return times[0]
    return statistics.median(times[1:])


def print_size(points, title, rounds):
    with worker(points, machine.THREADS) as own:
        has = {name: own.do(f"has {name}")[0] == "1" for name in ("skdim", "dadapy")}
        print(f"| {title} | without intervals (s) | with intervals (s) | scikit-dimension (s) | its library calls alone (s) | "
              "DADApy (s) | ratio |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        ratios = []
        for name in own.do("names"):
            plain, whole = seconds(own, f"fathom {name} 0", rounds), seconds(own, f"fathom {name} 1", rounds)
            calls = seconds(own, f"calls {name}", rounds) if name in CALLED else None
            theirs = [seconds(own, f"{way} {methods[name]}", rounds) if name in methods and has[way] else None
                      for way, methods in (("skdim", SKDIM), ("dadapy", DADAPY))]
            measured = [one for one in theirs if one is not None]
            ratio, least = (min(measured) / plain, "") if measured else (calls / plain, ">= ") if calls else (None, "")
            if ratio:
                ratios.append(ratio)
            cells = [f"{one:.3f}" if one is not None else "-" for one in (plain, whole, theirs[0], calls, theirs[1])]
            print(f"| `{name}` | {' | '.join(cells)} | {least + format(ratio, '.1f') if ratio else '-'} |", flush=True)
        whole = seconds(own, "fathom all 1", 1)
        print(f"| all, one scan | {seconds(own, 'fathom all 0', 1):.2f} | {whole:.2f} | - | - | - | - |")
    absent = [name for name, there in (("scikit-dimension", has["skdim"]), ("DADApy", has["dadapy"])) if not there]
    said = f" {' and '.join(absent)} cannot be imported here; where a ratio is to its library calls alone it is at least that." if absent else ""
    print(f"\nMedian ratio {statistics.median(ratios):.1f} (target {MEDIAN_TARGET}), smallest {min(ratios):.1f} "
          f"(target {LEAST_TARGET}).{said}\n", flush=True)


def print_manifolds(golden, rounds):
    """One thread, beside the times that scikit-dimension took on another machine."""
    with open(os.path.join(golden, "manifolds.json")) as file:
        manifolds = json.load(file)["manifolds"]
    theirs, ours = {}, {}
    for manifold in manifolds.values():
        with worker(os.path.join(golden, "manifolds", manifold["file"]), 1) as own:
            for name, kind in SKDIM.items():
                recorded = manifold["scikit_dimension"].get(kind, {}).get("seconds_one_thread")
                if recorded is None:
                    continue
                theirs.setdefault(name, []).append(recorded)
                ours.setdefault(name, []).append(seconds(own, f"fathom {name} 0", rounds))
    print("| manifolds of 2,500 points, one thread, medians over them | sets | Fathom (s) | scikit-dimension (s), on another machine | "
          "median ratio | smallest |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name in ours:
        ratios = [their / our for their, our in zip(theirs[name], ours[name])]
        print(f"| `{name}` | {len(ratios)} | {statistics.median(ours[name]):.4f} | {statistics.median(theirs[name]):.4f} | "
              f"{statistics.median(ratios):.1f} | {min(ratios):.1f} |", flush=True)
    print()


def small_points():
    """5,000 normal points of 10 dimensions in 50 components, with a little noise in all."""
    generator = numpy.random.default_rng(0)
    flat = generator.normal(size=(5000, 10)) @ generator.normal(size=(10, 50))
    return flat + 0.05 * generator.normal(size=flat.shape)


def print_estimators(matrices, golden, folder, rounds):
    small = os.path.join(folder, "small.npy")
    numpy.save(small, small_points())
    print_size(small, "5,000 x 50, float64", rounds)
    large = os.path.join(folder, "large.npy")
    numpy.save(large, numpy.load(matrices.path("mnist")).astype(numpy.float64))
    print_size(large, "10,000 x 784 (MNIST t10k), float64", rounds)
    if os.path.exists(os.path.join(golden, "manifolds.json")):
        print_manifolds(golden, 1)

"""Tables of the search for neighbours: against the peers, by number of images, by search mode, rate, memory."""

import math
import statistics
import subprocess
from contextlib import ExitStack

import machine
from data_rows import DATA_ROWS
from worker import LONG_JOB, LONG_ROUNDS, QUERIES, SCALED_FROM, Search, Worker, take_turns

GROWTH_MATRIX, GROWTH_COUNTS, GROWTH_TARGET = "mnist-x20", (10_000, 20_000, 50_000, 100_000, 200_000), 1.6
RATE_MATRIX, RATE_TARGET = "cifar10", 70
MEMORY_MATRICES = ("cifar10-x6", "mnist-x20")
MOST_BY_ROWS = 10_000  # rows that are compared row by row too, which takes long beyond


def row_named(name):
    return next(row for row in DATA_ROWS if row.name == name)


def neighbors_worker(matrix, openblas=None):
    command = [machine.program("bench_neighbors"), matrix, str(machine.THREADS)]
    return Worker(command, machine.environment(openblas))


def peers_worker(matrix, openblas):
    command = ["/usr/bin/python3", "-W", "ignore", machine.ROOT + "/bench/peers.py", matrix, str(machine.THREADS)]
    return Worker(command, machine.environment(openblas))


def best_openblas(matrices, rounds):
    """Prints FAISS by OpenBLAS kernel and returns the fastest, None when that is the one OpenBLAS picks."""
    row = row_named("cifar10")
    with ExitStack() as stack:
        workers = {choice: stack.enter_context(neighbors_worker(matrices.path(row.name), choice))
                   for choice in [None] + machine.openblas_kernels()}
        kernels = {choice: worker.do("kernel")[0] for choice, worker in workers.items()}
        searches = {choice: Search(worker, "faiss", row.rows, True) for choice, worker in workers.items()
                    if choice is None or kernels[choice] != kernels[None]}
        take_turns(searches.values(), rounds)
    print(f"| FAISS on {row.title}: OPENBLAS_CORETYPE | kernel in use | seconds | fastest round |")
    print("| --- | --- | --- | --- |")
    for choice, search in searches.items():
        print(f"| {choice or 'not set'} | {kernels[choice]} | {search.cell} | {search.fastest:.2f} |")
    # The fastest round is the one that other work disturbed least; a few percent are still the machine's.
    best = min(searches, key=lambda choice: searches[choice].fastest)
    if searches[best].fastest > 0.95 * searches[None].fastest:
        best = None
    print(f"\nThe peers below run with {'OpenBLAS as it comes' if best is None else 'OPENBLAS_CORETYPE=' + best}.\n",
          flush=True)
    return best


def print_against_peers(matrices, rows, rounds, fathom_only):
    openblas = None if fathom_only else best_openblas(matrices, rounds)
    print("| nearest neighbours, k = 20, data in memory | rows x components | Fathom (s) | FAISS Flat (s) | "
          "scikit-learn brute (s) | torch.cdist + topk (s) | FAISS / Fathom | target | "
          "FAISS / Fathom, fastest rounds | best peer / Fathom |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        matrix = matrices.path(row.name)
        with neighbors_worker(matrix, openblas) as own, peers_worker(matrix, openblas) as python:
            fathom = Search(own, "fathom auto", row.rows, False)
            peers = [] if fathom_only else [Search(own, "faiss", row.rows, True),
                                            Search(python, "scikit-learn", row.rows, True),
                                            Search(python, "torch", row.rows, True)]
            take_turns([fathom] + peers, rounds)
        cells = [peer.cell for peer in peers] or ["-"] * 3
        ratio = f"{peers[0].seconds / fathom.seconds:.1f}" if peers else "-"
        fastest = f"{peers[0].fastest / fathom.fastest:.1f}" if peers else "-"
        best = f"{min(peer.seconds for peer in peers) / fathom.seconds:.1f}" if peers else "-"
        target = f">= {row.target}" if row.target else "-"
        print(f"| {row.title} | {row.rows:,} x {row.cols:,} | {fathom.cell} | {' | '.join(cells)} | {ratio} | {target} | "
              f"{fastest} | {best} |", flush=True)
    print(f"\n\\* {QUERIES:,} queries against all rows, scaled to all, since all would take over {SCALED_FROM:.0f} s. "
          f"\\+ {LONG_ROUNDS} rounds, since one takes over {LONG_JOB:.0f} s. Fathom always searches all.\n", flush=True)


def print_modes(matrices, rows, rounds):
    print("| search mode, seconds | auto | tiles | filter | rows |")
    print("| --- | --- | --- | --- | --- |")
    for row in rows:
        with neighbors_worker(matrices.path(row.name)) as own:
            modes = ["auto", "tiles", "filter"]
            if row.rows <= MOST_BY_ROWS:
                modes.append("rows")
            searches = [Search(own, f"fathom {mode}", row.rows, False) for mode in modes]
            if len({search.hash for search in searches}) != 1:
                raise SystemExit(f"{row.name}: the search modes found different neighbours")
            take_turns(searches, rounds)
        cells = [search.cell for search in searches] + ["-"] * (4 - len(searches))
        print(f"| {row.title}, {row.rows:,} x {row.cols:,} | {' | '.join(cells)} |", flush=True)
    print()


def print_growth(matrices, rounds):
    print(f"| images of {row_named(GROWTH_MATRIX).title} | Fathom (s) | exponent from the row above |")
    print("| --- | --- | --- |")
    with neighbors_worker(matrices.path(GROWTH_MATRIX)) as own:
        searches = [Search(own, "fathom auto", count, False) for count in GROWTH_COUNTS]
        take_turns(searches, rounds)

    def exponent(few, many):
        return math.log(many.seconds / few.seconds) / math.log(many.rows / few.rows)

    before = None
    for search in searches:
        local = f"{exponent(before, search):.2f}" if before else "-"
        print(f"| {search.rows:,} | {search.cell} | {local} |")
        before = search
    print(f"\nTime grows as N^{exponent(searches[0], searches[-1]):.2f} from {GROWTH_COUNTS[0]:,} to {GROWTH_COUNTS[-1]:,} "
          f"images (target <= {GROWTH_TARGET}).\n", flush=True)


def print_rate(matrices, rounds):
    row = row_named(RATE_MATRIX)
    matrix = matrices.path(row.name)
    done = subprocess.run([machine.program("bench_multiply_rate"), matrix, str(machine.THREADS), str(rounds)],
                          env=machine.environment(), check=True, stdout=subprocess.PIPE, text=True)
    peak, kernel = (statistics.median(column)
                    for column in zip(*[map(float, line.split()) for line in done.stdout.splitlines()]))
    with neighbors_worker(matrix) as own:
        search = Search(own, "fathom tiles", row.rows, False)
        take_turns([search], rounds)
    whole = row.rows ** 2 * row.cols / 2 / search.seconds / 1e9
    share = (lambda rate: f"{100 * rate / peak:.0f} %") if peak else (lambda rate: "-")
    print(f"| 8-bit multiply-adds, {row.rows:,} x {row.cols:,} | 10^9 a second | share of the peak |")
    print("| --- | --- | --- |")
    limit = f"{peak:.0f}" if peak else "no VNNI"
    print(f"| peak: vpdpbusd on registers, {machine.THREADS} threads | {limit} | {share(peak)} |")
    print(f"| tile kernel alone, half the matrix of pairs (target {RATE_TARGET} %) | {kernel:.0f} | {share(kernel)} |")
    print(f"| whole search in tiles, N^2 D / 2 over its time | {whole:.0f} | {share(whole)} |\n", flush=True)


def print_memory(matrices):
    print("| peak memory (MB of 10^6 bytes) | 8-bit matrix | search alone | whole `fathom measure` of the .npy file | "
          "allowed: matrix + 25 % + 200 |")
    print("| --- | --- | --- | --- | --- |")
    for row in map(row_named, MEMORY_MATRICES):
        matrix = matrices.path(row.name)
        with neighbors_worker(matrix) as own:
            own.do(f"fathom auto {row.rows}")
            alone = float(own.do("memory")[0])
        whole = machine.peak_memory([machine.program("fathom"), "measure", matrix, "--protocol", "native"])
        print(f"| {row.rows:,} x {row.cols:,} | {row.megabytes:.0f} | {alone:.0f} | {whole:.0f} | "
              f"{1.25 * row.megabytes + 200:.0f} |", flush=True)
    print()

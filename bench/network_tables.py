"""Tables of networks: Fathom beside torch in Python, on the same LibTorch and the same threads."""

import os
import statistics

import machine
from worker import Worker

RATIO_TARGET, LOADER_TARGET = 1.0, 1.2
SIDES = (224, 64)
IMAGES = {224: 64, 64: 512}
EPOCH_IMAGES = {224: 128, 64: 512}
JOBS = (("forward", "forward", ["forward"], RATIO_TARGET),
        ("training step", "training", ["training"], RATIO_TARGET),
        ("FGSM", "fgsm", ["input-fgsm", "fgsm"], RATIO_TARGET),
        ("training from files", "epoch", ["epoch", "epoch-of-workers"], LOADER_TARGET))


def workers_on(data):
    threads = str(machine.THREADS)
    folder = os.path.join(data, "brainmri")
    return (Worker([machine.program("bench_networks"), folder, threads], machine.environment()),
            Worker(["/usr/bin/python3", "-W", "ignore", machine.ROOT + "/bench/network_peers.py", folder, threads],
                   machine.environment()))


def print_networks(data, rounds):
    """Each job in processes of its own, so that their peak memory is that job's."""
    print(f"| ResNet-18, 32 images at a time, {machine.THREADS} threads | side | Fathom (images/s) | torch in Python (images/s) | "
          "ratio | target | peak memory (MB) | Python's |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for title, own_job, peer_jobs, target in JOBS:
        for side in SIDES:
            images = (EPOCH_IMAGES if own_job == "epoch" else IMAGES)[side]
            own, peer = workers_on(data)
            with own, peer:
                jobs = [(own, own_job)] + [(peer, name) for name in peer_jobs]
                times = [[] for _ in jobs]
                for number in range(rounds + 1):
                    for (worker, name), seconds in zip(jobs, times):
                        taken = float(worker.do(f"{name} {side} {images}")[0])
                        if number > 0:
                            seconds.append(taken)
                peaks = [float(worker.do("peak")[0]) for worker in (own, peer)]
            medians = [statistics.median(seconds) for seconds in times]
            best = min(medians[1:])
            print(f"| {title} | {side} | {images / medians[0]:.1f} | {images / best:.1f} | {best / medians[0]:.2f} | "
                  f">= {target} | {peaks[0]:.0f} | {peaks[1]:.0f} |", flush=True)
    print()

"""Tables of the whole program, and of reading images beside torchvision."""

import os
import statistics
import subprocess
import time

import machine

MEASURE_TARGET = 1.3


def seconds_of(command):
    start = time.perf_counter()
    subprocess.run(command, env=machine.environment(), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def print_program(data, rounds):
    print("| whole program | seconds | peak memory (MB) |")
    print("| --- | --- | --- |")
    for arguments in (["--version"], ["measure", "--help"],
                      ["measure", os.path.join(data, "mnist"), "--protocol", "native"],
                      ["measure", os.path.join(data, "cifar10-test"), "--protocol", "native"],
                      ["measure", os.path.join(data, "cifar10-test")],
                      ["measure", os.path.join(data, "brainmri"), "--protocol", "miccai2022"]):
        command = [machine.program("fathom"), *arguments]
        memory = machine.peak_memory(command)
        seconds = statistics.median(seconds_of(command) for _ in range(rounds))
        shown = " ".join(os.path.basename(argument) for argument in arguments)
        print(f"| `fathom {shown}` | {seconds:.3f} | {memory:.0f} |", flush=True)
    print()


def print_measure(data, rounds):
    """The whole of measure beside a program that only decodes and prepares, in turns."""
    print(f"| whole program | seconds | decoding and preparing alone | ratio (target <= {MEASURE_TARGET}) |")
    print("| --- | --- | --- | --- |")
    folder = os.path.join(data, "cifar10-test")
    for options, protocol in (([], "iclr2024"), (["--protocol", "native"], "native")):
        whole = [machine.program("fathom"), "measure", folder, *options]
        alone = [machine.program("bench_reading"), folder, protocol, str(machine.THREADS), "0"]
        times = [(seconds_of(whole), seconds_of(alone)) for _ in range(rounds + 1)][1:]
        measured, prepared = (statistics.median(column) for column in zip(*times))
        print(f"| `fathom measure cifar10-test{''.join(' ' + option for option in options)}` | {measured:.2f} | "
              f"{prepared:.2f} | {measured / prepared:.2f} |", flush=True)
    print()


def rates(command):
    """Images a second, one figure a line of "seconds images"."""
    done = subprocess.run(command, env=machine.environment(), check=True, stdout=subprocess.PIPE, text=True)
    pairs = [map(float, line.split()) for line in done.stdout.splitlines()]
    return [images / seconds for seconds, images in pairs]


def torchvision_command(folder, rounds):
    """decode_jpeg in grey and Resize, one process, its default threads."""
    code = (
        "import glob, sys, time, torch, torchvision\n"
        "from torchvision import io, transforms\n"
        "files = sorted(glob.glob(sys.argv[1] + '/**/*.jpg', recursive=True))\n"
        "resize = transforms.Resize((224, 224))\n"
        "for r in range(int(sys.argv[2]) + 1):\n"
        "    t = time.perf_counter()\n"
        "    for f in files:\n"
        "        resize(io.decode_jpeg(io.read_file(f), mode=io.ImageReadMode.GRAY).float())\n"
        "    if r: print(time.perf_counter() - t, len(files))\n"
    )
    return ["/usr/bin/python3", "-W", "ignore", "-c", code, folder, str(rounds)]


def print_reading(data, rounds):
    print("| reading brainmri (JPEG to grey 224 x 224) | images a second |")
    print("| --- | --- |")
    folder = os.path.join(data, "brainmri")
    ours, theirs = [], []
    for _ in range(3):  # alternate, since machines drift
        ours += rates([machine.program("bench_reading"), folder, "miccai2022", str(machine.THREADS), str(rounds)])
        theirs += rates(torchvision_command(folder, rounds))
    print(f"| Fathom, {machine.THREADS} threads | {statistics.median(ours):.0f} |")
    print(f"| torchvision decode_jpeg + Resize, one process | {statistics.median(theirs):.0f} |")
    print(f"| ratio | {statistics.median(ours) / statistics.median(theirs):.2f} |\n", flush=True)

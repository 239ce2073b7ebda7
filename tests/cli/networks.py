"""Networks for the tests of the commands on networks: Python's torch, where there is one, and files of weights."""

import json
import pathlib
import struct
import unittest

import numpy

from support import PROGRAM

try:
    import torch
    import torchvision
except ImportError:
    torch = torchvision = None


needs_learn = unittest.skipUnless((pathlib.Path(PROGRAM).parent.parent / "lib" / "libfathom_learn.so").exists(),
                                  "this Fathom was built without LibTorch")


def needs_torch():
    if torch is None:
        raise unittest.SkipTest("needs Python's torch and torchvision, which are not here")
    torch.set_num_threads(2)


def resnet18(seed=0, outputs=2):
    """Seeded, in evaluation mode, its running statistics those of nothing in particular but of no layer 0 and 1."""
    torch.manual_seed(seed)
    network = torchvision.models.resnet18(num_classes=outputs)
    network.eval()
    return network


def write_safetensors(path, tensors, metadata):
    """As huggingface/safetensors, docs/source/index.mdx has the format."""
    names = {"float32": "F32", "int64": "I64"}
    header, body = {"__metadata__": metadata}, b""
    for name, tensor in tensors.items():
        values = numpy.ascontiguousarray(tensor.detach().numpy())
        header[name] = {"dtype": names[str(values.dtype)], "shape": list(tensor.shape),
                        "data_offsets": [len(body), len(body) + values.nbytes]}
        body += values.tobytes()
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


def write_checkpoint(path, network, classes=("0", "1"), protocol="native", size=(32, 32), channels=3, **facts):
    """What `fathom train` would leave of this ResNet-18."""
    state = network.state_dict()
    write_safetensors(path, state, {
        "format": "fathom.checkpoint/1", "model": "resnet18", "channels": str(channels),
        "outputs": str(len(state["fc.bias"])), "classes": json.dumps(list(classes)), "protocol": protocol,
        "size": f"{size[0]}x{size[1]}", **facts})


def images(count, seed=0, side=32):
    """Blots of colour at random places, with noise: 8-bit, no two equal."""
    random = numpy.random.default_rng(seed)
    across = numpy.arange(side)
    made = random.normal(0, 6, (count, side, side, 3))
    for image in made:
        for _ in range(3):
            y, x, width = random.uniform(0, side, 2).tolist() + [random.uniform(2, side / 3)]
            blot = numpy.exp(-((across[:, None] - y) ** 2 + (across - x) ** 2) / (2 * width ** 2))
            image += random.uniform(20, 200, 3) * blot[..., None]
    return numpy.clip(made, 0, 255).astype(numpy.uint8)


def planes(pixels):
    """N x channels x height x width of N x height x width x channels."""
    return torch.from_numpy(pixels.astype(numpy.float32).transpose(0, 3, 1, 2).copy())

#!/usr/bin/env python3
"""Writes, with PyTorch itself, the files of weights and programs that the tests read.

Usage: export_torch_files.py FOLDER    (exit status 77 where there is no torchvision)
"""
import collections
import pathlib
import sys
import zipfile

try:
    import torch
    import torchvision
except ImportError as missing:
    print("skipped: %s" % missing)
    sys.exit(77)


class Branches(torch.nn.Module):
    """Scripted control flow: a layer in a branch, one in a loop, one used twice, one of two arguments."""

    class Scale(torch.nn.Module):
        def forward(self, x, by: float = 2.0):
            return x * by

    class Pair(torch.nn.Module):
        def forward(self, x):
            return x + 1, x - 1

    def __init__(self):
        super().__init__()
        self.shrink = torch.nn.AdaptiveAvgPool2d(2)
        self.scale = self.Scale()
        self.pair = self.Pair()
        self.steps = torch.nn.ModuleList([torch.nn.Linear(12, 12), torch.nn.Linear(12, 12)])
        self.rarely = torch.nn.Linear(12, 12)
        self.act = torch.nn.ReLU(inplace=True)
        self.head = torch.nn.Linear(12, 3)

    def features(self, x):
        x = torch.flatten(self.shrink(x), 1)
        return self.scale(x, 3.0)

    def forward(self, x, bias: float = 0.5):
        x = self.features(x)
        for step in self.steps:
            x = self.act(step(x))
        if x.sum() > 1e30:
            x = self.rarely(x)
        a, b = self.pair(x)
        return self.head(a * b) + bias


class TwoInputs(torch.nn.Module):
    def forward(self, x, mask):
        return x * mask


class TwoOutputs(torch.nn.Module):
    def forward(self, x):
        return x, x


class Flat(torch.nn.Module):
    def forward(self, x):
        return x.flatten()


class Raises(torch.nn.Module):
    def forward(self, x):
        if x.size(1) != 3:
            raise ValueError("three channels,\nplease")
        return torch.flatten(x, 1)


class Boxes(torch.nn.Module):
    """An operator that is torchvision's and not PyTorch's."""

    def forward(self, x):
        return x[torchvision.ops.nms(x, x[:, 0], 0.5)]


def activations(model, images):
    """Of every module but the outermost, at its last call, in the order of these calls."""
    seen = collections.OrderedDict()

    def keep(name):
        def hook(_module, _inputs, output):
            if isinstance(output, torch.Tensor):
                seen.pop(name, None)
                seen[name] = output.detach().clone()
        return hook

    for name, module in model.named_modules():
        if name:
            module.register_forward_hook(keep(name))
    with torch.no_grad():
        logits = model(images)
    return logits, seen


def write_program(folder, name, make, images, how):
    model = make()
    if how == "trace":
        program = torch.jit.trace(model, images[:1])
    else:
        program = torch.jit.script(model)
    program.save(str(folder / (name + ".pt")))
    logits, seen = activations(model, images)
    expected = collections.OrderedDict(images=images, logits=logits)
    expected.update(("layer:" + layer, output) for layer, output in seen.items())
    torch.save(expected, folder / (name + "_expected.pth"))


def resnet():
    torch.manual_seed(3)
    model = torchvision.models.resnet18(num_classes=5)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 2)
    return model.eval()


def squeezenet():
    torch.manual_seed(6)
    return torchvision.models.squeezenet1_1(num_classes=7).eval()


def branches():
    torch.manual_seed(4)
    return Branches().eval()


def small():
    return torch.nn.Sequential(torch.nn.Conv2d(3, 5, 3), torch.nn.BatchNorm2d(5), torch.nn.AdaptiveAvgPool2d(1),
                               torch.nn.Flatten())


def write_programs(folder):
    torch.manual_seed(2)
    images = torch.rand(2, 3, 64, 64) * 255
    for how in ("trace", "script"):
        write_program(folder, "resnet18_" + how, resnet, images, how)
    write_program(folder, "branches", branches, images, "script")
    torch.jit.trace(small().train(), images).save(str(folder / "training.pt"))
    torch.jit.freeze(torch.jit.script(small().eval())).save(str(folder / "frozen.pt"))
    for name, model in [("two_inputs", TwoInputs()), ("two_outputs", TwoOutputs()), ("flat", Flat()),
                        ("raises", Raises()), ("custom_operator", Boxes())]:
        torch.jit.script(model).save(str(folder / (name + ".pt")))
    with zipfile.ZipFile(folder / "flat.pt") as flat, zipfile.ZipFile(folder / "newer.pt", "w") as newer:
        for member in flat.namelist():
            newer.writestr(member, b"99\n" if member.endswith("/version") else flat.read(member))


def write_weights(folder):
    torch.save(resnet().state_dict(), folder / "resnet18.pth")
    model = squeezenet()
    state = model.state_dict()
    torch.save(state, folder / "plain.pth")
    torch.save(state, folder / "old.pth", _use_new_zipfile_serialization=False)
    torch.save({"module." + name: tensor for name, tensor in state.items()}, folder / "parallel.pth")
    torch.save({name: tensor.half() for name, tensor in state.items()}, folder / "half.pth")
    torch.save({name: tensor.double() for name, tensor in state.items()}, folder / "double.pth")
    optimizer = torch.optim.Adam(squeezenet().parameters())
    for parameter in optimizer.param_groups[0]["params"]:
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    torch.save({"epoch": 7, "loss": 0.25, "names": ["a", "b"], "model_state_dict": state,
                "optimizer_state_dict": optimizer.state_dict()}, folder / "checkpoint.pth")
    torch.save(model, folder / "model.pth")
    images = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        torch.save({"images": images, "logits": model(images)}, folder / "plain_expected.pth")


def write_tensors(folder):
    """Every type of value and way to lie in memory, and beside it the same values as float64."""
    numbers = torch.arange(-6, 18).reshape(2, 3, 4)
    shared = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    tensors = collections.OrderedDict(
        float16=numbers.half() / 3, bfloat16=numbers.bfloat16() / 3, float32=numbers.float() / 3,
        float64=numbers.double() / 3, int8=numbers.to(torch.int8), uint8=(numbers + 6).to(torch.uint8),
        int16=numbers.short() * 1000, int32=numbers.int() * 100000, int64=numbers * 10**12, boolean=numbers % 2 == 0,
        turned=shared.t(), part=shared[1:3, 2:5], steps=shared[::2, ::3], one=shared[2, 4], none=torch.zeros(0, 3),
        last=shared.permute(1, 0)[:, None], channels_last=torch.rand(2, 3, 4, 5).to(memory_format=torch.channels_last),
        parameter=torch.nn.Parameter(torch.rand(3)))
    for name, new_format, protocol in [("tensors", True, 2), ("tensors_protocol4", True, 4), ("tensors_old", False, 2)]:
        torch.save(tensors, folder / (name + ".pth"), _use_new_zipfile_serialization=new_format,
                   pickle_protocol=protocol)
    torch.save(collections.OrderedDict((name, tensor.detach().double().contiguous().clone())
                                       for name, tensor in tensors.items()), folder / "tensors_expected.pth")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    torch.set_num_threads(1)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    write_programs(folder)
    write_weights(folder)
    write_tensors(folder)


if __name__ == "__main__":
    main()

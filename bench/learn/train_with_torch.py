#!/usr/bin/python3
"""The recipe `fathom` in Python's torch, on the images of a run of `fathom train` and by its protocol.

Reads `result.json` and `split.json` of that run; prints the epochs as lines of JSON. Images are decoded, scaled and resized
here, by Pillow, NumPy and torch; nothing of Fathom is used.
"""

import argparse
import json
import math
import pathlib
import sys
import time

import numpy
import PIL.Image
import torch
import torchvision


def image(path, channels, size):
    """Protocol iclr2024: scaled by its maximum to 0..255, cut to 8 bits, resized bilinearly without antialiasing."""
    pixels = numpy.asarray(PIL.Image.open(path))
    if channels == 1 and pixels.ndim == 3:
        assert (pixels == pixels[:, :, :1]).all(), f"{path} has colour"
        pixels = pixels[:, :, 0]
    pixels = numpy.floor(pixels.astype(numpy.uint32) * 255 // pixels.max()).astype(numpy.float32)
    planes = torch.from_numpy(pixels.reshape(pixels.shape[0], pixels.shape[1], channels)).permute(2, 0, 1)[None]
    return torch.nn.functional.interpolate(planes, size, mode="bilinear", align_corners=False, antialias=False)[0]


def load(root, paths, result):
    protocol = result["data"]["protocol"]
    assert protocol["name"].startswith("iclr2024"), protocol["name"]
    classes = list(result["split"]["train"]["classes"])
    images = torch.stack([image(root / path, protocol["channels"], protocol["size"]) for path in paths])
    labels = torch.tensor([classes.index(pathlib.PurePath(path).parent.name) for path in paths])
    return images, labels


def network(result, seed):
    torch.manual_seed(seed)
    made = getattr(torchvision.models, result["model"])(num_classes=result["outputs"])
    if result["data"]["protocol"]["channels"] == 1:
        first = made.conv1
        made.conv1 = torch.nn.Conv2d(1, first.out_channels, first.kernel_size, first.stride, first.padding, bias=False)
    return made


def optimizer_of(model, recipe):
    weights = [p for p in model.parameters() if p.dim() > 1 or recipe["decay"] == "all"]
    others = [p for p in model.parameters() if p.dim() <= 1 and recipe["decay"] != "all"]
    groups = [{"params": weights, "weight_decay": recipe["weight_decay"]}]
    if others:
        groups.append({"params": others, "weight_decay": 0.0})
    kinds = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
    return kinds[recipe["optimizer"]](groups, lr=recipe["learning_rate"])


def rate(recipe, step, steps):
    warmup = math.ceil(recipe["warmup"] * steps)
    if step < warmup:
        return recipe["learning_rate"] * (step + 1) / warmup
    if recipe["schedule"] == "constant":
        return recipe["learning_rate"]
    return recipe["learning_rate"] * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup))) / 2


def shifted(images, most):
    """Each image by its own shift, the border repeated."""
    if most == 0:
        return images
    padded = torch.nn.functional.pad(images, (most, most, most, most), mode="replicate")
    height, width = images.shape[2:]
    starts = torch.randint(0, 2 * most + 1, (len(images), 2)).tolist()
    return torch.stack([each[:, y:y + height, x:x + width] for each, (y, x) in zip(padded, starts)])


def tested(model, images, labels):
    model.eval()
    with torch.no_grad():
        outputs = torch.cat([model(part) for part in images.split(32)])
    loss = torch.nn.functional.cross_entropy(outputs.double(), labels).item()
    return loss, (outputs.argmax(1) == labels).double().mean().item()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("run", type=pathlib.Path, help="--output of fathom train")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    result = json.loads((options.run / "result.json").read_text())
    split = json.loads((options.run / "split.json").read_text())
    recipe = result["recipe"]
    assert not recipe["flip"]
    train, labels = load(options.data, split["train"], result)
    test, test_labels = load(options.data, split["test"], result)
    if recipe["normalize"]:
        mean, deviation = train.double().mean((0, 2, 3)), train.double().std((0, 2, 3), unbiased=False)
        train, test = (((part.double() - mean[:, None, None]) / deviation[:, None, None]).float() for part in (train, test))
    model = network(result, options.seed)
    optimizer = optimizer_of(model, recipe)
    most = int(recipe["shift"] * max(result["data"]["protocol"]["size"]))
    batches = math.ceil(len(train) / recipe["batch_size"])
    step = 0
    for epoch in range(1, recipe["epochs"] + 1):
        start = time.monotonic()
        model.train()
        losses = 0.0
        for rows in torch.randperm(len(train)).split(recipe["batch_size"]):
            for group in optimizer.param_groups:
                group["lr"] = rate(recipe, step, batches * recipe["epochs"])
            step += 1
            optimizer.zero_grad(set_to_none=True)
            loss = torch.nn.functional.cross_entropy(model(shifted(train[rows], most)), labels[rows])
            loss.backward()
            optimizer.step()
            losses += loss.item() * len(rows)
        test_loss, accuracy = tested(model, test, test_labels)
        print(json.dumps({"epoch": epoch, "train_loss": losses / len(train), "test_loss": test_loss,
                          "test_accuracy": accuracy, "seconds": time.monotonic() - start}))
        sys.stdout.flush()


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Writes a small download of each data set of the catalogue, laid out and named as its publisher does, with real files.

Usage: make_trees.py FOLDER    (writes FOLDER/NAME/...)

Every image is of one grey level, or of levels that its test works out by hand.
"""
import csv
import gzip
import pathlib
import shutil
import struct
import sys

import numpy
import PIL.Image


def grey(path, level, size=(4, 6)):
    """An image of one level; as JPEG too it comes back exactly."""
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(numpy.full(size, level, numpy.uint8)).save(path)


def colour(path, levels, size=(4, 6)):
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(numpy.full((*size, 3), levels, numpy.uint8)).save(path, quality=100, subsampling=0)


def table(path, header, rows, delimiter=","):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows([header, *rows])


def idx(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    header = struct.pack(">BBBB", 0, 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    path.write_bytes(gzip.compress(header + array.tobytes()))


def mnist(root):
    for split, labels, first in (("train", [5, 0, 4], 10), ("t10k", [7, 2], 100)):
        images = numpy.stack([numpy.full((28, 28), first + i, numpy.uint8) for i in range(len(labels))])
        idx(root / "MNIST" / "raw" / f"{split}-images-idx3-ubyte.gz", images)
        idx(root / "MNIST" / "raw" / f"{split}-labels-idx1-ubyte.gz", numpy.array(labels, numpy.uint8))


def cifar(path, labels, first):
    """Records: label(s), then 1024 red, green and blue pixels, of levels first + i, 100, 200."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(bytes(label) + bytes([first + i]) * 1024 + b"d" * 1024 + b"\xc8" * 1024
                              for i, label in enumerate(labels)))


def cifar10(root):
    folder = root / "cifar-10-batches-bin"
    cifar(folder / "data_batch_1.bin", [(6,), (9,)], 1)
    for batch in range(2, 6):
        cifar(folder / f"data_batch_{batch}.bin", [(4,)], 10 * batch)
    cifar(folder / "test_batch.bin", [(3,)], 90)
    (folder / "batches.meta.txt").write_text(
        "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n")


def cifar100(root):
    folder = root / "cifar-100-binary"
    cifar(folder / "train.bin", [(11, 19), (15, 29)], 1)  # coarse, fine
    cifar(folder / "test.bin", [(10, 49)], 9)


def imagenet(root):
    for i, synset in enumerate(("n01440764", "n01443537")):
        for j in range(2):
            grey(root / "folders" / "train" / synset / f"{synset}_{j}.JPEG", 10 * i + j + 1)
        grey(root / "folders" / "val" / synset / f"ILSVRC2012_val_0000000{i}.JPEG", 50 + i)
    kaggle = root / "kaggle" / "ILSVRC" / "Data" / "CLS-LOC"
    for i, synset in enumerate(("n01440764", "n01443537")):
        grey(kaggle / "train" / synset / f"{synset}_7.JPEG", 10 * i + 1)
    for i in range(3):
        grey(kaggle / "val" / f"ILSVRC2012_val_0000000{i + 1}.JPEG", 50 + i)
    table(root / "kaggle" / "LOC_val_solution.csv", ["ImageId", "PredictionString"],
          [["ILSVRC2012_val_00000002", "n01440764 85 1 499 272 n01440764 1 2 3 4 "],
           ["ILSVRC2012_val_00000001", "n01443537 1 1 9 9 "]])  # the third has no row
    # One file of the real download is a PNG in spite of its name.
    PIL.Image.fromarray(numpy.full((4, 6), 77, numpy.uint8)).save(
        kaggle / "train" / "n01440764" / "n01440764_8.JPEG", format="PNG")


def celeba(root):
    for i in range(4):
        colour(root / "Img" / "img_align_celeba" / f"00000{i + 1}.jpg", [10 * i, 50, 90])
    (root / "Eval").mkdir(parents=True)
    (root / "Eval" / "list_eval_partition.txt").write_text("000001.jpg 0\n000002.jpg 0\n000003.jpg 1\n000004.jpg 2\n")
    (root / "Anno").mkdir(parents=True)
    (root / "Anno" / "identity_CelebA.txt").write_text(
        "000001.jpg 2880\n000002.jpg 2937\n000003.jpg 8692\n000004.jpg 2880\n")


def coco(root):
    for i, name in enumerate(("000000000009", "000000000025")):
        colour(root / "train2017" / f"{name}.jpg", [30 * i + 3, 50, 90])
    grey(root / "val2017" / "000000000139.jpg", 8)
    (root / "annotations").mkdir()
    (root / "annotations" / "instances_train2017.json").write_text("{}")


CHEXPERT = ["Path", "Sex", "Age", "Frontal/Lateral", "AP/PA", "No Finding", "Enlarged Cardiomediastinum", "Cardiomegaly",
            "Lung Opacity", "Lung Lesion", "Edema", "Consolidation", "Pneumonia", "Atelectasis", "Pneumothorax",
            "Pleural Effusion", "Pleural Other", "Fracture", "Support Devices"]


def chexpert(root):
    home = root / "CheXpert-v1.0-small"
    rows = []
    # Patient, study, view, Pleural Effusion, Edema, level.
    for patient, study, view, effusion, edema, level in (
            (3, 1, "view1_frontal", "1.0", "0.0", 10), (1, 1, "view1_frontal", "", "1.0", 20),
            (1, 2, "view2_lateral", "-1.0", "-1.0", 30), (2, 1, "view1_frontal", "0.0", "", 40),
            (2, 2, "view1_frontal", "1.0", "1.0", 50)):
        path = f"train/patient0000{patient}/study{study}/{view}.jpg"
        grey(home / path, level)
        cells = dict(zip(CHEXPERT, [f"{home.name}/{path}", "Female", 68, "Frontal", "AP"]))
        cells |= {"Pleural Effusion": effusion, "Edema": edema}
        rows.append([cells.get(column, "") for column in CHEXPERT])
    table(home / "train.csv", CHEXPERT, rows)
    # Its zeros are negatives; it is not read.
    path = "valid/patient64541/study1/view1_frontal.jpg"
    grey(home / path, 60)
    table(home / "valid.csv", CHEXPERT, [[f"{home.name}/{path}", "Male", 73, "Frontal", "AP"] + ["0.0"] * 14])


def mura(root):
    home = root / "MURA-v1.1"
    for split, paths in (
            ("train", ("XR_SHOULDER/patient00001/study1_positive/image1.png",
                       "XR_SHOULDER/patient00001/study1_positive/image2.png",
                       "XR_SHOULDER/patient00002/study1_negative/image1.png",
                       "XR_WRIST/patient00001/study2_negative/image1.png",
                       "XR_ELBOW/patient00005/study1_negative/image1.png")),
            ("valid", ("XR_WRIST/patient11185/study1_positive/image1.png",))):
        lines = []
        for i, path in enumerate(paths):
            grey(home / split / path, 10 * i + (5 if split == "train" else 99))
            lines.append(f"MURA-v1.1/{split}/{path}\n")
        (home / f"{split}_image_paths.csv").write_text("".join(lines))


def isic(root):
    names = ["ISIC_0000000", "ISIC_0000001", "ISIC_0000002_downsampled", "ISIC_0000004"]
    truth = {"ISIC_0000000": "NV", "ISIC_0000001": "NV", "ISIC_0000002_downsampled": "MEL", "ISIC_0000004": "MEL"}
    columns = ["MEL", "NV", "BCC", "AK", "BKL", "DF", "VASC", "SCC", "UNK"]
    for i, name in enumerate(names):
        colour(root / "ISIC_2019_Training_Input" / f"{name}.jpg", [10 + 40 * i] * 3)
    table(root / "ISIC_2019_Training_GroundTruth.csv", ["image", *columns],
          [[name, *(float(truth[name] == column) for column in columns)] for name in names])
    table(root / "ISIC_2019_Training_Metadata.csv", ["image", "age_approx", "anatom_site_general", "lesion_id", "sex"],
          [[names[0], 55.0, "anterior torso", "", "female"], [names[1], 30.0, "anterior torso", "BCN_0003884", "female"],
           [names[2], 60.0, "upper extremity", "BCN_0000019", "female"],
           [names[3], 80.0, "posterior torso", "BCN_0003884", "male"]])


TREES = (mnist, cifar10, cifar100, imagenet, celeba, coco, chexpert, mura, isic)


def main():
    root = pathlib.Path(sys.argv[1])
    shutil.rmtree(root, ignore_errors=True)
    for tree in TREES:
        tree(root / tree.__name__)


if __name__ == "__main__":
    main()

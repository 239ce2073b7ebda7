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
import xml.sax.saxutils
import zipfile

import nibabel
import numpy
import PIL.Image
import pydicom
import scipy.io


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


def workbook(path, rows):
    """The smallest .xlsx: one sheet, numbers and inline strings; None is an empty cell."""
    def cell(column, row, value):
        place = f'r="{chr(ord("A") + column)}{row}"'
        if isinstance(value, str):
            return f'<c {place} t="inlineStr"><is><t>{xml.sax.saxutils.escape(value)}</t></is></c>'
        return f"<c {place}><v>{value}</v></c>"

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    sheet = "".join(f'<row r="{i}">' + "".join(cell(j, i, v) for j, v in enumerate(row) if v is not None) + "</row>"
                    for i, row in enumerate(rows, 1))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
                               '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
                               'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
                               f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
                               f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
                               "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
                       f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
                           '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
                                      f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + text)


def dicom(path, frames, patient, series="2.25.7", modality="CT", name="Doe^Jane", **elements):
    """A file of 12 bits in 16, of one frame (height x width) or several."""
    file = pydicom.dataset.FileDataset(str(path), {}, preamble=b"\0" * 128, file_meta=pydicom.dataset.FileMetaDataset())
    uids = {"MR": "1.2.840.10008.5.1.4.1.1.4", "US": "1.2.840.10008.5.1.4.1.1.3.1", "DX": "1.2.840.10008.5.1.4.1.1.1.1"}
    file.SOPClassUID = uids.get(modality, "1.2.840.10008.5.1.4.1.1.2")
    file.SOPInstanceUID = pydicom.uid.generate_uid(entropy_srcs=[str(path)])
    file.file_meta.MediaStorageSOPClassUID = file.SOPClassUID
    file.file_meta.MediaStorageSOPInstanceUID = file.SOPInstanceUID
    file.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    file.is_little_endian, file.is_implicit_VR = True, False
    file.PatientID, file.PatientName, file.PatientBirthDate = patient, name, "19500102"
    file.StudyInstanceUID, file.SeriesInstanceUID, file.Modality = "2.25.3", series, modality
    if frames.ndim == 3:
        file.NumberOfFrames = len(frames)
    file.Rows, file.Columns = frames.shape[-2:]
    file.SamplesPerPixel, file.PhotometricInterpretation = 1, "MONOCHROME2"
    file.BitsAllocated, file.BitsStored, file.HighBit, file.PixelRepresentation = 16, 12, 11, 0
    for key, value in elements.items():
        setattr(file, key, value)
    file.PixelData = frames.astype("<u2").tobytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    file.save_as(path, write_like_original=False)


def nifti(path, array):
    """With the axes of the publisher: the first to the left, the second to the back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(nibabel.Nifti1Image(array, numpy.diag([-1.0, -1.0, 1.0, 1.0])), path)


def brats(root):
    home = root / "MICCAI_BraTS_2018_Data_Training"
    # Slices with a tumour, slices with little brain, slices in all.
    for case, tumour, small, slices in (("HGG/Brats18_CBICA_AAB_1", range(12, 18), (0, 23), 24),
                                        ("LGG/Brats18_TCIA09_141_1", (), (), 12)):
        flair, seg = numpy.zeros((100, 100, slices), numpy.int16), numpy.zeros((100, 100, slices), numpy.uint8)
        for k in range(slices):
            flair[5:95, 5:95, k] = 100 + k
            flair[7, 5, k] = 1000 + k  # the eighth column of the sixth row
            if k in small:
                flair[:, :, k] = 0
                flair[5:88, 5:89, k] = 100 + k  # 83 x 84 = 6972 voxels
        for k in tumour:
            seg[50, 50:53, k] = (1, 2, 4)[k % 3]
        stem = case.rsplit("/", 1)[1]
        nifti(home / case / f"{stem}_flair.nii.gz", flair)
        nifti(home / case / f"{stem}_seg.nii.gz", seg)
        for sequence in ("t1", "t1ce", "t2"):
            (home / case / f"{stem}_{sequence}.nii.gz").write_bytes(b"not read")


def dbc(root):
    # The rows of the boxes are not in the order of the patients.
    workbook(root / "Annotation_Boxes.xlsx",
             [["Patient ID", "Start Row", "End Row", "Start Column", "End Column", "Start Slice", "End Slice"],
              ["Breast_MRI_002", 251, 294, 108, 136, 2, 3], ["Breast_MRI_001", 234, 271, 308, 341, 9, 12]])
    workbook(root / "renamed.xlsx", [["Patient ID", "Start Row", "End Row", "Start Slce", "End Slice"],
                                     ["Breast_MRI_001", 234, 271, 9, 12]])
    header = ["sop_instance_UID", "original_path_and_filename", "classic_path", "descriptive_path", "", "", "series_sort"]
    rows = []
    for patient, slices in (("Breast_MRI_001", 20), ("Breast_MRI_002", 10)):
        for series, uid in (("post_1", "2.25.11"), ("pre", "2.25.12")):
            for k in range(1, slices + 1):
                folder = f"Duke-Breast-Cancer-MRI/{patient}/2.25.1/{uid}"
                original = f"DICOM_Images/{patient}/{series}/{patient}_{series}_{k:03}.dcm"
                # The mapping has a zero too many for the second patient.
                wrong = "0" if patient.endswith("2") else ""
                rows.append([f"2.25.9.{k}", original, f"{folder}/1-{wrong}{k:02}.dcm", "elsewhere", "", "1" if k == 1 else "", ""])
                if series == "pre":  # others are not downloaded
                    level = 10 * k + (2000 if patient.endswith("2") else 0)
                    inverted = {"PhotometricInterpretation": "MONOCHROME1"} if (patient, k) == ("Breast_MRI_002", 1) else {}
                    dicom(root / "manifest-1607053360376" / folder / f"1-{k:02}.dcm", numpy.full((4, 6), level),
                          patient, uid, "MR", **inverted)
    table(root / "Breast-Cancer-MRI-filepath_filename-mapping.csv", header, rows)


def oai(root):
    xrays = root / "xrays"
    halves = numpy.repeat([[300, 310, 320, 330, 340]], 4, axis=0)
    images = xrays / "results" / "P001"
    knee = {"modality": "DX", "SeriesDescription": "Bilateral PA Fixed Flexion Knee"}
    dicom(images / "0.E.1" / "9000099" / "20050714" / "00938104" / "001", halves, "9000099", **knee)
    dicom(images / "0.E.1" / "9000296" / "20051011" / "01157303" / "001", halves + 100, "9000296", **knee)
    dicom(images / "0.C.2" / "9000622" / "20040420" / "00035204" / "001", halves + 200, "9000622", **knee)
    # Neither a series of another kind, nor another joint, nor the archive's own previews are knees.
    dicom(images / "0.E.1" / "9000099" / "20050714" / "00938105" / "001", halves, "9000099", modality="MR")
    dicom(images / "0.E.1" / "9000099" / "20050714" / "00938106" / "001", halves, "9000099", modality="DX",
          SeriesDescription="PA Hand")
    grey(images / "0.E.1" / "9000099" / "20050714" / "00938104" / "001_1x1.jpg", 7)
    table(xrays / "kxr_sq_bu00.txt", ["ID", "SIDE", "READPRJ", "VERSION", "V00BARCDBU", "V00XRKL", "V00XRJSM"],
          [["9000099", "1: Right", "15", "0.6", "016600937403", "2", "1: 1"],
           ["9000099", "2: Left", "15", "0.6", "016600937403", "1", "0: 0"],
           ["9000099", "2: Left", "37", "0.6", "016600937403", "4", "0: 0"],  # another project
           ["9000296", "1", "15", "0.6", "016601157303", "0", "0"],
           ["9000296", "2", "15", "0.6", "016601157303", ".: Missing Form/Incomplete Workbook", "."],
           ["9000622", "1: Right", "15", "0.6", "016600035204", "4", "3"],
           ["9000622", "2: Left", "15", "0.6", "016600035204", "3", "3"],
           ["9009999", "1: Right", "15", "0.6", "016600035205", "0", "0"]], "|")  # has no X-ray here
    for path, level in (("0/9000099_L.png", 1), ("0/9000296_R.png", 2), ("1/9000099_R.png", 3)):
        grey(root / "cropped" / path, level)


def rsna(root):
    kinds = ("epidural", "intraparenchymal", "intraventricular", "subarachnoid", "subdural", "any")
    rows = []
    for image, patient, found, level in (("5c8b5d701", "ID_b", ("subdural",), 10), ("12cadc6af", "ID_a", (), 20),
                                         ("38fd7baa0", "ID_a", (), 30), ("6c5d82413", "ID_c", ("subarachnoid", "subdural"), 40)):
        dicom(root / "stage_2_train" / f"ID_{image}.dcm", numpy.full((4, 6), level), patient)
        of_image = [[f"ID_{image}_{kind}", int(kind in found or (kind == "any" and bool(found)))] for kind in kinds]
        rows += of_image
        if image == "12cadc6af":
            rows += of_image  # as some are in the real table
    table(root / "stage_2_train.csv", ["ID", "Label"], rows)


def prostate(root):
    # Series, patient, frames, scores of its targets.
    rows = [["Patient ID", "seriesInstanceUID_MR", "seriesInstanceUID_US", "ROI Volume (cc)",
             "UCLA Score (Similar to PIRADS v2)"]]
    for series, patient, frames, scores in (("2.25.31", "Prostate-MRI-US-Biopsy-0002", 8, (1, 3)),
                                            ("2.25.32", "Prostate-MRI-US-Biopsy-0001", 5, (2,)),
                                            ("2.25.33", "Prostate-MRI-US-Biopsy-0001", 4, (0, 1)),
                                            ("2.25.34", "Prostate-MRI-US-Biopsy-0003", 4, (None,))):
        # Every frame has a level of its own, from 10 x the series' last digit + 1 on.
        stack = numpy.arange(frames)[:, None, None] + numpy.full((1, 4, 6), 10 * int(series[-1]) + 1)
        folder = root / "manifest-1694710246744" / "Prostate-MRI-US-Biopsy" / patient / "2.25.3"
        dicom(folder / series / "1-1.dcm", stack, patient, series, "US")
        dicom(folder / ("2.25.9" + series[-1]) / "1-01.dcm", numpy.full((4, 6), 9), patient, "2.25.9" + series[-1], "MR")
        rows += [[patient, "2.25.9" + series[-1], series, 0.37, score] for score in scores]
    workbook(root / "Target Data_2019-12-05.xlsx", rows)


def svhn(root):
    for split, labels, first in (("train", [1, 10, 9], 10), ("test", [5, 2], 100)):
        images = numpy.stack([numpy.full((32, 32, 3), first + i, numpy.uint8) for i in range(len(labels))], axis=-1)
        images[0, 0, :, :] = 1  # the first pixel, of every channel
        root.mkdir(exist_ok=True)
        scipy.io.savemat(root / f"{split}_32x32.mat", {"X": images, "y": numpy.array(labels, numpy.uint8)[:, None]})


TREES = (mnist, cifar10, cifar100, imagenet, celeba, coco, chexpert, mura, isic, brats, dbc, oai, rsna, prostate, svhn)


def main():
    root = pathlib.Path(sys.argv[1])
    shutil.rmtree(root, ignore_errors=True)
    for tree in TREES:
        tree(root / tree.__name__)


if __name__ == "__main__":
    main()

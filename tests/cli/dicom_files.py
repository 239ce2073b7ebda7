"""DICOM files for tests, written by pydicom and DCMTK's tools."""

import subprocess
import warnings

import numpy
import pydicom
import pydicom.encaps
import pydicom.uid

# Some of these files are wrong on purpose.
warnings.filterwarnings("ignore", message="Invalid value for VR")


def dataset(pixels, frames=None, **tags):
    """A DICOM data set around `pixels`: height x width, frames x height x width, or these x 3. Tags by keyword change or
    remove (None) what is made up here."""
    pixels = numpy.asarray(pixels)
    many = frames if frames is not None else (0 if pixels.ndim == 2 or pixels.shape[-1] == 3 and pixels.ndim == 3 else
                                              pixels.shape[0])
    rows, columns = pixels.shape[1:3] if many else pixels.shape[:2]
    colour = pixels.ndim == 3 + bool(many)
    made = pydicom.Dataset()
    made.file_meta = pydicom.dataset.FileMetaDataset()
    made.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    made.is_little_endian, made.is_implicit_VR = True, False
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = pydicom.uid.SecondaryCaptureImageStorage
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
    made.StudyInstanceUID, made.SeriesInstanceUID = pydicom.uid.generate_uid(), pydicom.uid.generate_uid()
    made.PatientID = pydicom.uid.generate_uid()
    made.Modality = "OT"
    made.Rows, made.Columns = rows, columns
    if many:
        made.NumberOfFrames = many
    made.SamplesPerPixel = 3 if colour else 1
    made.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        made.PlanarConfiguration = 0
    made.BitsAllocated = made.BitsStored = 8 * pixels.dtype.itemsize
    made.HighBit = made.BitsStored - 1
    made.PixelRepresentation = int(pixels.dtype.kind == "i")
    made.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
    made["PixelData"].VR = "OB" if pixels.dtype.itemsize == 1 else "OW"
    for name, value in tags.items():
        if value is None:
            delattr(made, name)
        else:
            setattr(made, name, value)
    if "BitsStored" in tags and "HighBit" not in tags:
        made.HighBit = made.BitsStored - 1
    return made


def write(path, pixels, **tags):
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset(pixels, **tags).save_as(path, write_like_original=False)
    return path


def rename_syntax(path, uid):
    """Gives a file another transfer syntax, one that pydicom may not know, in place of JPEG 2000's."""
    known = b"1.2.840.10008.1.2.4.90"
    assert len(uid) == len(known), uid
    contents = path.read_bytes()
    assert contents.count(known) == 1
    path.write_bytes(contents.replace(known, uid.encode()))


def write_jpeg2000(path, pixels, stream, **tags):
    """What says that it is JPEG 2000, around any stream."""
    made = dataset(pixels, **tags)
    made.file_meta.TransferSyntaxUID = pydicom.uid.JPEG2000Lossless
    made.PixelData = pydicom.encaps.encapsulate([stream])
    made["PixelData"].is_undefined_length = True
    made.save_as(path, write_like_original=False)
    return path


def tool(*words):
    """One of DCMTK's tools, run."""
    subprocess.run([str(word) for word in words], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)

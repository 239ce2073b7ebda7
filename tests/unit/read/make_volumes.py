#!/usr/bin/env python3
"""Writes NIfTI files, and what nibabel reads of them, for nifti_test.

Usage: make_volumes.py FOLDER

For each NAME.nii or NAME.nii.gz there are NAME_axial.npy, NAME_coronal.npy and NAME_sagittal.npy, float64 of shape
(slices, rows, columns), of a volume with several times one time after the other; and one line in volumes.txt:
file, voxels of the canonical volume, times, spacing.
"""
import gzip
import itertools
import pathlib
import sys

import nibabel
import numpy


def header_of(shape, dtype, kind=nibabel.Nifti1Header, endian="<", **fields):
    header = kind(endianness=endian)
    header.set_data_shape(shape)
    header.set_data_dtype(dtype)
    header.set_zooms([1.5, 2.25, 3.0, 0.5, 1.0][:len(shape)])
    for name, value in fields.items():
        header[name] = value
    return header


def write(path, header, values, extension=b""):
    start = header.sizeof_hdr + 4 + len(extension)
    header["vox_offset"] = start
    flag = b"\1\0\0\0" if extension else bytes(4)
    stored = values.astype(header.get_data_dtype()).tobytes(order="F")
    file = header.binaryblock + flag + extension + stored
    path.write_bytes(gzip.compress(file, 1, mtime=0) if path.suffix == ".gz" else file)


def rotation(x, y, z):
    turn = numpy.eye(3)
    for axis, angle in enumerate((x, y, z)):
        one, two = [i for i in range(3) if i != axis]
        step = numpy.eye(3)
        step[one, one] = step[two, two] = numpy.cos(angle)
        step[one, two], step[two, one] = -numpy.sin(angle), numpy.sin(angle)
        turn = turn @ step
    return turn


def oriented(permutation, signs, tilt):
    matrix = numpy.zeros((3, 3))
    for stored, direction in enumerate(permutation):
        matrix[direction, stored] = signs[stored]
    affine = numpy.eye(4)
    affine[:3, :3] = rotation(*tilt) @ matrix @ numpy.diag([1.5, 2.25, 3.0])
    affine[:3, 3] = (-20, 30, 7)
    return affine


def cases(random):
    """Name, header, values, header extension."""
    def numbers(shape, dtype):
        kind = numpy.dtype(dtype)
        if kind.kind == "f":
            return random.normal(0, 1000, shape).astype(kind)
        info = numpy.iinfo(kind)
        low, high = max(info.min, -2**50), min(info.max, 2**50)
        return random.integers(low, high, shape, dtype=kind, endpoint=True)

    small = (3, 4, 5)
    orientations = itertools.product(itertools.permutations(range(3)), itertools.product((1, -1), repeat=3))
    for i, (permutation, signs) in enumerate(orientations):
        tilt = random.uniform(-0.6, 0.6, 3) if i % 3 else (0, 0, 0)
        header = header_of(small, numpy.int16)
        affine = oriented(permutation, signs, tilt)
        if i % 2:
            header.set_sform(affine, code=1)
        else:
            header.set_qform(affine, code=1)
            header["sform_code"] = 0
        yield f"oriented{i:02}.nii" + (".gz" if i % 4 > 1 else ""), header, numbers(small, numpy.int16), b""

    types = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"]
    scalings = [(1, 0), (2.5, -3), (0, 5), (float("nan"), 1), (float("inf"), 1), (-0.1, 0)]
    for (i, dtype), endian in itertools.product(enumerate(types), "<>"):
        for j, (slope, intercept) in enumerate(scalings):
            header = header_of(small, dtype, endian=endian, scl_slope=slope, scl_inter=intercept)
            yield f"type_{dtype}_{'big' if endian == '>' else 'little'}{j}.nii", header, numbers(small, dtype), b""

    yield "no_orientation.nii", header_of(small, "i2", sform_code=0, qform_code=0), numbers(small, "i2"), b""
    yield "version2.nii.gz", header_of(small, "f4", nibabel.Nifti2Header, scl_slope=2, scl_inter=1), numbers(small, "f4"), b""
    yield "version2_big.nii", header_of(small, "u2", nibabel.Nifti2Header, ">"), numbers(small, "u2"), b""
    yield "times.nii.gz", header_of((3, 4, 5, 2), "i2"), numbers((3, 4, 5, 2), "i2"), b""
    yield "one_time.nii", header_of((3, 4, 5, 1, 1), "i2"), numbers((3, 4, 5, 1, 1), "i2"), b""
    yield "extended.nii.gz", header_of(small, "i2"), numbers(small, "i2"), (32).to_bytes(4, "little") + bytes(28)
    with_holes = numbers(small, "f4")
    with_holes[1, 2, 3] = float("nan")
    yield "holes.nii", header_of(small, "f4"), with_holes, b""


def slices_of(volume):
    return {"axial": [volume[::-1, ::-1, k].T for k in range(volume.shape[2])],
            "coronal": [volume[::-1, j, ::-1].T for j in range(volume.shape[1])],
            "sagittal": [volume[i, ::-1, ::-1].T for i in range(volume.shape[0])]}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    lines = []
    for name, header, values, extension in cases(numpy.random.default_rng(6)):
        write(folder / name, header, values, extension)
        image = nibabel.as_closest_canonical(nibabel.load(folder / name))
        data = image.get_fdata()
        data = data.reshape(data.shape[:3] + (-1,))
        for axis in ("axial", "coronal", "sagittal"):
            slices = [each for time in range(data.shape[3]) for each in slices_of(data[..., time])[axis]]
            numpy.save(folder / f"{name.split('.')[0]}_{axis}.npy", numpy.stack(slices))
        spacing = nibabel.affines.voxel_sizes(image.affine)
        lines.append(" ".join(map(str, [name, *data.shape, *spacing])))
    (folder / "volumes.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

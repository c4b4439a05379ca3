"""Reads images of one's own from array files: .npy, .npz and IDX, of any size, grey or in colour.

What a file means is decided by its names, shapes and values alone, and refused where two readings are
possible. An array of images has its examples first:

- three axes are grey images (n, height, width);
- four axes have one or three channels, last (n, height, width, channels) or first (n, channels, height,
  width), and exactly one of the two must be possible.

Numbers become bytes. Integers are pixels from 0 to 255; booleans are black and white; floats are from 0 to 1,
or from 0 to 255 where the largest is above 16. A file without a test set gets one: a fixed tenth of its
images, drawn with the seed 0, whatever the seed of a run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from npae.arguments import printable
from npae.datasets.folders import check_total, read_folder, test_and_train
from npae.datasets.idx import NPZ_NAMES, decode_idx, read_idx, read_payload
from npae.datasets.known import ROLES, Dataset, find_files, from_arrays, idx_files
from npae.datasets.pictures import PIXELS, SUFFIXES, resize_picture
from npae.files.reading import Archive, read_npy, regular_file

Size = tuple[int, int]  # height, width
Arrays = Mapping[str, np.ndarray | None]  # by role

# The names of a data set in an .npz file: Keras's, those of npae's roles (and of MedMNIST), and those of a
# file without a test set. Only the first of each row must be there.
_NAMES: tuple[tuple[str, ...], ...] = (
    NPZ_NAMES,
    ROLES,
    ("images", "labels"),
    ("x", "y"),
    ("X", "y"),
    ("data", "labels"),
    ("arr_0", "arr_1"),
)
_MOST_CLASSES = 256
_UNIT, _BYTES = 1.0, 255.0  # the largest value of floats, as they are meant
_CHUNK = 1 << 22  # numbers converted at a time


def read_own(path: Path, size: Size | None, report: Callable[[str], None]) -> Dataset:
    """Read images of one's own: a folder of pictures or of IDX files, or an .npy, .npz or IDX file.

    Parameters
    ----------
    path : Path
    size : (int, int) or None
        Height and width to which all images are resized, without regard to their ratio. Default: their own.
    report : callable
        Gets a line of text on what was left out or assumed.

    Raises
    ------
    ValueError
        If the data are damaged, ambiguous, inconsistent or too large; the message names the file.
    OSError
        If a file cannot be read.
    """
    if path.is_dir() and not find_files(path):
        return read_folder(path, size, report)
    if path.is_dir():
        files = idx_files(path, ["train_images"])
        arrays = {role: decode_idx(read_payload(file), file) for role, file in files.items()}
    elif path.suffix.lower() in SUFFIXES:
        raise ValueError(f"{path} is a single picture; give the folder of your pictures")
    elif path.suffix.lower() == ".npy":
        arrays = {"train_images": _npy(path)}
    elif path.suffix.lower() == ".npz" or not _is_idx(path):
        arrays = _npz(path)
    else:
        arrays = {"train_images": read_idx(path)}
    return resized(dataset_from(str(path), arrays, report), size)


def dataset_from(where: str, arrays: Arrays, report: Callable[[str], None]) -> Dataset:
    """Return a data set from the arrays of a file, by role; all but "train_images" may be missing.

    Raises
    ------
    ValueError
        If they are no images and labels, or do not fit together.
    """
    found = {role: arrays.get(role) for role in ROLES}
    kinds: dict[str, tuple] = {}
    for part in ("train", "test"):
        images, labels = found[f"{part}_images"], found[f"{part}_labels"]
        if images is None:
            if labels is not None:
                raise ValueError(f"{where} has {part} labels and no {part} images")
            continue
        what = f"{part}_images of {where}"
        kinds[part] = image_layout(images.shape, what).shape, value_range(images, what)
        if labels is not None:
            found[f"{part}_labels"] = _plain_labels(labels, len(images), f"{part}_labels of {where}", part)
    if len(set(kinds.values())) > 1:
        shapes = " and ".join(_in_words(*kind) for kind in kinds.values())
        raise ValueError(f"the training and the test images of {where} differ: {shapes}")
    images, test_images = arrays["train_images"], found["test_images"]
    assert images is not None
    (_, most), *_ = kinds.values()
    if images.dtype.kind == "f":
        meant = (
            "from 0 to 1, and become 256 grey levels" if most == _UNIT else "taken as pixels from 0 to 255"
        )
        report(f"npae: the floats in {where} are {meant}")
    train, test = found["train_labels"], found["test_labels"]
    if test_images is not None and (train is None) != (test is None):
        raise ValueError(f"{where} has labels of its {'test' if train is None else 'training'} images alone")
    names = None
    if train is not None:
        train, test, names = _numbered(train, test, where)
    if test_images is not None:
        pictures = as_bytes(images, most, None), as_bytes(test_images, most, None)
    else:
        held, rest = test_and_train(len(images), where)
        pictures = as_bytes(images, most, rest), as_bytes(images, most, held)
        train, test = (None, None) if train is None else (train[rest], train[held])
    parts = dict(zip(ROLES, (pictures[0], train, pictures[1], test)))
    return from_arrays(where, parts, where, class_names=names)


class Layout(NamedTuple):
    """What the axes of an array of images are."""

    shape: tuple[int, int, int]  # of one image: channels, height, width
    channels_last: bool


def image_layout(shape: Sequence[int], what: str) -> Layout:
    """Return what the axes of an array of images are.

    Raises
    ------
    ValueError
        If it is not clear, or they are no images; the message begins with ``what``.
    """
    sizes, given = tuple(shape), f"{what} has the shape {tuple(shape)}"
    wanted = "expected (n, height, width), (n, height, width, channels) or (n, channels, height, width)"
    if not sizes or 0 in sizes:
        raise ValueError(f"{given}: it is empty; {wanted}")
    if len(sizes) == 3:
        if sizes[2] in (3, 4):
            raise ValueError(
                f"{given}: that is one picture in colour, or {sizes[0]} grey ones that are {sizes[2]} pixels "
                f"wide; {wanted}"
            )
        layout = Layout((1, *sizes[1:]), False)
    elif len(sizes) == 4:
        first, last = sizes[1] in (1, 3), sizes[3] in (1, 3)
        if first and last:
            raise ValueError(
                f"{given}: the channels can be the second axis or the last; drop an axis of 1, or give the "
                "images as PNG files"
            )
        if not first and not last:
            four = 4 in (sizes[1], sizes[3])
            advice = "; leave out the fourth channel" if four else ""
            raise ValueError(f"{given}: no axis has 1 or 3 channels; {wanted}{advice}")
        layout = Layout((sizes[3], *sizes[1:3]) if last else sizes[1:], last)
    else:
        side = math.isqrt(sizes[1]) if len(sizes) == 2 else 0
        square = side > 1 and side**2 == sizes[1]
        advice = f"; reshape it to ({sizes[0]}, {side}, {side}) if that is what it holds" if square else ""
        raise ValueError(f"{given}; {wanted}{advice}")
    if layout.shape[1] * layout.shape[2] > PIXELS:
        raise ValueError(f"{given}: an image has more than the {PIXELS:,} pixels that npae reads")
    return layout


def value_range(images: np.ndarray, what: str) -> float:
    """Return the value of white in images: 1 or 255.

    Raises
    ------
    ValueError
        If they hold NaN, negative or too large numbers, or it is not clear.
    """
    if images.dtype.kind not in "biuf":
        raise ValueError(f"{what} hold {images.dtype}, expected numbers")
    if images.dtype.kind == "b":
        return _UNIT
    low, high = images.min(), images.max()
    found, expected = f"{what} hold {images.dtype} from {low:g} to {high:g}", "expected 0 to 255"
    if images.dtype.kind == "f":
        if low >= 0 and high <= 1:
            return _UNIT
        if low >= 0 and 16 < high <= 255:
            return _BYTES
        expected = "expected 0 to 1, or 0 to 255; scale them"
        if not (np.isfinite(low) and np.isfinite(high)):
            expected = "they must be finite; remove those images"
    elif high == 1 and low == 0:
        expected = "as pixels from 0 to 255 they are all black; convert them to bool, or multiply them by 255"
    elif low >= 0 and high <= 255:
        return _BYTES
    raise ValueError(f"{found}; {expected}")


def as_bytes(images: np.ndarray, most: float, chosen: np.ndarray | None) -> np.ndarray:
    """Return chosen images as bytes (n, h, w) or (n, 3, h, w), in an array of their own.

    Parameters
    ----------
    images : ndarray
        Of a shape with an `image_layout`.
    most : float
        Its value of white.
    chosen : ndarray of int, or None for all
    """
    (channels, h, w), last = image_layout(images.shape, "images")
    if images.dtype == np.uint8 and chosen is None and channels == 1:
        return np.ascontiguousarray(images.reshape(-1, h, w))
    count = len(images) if chosen is None else len(chosen)
    result = np.empty((count, channels, h, w) if channels > 1 else (count, h, w), np.uint8)
    step = max(1, _CHUNK // (channels * h * w))
    for start in range(0, count, step):
        part = slice(start, start + step)
        some = images[part] if chosen is None else images[chosen[part]]
        if images.dtype != np.uint8:
            scaled = np.multiply(some, 255 / most, dtype=np.float32)
            some = np.rint(scaled, out=scaled)
        result[part] = (some.transpose(0, 3, 1, 2) if last else some).reshape(result[part].shape)
    return result


def resized(dataset: Dataset, size: Size | None) -> Dataset:
    """Return a data set whose images have another height and width; with None, the same.

    Raises
    ------
    ValueError
        If the result would be larger than npae reads.
    """
    if size is None or size == dataset.image_shape[1:]:
        return dataset
    parts, count = {}, len(dataset.train_images) + len(dataset.test_images)
    check_total(count, (dataset.image_shape[0], *size), dataset.source)
    for role in ("train_images", "test_images"):
        images = getattr(dataset, role)
        new = np.empty((*images.shape[:-2], *size), np.uint8)
        for old, target in zip(images, new):
            if old.ndim == 2:
                target[...] = resize_picture(old, size)
            else:
                target[...] = resize_picture(np.ascontiguousarray(old.transpose(1, 2, 0)), size).transpose(
                    2, 0, 1
                )
        parts[role] = new
    arrays = {role: parts.get(role, getattr(dataset, role)) for role in ROLES}
    again = from_arrays(dataset.name, arrays, dataset.source, dataset.synthetic, dataset.class_names)
    own = dataset.name == dataset.source
    return again if own else replace(again, name=f"{dataset.name} at {size[0]} x {size[1]}")


def _is_idx(path: Path) -> bool:
    with regular_file(path) as file:
        return file.read(2) in (b"\0\0", b"\x1f\x8b")


def _npy(path: Path) -> np.ndarray:
    try:
        return read_npy(path)
    except ValueError as error:
        reason = str(error) if str(path) in str(error) else f"{path} cannot be used: {error}"
        raise ValueError(reason) from None


def _npz(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of an .npz file by role; `_NAMES` says which they are."""
    with regular_file(path) as file:
        try:
            archive = Archive(file)
            names = archive.names
            rows = [row for row in _NAMES if row[0] in names]
            if len(rows) > 1:
                both = " and ".join(row[0] for row in rows)
                raise ValueError(f"it holds {both}, and only one of them can be the images")
            if not rows and len(names) == 1:
                rows = [(names[0],)]
            if not rows:
                expected = ", or ".join(", ".join(row) for row in _NAMES[:3])
                held = ", ".join(names) or "nothing"
                raise ValueError(f"it holds {held}; expected {expected} (labels may be missing)")
            found = {role: archive.read(name) for role, name in zip(ROLES, rows[0]) if name in names}
        except Exception as error:  # a damaged archive raises many kinds of errors, even NotImplementedError
            raise ValueError(f"{path} cannot be used: {printable(str(error))}") from error
    return found


def _plain_labels(labels: np.ndarray, count: int, what: str, part: str) -> np.ndarray:
    flat = labels.reshape(-1) if labels.shape == (len(labels), 1) else labels
    if flat.ndim != 1 or flat.dtype.kind not in "biuU":
        raise ValueError(f"{what} hold {labels.dtype} {labels.shape}, expected a class for each image, (n,)")
    if len(flat) != count:
        where = what.partition(" of ")[2]
        raise ValueError(
            f"{where} has {count} {part} images and {len(flat)} {part} labels; expected equally many, not 0"
        )
    return flat


def _numbered(
    train: np.ndarray, test: np.ndarray | None, where: str
) -> tuple[np.ndarray, np.ndarray | None, tuple[str, ...] | None]:
    """Return labels as bytes, and the names of the classes where the labels are no such numbers."""
    both = train if test is None else np.concatenate([train, test])
    if both.dtype.kind in "biu" and both.min() >= 0 and both.max() < _MOST_CLASSES:
        return train.astype(np.uint8), None if test is None else test.astype(np.uint8), None
    classes, numbers = np.unique(both, return_inverse=True)
    if len(classes) > _MOST_CLASSES:
        raise ValueError(f"{where} has {len(classes):,} classes; npae takes up to {_MOST_CLASSES}")
    names = tuple(printable(str(name)).replace("\n", " ") for name in classes)
    found = numbers.reshape(-1).astype(np.uint8)
    return found[: len(train)], None if test is None else found[len(train) :], names


def _in_words(shape: tuple[int, int, int], most: float) -> str:
    channels, height, width = shape
    colour = "in colour" if channels == 3 else "grey"
    return f"{height} x {width} pixels, {colour}, from 0 to {most:g}"

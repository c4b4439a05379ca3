"""Reads a folder of pictures as a data set: pictures alone, or a subfolder for each class.

A folder that has the subfolders ``train`` and ``test`` has its own test set; each of the two is then such a
folder. Otherwise a fixed tenth of the pictures is the test set. Links are followed, but no more than these
levels are entered, so a link to a folder above it leads nowhere.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from npae.datasets.known import ROLES, Dataset, from_arrays
from npae.datasets.pictures import SUFFIXES, picture_size, read_picture
from npae.files.reading import LARGEST

MOST = 1_000_000  # pictures
_NAMES = ", ".join(SUFFIXES)

Found = list[tuple[str, Path]]  # (class, picture); the class is "" where there are none


def read_folder(path: Path, size: tuple[int, int] | None, report: Callable[[str], None]) -> Dataset:
    """Read all pictures of a folder; see `npae.datasets.own.read_own`.

    Raises
    ------
    ValueError
        If a picture cannot be read, sizes differ and ``size`` is None, a class is empty, a name has control
        characters, pictures stand beside classes, or they are too many; the message names the file.
    OSError
        If a folder cannot be read.
    """
    parts, left_out = _parts(path)
    if left_out:
        names = ", ".join(left_out[:3]) + (f" and {len(left_out) - 3} more" if left_out[3:] else "")
        report(f"npae: left out of {path}: {names} (pictures are named {_NAMES})")
    shape = _shape([picture for found in parts.values() for _, picture in found], size, path, report)
    classes = sorted({name for found in parts.values() for name, _ in found})
    if len(classes) > 256:
        raise ValueError(f"{path} has {len(classes):,} subfolders; npae takes up to 256 classes")
    if set(parts) == {""}:
        held, rest = test_and_train(len(parts[""]), str(path))
        parts = {"train": [parts[""][k] for k in rest], "test": [parts[""][k] for k in held]}
    else:  # in an order of its own, so that --limit takes some of every class
        orders = {part: np.random.default_rng(0).permutation(len(found)) for part, found in parts.items()}
        parts = {part: [parts[part][k] for k in order] for part, order in orders.items()}
    images = {part: _read([picture for _, picture in found], shape) for part, found in parts.items()}
    labels: dict[str, np.ndarray | None] = {part: None for part in parts}
    if classes != [""]:
        numbers = {name: number for number, name in enumerate(classes)}
        labels = {part: np.array([numbers[n] for n, _ in found], np.uint8) for part, found in parts.items()}
    arrays = dict(zip(ROLES, (images["train"], labels["train"], images["test"], labels["test"])))
    return from_arrays(str(path), arrays, str(path), class_names=None if classes == [""] else tuple(classes))


def test_and_train(count: int, where: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of a fixed tenth of the images, at least one, and of the others, in random order."""
    if count < 2:
        raise ValueError(f"{where} has {count} image; at least two are needed, to train and to test")
    order = np.random.default_rng(0).permutation(count)
    held = max(1, count // 10)
    return order[:held], order[held:]


def check_total(count: int, shape: tuple[int, int, int], where: object) -> None:
    """Raise ValueError if so many images of that shape are more than npae reads."""
    if count * math.prod(shape) > LARGEST:
        channels, height, width = shape
        raise ValueError(
            f"{where} would hold {count:,} images of {height} x {width} pixels and {channels} channels, more "
            f"than the {LARGEST:,} bytes that npae reads; give a smaller --size"
        )


def _parts(path: Path) -> tuple[dict[str, Found], list[str]]:
    """Return the pictures by part, "train" and "test" or "" for all, and the names that were left out."""
    pictures, folders, left_out = _listed(path)
    if {"train", "test"} <= {folder.name for folder in folders}:
        if pictures:
            raise ValueError(f"{pictures[0]} stands beside the folders train and test; move it into one")
        left_out += [folder.name for folder in folders if folder.name not in ("train", "test")]
        parts = {}
        for part in ("train", "test"):
            parts[part], more = _classes(path / part)
            left_out += more
        kinds = {part: {name == "" for name, _ in found} for part, found in parts.items()}
        if kinds["train"] != kinds["test"]:
            flat = "train" if kinds["train"] == {True} else "test"
            raise ValueError(f"{path / flat} has pictures without classes, and the other folder has classes")
        return parts, left_out
    found, left_out = _classes(path)
    return {"": found}, left_out


def _classes(path: Path) -> tuple[Found, list[str]]:
    """Return the pictures of a folder with their classes, and the names that were left out."""
    pictures, folders, left_out = _listed(path)
    if pictures and folders:
        raise ValueError(
            f"{path} has pictures ({pictures[0].name}) beside folders ({folders[0].name}); put all pictures "
            "into folders, one for each class, or all into one folder"
        )
    found = [("", picture) for picture in pictures]
    inside = {folder: _listed(folder) for folder in folders}
    for folder, (pictures, _, others) in inside.items():
        found += [(folder.name, picture) for picture in pictures]
        left_out += others
    if not found:
        held = ", ".join([folder.name for folder in folders][:3] + left_out[:3])
        beside = f"; it holds {held}" if held else ""
        expected = f"expected pictures ({_NAMES}), or IDX files like train-images-idx3-ubyte.gz"
        raise ValueError(f"{path} holds no data set{beside}; {expected}")
    for folder, (pictures, deeper, _) in inside.items():
        if deeper:
            raise ValueError(
                f"{path} holds no data set of npae's kind: {deeper[0]} is a folder in the folder of a class"
            )
        if not pictures:
            raise ValueError(f"{folder} is the folder of a class, and holds no pictures ({_NAMES})")
    if len(found) > MOST:
        raise ValueError(f"{path} holds more than the {MOST:,} pictures that npae reads")
    return found, left_out


def _listed(folder: Path) -> tuple[list[Path], list[Path], list[str]]:
    """Return the pictures in a folder, its folders, and the names of all other files, in order of names."""
    pictures, folders, others = [], [], []
    with os.scandir(folder) as entries:
        for number, entry in enumerate(entries):
            if number > MOST:
                raise ValueError(f"{folder} holds more than the {MOST:,} files that npae looks at")
            if entry.name.startswith("."):
                continue
            if not entry.name.isprintable():
                raise ValueError(
                    f"{folder} holds {ascii(entry.name)}, a name with control characters; rename it"
                )
            if _is_folder(entry):
                folders.append(folder / entry.name)
            elif entry.name.lower().endswith(SUFFIXES):
                pictures.append(folder / entry.name)
            else:
                others.append(entry.name)
    return sorted(pictures), sorted(folders), sorted(others)


def _is_folder(entry: os.DirEntry) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle; opening it as a picture names it
        return False


def _shape(
    pictures: Sequence[Path], size: tuple[int, int] | None, path: Path, report: Callable[[str], None]
) -> tuple[int, int, int]:
    """Return the shape (channels, height, width) that all pictures get, from their headers alone."""
    sizes = [picture_size(picture) for picture in pictures]
    colour = sum(each.colour for each in sizes)
    for picture, each in zip(pictures, sizes):
        if size is None and each[:2] != sizes[0][:2]:
            first, other = (f"{found.height} x {found.width}" for found in (sizes[0], each))
            raise ValueError(
                f"{pictures[0]} has {first} pixels (height x width) and {picture} has {other}; give a common "
                "size, for instance --size 64"
            )
    if 0 < colour < len(sizes):
        report(f"npae: {len(sizes) - colour} of the {len(sizes)} pictures in {path} are grey")
    height, width = size or sizes[0][:2]
    shape = (3 if colour else 1, height, width)
    check_total(len(pictures), shape, path)
    return shape


def _read(pictures: Sequence[Path], shape: tuple[int, int, int]) -> np.ndarray:
    channels, height, width = shape
    images = np.empty((len(pictures), *(shape if channels > 1 else shape[1:])), np.uint8)
    for picture, image in zip(pictures, images):
        pixels = read_picture(picture, channels > 1, (height, width))
        image[...] = pixels.transpose(2, 0, 1) if channels > 1 else pixels
    return images

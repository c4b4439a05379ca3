"""The known data sets, with their files, checksums and mirrors; and what a data set is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from npae.datasets.idx import decode_idx, idx_header, read_npz, read_payload

ROLES = ("train_images", "train_labels", "test_images", "test_labels")
FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}

# SHA-256 of the decompressed files, since the compressed files of mirrors differ. MNIST and Fashion-MNIST
# have the same file names, so only these sums distinguish them.
CHECKSUMS = {
    "mnist": {
        "train_images": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "train_labels": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "test_images": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "test_labels": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
    "fashion-mnist": {
        "train_images": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "train_labels": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "test_images": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "test_labels": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
}
MIRRORS = {
    "mnist": (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    "fashion-mnist": (
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
}
CLASS_NAMES = {
    "fashion-mnist": (
        *("T-shirt", "trouser", "pullover", "dress", "coat"),
        *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
    )
}


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images and labels, and their source.

    Attributes
    ----------
    name : str
        "mnist", "fashion-mnist", the name of a set that npae draws, or the path of other data.
    train_images, test_images : ndarray of uint8, (n, h, w) or, in colour, (n, 3, h, w)
    train_labels, test_labels : ndarray of uint8, (n,), or None
        Both are None if the data have no labels.
    source : str
        A description of the source of the data.
    sha256 : str
        Identifies the data, in files of any kind: the SHA-256 of the SHA-256 sums (in hex, joined by
        newlines) of the four arrays as decompressed IDX files, in the order of `ROLES`.
    synthetic : bool
        True for images that npae draws.
    class_names : tuple of str or None
        By label, if they are not numbers.
    """

    name: str
    train_images: np.ndarray = field(repr=False)
    train_labels: Any = field(repr=False)  # an array, except for data without labels
    test_images: np.ndarray = field(repr=False)
    test_labels: Any = field(repr=False)
    source: str
    sha256: str
    synthetic: bool = False
    class_names: tuple[str, ...] | None = None

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """The shape of one image, (channels, height, width)."""
        *channels, height, width = self.train_images.shape[1:]
        return (channels or [1])[0], height, width

    def describe(self) -> dict[str, Any]:
        """Return name, source, checksum and sizes as JSON data."""
        return {
            "name": self.name,
            "source": self.source,
            "sha256": self.sha256,
            "synthetic": self.synthetic,
            "train": len(self.train_images),
            "test": len(self.test_images),
            "shape": list(self.image_shape),
        }


def checksum(payload: bytes | bytearray) -> str:
    """Return the SHA-256 of the decompressed content of an IDX file, in hex."""
    return hashlib.sha256(payload).hexdigest()


def from_arrays(
    name: str,
    arrays: Mapping[str, np.ndarray | None],
    source: str,
    synthetic: bool = False,
    class_names: tuple[str, ...] | None = None,
) -> Dataset:
    """Return a data set from arrays by role, of which the labels may be None.

    Its name is that of the known data set with these checksums, otherwise ``name``.
    """
    found = {role: arrays[role] for role in ROLES}
    sums = {role: "" if array is None else array_checksum(array) for role, array in found.items()}
    known = next((name for name, right in CHECKSUMS.items() if right == sums), name)
    combined = checksum("\n".join(sums.values()).encode())
    names = class_names or CLASS_NAMES.get(known)
    images, labels, test_images, test_labels = found.values()
    assert images is not None and test_images is not None
    return Dataset(known, images, labels, test_images, test_labels, source, combined, synthetic, names)


def read_known(path: Path, expected: str) -> Dataset:
    """Read a known data set from a folder of IDX files, or from an .npz file with Keras's names.

    Raises
    ------
    ValueError
        If the files are damaged, incomplete, or not the data set expected.
    OSError
        If a file cannot be read.
    """
    arrays: dict[str, np.ndarray] = {}
    if path.is_dir():
        for role, file in idx_files(path, ROLES).items():
            payload = read_payload(file)
            array = decode_idx(payload, file)
            check_sum(checksum(payload), role, expected, str(file))
            arrays[role] = array
    else:
        for role, array in zip(ROLES, read_npz(path)):
            check_sum(array_checksum(array), role, expected, f"{role} of {path}")
            arrays[role] = array
    return from_arrays(expected, arrays, str(path))


def idx_files(folder: Path, needed: Sequence[str]) -> dict[str, Path]:
    """Return the files of `find_files`, small ones first: labels are enough to detect another data set.

    Raises
    ------
    ValueError
        If one of the ``needed`` roles has no file.
    """
    files = find_files(folder)
    missing = [FILES[role] for role in needed if role not in files]
    if missing:
        raise ValueError(f"{folder} lacks {', '.join(missing)} (plain or .gz)")
    return {role: files[role] for role in reversed(ROLES) if role in files}


def find_files(folder: Path) -> dict[str, Path]:
    """Return the files of a data set in a folder, by role; plain files are preferred to gzipped ones."""
    found = {}
    for role, name in FILES.items():
        spellings = (name, name.replace("-idx", ".idx"))  # some unpackers rename the files
        candidates = [folder / f"{spelling}{suffix}" for suffix in ("", ".gz") for spelling in spellings]
        present = [path for path in candidates if path.is_file()]
        found.update({role: present[0]} if present else {})
    return found


def check_sum(found: str, role: str, expected: str, what: str) -> None:
    """Raise ValueError unless a file has the checksum of its role in the expected data set.

    If the checksum is that of another known file, the message has its name.
    """
    right = CHECKSUMS[expected][role]
    if found == right:
        return
    for name, sums in CHECKSUMS.items():
        for other, value in sums.items():
            if value == found:
                raise ValueError(f"{what} is the {other} of {name}, expected the {role} of {expected}")
    raise ValueError(
        f"{what} is damaged or not {expected}: its SHA-256 begins with {found[:12]}, expected {right[:12]}"
    )


def array_checksum(array: np.ndarray) -> str:
    """Return the `checksum` of an array as an IDX file, which is not made."""
    digest = hashlib.sha256(idx_header(array))
    digest.update(np.ascontiguousarray(array, array.dtype.newbyteorder(">")).data)
    return digest.hexdigest()

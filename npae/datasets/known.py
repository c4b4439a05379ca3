"""The known data sets, with their files, checksums and mirrors; reads a data set from a path."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from npae.datasets.idx import decode_idx, encode_idx, read_npz, read_payload

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


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images and labels, and their source.

    Attributes
    ----------
    name : str
        "mnist", "fashion-mnist", "synthetic", or the path of other data.
    train_images, test_images : ndarray of uint8, (n, 28, 28)
    train_labels, test_labels : ndarray of uint8, (n,)
    source : str
        A description of the source of the data.
    sha256 : str
        Identifies the data, in IDX or .npz files: the SHA-256 of the SHA-256 sums (in hex, joined by
        newlines) of the four arrays as decompressed IDX files, in the order of `ROLES`.
    synthetic : bool
        True for digits from `synthetic_digits`.
    """

    name: str
    train_images: np.ndarray = field(repr=False)
    train_labels: np.ndarray = field(repr=False)
    test_images: np.ndarray = field(repr=False)
    test_labels: np.ndarray = field(repr=False)
    source: str
    sha256: str
    synthetic: bool = False

    def describe(self) -> dict[str, Any]:
        """Return name, source, checksum and sizes as JSON data."""
        return {
            "name": self.name,
            "source": self.source,
            "sha256": self.sha256,
            "synthetic": self.synthetic,
            "train": len(self.train_images),
            "test": len(self.test_images),
        }


def checksum(payload: bytes | bytearray) -> str:
    """Return the SHA-256 of the decompressed content of an IDX file, in hex."""
    return hashlib.sha256(payload).hexdigest()


def from_arrays(name: str, arrays: dict[str, np.ndarray], source: str, synthetic: bool = False) -> Dataset:
    """Return a data set from arrays by role.

    Raises
    ------
    ValueError
        If shapes, dtypes or lengths do not fit.
    """
    _check_arrays(arrays, source)
    sums = {role: checksum(encode_idx(arrays[role])) for role in ROLES}
    return _dataset(name, arrays, source, sums, synthetic)


def read_dataset(path: Path, expected: str | None = None) -> Dataset:
    """Read the data set in a folder of IDX files, or in an .npz file with Keras's names.

    Parameters
    ----------
    path : Path
    expected : str or None
        The name of the data set that this must be. With None, any data are read; their name is that of the
        known data set with these checksums, otherwise the path.

    Raises
    ------
    ValueError
        If the files are damaged, incomplete, inconsistent, or not the data set expected.
    OSError
        If a file cannot be read.
    """
    if path.is_dir():
        arrays, sums = _read_folder(path, expected)
    else:
        arrays = dict(zip(ROLES, read_npz(path)))
        _check_arrays(arrays, path)
        sums = {role: checksum(encode_idx(array)) for role, array in arrays.items()}
        if expected:
            for role in ROLES:
                check_sum(sums[role], role, expected, f"{role} of {path}")
    _check_arrays(arrays, path)
    known = next((name for name, right in CHECKSUMS.items() if right == sums), str(path))
    return _dataset(known, arrays, str(path), sums)


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


def _read_folder(folder: Path, expected: str | None) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    files = find_files(folder)
    missing = [FILES[role] for role in ROLES if role not in files]
    if missing:
        raise ValueError(f"{folder} lacks {', '.join(missing)} (plain or .gz)")
    arrays, sums = {}, {}
    for role in reversed(ROLES):  # small files first: the labels are enough to detect another data set
        payload = read_payload(files[role])
        array = decode_idx(payload, files[role])
        sums[role] = checksum(payload)
        if expected:
            check_sum(sums[role], role, expected, str(files[role]))
        arrays[role] = array
    return arrays, sums


def _check_arrays(arrays: dict[str, np.ndarray], path: object) -> None:
    for role in ROLES:
        array = arrays[role]
        inner, shape = ((28, 28), "(n, 28, 28)") if role.endswith("images") else ((), "(n,)")
        if array.dtype != np.uint8 or array.ndim != 1 + len(inner) or array.shape[1:] != inner:
            raise ValueError(f"{role} of {path}: {array.dtype} {array.shape}, expected uint8 {shape}")
    for part in ("train", "test"):
        images, labels = len(arrays[f"{part}_images"]), len(arrays[f"{part}_labels"])
        if images != labels or images == 0:
            raise ValueError(
                f"{path} has {images} {part} images and {labels} {part} labels; expected equally many, not 0"
            )


def _dataset(
    name: str, arrays: dict[str, np.ndarray], source: str, sums: dict[str, str], synthetic: bool = False
) -> Dataset:
    train_images, train_labels, test_images, test_labels = (arrays[role] for role in ROLES)
    combined = checksum("\n".join(sums[role] for role in ROLES).encode())
    return Dataset(name, train_images, train_labels, test_images, test_labels, source, combined, synthetic)

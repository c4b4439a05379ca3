"""Data sets: files, downloads, synthetic digits and corruptions; and preparation of your own images."""

from npae.datasets.corruption import (
    bernoulli,
    chain,
    gaussian_noise,
    masking_noise,
    random_shift,
    salt_and_pepper,
)
from npae.datasets.drawn import scenes, washers
from npae.datasets.idx import read_idx, read_npz, write_idx
from npae.datasets.images import prepare_image
from npae.datasets.known import Dataset
from npae.datasets.pictures import read_image, read_picture
from npae.datasets.sources import DRAWN, NAMES, Place, fetch, load, where
from npae.datasets.synthetic import synthetic_digits
from npae.files.cache import cache_folder

__all__ = [
    "read_idx",
    "write_idx",
    "read_npz",
    "Dataset",
    "load",
    "where",
    "fetch",
    "DRAWN",
    "NAMES",
    "Place",
    "cache_folder",
    "synthetic_digits",
    "scenes",
    "washers",
    "gaussian_noise",
    "masking_noise",
    "salt_and_pepper",
    "chain",
    "bernoulli",
    "random_shift",
    "prepare_image",
    "read_image",
    "read_picture",
]

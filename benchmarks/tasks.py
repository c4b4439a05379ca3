"""What every contestant is given: the same images, the same noise and the same initial weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from npae import datasets
from npae.datasets import gaussian_noise
from npae.geometry import Pads, window_pads
from npae.layers import Layer
from npae.model import Sequential
from npae.recipes import Recipe, get_recipe

SEED = 0

# The recipes that are timed: bare losses, which every contestant knows, and models that they can be told of.
TIMED = ("dense", "conv", "strided-denoiser", "latent2d", "transposed-denoiser")

# Of Adam. Keras adds it to sqrt(v) before that is corrected for its bias, all others after. When it is this
# small, the place makes no difference to the losses that are compared, and it never makes one to the time.
EPSILON = 1e-12


@dataclass(frozen=True, eq=False)
class Data:
    """Training data as a recipe keeps it in memory.

    Attributes
    ----------
    x : ndarray (n, *input_shape)
        Inputs: uint8 pixels, to be scaled batch by batch; or float32, ready, where noise was drawn once.
    y : ndarray of uint8, (n, *input_shape), or None
        Clean targets, to be scaled batch by batch; None where they are the inputs before any fresh noise.
    noise : float or None
        Standard deviation of Gaussian noise that is drawn anew for every batch and clipped to 0 .. 1.
    scale, offset : float
        Bytes become ``pixel * scale + offset``.
    """

    x: np.ndarray
    y: np.ndarray | None = None
    noise: float | None = None
    scale: float = 1 / 255
    offset: float = 0.0


def load_images(recipe: str, limit: int | None = None, source: str = "auto") -> np.ndarray:
    """Return the training images of a recipe, uint8 (n, 28, 28), at most ``limit`` of them."""
    return datasets.load(source, get_recipe(recipe).dataset).train_images[:limit]


def build_model(name: str, dtype: type = np.float32) -> Sequential:
    """Return the recipe's model with the initial weights that all contestants start from."""
    recipe = get_recipe(name)
    model = recipe.build()
    model.build(recipe.input_shape, np.random.default_rng(SEED), dtype)
    return model


def shapes(block: Layer | Sequential) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return input and output shape of what is built."""
    if block.input_shape is None or block.output_shape is None:
        raise ValueError(f"{block!r} is not built")
    return block.input_shape, block.output_shape


def paddings(shape: tuple[int, ...], window: tuple[int, int], layer: Any) -> Pads:
    """Return what a layer with strides and a padding adds around images (channels, height, width)."""
    _, height, width = shape
    return window_pads((height, width), window, layer.strides, layer.padding)


def loss_name(recipe: Recipe) -> str:
    """Return the loss of a recipe that is timed: a bare name."""
    if not isinstance(recipe.loss, str):
        raise ValueError(f"the loss of {recipe.name} is {recipe.loss!r}; the peers know bare names only")
    return recipe.loss


def training_data(name: str, images: np.ndarray) -> Data:
    """Return the data of a recipe; noise that the recipe draws once is drawn here."""
    recipe = get_recipe(name)
    data = Data(images.reshape(-1, *recipe.input_shape), scale=recipe.scale, offset=recipe.offset)
    if recipe.corruption is None:
        return data
    assert isinstance(recipe.corruption, gaussian_noise), f"{name} damages its images in another way"
    stddev = recipe.corruption.stddev
    if not recipe.drawn_once:
        return Data(data.x, noise=stddev, scale=recipe.scale, offset=recipe.offset)
    return with_noise_drawn(data, stddev)


def verification_data(name: str, images: np.ndarray, steps: int = 10) -> Data:
    """Return data for a few steps on which all must agree: fresh noise, too, is drawn once here."""
    data = training_data(name, images[: steps * get_recipe(name).batch_size])
    return data if data.noise is None else with_noise_drawn(data, data.noise)


def with_noise_drawn(data: Data, stddev: float) -> Data:
    """Return data whose inputs carry Gaussian noise, float32, and whose targets are the clean bytes."""
    rng = np.random.default_rng(SEED)
    noisy = np.empty(data.x.shape, np.float32)
    for start in range(0, len(noisy), 1000):
        part = slice(start, start + 1000)
        clean = data.x[part] * np.float32(data.scale) + np.float32(data.offset)
        noisy[part] = (clean + np.float32(stddev) * rng.standard_normal(clean.shape, np.float32)).clip(0, 1)
    return Data(noisy, data.x, scale=data.scale, offset=data.offset)


def minibatches(count: int, batch_size: int, shuffle: bool) -> Iterator[np.ndarray]:
    """Yield the indices of one minibatch after the other, epoch after epoch."""
    rng = np.random.default_rng(SEED)
    while True:
        order = rng.permutation(count) if shuffle else np.arange(count)
        for start in range(0, count, batch_size):
            yield order[start : start + batch_size]

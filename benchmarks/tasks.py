"""The tasks of the contestants: the same images, the same noise and the same initial weights."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.models import RANDOM, get_model
from npae import datasets
from npae.datasets import gaussian_noise
from npae.geometry import Pads, window_pads
from npae.layers import Layer
from npae.model import Sequential
from npae.training.shards import SHUFFLE, random_stream

SEED = 0

# The timed recipes: those whose losses and layers exist in every framework.
TIMED = ("dense", "conv", "strided-denoiser", "latent2d", "transposed-denoiser")

# Adam's epsilon. Keras adds it to sqrt(v) before the bias correction, the others after it. An epsilon this
# small makes no difference to the compared losses.
EPSILON = 1e-12


@dataclass(frozen=True, eq=False)
class Data:
    """The training data of a recipe in memory.

    Attributes
    ----------
    x : ndarray (n, *input_shape)
        Inputs: uint8 pixels, which are scaled in each batch; or float32, scaled and with noise drawn once.
    y : ndarray or None
        Targets: uint8 (n, *input_shape), clean, which are scaled in each batch; int64 labels (n,) for a
        classifier; None if they are the inputs without noise.
    noise : float or None
        Standard deviation of Gaussian noise that is drawn in every batch; the inputs are clipped to 0 .. 1.
    scale, offset : float
        Bytes become ``pixel * scale + offset``.
    """

    x: np.ndarray
    y: np.ndarray | None = None
    noise: float | None = None
    scale: float = 1 / 255
    offset: float = 0.0


Examples = tuple[np.ndarray, np.ndarray]  # uint8 images (n, ...) and their labels (n,)


def load_examples(name: str, limit: int | None = None, source: str = "auto") -> tuple[Examples, Examples]:
    """Return training and test examples of a recipe, at most ``limit`` of each; random if so named."""
    model = get_model(name)
    if model.dataset == RANDOM:
        rng, count = np.random.default_rng(SEED), limit or 40 * max(model.batch_size, 4)
        images = rng.integers(0, 256, (count, *model.input_shape), np.uint8)
        return (images, np.zeros(count, np.uint8)), (images, np.zeros(count, np.uint8))
    data = datasets.load(source, model.dataset)
    return (
        (data.train_images[:limit], data.train_labels[:limit]),
        (data.test_images[:limit], data.test_labels[:limit]),
    )


def build_model(name: str, dtype: type = np.float32) -> Sequential:
    """Return the recipe's model with the initial weights of all contestants."""
    recipe = get_model(name)
    model = recipe.build()
    model.build(recipe.input_shape, np.random.default_rng(SEED), dtype)
    return model


def shapes(block: Layer | Sequential) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return input and output shape of a built layer or model."""
    if block.input_shape is None or block.output_shape is None:
        raise ValueError(f"{block!r} is not built")
    return block.input_shape, block.output_shape


def paddings(shape: tuple[int, ...], window: tuple[int, int], layer: Any) -> Pads:
    """Return the padding of a layer with strides and a window for images (channels, height, width)."""
    _, height, width = shape
    return window_pads((height, width), window, layer.strides, layer.padding)


def loss_name(name: str) -> str:
    """Return the loss of a timed recipe, which is a name."""
    loss = get_model(name).loss
    if not isinstance(loss, str):
        raise ValueError(f"the loss of {name} is {loss!r}; the peers need a name")
    return loss


def training_data(name: str, images: np.ndarray, labels: np.ndarray | None = None) -> Data:
    """Return the data of a recipe; noise that the recipe draws once is drawn here."""
    recipe = get_model(name)
    data = Data(images.reshape(-1, *recipe.input_shape), scale=recipe.scale, offset=recipe.offset)
    if recipe.loss == "softmax_crossentropy":
        assert labels is not None, f"{name} needs labels"
        return replace(data, y=labels.astype(np.int64))
    if recipe.corruption is None:
        return data
    assert isinstance(recipe.corruption, gaussian_noise), f"{name} has another corruption"
    stddev = recipe.corruption.stddev
    return with_noise_drawn(data, stddev) if recipe.drawn_once else replace(data, noise=stddev)


def verification_data(
    name: str, images: np.ndarray, labels: np.ndarray | None = None, steps: int = 10
) -> Data:
    """Return data for a few steps on which all contestants must agree: all noise is drawn once."""
    count = steps * get_model(name).batch_size
    data = training_data(name, images[:count], None if labels is None else labels[:count])
    return data if data.noise is None else with_noise_drawn(data, data.noise)


def with_noise_drawn(data: Data, stddev: float) -> Data:
    """Return data with noisy float32 inputs and clean uint8 targets."""
    rng = np.random.default_rng(SEED)
    noisy = np.empty(data.x.shape, np.float32)
    for start in range(0, len(noisy), 1000):
        part = slice(start, start + 1000)
        clean = data.x[part] * np.float32(data.scale) + np.float32(data.offset)
        noisy[part] = (clean + np.float32(stddev) * rng.standard_normal(clean.shape, np.float32)).clip(0, 1)
    return Data(noisy, data.x, scale=data.scale, offset=data.offset)


def minibatches(count: int, batch_size: int, shuffle: bool) -> Iterator[np.ndarray]:
    """Yield the indices of minibatches, epoch after epoch, without end, in the order of `npae.fit`."""
    for epoch in itertools.count(1):
        order = np.arange(count)
        if shuffle:
            random_stream(SEED, SHUFFLE, epoch).shuffle(order)
        for start in range(0, count, batch_size):
            yield order[start : start + batch_size]

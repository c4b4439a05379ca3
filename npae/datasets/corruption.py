"""Corruptions of images, which a denoising autoencoder learns to undo.

Every corruption is called as ``corrupt(x, rng)``, returns a new array of the shape and dtype of ``x``, and
does not change ``x``. Its repr is the call that constructs it; `describe` returns the same as plain data.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from npae.arguments import integer, non_negative

Corruption = Callable[[np.ndarray, np.random.Generator], np.ndarray]


@dataclasses.dataclass(frozen=True)
class _Corruption:
    def describe(self) -> dict[str, Any]:
        """Return name and arguments as JSON data."""
        arguments = dataclasses.asdict(self)
        lists = {key: list(value) for key, value in arguments.items() if isinstance(value, tuple)}
        return {"name": type(self).__name__, **arguments, **lists}

    def __call__(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        raise NotImplementedError


# The classes below have names like functions, since they are used like them: corrupt = gaussian_noise(0.4).


@dataclasses.dataclass(frozen=True)
class gaussian_noise(_Corruption):
    """Add normally distributed noise to every pixel: ``x' = clip(x + stddev * N(0, 1))``.

    Parameters
    ----------
    stddev : float
        Standard deviation of the noise, in units of ``x``; 0 or more.
    clip : (float, float) or None
        Smallest and largest value of the result; None does not clip.

    Raises
    ------
    ValueError
        If ``stddev`` is negative or not finite, or ``clip`` is not two rising numbers.
    """

    stddev: float
    clip: tuple[float, float] | None = (0.0, 1.0)

    def __post_init__(self) -> None:
        non_negative(self.stddev, "stddev")
        if self.clip is not None:
            object.__setattr__(self, "clip", _rising(self.clip, "clip"))

    def __call__(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return ``x`` with noise drawn in its dtype; ``x`` float32 or float64 of any shape."""
        _check_images(x)
        y = rng.standard_normal(x.shape, dtype=x.dtype)
        y *= x.dtype.type(self.stddev)
        y += x
        return y if self.clip is None else np.clip(y, *self.clip, out=y)


@dataclasses.dataclass(frozen=True)
class masking_noise(_Corruption):
    """Set every pixel to 0 with probability ``p``, independently of the others.

    Source: Vincent, Larochelle, Bengio, Manzagol, *Extracting and composing robust features with denoising
    autoencoders*, ICML 2008.

    Raises
    ------
    ValueError
        If ``p`` is not between 0 and 1.
    """

    p: float

    def __post_init__(self) -> None:
        non_negative(self.p, "p", most=1)

    def __call__(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return ``x`` with pixels masked; ``x`` float32 or float64 of any shape."""
        _check_images(x)
        return np.where(rng.random(x.shape, dtype=x.dtype) < self.p, x.dtype.type(0), x)


@dataclasses.dataclass(frozen=True)
class salt_and_pepper(_Corruption):
    """Set every pixel to one of two extremes, to each with probability ``p / 2``.

    Parameters
    ----------
    p : float
        The expected share of changed pixels, from 0 to 1.
    values : (float, float)
        Pepper and salt, in units of ``x``.

    Raises
    ------
    ValueError
        If ``p`` is not between 0 and 1, or ``values`` is not two rising numbers.
    """

    p: float
    values: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        non_negative(self.p, "p", most=1)
        object.__setattr__(self, "values", _rising(self.values, "values"))

    def __call__(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return ``x`` with salt and pepper; ``x`` float32 or float64 of any shape."""
        _check_images(x)
        draw = rng.random(x.shape, dtype=x.dtype)
        pepper, salt = (x.dtype.type(v) for v in self.values)
        return np.where(draw < self.p, np.where(draw < self.p / 2, pepper, salt), x)


@dataclasses.dataclass(frozen=True)
class bernoulli(_Corruption):
    """Set every pixel to 1 with its grey value as probability, and to 0 otherwise: dynamic binarisation.

    This is not a corruption: published likelihoods are for such binary images, sampled in every epoch. Pass
    it as the ``sample`` of `npae.training.batches.Batches`.

    Source: Salakhutdinov & Murray 2008; Burda et al. 2015.
    """

    def __call__(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return zeros and ones like ``x``, which is float32 or float64 of any shape, from 0 to 1."""
        _check_images(x)
        return (rng.random(x.shape, dtype=x.dtype) < x).astype(x.dtype)


@dataclasses.dataclass(frozen=True)
class random_shift(_Corruption):
    """Shift every image by up to ``pixels`` rows and columns, and fill the gaps with 0.

    This is not a corruption but an augmentation: a shifted digit is still a digit. Pass it as the ``sample``
    of `npae.training.batches.Batches`.

    Parameters
    ----------
    pixels : int
        The largest shift along each axis; all shifts are equally likely.
    shape : (int, int) or (int, int, int)
        Height and width of an image, for images that are flattened; in colour, channels, height and width.
        All channels are shifted alike.

    Raises
    ------
    ValueError
        If ``pixels`` is not an integer of at least 0.
    """

    pixels: int
    shape: tuple[int, ...] = (28, 28)

    def __post_init__(self) -> None:
        integer(self.pixels, "pixels", least=0)

    def __call__(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return ``x`` shifted; ``x`` float32 or float64 (n, ...), one or more images in each row."""
        _check_images(x)
        *channels, height, width = self.shape
        images = x.reshape(-1, *(channels or [1]), height, width)
        padded = np.pad(images, ((0, 0), (0, 0), *[(self.pixels, self.pixels)] * 2))
        places = np.lib.stride_tricks.sliding_window_view(padded, (height, width), axis=(2, 3))
        down, across = rng.integers(0, 2 * self.pixels + 1, (2, len(images)))
        return places[np.arange(len(images)), :, down, across].reshape(x.shape)


class chain(_Corruption):
    """Apply several corruptions in order: ``chain(masking_noise(0.1), gaussian_noise(0.2))``.

    Raises
    ------
    ValueError
        If no corruption is given, or one is not callable.
    """

    def __init__(self, *corruptions: Corruption):
        if not corruptions or not all(callable(corrupt) for corrupt in corruptions):
            raise ValueError(f"chain needs corruptions such as masking_noise(0.1), not {corruptions!r}")
        self.corruptions = corruptions

    def __call__(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return ``x`` after all corruptions; ``x`` float32 or float64 of any shape."""
        for corrupt in self.corruptions:
            x = corrupt(x, rng)
        return x

    def __repr__(self) -> str:
        return f"chain({', '.join(map(repr, self.corruptions))})"

    def describe(self) -> dict[str, Any]:
        """Return the descriptions of all corruptions as JSON data."""
        described: list[Any] = list(self.corruptions)  # a user's function has no `describe`
        return {"name": "chain", "corruptions": [corrupt.describe() for corrupt in described]}


def _rising(values: tuple[float, float], name: str) -> tuple[float, float]:
    try:
        low, high = map(float, values)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be two numbers, the smaller one first, not {values!r}") from None
    if not low < high:
        raise ValueError(f"{name} must be two numbers, the smaller one first, not {values!r}")
    return low, high


def _check_images(x: np.ndarray) -> None:
    if not isinstance(x, np.ndarray) or x.dtype not in (np.float32, np.float64):
        what = getattr(x, "dtype", type(x).__name__)
        raise ValueError(f"a corruption needs an array of float32 or float64, not {what}; scale the images")

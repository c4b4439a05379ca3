"""Ways to damage images, so that a denoising autoencoder has something to repair.

Every corruption is called as ``corrupt(x, rng)``, returns a new array of the shape and dtype of ``x``, and
leaves ``x`` as it was. Each prints itself as it is made, and `describe` gives the same as plain numbers and
strings.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from npae.arguments import integer, non_negative

Corruption = Callable[[np.ndarray, np.random.Generator], np.ndarray]


class _Corruption:
    def describe(self) -> dict:
        """Return name and numbers as JSON can hold them."""
        numbers = dataclasses.asdict(self)
        lists = {key: list(value) for key, value in numbers.items() if isinstance(value, tuple)}
        return {"name": type(self).__name__, **numbers, **lists}


# The classes below are named like functions since they are used like them: corrupt = gaussian_noise(0.4).


@dataclasses.dataclass(frozen=True)
class gaussian_noise(_Corruption):
    """Add noise of a normal distribution to every pixel: ``x' = clip(x + stddev * N(0, 1))``.

    Parameters
    ----------
    stddev : float
        Standard deviation of the noise, in units of ``x``; 0 or more.
    clip : (float, float) or None
        Smallest and largest value of the result; None leaves it as it comes.

    Raises
    ------
    ValueError
        If ``stddev`` is negative or not finite, or ``clip`` is not two rising numbers.
    """

    stddev: float
    clip: tuple[float, float] | None = (0.0, 1.0)

    def __post_init__(self):
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
    """Set every pixel to 0 with probability ``p``, independently, and leave the others as they are.

    Source: Vincent, Larochelle, Bengio, Manzagol, *Extracting and composing robust features with denoising
    autoencoders*, ICML 2008.

    Raises
    ------
    ValueError
        If ``p`` is not between 0 and 1.
    """

    p: float

    def __post_init__(self):
        non_negative(self.p, "p", most=1)

    def __call__(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return ``x`` with pixels masked; ``x`` float32 or float64 of any shape."""
        _check_images(x)
        return np.where(rng.random(x.shape, dtype=x.dtype) < self.p, x.dtype.type(0), x)


@dataclasses.dataclass(frozen=True)
class salt_and_pepper(_Corruption):
    """Set every pixel to one of two extremes, each with probability ``p / 2``, and leave the others.

    Parameters
    ----------
    p : float
        From 0 to 1.
    values : (float, float)
        Pepper and salt, in units of ``x``.

    Raises
    ------
    ValueError
        If ``p`` is not between 0 and 1, or ``values`` is not two rising numbers.
    """

    p: float
    values: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self):
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
    """Make every pixel 1 with its grey value as probability, and 0 otherwise: dynamic binarisation.

    Not a damage but a view of the data that likelihoods are published for: grey is the chance of being on,
    and every epoch sees other draws. It is meant as the ``sample`` of `npae.training.batches.Batches`.

    Source: Salakhutdinov & Murray 2008; Burda et al. 2015.
    """

    def __call__(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return zeros and ones like ``x``, float32 or float64 of any shape, from 0 to 1."""
        _check_images(x)
        return (rng.random(x.shape, dtype=x.dtype) < x).astype(x.dtype)


@dataclasses.dataclass(frozen=True)
class random_shift(_Corruption):
    """Move every image by up to so many pixels up or down and to a side; what comes in is 0.

    Not a damage either: a digit that is moved is still one, and a training set in which they are has more to
    teach. It is meant as what a recipe augments its training set with.

    Parameters
    ----------
    pixels : int
        At most; every shift is equally likely.
    shape : (int, int)
        Height and width of an image, which may come flattened.

    Raises
    ------
    ValueError
        If ``pixels`` is no integer of at least 0.
    """

    pixels: int
    shape: tuple[int, int] = (28, 28)

    def __post_init__(self):
        integer(self.pixels, "pixels", least=0)

    def __call__(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return ``x`` moved; ``x`` float32 or float64 (n, ...) of images that are one behind another."""
        _check_images(x)
        images = x.reshape(-1, *self.shape)
        padded = np.pad(images, ((0, 0), *[(self.pixels, self.pixels)] * 2))
        places = np.lib.stride_tricks.sliding_window_view(padded, self.shape, axis=(1, 2))
        down, across = rng.integers(0, 2 * self.pixels + 1, (2, len(images)))
        return places[np.arange(len(images)), down, across].reshape(x.shape)


class chain(_Corruption):
    """Several corruptions, one after the other: ``chain(masking_noise(0.1), gaussian_noise(0.2))``.

    Raises
    ------
    ValueError
        If there is none, or one cannot be called.
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

    def describe(self) -> dict:
        """Return the descriptions of all, as JSON can hold them."""
        return {"name": "chain", "corruptions": [corrupt.describe() for corrupt in self.corruptions]}


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
        raise ValueError(f"a corruption takes an array of float32 or float64, not {what}; scale the images")

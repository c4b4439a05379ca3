"""Converts your own images to the format of the training data: 28 by 28, light on dark."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SIZE = 28
DIGIT_BOX = 20  # pixels of the square that MNIST's digits fill, centred by mass in the image
INK = 0.2  # of the contrast between background and strongest stroke; fainter pixels are background
CONTRAST = 0.05  # the least one of a digit
UNIFORM = 0.08  # of the contrast: how far 95 % of a background's pixels are from its middle, at most
MARGIN = 2  # pixels around the digit, which a model's output may also use


def prepare_image(pixels: np.ndarray, fit_digit: bool = False) -> np.ndarray:
    """Convert an image of any size to a grey 28 by 28 image.

    Transparent parts become white, colours become grey, a dark-on-light image is inverted, a rectangle is
    padded to a square with its background, and the size is changed by averaging over areas. A 28 by 28 image
    that is light on dark does not change.

    Parameters
    ----------
    pixels : ndarray
        ``(h, w)`` or ``(h, w, 1)`` grey, ``(h, w, 2)`` grey and alpha, ``(h, w, 3)`` RGB, ``(h, w, 4)`` RGB
        and alpha. Integers from 0 to 255, or floats or booleans from 0 to 1.
    fit_digit : bool
        Whether to process the image like MNIST: crop the digit, scale it to a box of 20 by 20 with its aspect
        ratio, stretch its contrast, and move its centre of mass to the middle of the image.

    Returns
    -------
    ndarray of uint8, (28, 28)

    Raises
    ------
    ValueError
        If shape, dtype or values are not one of those above, or with ``fit_digit`` the image is empty.
    """
    grey = _to_grey(_to_unit_floats(np.asarray(pixels)))
    if fit_digit:
        return fit(grey).image
    return _to_bytes(_resize_to_square(light_on_dark(grey)))


@dataclass(frozen=True)
class Digit:
    """A digit in a picture, and as MNIST's digits are.

    Attributes
    ----------
    image : ndarray of uint8, (28, 28)
        Light on dark, in a box of 20 by 20 pixels, its centre of mass in the middle.
    size : (int, int)
        Of the picture.
    inverted : bool
        Whether the picture is dark on light.
    uniform : bool
        Whether the picture has a uniform background, as a digit has and a photograph has not.
    box, place : (int, int, int, int)
        Top, left, height and width of the digit in the picture, and in the image.
    levels : (float, float)
        Background and strongest stroke, from 0 to 1, after the inversion.
    """

    image: np.ndarray
    size: tuple[int, int]
    inverted: bool
    uniform: bool
    box: tuple[int, int, int, int]
    place: tuple[int, int, int, int]
    levels: tuple[float, float]

    def back(self, image: np.ndarray) -> np.ndarray:
        """Return an image (28, 28), floats from 0 to 1, as a picture with the size and levels of this."""
        top, left, height, width = self.place
        first = max(0, top - MARGIN), max(0, left - MARGIN)
        last = min(SIZE, top + height + MARGIN), min(SIZE, left + width + MARGIN)
        part = image[first[0] : last[0], first[1] : last[1]]
        # The edges of that part in the picture, in pixels, which can be outside of it.
        scales = self.box[2] / height, self.box[3] / width
        low = [round(self.box[k] + (first[k] - self.place[k]) * scales[k]) for k in (0, 1)]
        high = [round(self.box[k] + (last[k] - self.place[k]) * scales[k]) for k in (0, 1)]
        large = interpolate(part, (max(1, high[0] - low[0]), max(1, high[1] - low[1])))
        picture = np.zeros(self.size)
        inside = [slice(max(0, low[k]), min(self.size[k], low[k] + large.shape[k])) for k in (0, 1)]
        rows, columns = (slice(each.start - low[k], each.stop - low[k]) for k, each in enumerate(inside))
        picture[inside[0], inside[1]] = large[rows, columns]
        background, strongest = self.levels
        picture = background + (strongest - background) * picture
        return 1 - picture if self.inverted else picture


def fit(grey: np.ndarray) -> Digit:
    """Find the digit in a picture, and process it like MNIST's.

    Noise is averaged away before the digit is searched, over blocks that grow until the background is
    uniform, if it ever is.

    Parameters
    ----------
    grey : ndarray (h, w)
        Floats from 0 to 1.

    Raises
    ------
    ValueError
        If the picture is empty.
    """
    light = light_on_dark(grey)
    blocks, block = light, 1
    while not (uniform := _is_uniform(blocks)) and min(light.shape) // (2 * block) >= SIZE // 2:
        block *= 2
        blocks = _averaged(light, block)
    if not uniform:
        blocks, block = light, 1
    background, strongest = _background(blocks), blocks.max()
    if strongest - background < CONTRAST:
        raise ValueError("the image is empty; expected one digit on a uniform background")
    ink = np.clip((blocks - background) / (strongest - background), 0, 1) > INK
    (top, bottom), (left, right) = (ink.any(axis=axis).nonzero()[0][[0, -1]] * block for axis in (1, 0))
    box = top, left, min(bottom + block, len(light)) - top, min(right + block, light.shape[1]) - left
    found = np.clip(
        (light[top : top + box[2], left : left + box[3]] - background) / (strongest - background), 0, 1
    )
    image, place = _centred(found)
    levels = _background(light), float(strongest)  # noise that was cut at 0 has the median 0
    return Digit(_to_bytes(image), grey.shape, light is not grey, uniform, box, place, levels)


def interpolate(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize a grey image (h, w) to ``size``, bilinearly between the middles of its pixels; float64."""
    for axis, (n_new, n_old) in enumerate(zip(size, image.shape)):
        at = np.clip((np.arange(n_new) + 0.5) * (n_old / n_new) - 0.5, 0, n_old - 1)
        below = np.minimum(at.astype(np.intp), max(n_old - 2, 0))
        share = (at - below).reshape((-1, 1) if axis == 0 else (1, -1))
        above = np.minimum(below + 1, n_old - 1)
        image = np.take(image, below, axis) * (1 - share) + np.take(image, above, axis) * share
    return image


def resize(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize a grey image (h, w) to ``size`` by averaging over areas; the result is float64.

    Every new pixel covers a rectangle of the old image, and is the mean of the old pixels there, weighted by
    their covered areas. The weights are separable: ``rows @ image @ columns.T``.
    """
    rows, columns = (_area_weights(n_new, n_old) for n_new, n_old in zip(size, image.shape))
    return rows @ image @ columns.T


def _area_weights(n_new: int, n_old: int) -> np.ndarray:
    edges = np.arange(n_new + 1) * (n_old / n_new)
    old = np.arange(n_old)
    covered = np.minimum(edges[1:, None], old + 1) - np.maximum(edges[:-1, None], old)
    covered = np.maximum(covered, 0)
    return covered / covered.sum(axis=1, keepdims=True)


def _to_unit_floats(pixels: np.ndarray) -> np.ndarray:
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    if pixels.ndim not in (2, 3) or channels not in (1, 2, 3, 4) or 0 in pixels.shape:
        raise ValueError(
            f"an image must have the shape (h, w), or (h, w, c) with c from 1 to 4, not {pixels.shape}; "
            "pass one image at a time"
        )
    if pixels.dtype == bool:
        return pixels.astype(np.float64)
    if pixels.dtype.kind not in "uif":
        raise ValueError(f"an image must hold integers (0 to 255) or floats (0 to 1), not {pixels.dtype}")
    most = 1 if pixels.dtype.kind == "f" else 255
    low, high = pixels.min(), pixels.max()
    if not (low >= 0 and high <= most):  # written so that NaN fails
        kind = "floats from 0 to 1" if most == 1 else "integers from 0 to 255"
        raise ValueError(f"an image of {pixels.dtype} must hold {kind}, not {low:g} to {high:g}; scale it")
    return pixels / np.float64(most)


def _to_grey(pixels: np.ndarray) -> np.ndarray:
    """Blend transparent parts with white, then return the luminance (ITU-R BT.601)."""
    if pixels.ndim == 2:
        return pixels
    if pixels.shape[2] in (2, 4):
        alpha = pixels[..., -1:]
        pixels = pixels[..., :-1] * alpha + (1 - alpha)
    return pixels[..., 0] if pixels.shape[2] == 1 else pixels @ np.array([0.299, 0.587, 0.114])


def light_on_dark(grey: np.ndarray) -> np.ndarray:
    """Return a grey picture (h, w), inverted if its border is light; otherwise the same array."""
    low, high = grey.min(), grey.max()
    threshold = (low + high) / 2 if high > low else 0.5
    return 1 - grey if _background(grey) > threshold else grey


def _border(grey: np.ndarray) -> np.ndarray:
    return np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])


def _background(grey: np.ndarray) -> float:
    """Return the median of the border, since the digit is in the middle."""
    return float(np.median(_border(grey)))


def _is_uniform(light: np.ndarray) -> bool:
    background = _background(light)
    contrast = light.max() - background
    near = np.abs(_border(light) - background) <= UNIFORM * contrast
    return bool(contrast >= CONTRAST and near.mean() >= 0.95)


def _averaged(grey: np.ndarray, block: int) -> np.ndarray:
    h, w = (n // block for n in grey.shape)
    return grey[: h * block, : w * block].reshape(h, block, w, block).mean(axis=(1, 3))


def _resize_to_square(grey: np.ndarray) -> np.ndarray:
    """Pad an image to a square with its background, and resize that.

    The square, which can be large, is not made: the weights of the padding are left out, and the image holds
    what it has beyond the background.
    """
    side, background = max(grey.shape), _background(grey)
    weights = _area_weights(SIZE, side)
    rows, columns = (weights[:, (side - n) // 2 : (side - n) // 2 + n] for n in grey.shape)
    return rows @ (grey - background) @ columns.T + background


def _centred(ink: np.ndarray) -> tuple[np.ndarray, tuple[int, int, int, int]]:
    """Return the ink of a digit, from 0 to 1, as an image of MNIST, and its place there."""
    size = tuple(max(1, round(DIGIT_BOX * n / max(ink.shape))) for n in ink.shape)
    digit = resize(ink, size)
    digit /= digit.max()
    image = np.zeros((SIZE, SIZE))
    # the middle of a pixel is its index, so the middle of the image is at (SIZE - 1) / 2
    centre = [(digit.sum(axis=1 - axis) @ np.arange(n)) / digit.sum() for axis, n in enumerate(size)]
    top, left = (int(np.clip(round((SIZE - 1) / 2 - c), 0, SIZE - n)) for c, n in zip(centre, size))
    image[top : top + size[0], left : left + size[1]] = digit
    return image, (top, left, *size)


def _to_bytes(image: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)

"""Converts your own images to the format of the training data: 28 by 28, light on dark."""

from __future__ import annotations

import numpy as np

SIZE = 28
DIGIT_BOX = 20  # pixels of the square that MNIST's digits fill, centred by mass in the image
INK = 0.2  # of the contrast between background and strongest stroke; fainter pixels are background


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
    grey = _light_on_dark(_to_grey(_to_unit_floats(np.asarray(pixels))))
    if fit_digit:
        return _to_bytes(_centre_digit(grey))
    return _to_bytes(_resize_to_square(grey))


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


def _light_on_dark(grey: np.ndarray) -> np.ndarray:
    low, high = grey.min(), grey.max()
    threshold = (low + high) / 2 if high > low else 0.5
    return 1 - grey if _background(grey) > threshold else grey


def _background(grey: np.ndarray) -> float:
    """Return the median of the border, since the digit is in the middle."""
    return float(np.median(np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])))


def _resize_to_square(grey: np.ndarray) -> np.ndarray:
    """Pad an image to a square with its background, and resize that.

    The square, which can be large, is not made: the weights of the padding are left out, and the image holds
    what it has beyond the background.
    """
    side, background = max(grey.shape), _background(grey)
    weights = _area_weights(SIZE, side)
    rows, columns = (weights[:, (side - n) // 2 : (side - n) // 2 + n] for n in grey.shape)
    return rows @ (grey - background) @ columns.T + background


def _centre_digit(grey: np.ndarray) -> np.ndarray:
    background = _background(grey)
    strongest = grey.max()
    if strongest - background < 0.05:
        raise ValueError("the image is empty; expected one digit on a uniform background")
    ink = np.clip((grey - background) / (strongest - background), 0, 1)
    rows, columns = ((ink > INK).any(axis=axis).nonzero()[0] for axis in (1, 0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    size = tuple(max(1, round(DIGIT_BOX * n / max(ink.shape))) for n in ink.shape)
    digit = resize(ink, size)
    digit /= digit.max()
    image = np.zeros((SIZE, SIZE))
    # the middle of a pixel is its index, so the middle of the image is at (SIZE - 1) / 2
    centre = [(digit.sum(axis=1 - axis) @ np.arange(n)) / digit.sum() for axis, n in enumerate(size)]
    top, left = (int(np.clip(round((SIZE - 1) / 2 - c), 0, SIZE - n)) for c, n in zip(centre, size))
    image[top : top + size[0], left : left + size[1]] = digit
    return image


def _to_bytes(image: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)

"""Ten pictures of the kinds that people have, drawn for the tests; each is written as a file of its kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from npae.datasets import synthetic_digits


def photo(height: int, width: int) -> np.ndarray:
    """Return a landscape (height, width, 3), uint8: a sky, a sun, hills, a house, grass."""
    y, x = np.mgrid[:height, :width] / np.array([height, width]).reshape(2, 1, 1)
    image = np.stack([0.45 + 0.4 * y, 0.65 + 0.25 * y, np.full_like(y, 0.95)], axis=-1)
    image[np.hypot((x - 0.8) * width, (y - 0.2) * height) < 0.1 * height] = (1.0, 0.9, 0.4)
    for base, colour in ((0.55, (0.45, 0.55, 0.5)), (0.65, (0.3, 0.45, 0.3))):
        image[y > base + 0.06 * np.sin(9 * x + 20 * base) + 0.02 * np.sin(31 * x)] = colour
    image[(abs(x - 0.3) < 0.1) & (abs(y - 0.62) < 0.12)] = (0.75, 0.35, 0.25)
    image[(abs(x - 0.3) < 0.13 - 1.2 * (0.5 - y)) & (y > 0.4) & (y < 0.5)] = (0.4, 0.15, 0.1)
    image[(abs(x - 0.27) < 0.02) & (abs(y - 0.6) < 0.04)] = (0.95, 0.95, 0.7)
    grass = 0.08 * np.random.default_rng(0).standard_normal((height, width))
    image[y > 0.8] += grass[y > 0.8][:, None]
    return to_bytes(image)


def to_bytes(image: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)


def noisy(pixels: np.ndarray, stddev: float) -> np.ndarray:
    return to_bytes(pixels / 255 + stddev * np.random.default_rng(1).standard_normal(pixels.shape))


def page(digit: np.ndarray, height: int, width: int, top: int, left: int, scale: int) -> np.ndarray:
    """Return a page (height, width), light on dark, with an enlarged digit somewhere."""
    large = np.asarray(Image.fromarray(digit).resize((28 * scale, 28 * scale), Image.Resampling.BILINEAR))
    pixels = np.zeros((height, width), np.uint8)
    pixels[top : top + 28 * scale, left : left + 28 * scale] = large
    return pixels


def write_pictures(folder: Path, stddev: float = 0.1) -> dict[str, Path]:
    """Write the ten pictures and return their paths by name."""
    folder.mkdir(parents=True, exist_ok=True)
    images, labels, *_ = synthetic_digits(20, 0, seed=3)
    three, five = (images[int(np.flatnonzero(labels == k)[0])] for k in (3, 5))
    small = noisy(photo(90, 120), stddev)
    alpha = np.full((90, 120), 255, np.uint8)
    alpha[:, :30] = np.linspace(0, 255, 30, dtype=np.uint8)
    pictures = {
        "photo.png": Image.fromarray(noisy(photo(900, 1200), stddev)),
        "off-centre.png": Image.fromarray(noisy(page(three, 160, 240, 10, 120, 4), stddev)),
        "dark-on-light.png": Image.fromarray(255 - page(five, 200, 150, 80, 20, 3)),
        "rgba.png": Image.fromarray(np.dstack([small, alpha])),
        "sixteen-bits.png": Image.fromarray(small.mean(axis=2).astype(np.uint16) * 257),
        "palette.png": Image.fromarray(small).quantize(32),
        "five.png": Image.fromarray(small[40:45, 30:35]),
        "photo.jpg": Image.fromarray(noisy(photo(300, 400), stddev)),
        "wide.png": Image.fromarray(noisy(photo(40, 700), stddev)),
        "tall.png": Image.fromarray(noisy(photo(700, 41), stddev)),
    }
    for name, picture in pictures.items():
        picture.save(folder / name)
    return {name: folder / name for name in pictures}

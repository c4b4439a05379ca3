"""Pictures that npae draws itself, for recipes that need no data: scenes in colour, and washers with defects.

Every pixel is the colour of the last shape over it, blended along the shapes' edges. A shape is given by its
signed distance: the distance in pixels from its edge, negative inside.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from npae.arguments import integer

SIDE = 32  # pixels of a scene
SHAPES = ("disc", "square", "triangle", "ring", "cross")
PART = 64  # pixels of the picture of a washer
PARTS = ("good", "chip", "scratch", "stain")
BLOCK = 100  # images per random stream, so that the first k do not depend on the number of images

Drawn = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, tuple[str, ...]]


def scenes(train: int = 4000, test: int = 500, seed: int = 0) -> Drawn:
    """Draw scenes in colour: shapes with flat, shaded or striped surfaces before a shaded ground.

    The label is the kind of the foremost shape. The first ``k`` images do not depend on ``train`` and
    ``test``.

    Parameters
    ----------
    train, test : int
        Numbers of images; 0 or more.
    seed : int
        0 or more.

    Returns
    -------
    train_images, train_labels, test_images, test_labels : ndarray of uint8
        ``(train, 3, 32, 32)``, ``(train,)``, ``(test, 3, 32, 32)``, ``(test,)``.
    class_names : tuple of str

    Raises
    ------
    ValueError
        If a number is negative or not an integer.
    """
    return *_blocks(_scenes, train, seed, 0), *_blocks(_scenes, test, seed, 1), SHAPES


def washers(train: int = 2000, test: int = 400, seed: int = 0) -> Drawn:
    """Draw photographs of washers: all good in the training set, every second one with a defect in the test.

    The defects are a chip out of the rim, a scratch across the face, and a stain. Position, size, brightness,
    the direction of the light and the grain of the metal vary.

    Parameters
    ----------
    train, test, seed : int
        As of `scenes`.

    Returns
    -------
    train_images, train_labels, test_images, test_labels : ndarray of uint8
        ``(train, 64, 64)``, ``(train,)``, ``(test, 64, 64)``, ``(test,)``; the label 0 is "good".
    class_names : tuple of str

    Raises
    ------
    ValueError
        If a number is negative or not an integer.
    """
    return *_blocks(_good_washers, train, seed, 0), *_blocks(_washers, test, seed, 1), PARTS


def _blocks(
    draw: Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]], count: int, seed: int, stream: int
) -> tuple[np.ndarray, np.ndarray]:
    count, seed = integer(count, "the number of images", least=0), integer(seed, "seed", least=0)
    parts = []
    for block in range(max(1, -(-count // BLOCK))):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(stream, block)))
        parts.append(draw(rng))
    images, labels = (np.concatenate(each)[:count] for each in zip(*parts))
    return images, labels


def _scenes(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    y, x = (axis[None] for axis in np.mgrid[:SIDE, :SIDE] + 0.5)
    image = _surface(rng, x, y)
    kinds = np.zeros(BLOCK, np.intp)
    for _ in range(4):  # shapes, the last of which is the foremost
        kinds = rng.permutation(np.arange(BLOCK) % len(SHAPES))
        size = rng.uniform(4, 10, (BLOCK, 1, 1))
        across, down = _turned(rng, x - _one_each(rng, 5, 27), y - _one_each(rng, 5, 27))
        distance = np.choose(kinds[:, None, None], [shape(across, down, size) for shape in _DISTANCES])
        image += _cover(distance)[:, None] * (_surface(rng, x, y) - image)
    return _to_bytes(image), kinds.astype(np.uint8)


def _surface(rng: np.random.Generator, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return colours (BLOCK, 3, h, w) from 0 to 1: a third flat, a third shaded, a third striped."""
    first, second = rng.random((2, BLOCK, 3, 1, 1))
    across, _ = _turned(rng, x - SIDE / 2, y - SIDE / 2)
    shade = np.clip(0.5 + across / SIDE, 0, 1)
    stripes = 0.5 + 0.5 * np.clip(3 * np.sin(across * rng.uniform(0.5, 1.6, (BLOCK, 1, 1))), -1, 1)
    kind = rng.integers(0, 3, (BLOCK, 1, 1))
    share = np.where(kind == 0, 0, np.where(kind == 1, shade, stripes))[:, None]
    return first + share * (second - first)


def _good_washers(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return _draw_washers(rng, np.zeros(BLOCK, np.uint8))


def _washers(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    defects = 1 + np.arange(BLOCK // 2) % (len(PARTS) - 1)
    labels = rng.permutation(np.concatenate([np.zeros(BLOCK - BLOCK // 2), defects]).astype(np.uint8))
    return _draw_washers(rng, labels)


def _draw_washers(rng: np.random.Generator, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    y, x = (axis[None] for axis in np.mgrid[:PART, :PART] + 0.5)
    right, below = x - _one_each(rng, 30, 34), y - _one_each(rng, 30, 34)
    outer, inner = _one_each(rng, 22, 26), _one_each(rng, 9, 12)
    radius, angle = np.hypot(right, below), np.arctan2(below, right)
    rim = np.maximum(radius - outer, inner - radius)
    # The light comes from one side; turned metal is brightest along a line through the middle.
    towards = _one_each(rng, 0, 2 * np.pi)
    bright = 0.55 + 0.15 * np.cos(2 * (angle - towards)) + 0.1 * np.cos(angle - towards)
    rings = 0.03 * np.sin(radius * _one_each(rng, 2.0, 2.4))
    ground = _one_each(rng, 0.1, 0.2) + 0.03 * np.cos(towards) * right / PART
    place = _one_each(rng, 0, 2 * np.pi)
    middle, kind = (outer + inner) / 2, labels[:, None, None]
    chip = np.hypot(right - outer * np.cos(place), below - outer * np.sin(place)) - _one_each(rng, 2.5, 4.5)
    rim = np.where(kind == PARTS.index("chip"), np.maximum(rim, -chip), rim)
    along, aside = right - middle * np.cos(place), below - middle * np.sin(place)
    metal = bright + rings
    stain = _cover((np.hypot(along, aside) - _one_each(rng, 2.5, 4.5)) / 2)
    metal = np.where(kind == PARTS.index("stain"), metal * (1 - 0.45 * stain), metal)
    across, down = _turned(rng, along, aside)
    scratch = _cover(np.maximum(np.abs(down) - 0.6, np.abs(across) - _one_each(rng, 5, 8)))
    metal = np.where(kind == PARTS.index("scratch"), metal + 0.35 * scratch, metal)
    image = ground + _cover(rim) * (metal - ground) + 0.02 * rng.standard_normal((BLOCK, PART, PART))
    return _to_bytes(image), labels


def _disc(x: np.ndarray, y: np.ndarray, size: np.ndarray) -> np.ndarray:
    return np.hypot(x, y) - size


def _square(x: np.ndarray, y: np.ndarray, size: np.ndarray) -> np.ndarray:
    return np.maximum(np.abs(x), np.abs(y)) - 0.85 * size


def _triangle(x: np.ndarray, y: np.ndarray, size: np.ndarray) -> np.ndarray:
    return np.maximum(0.866 * np.abs(x) + 0.5 * y, -y) - 0.6 * size


def _ring(x: np.ndarray, y: np.ndarray, size: np.ndarray) -> np.ndarray:
    return np.abs(np.hypot(x, y) - 0.8 * size) - 0.25 * size


def _cross(x: np.ndarray, y: np.ndarray, size: np.ndarray) -> np.ndarray:
    x, y = np.abs(x), np.abs(y)
    return np.minimum(np.maximum(x - 0.3 * size, y - size), np.maximum(y - 0.3 * size, x - size))


_DISTANCES = (_disc, _square, _triangle, _ring, _cross)  # in the order of SHAPES


def _cover(distance: np.ndarray) -> np.ndarray:
    """Return the share of each pixel that a shape covers."""
    return np.clip(0.5 - distance, 0, 1)


def _turned(rng: np.random.Generator, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    angle = _one_each(rng, 0, 2 * np.pi)
    return np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x


def _one_each(rng: np.random.Generator, low: float, high: float) -> np.ndarray:
    return rng.uniform(low, high, (BLOCK, 1, 1))


def _to_bytes(image: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)

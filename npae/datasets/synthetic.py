"""Synthetic handwritten digits, drawn from strokes, for machines without data."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from npae.arguments import integer

# Ways of writing each digit: (frequency, strokes). A stroke lists the points "x,y" of the pen, in percent of
# the digit's height, with y downwards; "|" lifts the pen. A repeated point is a sharp corner. Equal points of
# a digit are moved together, so that strokes remain connected.
STYLES = {
    0: (
        (5, "50,0 20,14 6,50 20,88 48,100 78,86 90,50 78,14 50,0"),
        (3, "62,4 28,8 8,48 20,88 46,100 76,84 86,46 74,12 46,2 26,10"),
        (2, "30,6 10,34 12,76 42,100 76,82 86,40 64,6 34,4 22,20 46,26 78,12"),
    ),
    1: (
        (4, "50,0 50,100"),
        (3, "50,0 50,50 50,100"),
        (2, "28,22 42,12 54,0 54,0 53,50 52,100"),
        (1, "26,22 40,13 52,0 52,0 52,50 52,100 | 20,100 52,100 84,99"),
    ),
    2: (
        (4, "10,22 28,3 60,0 78,22 62,55 36,80 8,98 8,98 48,98 92,95"),
        (4, "12,20 36,0 70,8 74,36 52,68 24,94 5,92 14,76 40,84 66,96 94,88"),
        (2, "14,14 50,0 76,22 58,55 26,84 30,95 60,93 92,86"),
    ),
    3: (
        (5, "12,10 46,0 76,16 64,40 34,47 34,47 68,53 82,74 60,97 30,100 6,92"),
        (3, "10,8 44,0 74,18 56,40 36,46 40,51 68,54 80,76 56,98 26,99 6,86"),
        (2, "12,4 44,3 78,1 78,1 58,22 38,40 38,40 70,50 80,72 58,96 32,100 8,92"),
    ),
    4: (
        (4, "20,3 15,27 8,54 8,54 40,54 68,50 90,49 | 74,0 68,50 60,100"),
        (3, "66,0 36,32 6,64 6,64 36,64 66,62 92,61 | 66,0 66,62 64,100"),
        (3, "12,2 6,26 16,50 44,52 74,40 | 80,2 74,40 66,100"),
    ),
    5: (
        (4, "32,2 26,22 20,44 20,44 48,37 76,54 76,82 44,100 8,92 | 32,2 58,2 88,0"),
        (4, "86,1 62,3 36,4 36,4 29,24 24,43 24,43 54,42 76,64 64,92 36,100 6,93"),
        (2, "94,8 60,4 24,6 24,6 18,44 18,44 44,34 66,48 68,74 46,96 12,98 2,84"),
        (2, "88,4 56,2 30,18 34,40 62,52 74,74 54,97 26,100 4,88"),
    ),
    6: (
        (5, "64,0 36,18 16,46 12,74 30,98 62,94 74,72 56,52 30,56 12,74"),
        (3, "56,0 36,26 22,52 16,76 32,99 58,94 70,76 54,60 30,64 16,76"),
        (2, "74,4 44,10 18,40 10,74 36,100 72,88 70,58 42,50 14,64"),
    ),
    7: (
        (4, "8,6 44,5 86,2 86,2 66,32 52,66 44,100"),
        (2, "10,5 46,4 86,2 86,2 66,34 52,66 44,100 | 30,54 55,51 80,48"),
        (2, "8,22 10,4 10,4 46,5 84,3 84,3 66,34 54,66 48,100"),
        (2, "6,14 34,2 70,2 78,20 64,44 52,72 46,100"),
    ),
    8: (
        (5, "72,10 44,0 20,16 34,38 64,58 74,80 46,100 18,82 30,58 62,36 72,10"),
        (3, "46,46 20,28 28,6 56,2 70,22 46,46 | 46,46 74,66 70,90 42,100 14,86 20,62 46,46"),
        (2, "78,8 48,2 22,14 30,36 60,56 70,80 44,100 20,86 28,62 56,40 80,20"),
    ),
    9: (
        (4, "72,20 48,0 18,14 14,40 38,52 64,38 72,20 72,20 70,48 66,74 63,100"),
        (3, "74,12 44,0 16,18 16,42 42,50 68,34 74,12 76,44 66,76 40,98 14,92"),
        (3, "70,8 42,2 16,20 20,44 46,46 66,26 70,8 68,38 60,70 52,100"),
    ),
}

# Differences between writers: standard deviations, in units of the digit's height unless noted.
POINT_JITTER = 0.025
END_JITTER = 0.045  # the free ends of strokes vary more than their middles
SLOPPINESS = (0.6, 1.8)  # of the logarithm of a factor on jitter and bend, and the largest factor
BEND = 0.21  # coefficients of a random quadratic map of the plane
SLANT = (0.15, 0.22)  # mean and deviation, in rows per column
ROTATION = 0.10  # radians
ASPECT = 0.18  # of the logarithm of width over height
BOX = (19.4, 0.5)  # pixels: side of the square that the digit fills, as in MNIST, and its deviation
SHIFT = 0.5  # pixels, of the centre of mass from the centre of the image
RADIUS = (1.25, 0.27)  # pixels, of the pen; mean and deviation
THINNEST = 0.97  # pixels
PRESSURE = 0.30  # amplitude of the slow variation of ink along the strokes

SAMPLES = 65  # points on the strokes of one digit, so 64 short pieces between them
BLOCK = 1000  # images per random stream, so that the first k do not depend on the number of images
SPREAD = 1.4  # 1/pixel**2: a drop of ink spreads as exp(-SPREAD * distance**2)
STEPS = 64  # positions of a drop per pixel
GRAIN = 2.0**22  # drops are multiples of 1 / GRAIN, so sums of their products are exact
MARGIN = 3  # pixels around the image for drops outside
DARKEST, FALL, SOFT = 1.34, 2.05, 1.44  # grey value = DARKEST - FALL / (ink + SOFT), clipped to [0, 1]


def synthetic_digits(
    train: int = 60000, test: int = 10000, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw digits that look like handwriting, in the format and with the ink statistics of MNIST.

    Each digit is a spline through the jittered points of one of several ways of writing its class. It is then
    bent, slanted, rotated, scaled to MNIST's box of 20 by 20 pixels and centred by its mass, each with random
    variation. The pen's width varies between digits, its pressure along the strokes.

    Training and test images come from independent random streams of the same distribution. The first ``k``
    images do not depend on ``train`` and ``test``. Every 1000 images contain 100 of each class, shuffled.

    Parameters
    ----------
    train, test : int
        Numbers of images; 0 or more.
    seed : int
        0 or more. The same seed gives the same bytes on every machine whose NumPy draws the same numbers.

    Returns
    -------
    train_images, train_labels, test_images, test_labels : ndarray of uint8
        ``(train, 28, 28)``, ``(train,)``, ``(test, 28, 28)``, ``(test,)``; ink is 255, as in MNIST.

    Raises
    ------
    ValueError
        If a number is negative or not an integer.
    """
    for name, value in (("train", train), ("test", test), ("seed", seed)):
        integer(value, name, least=0)
    return *_draw(int(train), int(seed), stream=0), *_draw(int(test), int(seed), stream=1)


def _draw(count: int, seed: int, stream: int) -> tuple[np.ndarray, np.ndarray]:
    images = np.empty((count, 28, 28), np.uint8)
    labels = np.empty(count, np.uint8)
    for start in range(0, count, BLOCK):
        part = slice(start, min(start + BLOCK, count))
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(stream, start // BLOCK)))
        block_labels, points, drawn, radius, pressure = _write(rng)
        labels[part] = block_labels[: part.stop - start]
        for first in range(start, part.stop, 100):  # 100 images at a time stay in the processor's cache
            last = min(first + 100, part.stop)
            some = slice(first - start, last - start)
            images[first:last] = _ink(points[some], drawn[some], radius[some], pressure[some])
    return images, labels


def _write(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Draw the strokes of one block of digits as points.

    Returns
    -------
    labels (BLOCK,); points (BLOCK, SAMPLES, 2) in pixels, (x, y); drawn (BLOCK, SAMPLES - 1), 0 where the pen
    is lifted; radius (BLOCK,) of the pen in pixels; pressure (BLOCK, SAMPLES - 1), around 1.
    """
    controls, looseness, basis, drawn, cumulative = _styles()
    labels = rng.permutation(np.repeat(np.arange(10), BLOCK // 10))
    style = (rng.random(BLOCK)[:, None] >= cumulative[labels]).sum(axis=1) + len(cumulative[0]) * labels
    sloppy = np.minimum(np.exp(SLOPPINESS[0] * rng.standard_normal((BLOCK, 1, 1))), SLOPPINESS[1])
    jitter = np.clip(rng.standard_normal((BLOCK, *controls.shape[1:])), -2, 2)
    moved = controls[style] + sloppy * looseness[style] * jitter
    points = np.matmul(basis[style], _deform(moved, sloppy, rng))
    drawn = drawn[style]

    radius = np.maximum(RADIUS[0] + RADIUS[1] * rng.standard_normal(BLOCK), THINNEST)
    low, high = points.min(axis=1), points.max(axis=1)
    side = BOX[0] + BOX[1] * rng.standard_normal(BLOCK) - 2 * radius
    points = (points - low[:, None]) * (side / (high - low).max(axis=1))[:, None, None]

    waves = rng.random((BLOCK, 1)) + np.linspace(0, 1, SAMPLES - 1) * rng.uniform(0.5, 2, (BLOCK, 1))
    pressure = 1 + PRESSURE * rng.random((BLOCK, 1)) * np.sin(2 * math.pi * waves)
    mass = drawn * pressure * _lengths(points)
    middle = (points[:, 1:] + points[:, :-1]) / 2
    centre = (mass[:, :, None] * middle).sum(axis=1) / mass.sum(axis=1)[:, None]
    points += (13.5 + SHIFT * rng.standard_normal((BLOCK, 2)) - centre)[:, None]
    return labels, points, drawn, radius, pressure


def _deform(points: np.ndarray, sloppy: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Bend, stretch, slant and rotate whole digits; ``points`` (n, k, 2) are centred on 0."""
    n = len(points)
    x, y = points[..., 0], points[..., 1]
    terms = np.stack([x * x, x * y, y * y, y * y * y], axis=-1)
    x, y = np.moveaxis(points + np.matmul(terms, BEND * sloppy * rng.standard_normal((n, 4, 2))), -1, 0)
    x = x * np.exp(ASPECT * rng.standard_normal((n, 1)))
    x = x - (SLANT[0] + SLANT[1] * rng.standard_normal((n, 1))) * y
    angle = ROTATION * rng.standard_normal((n, 1))
    cos, sin = np.cos(angle), np.sin(angle)
    return np.stack([cos * x - sin * y, sin * x + cos * y], axis=-1)


def _ink(points: np.ndarray, drawn: np.ndarray, radius: np.ndarray, pressure: np.ndarray) -> np.ndarray:
    """Return images (n, 28, 28), uint8, of strokes.

    There is a drop of ink in the middle of each short piece, which spreads as
    ``exp(-SPREAD * ((x-x0)**2 + (y-y0)**2))``, a function of x times a function of y. So all drops of an
    image are one matrix product, ``ink[y, x] = sum_s gy[s, y] * gx[s, x]``. The drops of a long straight
    line, weighted by the lengths of their pieces, add up to ``exp(-SPREAD * d**2)`` at the distance d.
    Divided by its value at ``d = radius``, this is 1 on the outline of the stroke. `DARKEST`, `FALL` and
    `SOFT` define the grey value, with soft edges.

    All factors are multiples of ``1 / GRAIN``, so every sum is exact in float64, in any order and on every
    processor.
    """
    rows = _drop_table()
    middle = (points[:, 1:] + points[:, :-1]) / 2
    index = np.rint((middle + MARGIN) * STEPS).astype(np.intp)
    np.clip(index, 0, len(rows) - 1, out=index)
    weight = drawn * pressure * _lengths(points) * math.sqrt(SPREAD / math.pi)
    gy = rows[index[..., 1]]
    gx = rows[index[..., 0]]
    gx *= (weight * GRAIN)[:, :, None]
    np.rint(gx, out=gx)
    gx /= GRAIN
    ink = np.matmul(gy.transpose(0, 2, 1), gx)
    ink *= np.exp(SPREAD * radius**2)[:, None, None]
    grey = DARKEST - FALL / (ink + SOFT)
    return np.rint(np.clip(grey, 0, 1) * 255).astype(np.uint8)


def _lengths(points: np.ndarray) -> np.ndarray:
    return np.sqrt(np.square(np.diff(points, axis=1)).sum(axis=-1))


@lru_cache(maxsize=1)
def _drop_table() -> np.ndarray:
    """Return rows i: the values at 28 pixels of a drop at the coordinate ``i / STEPS - MARGIN``."""
    at = np.arange((28 + 2 * MARGIN) * STEPS)[:, None] / STEPS - MARGIN
    spread = np.exp(-SPREAD * (np.arange(28) - at) ** 2)
    return np.rint(spread * GRAIN) / GRAIN


@lru_cache(maxsize=1)
def _styles() -> tuple[np.ndarray, ...]:
    """Return all styles as arrays, padded to equally many styles in a class and points in a style."""
    most = max(len(styles) for styles in STYLES.values())
    parsed = [[_parse(strokes) for _, strokes in STYLES[digit]] for digit in range(10)]
    k = max(len(style[0]) for styles in parsed for style in styles)
    controls = np.zeros((10 * most, k, 2))
    looseness = np.zeros((10 * most, k, 1))
    basis = np.zeros((10 * most, SAMPLES, k))
    drawn = np.zeros((10 * most, SAMPLES - 1))
    cumulative = np.ones((10, most))
    for digit, styles in enumerate(parsed):
        often = np.array([weight for weight, _ in STYLES[digit]], float)
        cumulative[digit, : len(often) - 1] = np.cumsum(often / often.sum())[:-1]
        for i, (points, loose, weights, down) in enumerate(styles, start=most * digit):
            controls[i, : len(points)] = points
            looseness[i, : len(points), 0] = loose
            basis[i, :, : len(points)] = weights
            drawn[i] = down
    return controls, looseness, basis, drawn, cumulative


def _parse(text: str) -> tuple[np.ndarray, ...]:
    """Return a style's points (k, 2), their jitter (k,), basis (SAMPLES, k) and drawn (SAMPLES - 1,).

    The points are centred on 0. A spline is linear in its points, so its samples are ``basis @ points``.
    """
    strokes = [[tuple(map(int, point.split(","))) for point in stroke.split()] for stroke in text.split("|")]
    names = sorted({point for stroke in strokes for point in stroke})
    points = np.array(names) / 100 - (0.45, 0.5)
    written = [[names.index(point) for point in stroke] for stroke in strokes]
    flat = [i for stroke in written for i in stroke]
    free_ends = [i for stroke in written for i in (stroke[0], stroke[-1]) if flat.count(i) == 1]
    loose = np.full(len(points), POINT_JITTER)
    loose[free_ends] = END_JITTER

    counts = iter(_share([[math.dist(points[i], points[j]) for i, j in zip(s, s[1:])] for s in written]))
    unit = np.eye(len(points))
    rows: list[np.ndarray] = []
    drawn: list[float] = []
    for stroke in written:
        corners = [0] + [i for i in range(1, len(stroke)) if stroke[i] == stroke[i - 1]] + [len(stroke)]
        for begin, end in zip(corners, corners[1:]):
            piece = unit[stroke[begin:end]]
            for i in range(len(piece) - 1):
                rows += _spline_rows(piece, i, next(counts))
        rows.append(unit[stroke[-1]])
        drawn += [1.0] * (len(rows) - 1 - len(drawn)) + [0.0]
    return points, loose, np.array(rows), np.array(drawn[:-1])


def _share(strokes: list[list[float]]) -> list[int]:
    """Return the number of samples for each curve between points, by its length, at least one."""
    lengths = [length for stroke in strokes for length in stroke if length > 0]
    pieces = SAMPLES - len(strokes)  # a stroke has one sample more than pieces
    bounds = np.cumsum([0.0, *lengths]) / sum(lengths) * (pieces - len(lengths))
    return (1 + np.diff(np.rint(bounds).astype(int))).tolist()


def _spline_rows(piece: np.ndarray, i: int, count: int) -> list[np.ndarray]:
    """Return the points' weights in ``count`` samples of a Catmull-Rom spline from point i to the next.

    Row j of ``piece`` (points of the piece, points of the style) selects its point j. Beyond its ends, a
    closed piece is periodic, and an open one is extended linearly.
    """
    closed = (piece[0] == piece[-1]).all()
    before = piece[i - 1] if i > 0 else piece[-2] if closed else 2 * piece[0] - piece[1]
    after = piece[i + 2] if i + 2 < len(piece) else piece[1] if closed else 2 * piece[-1] - piece[-2]
    t = np.arange(count)[:, None] / count
    weights = (-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2)
    return list(sum(w * u for w, u in zip(weights, (before, piece[i], piece[i + 1], after))) / 2)

"""Exercise 13: max-pooling, where overlaps add up and ties have one winner."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients, Wrong
from npae.exercises.pages.windows import put_back, seen


def distinct(rng, shape):
    """Return numbers around 0 of which no two are nearer than 0.1."""
    size = int(np.prod(shape))
    return (rng.permutation(size).reshape(shape) - 0.6 * size) / 10 + rng.uniform(-0.02, 0.02, shape)


def cases(rng):
    """Return overlapping windows, windows with gaps between them, and one image without a positive entry."""
    settings = (
        ((1, 1, 4, 6), (2, 3), (2, 3)),
        ((2, 1, 4, 5), (3, 2), (1, 2)),
        ((3, 1, 3, 4), (2, 3), (1, 1)),
        ((1, 2, 5, 4), (2, 1), (3, 2)),
    )
    found = [dict(x=distinct(rng, shape), pool_size=pool, strides=steps) for shape, pool, steps in settings]
    found[2]["x"] -= found[2]["x"].max() + 1
    return found


def square(rng):
    """Return cases in which the two axes do not differ."""
    return [
        dict(x=distinct(rng, (2, 2, 5, 5)), pool_size=(k, k), strides=(s, s)) for k, s in ((2, 2), (3, 1))
    ]


def tied(rng):
    """Return images of few different numbers, with equal maxima in many windows."""
    settings = (
        ((1, 1, 4, 4), (2, 2), (2, 2)),
        ((2, 1, 4, 5), (3, 2), (1, 2)),
        ((1, 2, 3, 5), (2, 3), (1, 1)),
    )
    return [
        dict(x=rng.integers(-2, 1, shape).astype(float), pool_size=pool, strides=steps)
        for shape, pool, steps in settings
    ]


def forward(c, reduce=np.max, pool_size=None, strides=None):
    """Return y, or what comes of reducing the windows otherwise, or of other windows."""
    return reduce(seen(c.x, pool_size or c.pool_size, strides or c.strides), axis=(-2, -1))


def mixed(c, axes):
    """Return y if a maximum is taken over all images, or all channels, or both."""
    y = forward(c)
    return np.broadcast_to(y.max(axis=axes, keepdims=True), y.shape)


def partial_windows(c):
    """Return the maxima of windows that are cut off at the border as well."""
    (h, w), (kh, kw), (sh, sw) = c.x.shape[2:], c.pool_size, c.strides
    bottom, right = (-(h - kh) % sh, -(w - kw) % sw)
    return seen(c.x, c.pool_size, c.strides, ((0, bottom), (0, right)), constant_values=-np.inf).max(
        axis=(-2, -1)
    )


def mask(c, ties="first"):
    """Return, for every window, which of its cells win, (n, c, h_out, w_out, kh, kw)."""
    windows = seen(c.x, c.pool_size, c.strides)
    best = windows == windows.max(axis=(-2, -1), keepdims=True)
    flat = best.reshape(*best.shape[:4], -1)
    if ties == "first":
        flat = flat & (flat.cumsum(axis=-1) == 1)
    if ties == "last":
        flat = flat & (flat[..., ::-1].cumsum(axis=-1)[..., ::-1] == 1)
    if ties == "first by columns":
        columns = best.swapaxes(-1, -2).reshape(flat.shape)
        columns = columns & (columns.cumsum(axis=-1) == 1)
        return columns.reshape(*best.shape[:4], *best.shape[:3:-1]).swapaxes(-1, -2).astype(float)
    if ties == "shared":
        flat = flat / flat.sum(axis=-1, keepdims=True)
    return flat.reshape(best.shape).astype(float)


def backward(c, cells=None, dy=None, strides=None, order=None):
    """Return dx, or what comes of mistakes on the way to it."""
    cells, dy = mask(c) if cells is None else cells, c.dy if dy is None else dy
    return put_back(cells * dy[..., None, None], c.x.shape, strides or c.strides, order=order)


def overwritten(c):
    """Return dx if only the winners are written to, each window overwriting what an earlier one wrote."""
    dx, cells = np.zeros(c.x.shape), mask(c)
    for n, channel, p, q in np.ndindex(c.dy.shape):
        i, j = np.argwhere(cells[n, channel, p, q])[0]
        dx[n, channel, p * c.strides[0] + i, q * c.strides[1] + j] = c.dy[n, channel, p, q]
    return dx


def touched(c):
    """Return dx if every winner, of however many windows, gets the sum of all dy of its plane once."""
    return (backward(c, dy=np.ones(c.dy.shape)) > 0) * c.dy.sum(axis=(2, 3), keepdims=True)


EVERY_CELL = "every entry of a window gets its gradient, whether it won or not."
TIES_TWICE = "where several entries of a window are equally large, each of them gets the whole gradient."
STRIDES = "the windows were placed as if strides were {}."
PLANES = "one maximum is taken over all {}; each has its own."
WRONG_Y = (
    Wrong(
        "mean_for_max", lambda c: forward(c, np.mean), "each window gives its mean; its maximum is asked for."
    ),
    Wrong(
        "sum_for_max", lambda c: forward(c, np.sum), "each window gives its sum; its maximum is asked for."
    ),
    Wrong("min_for_max", lambda c: forward(c, np.min), "each window gives its smallest entry."),
    Wrong(
        "starts_at_zero",
        lambda c: np.maximum(forward(c), 0),
        "the maximum is never below 0, though all of a window may be: the search starts at 0.",
    ),
    Wrong("absolute", lambda c: forward(c, lambda a, axis: np.abs(a).max(axis=axis)), "signs are lost."),
    Wrong("strides_swapped", lambda c: forward(c, strides=c.strides[::-1])),
    Wrong("strides_forgotten", lambda c: forward(c, strides=(1, 1)), STRIDES.format("(1, 1)")),
    Wrong(
        "strides_forgotten",
        lambda c: forward(c, strides=(1, 1))[tuple(map(slice, forward(c).shape))],
        STRIDES.format("(1, 1)"),
    ),
    *(
        Wrong("planes_mixed", lambda c, axes=axes: mixed(c, axes), PLANES.format(whose))
        for axes, whose in (((0, 1), "images and channels"), ((0,), "images"), ((1,), "channels"))
    ),
    Wrong(
        "pool_for_strides",
        lambda c: forward(c, strides=c.pool_size),
        "the windows stand side by side, as if strides were pool_size; strides say how far apart they are.",
    ),
    *(
        Wrong(
            "one_stride_for_both",
            lambda c, k=k: forward(c, strides=(c.strides[k],) * 2),
            STRIDES.format("equal"),
        )
        for k in (0, 1)
    ),
    Wrong("height_for_width", lambda c: forward(c, pool_size=c.pool_size[::-1])),
    *(Wrong("height_for_width", lambda c, k=k: forward(c, pool_size=(c.pool_size[k],) * 2)) for k in (0, 1)),
    Wrong("partial_windows", partial_windows, "windows that are cut off at the border were counted, too."),
)
WRONG_DX = (
    Wrong("assign_not_add", overwritten),
    Wrong("assign_not_add", lambda c: backward(c, order="cells")),
    Wrong("assign_not_add", lambda c: backward(c, order="positions")),
    Wrong("all_cells", lambda c: backward(c, np.ones(mask(c).shape)), EVERY_CELL),
    Wrong("all_cells", lambda c: backward(c, np.full(mask(c).shape, 1 / np.prod(c.pool_size))), EVERY_CELL),
    Wrong(
        "value_for_dy",
        lambda c: backward(c, dy=c.y),
        "the winners get the maxima themselves, not their gradients.",
    ),
    Wrong(
        "value_for_dy", lambda c: backward(c, dy=c.y * c.dy), "the gradients are multiplied by the maxima."
    ),
    Wrong(
        "dy_forgotten", lambda c: backward(c, dy=np.ones(c.dy.shape)), "the winners get 1, whatever dy is."
    ),
    Wrong("dy_forgotten", lambda c: (backward(c, dy=np.ones(c.dy.shape)) > 0) * 1.0, "the winners get 1."),
    Wrong("plane_sum", touched, "the winners get the sum of dy, not the gradient of their own window."),
    Wrong("strides_forgotten", lambda c: backward(c, strides=(1, 1)), STRIDES.format("(1, 1)")),
    Wrong("strides_swapped", lambda c: backward(c, strides=c.strides[::-1])),
    Wrong("pool_for_strides", lambda c: backward(c, strides=c.pool_size), STRIDES.format("pool_size")),
    Wrong(
        "smallest_wins",
        lambda c: backward(c, mask(c.knowing(x=-c.x))),
        "the gradient goes to the smallest entry.",
    ),
    Wrong("window_corner", lambda c: backward(c, corner(c)), "the gradient goes to the upper left corner."),
)


def corner(c):
    """Return cells in which the upper left one wins every window."""
    cells = np.zeros(mask(c).shape)
    cells[..., 0, 0] = 1
    return cells


WRONG_TIES = (
    Wrong("ties_twice", lambda c: backward(c, mask(c, "all")), TIES_TWICE),
    Wrong(
        "ties_shared",
        lambda c: backward(c, mask(c, "shared")),
        "where several entries are equally large, they share the gradient; the first of them is to have all "
        "of it.",
    ),
    Wrong(
        "last_tie",
        lambda c: backward(c, mask(c, "last")),
        "where several entries are equally large, the last one wins; it is to be the first in reading order.",
    ),
    Wrong(
        "tie_by_columns",
        lambda c: backward(c, mask(c, "first by columns")),
        "where several entries are equally large, the first one down the columns wins; reading goes along "
        "the rows.",
    ),
    Wrong("assign_not_add", overwritten),
)
AXES = {"x": "n c h w", "y": "n c h_out w_out"}
POINTERS = {
    "y": "formulas (1) and (2) in the docstring of the file",
    "dx": "formula (4) in the docstring of the file",
}

EXERCISE = Exercise(
    name="max_pool2d",
    title="max-pooling: the winner takes it all",
    checks=(
        Gradients(
            forward="max_pool2d_forward",
            backward="max_pool2d_backward",
            gradients={"dx": "x"},
            cases=cases,
            square=square,
            reference=forward,
            axes=AXES,
            sizes=lambda c: {"cells": int(np.prod(c.pool_size))},
            wrong={"y": WRONG_Y, "dx": WRONG_DX},
            pointers=POINTERS,
        ),
        Gradients(
            forward="max_pool2d_forward",
            backward="max_pool2d_backward",
            gradients={"dx": "x"},
            example={
                "x": np.array([[[[1.0, 5, 2], [5, 3, 4]]]]),
                "pool_size": (2, 2),
                "strides": (1, 1),
                "dy": np.array([[[[10.0, 1]]]]),
            },
            cases=tied,
            reference=forward,
            axes=AXES,
            wrong={"y": WRONG_Y, "dx": WRONG_TIES},
            pointers={
                **POINTERS,
                "dx": "what formula (3) in the docstring of the file says of equal entries",
            },
            differentiate=False,
            right={"dx": backward},
        ),
    ),
    hints=(
        "Backward has to know where each maximum came from. Either the cache holds the place of every "
        "winner, or it holds x, and backward looks for the winners again.",
        "np.argmax of a window gives one place, in reading order, even where there are ties; "
        "np.unravel_index or divmod turn it into a row and a column of the window.",
        "One entry may win several windows, and gets the gradients of all of them. What happens to the "
        "first one if the second is written with = ?",
        "Loop over n, c, p, q: find the winner (i, j) of x[n, c, p*sh : p*sh + kh, q*sw : q*sw + kw], and "
        "add dy[n, c, p, q] to dx at row p*sh + i and column q*sw + j.",
    ),
)

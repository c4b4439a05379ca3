"""Exercise 14: upsampling, where one pixel becomes a block, and a block's gradients become one."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients, Terms, Wrong


def cases(rng):
    """Return images and blocks that are not square."""
    settings = (
        ((2, 1, 2, 3), (3, 2)),
        ((1, 2, 3, 2), (1, 4)),
        ((3, 1, 4, 1), (2, 3)),
        ((1, 3, 1, 2), (5, 1)),
    )
    return [{"x": rng.standard_normal(shape), "size": size} for shape, size in settings]


def square(rng):
    """Return cases in which the two axes do not differ."""
    return [{"x": rng.standard_normal((2, 3, side, side)), "size": (k, k)} for side, k in ((2, 2), (3, 2))]


def repeated(x, size):
    """Return every pixel as a block."""
    return x.repeat(size[0], axis=2).repeat(size[1], axis=3)


def tiled(x, size):
    """Return the whole image side by side."""
    return np.tile(x, (1, 1, *size))


def stuffed(c):
    """Return blocks of which only the upper left pixel is filled."""
    n, channels, h, w = c.x.shape
    y = np.zeros((n, channels, h * c.size[0], w * c.size[1]))
    y[:, :, :: c.size[0], :: c.size[1]] = c.x
    return y


def blocks(c):
    """Return dy with an axis each for block and place in the block, (n, c, h, i, w, j)."""
    (n, channels, h, w), (sh, sw) = c.x.shape, c.size
    return c.dy.reshape(n, channels, h, sh, w, sw)


def tiles(c):
    """Return dy as if whole images stood side by side, (n, c, i, h, j, w)."""
    (n, channels, h, w), (sh, sw) = c.x.shape, c.size
    return c.dy.reshape(n, channels, sh, h, sw, w)


TILED = "the whole image was put side by side, as np.tile does; each pixel is to be repeated in its place."
WRONG_Y = (
    Wrong("tiled", lambda c: tiled(c.x, c.size), TILED),
    Wrong("tiled", lambda c: tiled(c.x.repeat(c.size[0], axis=2), (1, c.size[1])), TILED),
    Wrong("height_for_width", lambda c: repeated(c.x, c.size[::-1])),
    *(Wrong("height_for_width", lambda c, k=k: repeated(c.x, (c.size[k],) * 2)) for k in (0, 1)),
    Wrong("one_axis_only", lambda c: c.x.repeat(c.size[0], axis=2), "only the rows were repeated."),
    Wrong("one_axis_only", lambda c: c.x.repeat(c.size[1], axis=3), "only the columns were repeated."),
    Wrong(
        "zero_filled",
        stuffed,
        "only one pixel of each block is filled, and the others are 0; all of them are to be equal.",
    ),
    Wrong(
        "divided",
        lambda c: repeated(c.x, c.size) / np.prod(c.size),
        "pixels were divided by the block's size.",
    ),
    Wrong("wrong_axis", lambda c: c.x.repeat(c.size[0], axis=1).repeat(c.size[1], axis=2)),
)
ONE_COPY = "only one pixel of each block hands its gradient back; every copy is to do so."
WRONG_DX = (
    Wrong(
        "over_block",
        lambda c: blocks(c).mean(axis=(3, 5)),
        "dx is the mean over each block, and so smaller by the size of the block: every copy counts in full.",
    ),
    *(
        Wrong("one_term_only", lambda c, i=i, j=j: blocks(c)[:, :, :, i, :, j], ONE_COPY)
        for i in (0, -1)
        for j in (0, -1)
    ),
    Wrong("max_for_sum", lambda c: blocks(c).max(axis=(3, 5)), "dx is the largest gradient of each block."),
    Wrong("tiled", lambda c: tiles(c).sum(axis=(2, 4)), "dy was cut as if whole images stood side by side."),
    Wrong("times_block", lambda c: c.want * np.prod(c.size), "dx is too large by the size of the block."),
    Wrong("dy_unchanged", lambda c: c.dy, "dy came back as it was, in the size of y and not in that of x."),
    Wrong("dy_forgotten", lambda c: np.full(c.x.shape, float(np.prod(c.size)))),
    Wrong("value_for_dy", lambda c: c.x * np.prod(c.size), "dx was made of x, and dy does not matter."),
)

EXERCISE = Exercise(
    name="up_sampling2d",
    title="upsampling: copies out, sums back",
    checks=(
        Gradients(
            forward="up_sampling2d_forward",
            backward="up_sampling2d_backward",
            gradients={"dx": "x"},
            example={
                "x": np.array([[[[1.0, 2.0]]]]),
                "size": (2, 3),
                "dy": np.array([[[[1.0, 2, 3, 10, 20, 30], [4, 5, 6, 40, 50, 60]]]]),
            },
            cases=cases,
            square=square,
            reference=lambda c: repeated(c.x, c.size),
            axes={"x": "n c h w", "y": "n c h_out w_out"},
            sizes=lambda c: {"block": c.size[0] * c.size[1]},
            terms={"dx": Terms(blocks, "n c h sh w sw", "sh sw")},
            wrong={"y": WRONG_Y, "dx": WRONG_DX},
            pointers={
                "y": "formula (1) in the docstring of the file",
                "dx": "formula (2) in the docstring of the file",
            },
        ),
    ),
    hints=(
        "Forward: np.repeat takes an axis. Or ask for every pixel of y which pixel of x it is, formula (1).",
        "Backward: one number was used sh * sw times. What happens to gradients that meet in one number?",
        "The gradients to add are neighbours in dy. A reshape that cuts the axis of rows into (h, sh), and "
        "that of columns into (w, sw), gives the places inside a block axes of their own. Or add strided "
        "slices.",
    ),
)

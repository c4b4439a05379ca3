"""Exercise 9: im2col, a matter of indices only: which pixel goes where."""

import numpy as np

from npae.exercises.exercise import Exercise, Values, Wrong
from npae.kernels import im2col as kernel

NO_PADS = ((0, 0), (0, 0))


def case(rng, shape, window, strides):
    """Return the arguments of one call."""
    (kh, kw), (sh, sw) = window, strides
    return {"x": rng.standard_normal(shape), "kh": kh, "kw": kw, "sh": sh, "sw": sw}


def cases(rng):
    """Return several calls: rectangles, pixels left over, windows that overlap and windows that do not."""
    return [
        case(rng, (2, 3, 5, 4), (2, 3), (1, 1)),
        case(rng, (1, 2, 7, 6), (3, 2), (2, 1)),
        case(rng, (3, 1, 5, 8), (1, 2), (2, 3)),
        case(rng, (2, 2, 6, 9), (3, 2), (1, 3)),
    ]


def stripes(rng):
    """Return calls with a window as high, or wide, as the image: there, exchanged strides give no error."""
    return [
        case(rng, (2, 2, 2, 7), (2, 3), (2, 3)),
        case(rng, (1, 3, 6, 2), (3, 2), (3, 2)),
        case(rng, (3, 1, 3, 7), (3, 4), (2, 3)),
    ]


def square(rng):
    """Return calls in which height and width are equal."""
    return [case(rng, (2, 2, 4, 4), (2, 2), (1, 1)), case(rng, (2, 2, 5, 5), (3, 3), (2, 2))]


def sizes(c):
    """Return (n, c, kh, kw, h_out, w_out)."""
    n, channels, h, w = c.x.shape
    return n, channels, c.kh, c.kw, (h - c.kh) // c.sh + 1, (w - c.kw) // c.sw + 1


def right(c):
    """Return columns with an axis for each of image, channel, i, j, p and q."""
    return kernel.im2col_numpy(c.x, (c.kh, c.kw), (c.sh, c.sw), NO_PADS).reshape(sizes(c))


def picked(c, row, column):
    """Return the columns of someone who takes the pixel (row(i, p), column(j, q)), where it exists."""
    n, channels, kh, kw, h_out, w_out = sizes(c)
    i, j, p, q = np.ogrid[:kh, :kw, :h_out, :w_out]
    rows, cols = np.broadcast_arrays(row(i, p), column(j, q))
    inside = (0 <= rows) & (rows < c.x.shape[2]) & (0 <= cols) & (cols < c.x.shape[3])
    found = c.x[:, :, np.where(inside, rows, 0), np.where(inside, cols, 0)]
    return as_columns(c, np.where(inside, found, 0.0))


def as_columns(c, array):
    """Return an array in the shape of the right columns."""
    n, channels, kh, kw, h_out, w_out = sizes(c)
    return array.reshape(n, channels * kh * kw, h_out * w_out)


def rearranged(order):
    """Return a hypothesis: the axes n, c, i, j, p, q (0 to 5) in another order, in the right shape."""
    return lambda c: as_columns(c, right(c).transpose(order))


WRONG = (
    Wrong(
        "rows_misordered",
        rearranged((0, 2, 3, 1, 4, 5)),
        "the rows are counted with the channel fastest: remark (3) has it slowest.",
    ),
    Wrong(
        "rows_misordered",
        rearranged((0, 1, 3, 2, 4, 5)),
        "the rows are counted with j slower than i: inside a window, too, i is slow and j is fast.",
    ),
    Wrong(
        "positions_misordered",
        rearranged((0, 1, 2, 3, 5, 4)),
        "the positions are counted downwards first: p is slow and q is fast.",
    ),
    Wrong(
        "axes_mixed",
        rearranged((0, 4, 5, 1, 2, 3)),
        "the numbers are the right ones, but lie by position first and by row second: reshape does "
        "not transpose.",
    ),
    Wrong(
        "axes_mixed",
        rearranged((0, 1, 4, 5, 2, 3)),
        "the numbers are the right ones, but for each channel they lie by position first: reshape "
        "does not transpose.",
    ),
    Wrong(
        "transposed",
        lambda c: np.swapaxes(as_columns(c, right(c)), 1, 2),
        "each position has become a row; it should be a column.",
    ),
    Wrong(
        "not_reshaped",
        right,
        "the numbers are right, but still have six axes: formula (2) makes three of them.",
    ),
    Wrong(
        "images_joined",
        lambda c: right(c).transpose(1, 2, 3, 4, 5, 0).reshape(right(c)[0].shape[0] * c.kh * c.kw, -1),
        "the columns of all images stand in one matrix: each image is to have its own.",
    ),
    Wrong(
        "images_joined",
        lambda c: right(c).transpose(1, 2, 3, 0, 4, 5).reshape(right(c)[0].shape[0] * c.kh * c.kw, -1),
        "the columns of all images stand in one matrix: each image is to have its own.",
    ),
    Wrong(
        "strides_swapped",
        lambda c: picked(c, lambda i, p: p * c.sw + i, lambda j, q: q * c.sh + j),
        "the window moves down by sw and to the right by sh: sh belongs to the rows.",
    ),
    Wrong(
        "strides_swapped",
        lambda c: picked(c, lambda i, p: p * c.sh + i, lambda j, q: q * c.sh + j),
        "the window moves by sh in both directions: to the right it should be sw.",
    ),
    Wrong(
        "strides_swapped",
        lambda c: picked(c, lambda i, p: p * c.sw + i, lambda j, q: q * c.sw + j),
        "the window moves by sw in both directions: downwards it should be sh.",
    ),
    Wrong(
        "stride_forgotten",
        lambda c: picked(c, lambda i, p: p + i, lambda j, q: q + j),
        "the window moves by one pixel, whatever the strides are.",
    ),
    Wrong(
        "window_for_stride",
        lambda c: picked(c, lambda i, p: p * c.kh + i, lambda j, q: q * c.kw + j),
        "the window moves by its own size, not by the strides.",
    ),
    Wrong(
        "stride_inside_window",
        lambda c: picked(c, lambda i, p: p + i * c.sh, lambda j, q: q + j * c.sw),
        "the strides are applied to the places inside the window: they belong to its positions.",
    ),
    Wrong(
        "flipped",
        lambda c: as_columns(c, right(c)[:, :, ::-1, ::-1]),
        "the window is read backwards, from its lower right pixel.",
    ),
    Wrong(
        "height_for_width",
        lambda c: kernel.im2col_numpy(np.swapaxes(c.x, 2, 3), (c.kh, c.kw), (c.sh, c.sw), NO_PADS),
        "the image was read transposed: axis 2 of x is its height, axis 3 its width.",
    ),
    Wrong(
        "height_for_width",
        lambda c: kernel.im2col_numpy(c.x, (c.kw, c.kh), (c.sh, c.sw), NO_PADS),
        "the window has kw rows and kh columns: kh is its height.",
    ),
    Wrong(
        "one_position_short",
        lambda c: right(c)[..., :-1, :-1].reshape(len(c.x), -1, (sizes(c)[4] - 1) * (sizes(c)[5] - 1)),
        "the last position in each direction is missing: look at the + 1 in formula (1).",
    ),
    Wrong(
        "one_image_only",
        lambda c: np.concatenate([as_columns(c, right(c))[:1]] * len(c.x)),
        "every image has the columns of the first one.",
    ),
    Wrong(
        "one_channel_only",
        lambda c: as_columns(c, np.repeat(right(c)[:, :1], right(c).shape[1], axis=1)),
        "every channel has the rows of the first one.",
    ),
    *(
        Wrong(
            "one_position_short",
            lambda c, cut=cut: right(c)[cut].reshape(len(c.x), right(c)[0, :, :, :, 0, 0].size, -1),
            f"the last position {where} is missing: look at the + 1 in formula (1).",
        )
        for cut, where in ((np.s_[..., :-1, :], "downwards"), (np.s_[..., :-1], "to the right"))
    ),
)

POINTER = "formulas (1) to (3) in the docstring of the file, and its worked example"


def checked(**settings):
    """Return one check of the function; `settings` say where it is looked at."""
    return Values(
        function="im2col",
        outputs=("columns",),
        square=square,
        reference=lambda c: as_columns(c, right(c)),
        axes={"x": "n channels height width", "columns": "n row position"},
        wrong={"columns": WRONG},
        pointers={"columns": POINTER},
        **settings,
    )


EXERCISE = Exercise(
    name="im2col",
    title="im2col: a column for each position of the window",
    checks=(
        checked(
            example={"x": np.arange(1.0, 13.0).reshape(1, 1, 3, 4), "kh": 2, "kw": 3, "sh": 1, "sw": 1},
            cases=stripes,
        ),
        checked(cases=cases),
    ),
    hints=(
        "Write formula (2) as loops over image, c, i, j, p and q first: it is slow and right, and it passes.",
        "An array of shape (n, c, kh, kw, h_out, w_out) is easier to fill: one axis for each letter. "
        "In the end, "
        "reshape makes three axes of six, in just the order of remark (3).",
        "For one (i, j), row p·sh + i for all p is the slice that starts at i, has step sh and h_out "
        "entries. "
        "Where does it stop?",
        "x[:, :, i : i + sh * h_out : sh, j : j + sw * w_out : sw] has the shape (n, c, h_out, "
        "w_out): what all "
        "positions see at place (i, j).",
    ),
)

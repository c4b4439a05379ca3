"""Exercise 10: col2im, where every copy that im2col made comes home, and copies of one pixel add up."""

import numpy as np

from npae.exercises.exercise import Exercise, Values, Wrong
from npae.kernels import im2col as kernel

NO_PADS = ((0, 0), (0, 0))


def case(rng, shape, window, strides):
    """Return the arguments of one call."""
    (kh, kw), (sh, sw) = window, strides
    positions = ((shape[2] - kh) // sh + 1) * ((shape[3] - kw) // sw + 1)
    columns = rng.standard_normal((shape[0], shape[1] * kh * kw, positions))
    return {"columns": columns, "shape": shape, "kh": kh, "kw": kw, "sh": sh, "sw": sw}


CALLS = (
    ((2, 3, 5, 4), (2, 3), (1, 1)),
    ((1, 2, 7, 6), (3, 2), (2, 1)),
    ((3, 1, 5, 8), (1, 2), (2, 3)),
    ((2, 2, 6, 9), (3, 2), (1, 3)),
)


def cases(rng):
    """Return several calls: rectangles, pixels left over, windows that overlap and windows that do not."""
    return [case(rng, *call) for call in CALLS]


def stripes(rng):
    """Return calls with a window as high, or wide, as the image: there, exchanged strides give no error."""
    return [
        case(rng, (2, 2, 2, 7), (2, 3), (2, 3)),
        case(rng, (1, 3, 6, 2), (3, 2), (3, 2)),
        case(rng, (3, 1, 3, 7), (3, 4), (2, 3)),
    ]


def square(rng):
    """Return the calls with both axes as the vertical one is, and with both as the horizontal one is."""
    squares = [
        ((*shape[:2], shape[2 + side], shape[2 + side]), (window[side],) * 2, (strides[side],) * 2)
        for shape, window, strides in CALLS
        for side in (0, 1)
    ]
    return [case(rng, *call) for call in squares]


def sizes(c):
    """Return (n, c, kh, kw, h_out, w_out)."""
    n, channels, h, w = c.shape
    return n, channels, c.kh, c.kw, (h - c.kh) // c.sh + 1, (w - c.kw) // c.sw + 1


def six(c):
    """Return columns with an axis for each of image, channel, i, j, p and q."""
    return c.columns.reshape(sizes(c))


def added(c, columns, row=None, column=None):
    """Return the image to which columns (six axes) are added at (row(i, p), column(j, q)), if it exists."""
    x = np.zeros(c.shape)
    row = row or (lambda i, p: p * c.sh + i)
    column = column or (lambda j, q: q * c.sw + j)
    for i, j, p, q in np.ndindex(columns.shape[2:]):
        a, b = row(i, p), column(j, q)
        if 0 <= a < c.shape[2] and 0 <= b < c.shape[3]:
            x[:, :, a, b] += columns[:, :, i, j, p, q]
    return x


def written(c, order):
    """Return the image into which columns are written with =, in loops as the letters of ``order`` say."""
    x, columns = np.zeros(c.shape), six(c)
    lengths = dict(zip("ijpq", columns.shape[2:]))
    for index in np.ndindex(*(lengths[letter] for letter in order)):
        i, j, p, q = (index[order.index(letter)] for letter in "ijpq")
        x[:, :, p * c.sh + i, q * c.sw + j] = columns[:, :, i, j, p, q]
    return x


def reread(*order):
    """Return a hypothesis: columns were taken apart into their six axes in another order than (2) has it."""

    def compute(c):
        shape = sizes(c)
        array = c.columns.reshape([shape[axis] for axis in order])
        return added(c, array.transpose(np.argsort(order)))

    return compute


def seen(c):
    """Return for each pixel by how many windows it is seen."""
    return np.maximum(added(c, np.ones(sizes(c))), 1)


def cropped(c):
    """Return the image without the rows and columns that no window saw."""
    n, channels, kh, kw, h_out, w_out = sizes(c)
    return added(c, six(c))[:, :, : (h_out - 1) * c.sh + kh, : (w_out - 1) * c.sw + kw]


ADD = "where windows overlap, only what was written last is left: what meets in one pixel has to be added."

WRONG = (
    Wrong("assign_not_add", lambda c: written(c, "ijpq"), ADD),
    Wrong("assign_not_add", lambda c: written(c, "pqij"), ADD),
    Wrong("assign_not_add", lambda c: written(c, "jiqp"), ADD),
    Wrong("assign_not_add", lambda c: written(c, "qpij"), ADD),
    Wrong(
        "averaged",
        lambda c: added(c, six(c)) / seen(c),
        "every pixel is divided by the number of windows that see it: an average, where formula (1) "
        "has the sum.",
    ),
    Wrong(
        "averaged",
        lambda c: added(c, six(c)) / (c.kh * c.kw),
        "the result is divided by kh · kw: formula (1) divides by nothing.",
    ),
    Wrong(
        "strides_swapped",
        lambda c: added(c, six(c), lambda i, p: p * c.sw + i, lambda j, q: q * c.sh + j),
        "the window moves down by sw and to the right by sh: sh belongs to the rows.",
    ),
    Wrong(
        "strides_swapped",
        lambda c: added(c, six(c), lambda i, p: p * c.sh + i, lambda j, q: q * c.sh + j),
        "the window moves by sh in both directions: to the right it should be sw.",
    ),
    Wrong(
        "strides_swapped",
        lambda c: added(c, six(c), lambda i, p: p * c.sw + i, lambda j, q: q * c.sw + j),
        "the window moves by sw in both directions: downwards it should be sh.",
    ),
    Wrong(
        "stride_forgotten",
        lambda c: added(c, six(c), lambda i, p: p + i, lambda j, q: q + j),
        "the window moves by one pixel, whatever the strides are.",
    ),
    Wrong(
        "stride_inside_window",
        lambda c: added(c, six(c), lambda i, p: p + i * c.sh, lambda j, q: q + j * c.sw),
        "the strides are applied to the places inside the window: they belong to its positions.",
    ),
    Wrong(
        "flipped",
        lambda c: added(c, six(c)[:, :, ::-1, ::-1]),
        "each window is put back flipped: its first pixel lands where its last one belongs.",
    ),
    Wrong(
        "rows_misordered",
        reread(0, 2, 3, 1, 4, 5),
        "the rows of columns are read with the channel fastest: formula (2) has it slowest.",
    ),
    Wrong(
        "rows_misordered",
        reread(0, 1, 3, 2, 4, 5),
        "the rows of columns are read with j slower than i (or kw for kh): formula (2) has j fastest.",
    ),
    Wrong(
        "positions_misordered",
        reread(0, 1, 2, 3, 5, 4),
        "the positions are read downwards first (or h_out and w_out are exchanged): q is fast.",
    ),
    Wrong(
        "axes_mixed",
        reread(0, 4, 5, 1, 2, 3),
        "columns are read as if positions came before rows: reshape does not transpose.",
    ),
    Wrong(
        "axes_mixed",
        reread(0, 1, 4, 5, 2, 3),
        "columns are read as if positions came before i and j: reshape does not transpose.",
    ),
    Wrong(
        "height_for_width",
        lambda c: np.swapaxes(added(c, six(c)), 2, 3),
        "the image is transposed: axis 2 is its height, axis 3 its width.",
    ),
    Wrong(
        "one_term_only",
        lambda c: added(c, six(c)[:, :, :1, :1]),
        "only the first place of each window, i = j = 0, is put back.",
    ),
    Wrong(
        "one_position_short",
        lambda c: added(c, np.pad(six(c)[..., :-1, :-1], [(0, 0)] * 4 + [(0, 1)] * 2)),
        "the last position in each direction is left out.",
    ),
    Wrong(
        "one_channel_only",
        lambda c: np.repeat(added(c, six(c))[:, :1], c.shape[1], axis=1),
        "every channel has what belongs to the first one.",
    ),
    Wrong(
        "channels_added",
        lambda c: np.broadcast_to(added(c, six(c)).sum(axis=1, keepdims=True), c.shape),
        "what belongs to different channels is added together.",
    ),
    Wrong("cropped", cropped, "the pixels that no window saw are cut off: they belong there, as zeros."),
)


POINTER = "formulas (1) to (3) in the docstring of the file, and its worked example"


def checked(**settings):
    """Return one check of the function; `settings` say where it is looked at."""
    return Values(
        function="col2im",
        outputs=("x",),
        square={"height_for_width": square},
        reference=lambda c: kernel.col2im_numpy(c.columns, c.shape, (c.kh, c.kw), (c.sh, c.sw), NO_PADS),
        axes={"columns": "n row position", "x": "n channels height width"},
        wrong={"x": WRONG},
        pointers={"x": POINTER},
        **settings,
    )


EXERCISE = Exercise(
    name="col2im",
    title="col2im: the way back, and so the gradient",
    checks=(
        checked(
            example={
                "columns": np.ones((1, 6, 4)),
                "shape": (1, 1, 3, 4),
                "kh": 2,
                "kw": 3,
                "sh": 1,
                "sw": 1,
            },
            cases=stripes,
        ),
        checked(cases=cases),
    ),
    hints=(
        "Take your im2col, exchange the two sides of its assignment, and think about what = does "
        "where windows "
        "overlap.",
        "Start with zeros of the given shape. columns.reshape(n, c, kh, kw, h_out, w_out) gives each "
        "letter of "
        "formula (1) an axis of its own.",
        "x[rows, cols] += ... with arrays of indices adds only once where an index appears twice; "
        "slices have no "
        "such trap, and np.add.at has none either.",
        "For each (i, j): x[:, :, i : i + sh * h_out : sh, j : j + sw * w_out : sw] gets columns[:, "
        ":, i, j] added.",
    ),
)

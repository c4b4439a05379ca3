"""Col2im, where every copy that im2col made comes home, and copies of one pixel add up."""

import numpy as np

from npae.exercises.exercise import Exercise, Values


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
    ((1, 1, 7, 8), (2, 3), (3, 3)),
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


POINTER = "formulas (1) to (3) in the docstring of the file, and its worked example"


def checked(**settings):
    """Return one check of the function; `settings` say where it is looked at."""
    return Values(
        function="col2im",
        outputs=("x",),
        square=square,
        axes={"columns": "n row position", "x": "n channels height width"},
        pointers={"x": POINTER},
        **settings,
    )


EXERCISE = Exercise(
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

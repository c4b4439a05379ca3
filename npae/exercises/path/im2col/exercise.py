"""Im2col, a matter of indices only: which pixel goes where."""

import numpy as np

from npae.exercises.exercise import Exercise, Values


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


POINTER = "formulas (1) to (3) in the docstring of the file, and its worked example"


def checked(**settings):
    """Return one check of the function; `settings` say where it is looked at."""
    return Values(
        function="im2col",
        outputs=("columns",),
        square=square,
        axes={"x": "n channels height width", "columns": "n row position"},
        pointers={"columns": POINTER},
        **settings,
    )


EXERCISE = Exercise(
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

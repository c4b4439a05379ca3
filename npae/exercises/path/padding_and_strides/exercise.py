"""Padding "same" and strides, where each axis has its own numbers and one pixel may be odd."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients, Values


def axes_of_images(rng):
    """Return lengths of axes, kernels and strides, with odd and even paddings and with none."""
    triples = ((7, 3, 2), (6, 3, 2), (5, 4, 1), (9, 2, 4), (5, 1, 3), (10, 5, 3), (8, 3, 2), (4, 5, 1))
    return [dict(zip(("size", "k", "s"), triple)) for triple in triples]


def padding(functions, size, k, s):
    """Return before and after in one array."""
    pair = functions["same_padding"](size, k, s)
    return np.array(pair) if isinstance(pair, (tuple, list)) and len(pair) == 2 else pair


def defaults(functions, x, kernel, bias, strides, padding):
    """Return y of a call without strides and padding."""
    return functions["conv2d_forward"](x, kernel, bias)[0]


def arguments(rng, n, c_in, size, c_out, window, strides, padding):
    """Return normal x, kernel and bias, and the settings."""
    draw = rng.standard_normal
    arrays = {"x": draw((n, c_in, *size)), "kernel": draw((c_out, c_in, *window)), "bias": draw(c_out)}
    return {**arrays, "strides": strides, "padding": padding}


def cases(rng):
    """Return arguments of several calls, with odd paddings, and a stride that is longer than the kernel."""
    return [
        arguments(rng, 1, 1, (6, 4), 2, (3, 2), (2, 1), "same"),
        arguments(rng, 2, 1, (3, 5), 1, (2, 3), (1, 2), "valid"),
        arguments(rng, 1, 2, (4, 3), 1, (1, 2), (3, 1), "same"),
        arguments(rng, 3, 1, (3, 2), 1, (4, 5), (1, 2), "same"),
        arguments(rng, 1, 1, (4, 6), 1, (3, 4), (3, 1), "same"),
        arguments(rng, 1, 1, (5, 3), 2, (2, 2), (2, 1), "valid"),
    ]


def by_default(rng):
    """Return arguments of calls without strides and padding, which are then (1, 1) and "valid"."""
    settings = ((1, 2, (4, 3), 1, (3, 2)), (2, 1, (3, 5), 2, (2, 2)))
    return [arguments(rng, *setting, (1, 1), "valid") for setting in settings]


def square(rng):
    """Return cases in which neither the two axes nor their kernels and strides differ."""
    settings = ((2, 1, 1, "same"), (1, 2, 2, "valid"))
    return [arguments(rng, n, c, (4, 4), o, (3, 3), (2, 2), way) for n, c, o, way in settings]


EXERCISE = Exercise(
    title='"same" padding and strides: one rule for each axis',
    checks=(
        Values(
            function="same_padding",
            outputs=("padding",),
            call=padding,
            example={"size": 3, "k": 2, "s": 2},
            cases=axes_of_images,
            axes={"padding": "end"},
            pointers={"padding": "formula (2) in the docstring of the file"},
            dtypes=("float64",),
        ),
        Gradients(
            forward="conv2d_forward",
            backward="conv2d_backward",
            example={
                "x": np.array([[[[1.0, 2, 3], [4, 5, 6]]]]),
                "kernel": np.array([[[[1.0, 0], [0, 2]]]]),
                "bias": np.array([0.5]),
                "strides": (1, 2),
                "padding": "same",
                "dy": np.array([[[[1.0, 10], [100, 1000]]]]),
            },
            cases=cases,
            square=square,
            gradients={"dx": "x", "dkernel": "kernel", "dbias": "bias"},
            axes={
                "x": "n c_in h w",
                "kernel": "c_out c_in kh kw",
                "bias": "c_out",
                "y": "n c_out h_out w_out",
            },
            pointers={
                "y": "formulas (1) and (3) in the docstring of the file",
                "dx": "formula (4) in the docstring of the file, and what follows (6)",
                "dkernel": "formula (5) in the docstring of the file",
                "dbias": "formula (6) in the docstring of the file",
            },
        ),
        Values(
            function="conv2d_forward",
            call=defaults,
            cases=by_default,
            pointers={"y": "the first line of conv2d_forward as you got it, with its defaults"},
        ),
    ),
    hints=(
        "Pad first: from then on, xp is an image like any other, and backward begins with a gradient of xp.",
        "Take your convolution of conv2d and look for the places where one step in y is one step in x. "
        "With slices, a step of s is start:stop:s, and it has to hold exactly h_out or w_out entries.",
        "The last of h_out rows that the kernel's entry i meets is row i + (h_out - 1)*sh; a slice ends one "
        "later.",
        "dx is cut out of dxp: it begins at row top and column left (both called before in formula (2)), and "
        "has h rows and w columns. So the cache has to hold all four.",
    ),
)

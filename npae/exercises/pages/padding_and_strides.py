"""Exercise 12: "same" padding and strides, where each axis has its own numbers and one pixel may be odd."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients, Terms, Values, Wrong
from npae.exercises.pages.one_axis import PADDINGS, axes_of_images, lacking, padding, shared
from npae.exercises.pages.windows import NO_PADS, flipped, one_for_both, put_back, seen
from npae.geometry import window_pads


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


def pads_of(c):
    """Return the right padding."""
    return window_pads(c.x.shape[2:], c.kernel.shape[2:], c.strides, c.padding)


def forward(c, strides=None, pads=None, kernel=None, **how):
    """Return y, or what comes of other strides, another padding or another kernel."""
    strides, pads = strides or c.strides, pads_of(c) if pads is None else pads
    windows = seen(c.x, c.kernel.shape[2:], strides, pads, **how)
    y = np.einsum("ncpqij,ocij->nopq", windows, c.kernel if kernel is None else kernel)
    return y + c.bias[:, None, None]


def padded_as(c, pads):
    """Return what comes of another padding where it is "same"."""
    return forward(c, pads=pads if c.padding == "same" else NO_PADS)


def same_by_default(c):
    """Return y if padding is "same" where nothing is said of it."""
    return forward(c, pads=window_pads(c.x.shape[2:], c.kernel.shape[2:], c.strides, "same"))


def half_kernel(c):
    """Return k // 2 at all ends."""
    return tuple((k // 2, k // 2) for k in c.kernel.shape[2:])


def with_strides(c, strides):
    """Return what comes of other strides; the padding follows them."""
    return forward(c, strides, window_pads(c.x.shape[2:], c.kernel.shape[2:], strides, c.padding))


def odd_pixel_first(c):
    """Return the padding with both ends exchanged."""
    return tuple(pad[::-1] for pad in pads_of(c))


SWAPPED = "the stride of one axis was taken for the other: sh belongs to the rows, sw to the columns."
OTHER_DEFAULTS = 'without padding, the image is to be left as it is: the default is "valid".'
WRONG_Y = (
    Wrong("strides_swapped", lambda c: with_strides(c, c.strides[::-1]), SWAPPED),
    Wrong("strides_swapped", lambda c: forward(c, c.strides[::-1]), SWAPPED),
    *(
        Wrong(
            "one_stride_for_both",
            lambda c, k=k: with_strides(c, one_for_both(c.strides)[k]),
            "one number of strides was taken for both axes.",
        )
        for k in (0, 1)
    ),
    Wrong(
        "strides_forgotten",
        lambda c: forward(c, (1, 1)),
        "every position was looked at, as with strides of 1.",
    ),
    Wrong("padding_swapped", lambda c: forward(c, pads=pads_of(c)[::-1])),
    Wrong(
        "odd_pixel_first",
        lambda c: forward(c, pads=odd_pixel_first(c)),
        "before and after of the padding are exchanged: the image lies a pixel too far down or right.",
    ),
    Wrong("half_kernel", lambda c: padded_as(c, half_kernel(c)), "all ends are padded by half the kernel."),
    Wrong(
        "padding_forgotten",
        lambda c: forward(c, pads=NO_PADS),
        'nothing is padded, though padding is "same".',
    ),
    Wrong(
        "padding_always",
        lambda c: forward(c, pads=window_pads(c.x.shape[2:], c.kernel.shape[2:], c.strides, "same")),
        'the image is padded even where padding is "valid".',
    ),
    *(
        Wrong(
            "no_zeros_around", lambda c, mode=mode: forward(c, mode=mode), "the padding does not hold zeros."
        )
        for mode in ("edge", "reflect", "symmetric", "wrap")
    ),
    Wrong(
        "flipped",
        lambda c: forward(c, kernel=flipped(c.kernel)),
        "the kernel is flipped, which it is not here.",
    ),
    Wrong("bias_forgotten", lambda c: forward(c) - c.bias[:, None, None]),
    Wrong("bias_subtracted", lambda c: forward(c) - 2 * c.bias[:, None, None], "the bias is subtracted."),
)


def back_through(c, strides=None, kernel=None, last_filter=False):
    """Return each window's part of dxp, (n, c_in, h_out, w_out, kh, kw)."""
    dy, kernel = c.dy, c.kernel if kernel is None else kernel
    if last_filter:
        dy, kernel = dy[:, -1:], kernel[-1:]
    return np.einsum("nopq,ocij->ncpqij", dy, kernel)


def input_gradient(c, strides=None, pads=None, order=None, **how):
    """Return dx, or what comes of mistakes on the way to it."""
    pads = pads_of(c) if pads is None else pads
    return put_back(back_through(c, **how), c.x.shape, strides or c.strides, pads, order)


def uncropped(c):
    """Return dxp, with its padding, and the padding."""
    pads = pads_of(c)
    shape = (*c.x.shape[:2], *(size + sum(pad) for size, pad in zip(c.x.shape[2:], pads)))
    return put_back(back_through(c), shape, c.strides), pads


def cropped(c, first):
    """Return a part of dxp of the size of x, that begins elsewhere."""
    dxp, pads = uncropped(c)
    (a, b), (h, w) = (pad[first] if first is not None else 0 for pad in pads), c.x.shape[2:]
    return dxp[:, :, a : a + h, b : b + w]


def kernel_gradient(c, strides):
    """Return dkernel from windows at other strides, as many as dy has."""
    windows = seen(c.x, c.kernel.shape[2:], strides, pads_of(c))
    h_out, w_out = c.dy.shape[2:]
    return np.einsum("nopq,ncpqij->ocij", c.dy, windows[:, :, :h_out, :w_out])


NO_STEP = "backward walks in steps of one; forward stepped by the strides."
WRONG_DX = (
    *(
        Wrong("assign_not_add", lambda c, o=order, f=last: input_gradient(c, order=o, last_filter=f))
        for order in ("cells", "positions")
        for last in (False, True)
    ),
    Wrong(
        "not_cropped",
        lambda c: uncropped(c)[0],
        "dx still has the padding around it, and so another size than x.",
    ),
    Wrong(
        "cropped_elsewhere",
        lambda c: cropped(c, None),
        "the padding was cut off at the bottom and right only.",
    ),
    Wrong(
        "cropped_elsewhere",
        lambda c: cropped(c, 1),
        "before and after were exchanged as the padding was cut off.",
    ),
    Wrong("strides_forgotten", lambda c: input_gradient(c, (1, 1)), NO_STEP),
    Wrong("strides_swapped", lambda c: input_gradient(c, c.strides[::-1]), SWAPPED),
    Wrong("flipped_twice", lambda c: input_gradient(c, kernel=flipped(c.kernel))),
    Wrong(
        "one_term_only",
        lambda c: input_gradient(c, last_filter=True),
        "only the last filter sends anything back.",
    ),
)

WRONG_DKERNEL = (
    Wrong("strides_forgotten", lambda c: kernel_gradient(c, (1, 1)), NO_STEP),
    Wrong("strides_swapped", lambda c: kernel_gradient(c, c.strides[::-1]), SWAPPED),
    Wrong(
        "flipped_twice",
        lambda c: flipped(c.want),
        "dkernel is turned by 180 degrees: nothing needs flipping here.",
    ),
)

EXERCISE = Exercise(
    name="padding_and_strides",
    title='"same" padding and strides: one rule for each axis',
    checks=(
        Values(
            function="same_padding",
            outputs=("padding",),
            call=padding,
            example={"size": 3, "k": 2, "s": 2},
            cases=axes_of_images,
            reference=lambda c: np.array(shared(max(lacking(c), 0))),
            axes={"padding": "end"},
            wrong={"padding": PADDINGS},
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
            reference=forward,
            gradients={"dx": "x", "dkernel": "kernel", "dbias": "bias"},
            axes={
                "x": "n c_in h w",
                "kernel": "c_out c_in kh kw",
                "bias": "c_out",
                "y": "n c_out h_out w_out",
            },
            terms={
                "dkernel": Terms(
                    lambda c: np.einsum(
                        "nopq,ncpqij->nocijpq", c.dy, seen(c.x, c.kernel.shape[2:], c.strides, pads_of(c))
                    ),
                    axes="n c_out c_in kh kw h_out w_out",
                    summed="n h_out w_out",
                ),
                "dbias": Terms(lambda c: c.dy, "n c_out h_out w_out", "n h_out w_out"),
            },
            wrong={"y": WRONG_Y, "dx": WRONG_DX, "dkernel": WRONG_DKERNEL},
            pointers={
                "y": "formulas (1) and (3) in the docstring of the file",
                "dx": "formula (4) in the docstring of the file, and what follows (6)",
                "dkernel": "formula (5) in the docstring of the file",
                "dbias": "formula (6) in the docstring of the file",
            },
        ),
        Values(
            function="conv2d_forward",
            call=lambda functions, c: functions.conv2d_forward(c.x, c.kernel, c.bias)[0],
            cases=by_default,
            reference=forward,
            wrong={"y": (Wrong("other_defaults", same_by_default, OTHER_DEFAULTS),)},
            pointers={"y": "the first line of conv2d_forward as you got it, with its defaults"},
        ),
    ),
    hints=(
        "Pad first: from then on, xp is an image like any other, and backward begins with a gradient of xp.",
        "Take your convolution of exercise 11 and look for the places where one step in y is one step in x. "
        "With slices, a step of s is start:stop:s, and it has to hold exactly h_out or w_out entries.",
        "The last of h_out rows that the kernel's entry i meets is row i + (h_out - 1)*sh; a slice ends one "
        "later.",
        "dx is cut out of dxp: it begins at row top and column left (both called before in formula (2)), and "
        "has h rows and w columns. So the cache has to hold all four.",
    ),
)

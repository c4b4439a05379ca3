"""Exercise 15: the transposed convolution, which scatters where a convolution collects."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients, Terms, Wrong
from npae.exercises.pages.windows import flipped, one_for_both, put_back, seen


def arguments(rng, n, c_in, size, c_out, window, strides):
    """Return normal x, kernel and bias, and strides."""
    draw = rng.standard_normal
    arrays = {"x": draw((n, c_in, *size)), "kernel": draw((c_in, c_out, *window)), "bias": draw(c_out)}
    return {**arrays, "strides": strides}


def cases(rng):
    """Return arguments of several calls: overlapping stamps, stamps side by side, stamps with gaps."""
    return [
        arguments(rng, 1, 2, (2, 3), 1, (4, 2), (2, 1)),
        arguments(rng, 2, 1, (3, 2), 3, (2, 1), (1, 2)),
        arguments(rng, 3, 1, (1, 2), 2, (2, 3), (2, 2)),
        arguments(rng, 1, 3, (2, 1), 2, (1, 2), (3, 1)),
    ]


def square(rng):
    """Return cases in which neither axes nor channels differ."""
    return [arguments(rng, n, 2, (3, 3), 2, (k, k), (2, 2)) for n, k in ((1, 3), (3, 2))]


def stamps(c, kernel=None, channels=slice(None)):
    """Return the stamp of every pixel, (n, c_out, h, w, kh, kw)."""
    kernel = c.kernel if kernel is None else kernel
    return np.einsum("ncab,coij->noabij", c.x[:, channels], kernel[channels])


def output_shape(c, strides):
    """Return the shape of y, formula (1)."""
    n, _, *size = c.x.shape
    return n, c.kernel.shape[1], *((a - 1) * s + k for a, s, k in zip(size, strides, c.kernel.shape[2:]))


def forward(c, strides=None, order=None, bias=None, **how):
    """Return y, or what comes of mistakes on the way to it."""
    strides = strides or c.strides
    y = put_back(stamps(c, **how), output_shape(c, strides), strides, order=order)
    return y + (c.bias[:, None, None] if bias is None else bias)


def stamped(c, value):
    """Return how a value per filter adds up if every stamp brings it along."""
    one = np.broadcast_to(value[:, None, None, None, None], stamps(c).shape)
    return put_back(one, output_shape(c, c.strides), c.strides)


def doubled_size(c):
    """Return y in the size h * sh by w * sw, cut off, or with rows and columns of bias added, at its end."""
    y = forward(c)
    h, w = (size * s for size, s in zip(c.x.shape[2:], c.strides))
    wide = np.zeros((*y.shape[:2], max(h, y.shape[2]), max(w, y.shape[3]))) + c.bias[:, None, None]
    wide[:, :, : y.shape[2], : y.shape[3]] = y
    return wide[:, :, :h, :w]


def gathered(c, strides=None):
    """Return what every stamp covers of dy, (n, c_out, h, w, kh, kw)."""
    windows = seen(c.dy, c.kernel.shape[2:], strides or c.strides)
    return windows[:, :, : c.x.shape[2], : c.x.shape[3]]


def input_gradient(c, windows=None, kernel=None):
    """Return dx, or what comes of mistakes on the way to it."""
    windows = gathered(c) if windows is None else windows
    return np.einsum("noabij,coij->ncab", windows, c.kernel if kernel is None else kernel)


def kernel_gradient(c, windows):
    """Return dkernel, or what comes of mistakes on the way to it."""
    return np.einsum("ncab,noabij->coij", c.x, windows)


SWAPPED = "the stride of one axis was taken for the other: sh belongs to the rows, sw to the columns."
NO_STEP = "backward walks in steps of one; forward placed the stamps sh and sw apart."
WRONG_Y = (
    *(
        Wrong("assign_not_add", lambda c, o=order, k=some: forward(c, order=o, channels=k))
        for order in ("cells", "positions")
        for some in (slice(None), slice(-1, None))
    ),
    *(
        Wrong(
            "assign_not_add",
            lambda c, o=order: forward(c, order=o, bias=0) + 0,
            "where stamps overlap, the later one overwrites the earlier one, and the bias is missing.",
        )
        for order in ("cells", "positions")
    ),
    Wrong(
        "bias_per_stamp",
        lambda c: forward(c, bias=stamped(c, c.bias)),
        "the bias came along with every stamp, so pixels under several stamps have it several times.",
    ),
    Wrong(
        "flipped",
        lambda c: forward(c, kernel=flipped(c.kernel)),
        "the stamp is the kernel turned by 180 degrees.",
    ),
    Wrong("strides_swapped", lambda c: forward(c, c.strides[::-1]), SWAPPED),
    *(
        Wrong(
            "one_stride_for_both",
            lambda c, k=k: forward(c, one_for_both(c.strides)[k]),
            "one stride serves both.",
        )
        for k in (0, 1)
    ),
    Wrong(
        "strides_forgotten",
        lambda c: forward(c, (1, 1)),
        "the stamps stand one pixel apart, whatever strides are.",
    ),
    Wrong("bias_forgotten", lambda c: forward(c, bias=0.0)),
    Wrong("bias_twice", lambda c: forward(c, bias=2 * c.bias[:, None, None]), "the bias is added twice."),
    Wrong(
        "transposed",
        lambda c: forward(c, kernel=c.kernel.swapaxes(0, 1)),
        "the kernel's first two axes were exchanged: here the channel that comes in is the first.",
    ),
    Wrong(
        "one_term_only", lambda c: forward(c, channels=slice(-1, None)), "only the last channel of x counts."
    ),
    Wrong("doubled_size", doubled_size, "y is as large as h * sh by w * sw, which formula (1) does not say."),
)
WRONG_DX = (
    Wrong(
        "one_term_only",
        lambda c: np.einsum("noab,co->ncab", gathered(c)[..., -1, -1], c.kernel[..., -1, -1]),
        "dx holds only what the kernel's last entry sends back: each entry overwrites what the one before "
        "it sent.",
    ),
    Wrong("flipped", lambda c: input_gradient(c, kernel=flipped(c.kernel))),
    Wrong("strides_forgotten", lambda c: input_gradient(c, gathered(c, (1, 1))), NO_STEP),
    Wrong("strides_swapped", lambda c: input_gradient(c, gathered(c, c.strides[::-1])), SWAPPED),
    Wrong(
        "transposed",
        lambda c: input_gradient(c, kernel=c.kernel.swapaxes(0, 1)),
        "the kernel's first two axes were exchanged: here the channel that comes in is the first.",
    ),
)
WRONG_DKERNEL = (
    Wrong("flipped", lambda c: flipped(c.want)),
    Wrong("strides_forgotten", lambda c: kernel_gradient(c, gathered(c, (1, 1))), NO_STEP),
    Wrong("strides_swapped", lambda c: kernel_gradient(c, gathered(c, c.strides[::-1])), SWAPPED),
)
WRONG_DBIAS = (
    Wrong(
        "bias_per_stamp",
        lambda c: gathered(c).sum(axis=(0, 2, 3, 4, 5)),
        "dy was summed stamp by stamp, so pixels under several stamps count several times.",
    ),
    Wrong(
        "value_for_dy",
        lambda c: np.full(c.bias.shape, c.x.sum()),
        "dbias was made of x; it is made of dy alone.",
    ),
)
FOUND = "formula ({}) in the docstring of the file"

EXERCISE = Exercise(
    name="conv2d_transpose",
    title="the transposed convolution: stamp, and add",
    checks=(
        Gradients(
            forward="conv2d_transpose_forward",
            backward="conv2d_transpose_backward",
            gradients={"dx": "x", "dkernel": "kernel", "dbias": "bias"},
            example={
                "x": np.array([[[[1.0, 2]]]]),
                "kernel": np.array([[[[1.0, 2], [3, 4]]]]),
                "bias": np.array([0.5]),
                "strides": (2, 1),
                "dy": np.array([[[[1.0, 10, 100], [0, 0, 1000]]]]),
            },
            cases=cases,
            square=square,
            reference=forward,
            axes={
                "x": "n c_in h w",
                "kernel": "c_in c_out kh kw",
                "bias": "c_out",
                "y": "n c_out h_out w_out",
            },
            terms={
                "dx": Terms(
                    lambda c: np.einsum("noabij,coij->ncaboij", gathered(c), c.kernel),
                    axes="n c_in h w c_out kh kw",
                    summed="c_out kh kw",
                ),
                "dkernel": Terms(
                    lambda c: np.einsum("ncab,noabij->ncaboij", c.x, gathered(c)),
                    axes="n c_in h w c_out kh kw",
                    summed="n h w",
                ),
                "dbias": Terms(lambda c: c.dy, "n c_out h_out w_out", "n h_out w_out"),
            },
            wrong={"y": WRONG_Y, "dx": WRONG_DX, "dkernel": WRONG_DKERNEL, "dbias": WRONG_DBIAS},
            pointers={
                "y": "formulas (1) to (3) in the docstring of the file",
                "dx": FOUND.format(4),
                "dkernel": FOUND.format(5),
                "dbias": FOUND.format(6),
            },
        ),
    ),
    hints=(
        "Think of one pixel of x alone. Where in y does its stamp begin, and what is written there?",
        "Compare formula (2) with formula (4) of exercise 11: what was backward's way to dx is forward here.",
        "For one entry (i, j) of the kernel, all pixels of x reach y at the rows i, i + sh, i + 2*sh ...: a "
        "slice with a step, of h rows and w columns, to add to. Add the bias when all of them are done.",
        "Backward takes the same slices of dy: multiplied by kernel[:, :, i, j] they go into dx, summed "
        "over c_out; multiplied by x they go into dkernel[:, :, i, j], summed over images and pixels.",
    ),
)

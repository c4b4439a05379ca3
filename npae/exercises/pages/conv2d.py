"""Exercise 11: the convolution, three gradients of one formula with seven indices."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients, Terms, Wrong


def arguments(rng, n, c_in, c_out, image, window):
    """Return normal x, kernel and bias."""
    draw = rng.standard_normal
    return {"x": draw((n, c_in, *image)), "kernel": draw((c_out, c_in, *window)), "bias": draw(c_out)}


def cases(rng):
    """Return arguments of several calls; no size equals another that could be taken for it."""
    return [
        arguments(rng, 2, 3, 1, (4, 5), (2, 3)),
        arguments(rng, 1, 1, 2, (5, 3), (3, 2)),
        arguments(rng, 3, 2, 4, (3, 5), (2, 2)),
        arguments(rng, 2, 1, 3, (4, 6), (1, 3)),
    ]


def square(rng):
    """Return cases in which height equals width, and channels are as many as filters."""
    return [arguments(rng, 2, 2, 2, (3, 3), (2, 2)), arguments(rng, 3, 3, 3, (5, 5), (3, 3))]


# The convolution and its adjoints, as sums over shifted slices; kernels may be handed over changed.


def windows(x, kernel):
    """Return what the window sees: n, c_in, i, j, p, q."""
    seen = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[2:], axis=(2, 3))
    return seen.transpose(0, 1, 4, 5, 2, 3)


def forward(x, kernel):
    """Return formula (1) without the bias."""
    return np.einsum("ncijpq,ocij->nopq", windows(x, kernel), kernel)


def dkernel(x, dy, kernel):
    """Return formula (3)."""
    return np.einsum("ncijpq,nopq->ocij", windows(x, kernel), dy)


def spread(dy, kernel, shape, order="ijpq", add=True):
    """Return formula (4); or, if not ``add``, what is left when loops of this order write = for +=."""
    dx = np.zeros(shape)
    lengths = dict(zip("ijpqo", (*kernel.shape[2:], *dy.shape[2:], kernel.shape[0])))
    for index in np.ndindex(*(lengths[letter] for letter in order)):
        at = dict(zip(order, index))
        i, j, p, q = (at[letter] for letter in "ijpq")
        filters = at.get("o", slice(None))
        part = np.atleast_2d(dy[:, filters, p, q].T).T @ np.atleast_2d(kernel[filters, :, i, j])
        dx[:, :, p + i, q + j] = part + (dx[:, :, p + i, q + j] if add else 0)
    return dx


def biased(c, kernel=None, x=None):
    """Return forward's value with a changed kernel or x."""
    return forward(c.x if x is None else x, c.kernel if kernel is None else kernel) + c.bias[:, None, None]


def middle_only(c):
    """Return dx where only the pixels that every place of the window reaches get anything."""
    kh, kw = c.kernel.shape[2:]
    h, w = c.x.shape[2:]
    dx = np.zeros(c.x.shape)
    inner = (slice(None), slice(None), slice(kh - 1, h - kh + 1), slice(kw - 1, w - kw + 1))
    dx[inner] = c.true["dx"][inner]
    return dx


def mixed_images(c):
    """Return y if a product with a row for each filter is reshaped to images first, without a transpose."""
    y = forward(c.x, c.kernel)
    return y.swapaxes(0, 1).reshape(y.shape)


WRONG_Y = (
    Wrong(
        "flipped_kernel",
        lambda c: biased(c, c.kernel[:, :, ::-1, ::-1]),
        "the kernel is flipped in both directions: a convolution as in a mathematics book, where "
        "formula (1) flips nothing.",
    ),
    Wrong(
        "flipped_kernel",
        lambda c: biased(c, c.kernel[:, :, ::-1]),
        "the kernel is flipped upside down: formula (1) flips nothing.",
    ),
    Wrong(
        "flipped_kernel",
        lambda c: biased(c, c.kernel[:, :, :, ::-1]),
        "the kernel is flipped left to right: formula (1) flips nothing.",
    ),
    Wrong(
        "transposed",
        lambda c: biased(c, np.swapaxes(c.kernel, 2, 3)),
        "the kernel's rows and columns have changed places.",
    ),
    Wrong(
        "channels_swapped",
        lambda c: biased(c, np.swapaxes(c.kernel, 0, 1)),
        "input and output channels of the kernel have changed places: its first axis counts filters.",
    ),
    Wrong("bias_forgotten", lambda c: forward(c.x, c.kernel)),
    Wrong("bias_twice", lambda c: biased(c) + c.bias[:, None, None], "the bias is added twice."),
    Wrong(
        "bias_per_term",
        lambda c: biased(c) + (c.kernel[0, 0].size - 1) * c.bias[:, None, None],
        "the bias is added once for each place of the window: it belongs outside the sums over i and j.",
    ),
    Wrong(
        "bias_per_term",
        lambda c: biased(c) + (c.kernel[0].size - 1) * c.bias[:, None, None],
        "the bias is added once for each term of the sum: it belongs outside.",
    ),
    Wrong(
        "bias_per_term",
        lambda c: biased(c) + (c.x.shape[1] - 1) * c.bias[:, None, None],
        "the bias is added once for each input channel: it belongs outside the sum over c.",
    ),
    Wrong(
        "bias_misplaced",
        lambda c: forward(c.x, c.kernel) + c.bias,
        "the bias is added along the width: it has one entry for each filter, axis 1 of y.",
    ),
    Wrong(
        "bias_misplaced",
        lambda c: forward(c.x, c.kernel) + c.bias[:, None],
        "the bias is added along the height: it has one entry for each filter, axis 1 of y.",
    ),
    Wrong(
        "bias_misplaced",
        lambda c: forward(c.x, c.kernel) + c.bias[:, None, None, None],
        "the bias is added along the examples: it has one entry for each filter, axis 1 of y.",
    ),
    Wrong(
        "position_short",
        lambda c: biased(c)[:, :, :-1, :-1],
        "the last position in each direction is missing: look at the + 1 in formula (5).",
    ),
    Wrong(
        "assign_not_add",
        lambda c: (
            np.einsum("ncpq,oc->nopq", windows(c.x, c.kernel)[:, :, -1, -1], c.kernel[:, :, -1, -1])
            + c.bias[:, None, None]
        ),
        "only the last place of the window counts: each place overwrites the one before, where it "
        "should be added.",
    ),
    Wrong(
        "assign_not_add",
        lambda c: (
            np.einsum("nijpq,oij->nopq", windows(c.x, c.kernel)[:, -1], c.kernel[:, -1])
            + c.bias[:, None, None]
        ),
        "only the last input channel counts: each channel overwrites the one before, where it should "
        "be added.",
    ),
    Wrong(
        "axes_mixed",
        lambda c: mixed_images(c) + c.bias[:, None, None],
        "the right numbers, but image and filter were mixed up: reshape does not transpose.",
    ),
)


WRONG_DX = (
    Wrong(
        "not_flipped",
        lambda c: spread(c.dy, c.kernel[:, :, ::-1, ::-1], c.x.shape),
        "dx comes from sliding the kernel over dy as it is: in formula (4) i and j are subtracted, "
        "so there it is flipped.",
    ),
    Wrong(
        "flipped_one_way",
        lambda c: spread(c.dy, c.kernel[:, :, ::-1], c.x.shape),
        "in dx the kernel is flipped along one of its axes only: the two are to be treated alike.",
    ),
    Wrong(
        "flipped_one_way",
        lambda c: spread(c.dy, c.kernel[:, :, :, ::-1], c.x.shape),
        "in dx the kernel is flipped along one of its axes only: the two are to be treated alike.",
    ),
    Wrong(
        "transposed",
        lambda c: spread(c.dy, np.swapaxes(c.kernel, 2, 3), c.x.shape),
        "in dx the kernel's rows and columns have changed places.",
    ),
    Wrong(
        "channels_swapped",
        lambda c: spread(c.dy, np.swapaxes(c.kernel, 0, 1), c.x.shape),
        "in dx the kernel's input and output channels have changed places: dy has filters, dx has "
        "input channels.",
    ),
    *(
        Wrong(
            "assign_not_add",
            lambda c, order=order: spread(c.dy, c.kernel, c.x.shape, order, add=False),
            "where windows overlap, only what was written last is left: what meets in one pixel has "
            "to be added.",
        )
        for order in ("ijpq", "pqij", "opqij", "oijpq", "pqoij", "ijopq")
    ),
    Wrong(
        "borders_missing",
        middle_only,
        "dx is right inside, and zero at the borders, where only some of the windows reach.",
    ),
    Wrong("bias_in_dx", lambda c: c.true["dx"] + c.bias.sum(), "the bias has crept into dx."),
    Wrong("dy_forgotten", lambda c: spread(np.ones_like(c.dy), c.kernel, c.x.shape)),
    Wrong(
        "flipped_channels",
        lambda c: spread(c.dy, c.kernel[::-1, ::-1, ::-1, ::-1], c.x.shape),
        "in dx the channels of the kernel stand in reverse order: a flip met its first two axes.",
    ),
    Wrong(
        "flipped_channels",
        lambda c: spread(c.dy, c.kernel[::-1, ::-1], c.x.shape),
        "in dx the channels of the kernel stand in reverse order: a flip met its first two axes.",
    ),
    *(
        Wrong(
            "one_term_only",
            lambda c, o=o: spread(c.dy[:, o], c.kernel[o], c.x.shape),
            f"dx holds only what the {which} filter gives back: all filters have seen the pixel.",
        )
        for o, which in ((np.s_[:1], "first"), (np.s_[-1:], "last"))
    ),
)

WRONG_DKERNEL = (
    Wrong(
        "channels_swapped",
        lambda c: np.swapaxes(c.true["dkernel"], 0, 1),
        "input and output channels of dkernel have changed places: its first axis counts filters.",
    ),
    Wrong(
        "flipped",
        lambda c: c.true["dkernel"][:, :, ::-1, ::-1],
        "dkernel is flipped in both directions: forward did not flip the kernel, so nothing is to be "
        "flipped here.",
    ),
    Wrong("dy_forgotten", lambda c: dkernel(c.x, np.ones_like(c.dy), c.kernel)),
    Wrong(
        "one_pixel_only",
        lambda c: (
            np.einsum("ncpq,nopq->oc", windows(c.x, c.kernel)[:, :, 0, 0], c.dy)[:, :, None, None]
            + np.zeros(c.kernel.shape)
        ),
        "every place of the window got the numbers of its first one: x is not shifted by i and j.",
    ),
)

WRONG_DBIAS = (
    Wrong("dy_forgotten", lambda c: np.full(c.bias.shape, float(c.dy[:, 0].size))),
    Wrong(
        "summed_over_all",
        lambda c: np.full(c.bias.shape, c.dy.sum()),
        "every entry of dbias is the sum of all of dy: filter o gets the sum of its own, dy[:, o].",
    ),
)

POINTERS = {
    "y": "formulas (1) and (5) in the docstring of the file",
    "dx": "formula (4) in the docstring of the file",
    "dkernel": "formula (3) in the docstring of the file",
    "dbias": "formula (2) in the docstring of the file",
}

EXERCISE = Exercise(
    name="conv2d",
    title="conv2d: a window slides, and three gradients follow",
    checks=(
        Gradients(
            forward="conv2d_forward",
            backward="conv2d_backward",
            example={
                "x": np.arange(1.0, 7.0).reshape(1, 1, 2, 3),
                "kernel": np.array([[1.0, 2.0], [0.0, -1.0]]).reshape(1, 1, 2, 2),
                "bias": np.array([10.0]),
                "dy": np.array([1.0, 2.0]).reshape(1, 1, 1, 2),
            },
            cases=cases,
            square=square,
            reference=biased,
            gradients={"dx": "x", "dkernel": "kernel", "dbias": "bias"},
            axes={
                "x": "n c_in h w",
                "kernel": "c_out c_in kh kw",
                "bias": "c_out",
                "y": "n c_out h_out w_out",
            },
            sizes=lambda c: {"positions": c.dy[0, 0].size, "images times positions": c.dy[:, 0].size},
            terms={
                "y": Terms(
                    lambda c: np.einsum("ncijpq,ocij->nopqcij", windows(c.x, c.kernel), c.kernel),
                    "n c_out h_out w_out c_in kh kw",
                    "c_in kh kw",
                ),
                "dkernel": Terms(
                    lambda c: np.einsum("ncijpq,nopq->ocijnpq", windows(c.x, c.kernel), c.dy),
                    "c_out c_in kh kw n h_out w_out",
                    "n h_out w_out",
                ),
                "dbias": Terms(lambda c: c.dy, "n c_out h_out w_out", "n h_out w_out"),
            },
            wrong={"y": WRONG_Y, "dx": WRONG_DX, "dkernel": WRONG_DKERNEL, "dbias": WRONG_DBIAS},
            pointers=POINTERS,
        ),
    ),
    hints=(
        "Write formula (1) as seven loops, each index one loop. It is slow, and it passes; then "
        "backward is the "
        "same seven loops with three other lines inside: (2), (3) and (4).",
        "For fixed i and j, all that the window sees at this place is one slice of x: h_out rows "
        "from row i on, "
        "w_out columns from column j on. What is left is a sum over channels, which np.einsum can do.",
        "dkernel[:, :, i, j] reads the same slice of x that forward read. dx adds to the same slice, "
        "of an array "
        "of zeros.",
        "dbias sums dy over three axes and leaves the second. For dx, with i and j fixed: dx[:, :, slice] += "
        "the sum over o of dy[:, o] times kernel[o, :, i, j].",
    ),
)

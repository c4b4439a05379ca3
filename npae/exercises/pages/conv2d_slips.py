"""How a convolution becomes a little wrong: the slips of exercise 11, by the quantity in which they show."""

from npae.exercises.slips import Slip

PUT_Y = 'y += np.einsum("ncpq,oc->nopq", seen, kernel[:, :, i, j])'
PUT_DX = 'dx[:, :, i : i + h_out, j : j + w_out] += np.einsum("nopq,oc->ncpq", dy, kernel[:, :, i, j])'
PUT_DKERNEL = 'dkernel[:, :, i, j] = np.einsum("nopq,ncpq->oc", dy, seen)'
BIAS, DBIAS = "    y += bias[:, None, None]\n", "    dbias = dy.sum(axis=(0, 2, 3))\n"
SIZES, BACK = "    n, c_in, h, w = x.shape\n", "    return dx, dkernel, dbias\n"
ASSIGNED = (
    "where windows overlap, only what was written last is left: what meets in one pixel has to be added."
)
MISPLACED = "the bias is added along the {}: it has one entry for each filter, axis 1 of y."
ONE_WAY = "in dx the kernel is flipped along one of its axes only: the two are to be treated alike."
REVERSED = "in dx the channels of the kernel stand in reverse order: a flip met its first two axes."


def within(key, text, old, new, sentence=""):
    """Return the slip that exchanges a part of a text."""
    return Slip(key, text, text.replace(old, new), sentence)


def indexed(key, text, index, sentence):
    """Return the slip that uses the kernel with an index, as a flip, before it is used."""
    return within(key, text, "kernel[:", f"kernel[{index}][:", sentence)


def overwritten(order):
    """Return the slip that writes = for += in loops of some order, as "pqij"."""
    lengths = {"i": "kh", "j": "kw", "p": "h_out", "q": "w_out", "o": "c_out"}
    part = (
        "dy[:, o, p, q][:, None] * kernel[o, :, i, j]"
        if "o" in order
        else "dy[:, :, p, q] @ kernel[:, :, i, j]"
    )
    loop = f"    for {', '.join(order)} in np.ndindex({', '.join(lengths[k] for k in order)}):\n"
    return Slip("assign_not_add", DBIAS, f"{loop}        dx[:, :, p + i, q + j] = {part}\n{DBIAS}", ASSIGNED)


# fmt: off
Y = (
    indexed("flipped_kernel", PUT_Y, ":, :, ::-1, ::-1", "the kernel is flipped in both directions: a convolution "
            "as in a mathematics book, where formula (1) flips nothing."),
    indexed("flipped_kernel", PUT_Y, ":, :, ::-1", "the kernel is flipped upside down: formula (1) flips nothing."),
    indexed("flipped_kernel", PUT_Y, ":, :, :, ::-1", "the kernel is flipped left to right: formula (1) flips nothing."),
    Slip("transposed", SIZES, f"    kernel = kernel.swapaxes(2, 3)\n{SIZES}",
         "the kernel's rows and columns have changed places."),
    Slip("channels_swapped", SIZES, f"    kernel = kernel.swapaxes(0, 1)\n{SIZES}",
         "input and output channels of the kernel have changed places: its first axis counts filters."),
    Slip("bias_forgotten", BIAS, ""),
    within("bias_twice", BIAS, "bias", "2 * bias", "the bias is added twice."),
    within("bias_per_term", BIAS, "bias", "kh * kw * bias",
           "the bias is added once for each place of the window: it belongs outside the sums over i and j."),
    within("bias_per_term", BIAS, "bias", "kernel[0].size * bias",
           "the bias is added once for each term of the sum: it belongs outside."),
    within("bias_per_term", BIAS, "bias", "c_in * bias",
           "the bias is added once for each input channel: it belongs outside the sum over c."),
    Slip("bias_misplaced", BIAS, "    y = y + bias\n", MISPLACED.format("width")),
    Slip("bias_misplaced", BIAS, "    y = y + bias[:, None]\n", MISPLACED.format("height")),
    Slip("bias_misplaced", BIAS, "    y = y + bias[:, None, None, None]\n", MISPLACED.format("examples")),
    Slip("position_short", ("h - kh + 1", "w - kw + 1"), ("h - kh", "w - kw"),
         "the last position in each direction is missing: look at the + 1 in formula (5)."),
    within("assign_not_add", PUT_Y, "+=", "=", "only the last place of the window counts: each place overwrites "
           "the one before, where it should be added."),
    within("assign_not_add", PUT_Y, "seen, kernel", "seen[:, -1:], kernel[:, -1:]", "only the last input channel "
           "counts: each channel overwrites the one before, where it should be added."),
    Slip("axes_mixed", BIAS, f"    y = y.swapaxes(0, 1).reshape(y.shape)\n{BIAS}",
         "the right numbers, but image and filter were mixed up: reshape does not transpose."),
)
DX = (
    indexed("not_flipped", PUT_DX, ":, :, ::-1, ::-1", "dx comes from sliding the kernel over dy as it is: in "
            "formula (4) i and j are subtracted, so there it is flipped."),
    indexed("flipped_one_way", PUT_DX, ":, :, ::-1", ONE_WAY),
    indexed("flipped_one_way", PUT_DX, ":, :, :, ::-1", ONE_WAY),
    within("transposed", PUT_DX, "i : i + h_out, j : j + w_out", "j : j + h_out, i : i + w_out",
           "in dx the kernel's rows and columns have changed places."),
    within("channels_swapped", PUT_DX, "kernel[:", "kernel.swapaxes(0, 1)[:",
           "in dx the kernel's input and output channels have changed places: dy has filters, dx has input channels."),
    within("assign_not_add", PUT_DX, "+=", "=", ASSIGNED),
    *(overwritten(order) for order in ("pqij", "opqij", "oijpq", "pqoij", "ijopq")),
    Slip("borders_missing", DBIAS,
         "    inner = np.s_[:, :, kh - 1 : x.shape[2] - kh + 1, kw - 1 : x.shape[3] - kw + 1]\n"
         f"    all_of_it, dx = dx, 0 * dx\n    dx[inner] = all_of_it[inner]\n{DBIAS}",
         "dx is right inside, and zero at the borders, where only some of the windows reach."),
    Slip("bias_in_dx", ("y, (x, kernel)", "x, kernel = cache", DBIAS),
         ("y, (x, kernel, bias)", "x, kernel, bias = cache", f"    dx = dx + bias.sum()\n{DBIAS}"),
         "the bias has crept into dx."),
    within("dy_forgotten", PUT_DX, "dy, ", "np.ones_like(dy), "),
    indexed("flipped_channels", PUT_DX, "::-1, ::-1, ::-1, ::-1", REVERSED),
    indexed("flipped_channels", PUT_DX, "::-1, ::-1", REVERSED),
    *(within("one_term_only", PUT_DX, "dy, kernel", f"dy[:, {some}], kernel[{some}]",
             f"dx holds only what the {which} filter gives back: all filters have seen the pixel.")
      for some, which in ((":1", "first"), ("-1:", "last"))),
)
DKERNEL = (
    within("channels_swapped", BACK, "dkernel", "dkernel.swapaxes(0, 1)",
           "input and output channels of dkernel have changed places: its first axis counts filters."),
    within("flipped", PUT_DKERNEL, "i, j]", "kh - 1 - i, kw - 1 - j]", "dkernel is flipped in both directions: "
           "forward did not flip the kernel, so nothing is to be flipped here."),
    within("dy_forgotten", PUT_DKERNEL, "dy, ", "np.ones_like(dy), "),
    within("one_pixel_only", PUT_DKERNEL, "seen)", "x[:, :, :h_out, :w_out])",
           "every place of the window got the numbers of its first one: x is not shifted by i and j."),
)
DBIAS_SLIPS = (
    within("dy_forgotten", DBIAS, "dy", "np.ones_like(dy)"),
    within("summed_over_all", DBIAS, "dy.sum(axis=(0, 2, 3))", "np.full(c_out, dy.sum())",
           "every entry of dbias is the sum of all of dy: filter o gets the sum of its own, dy[:, o]."),
)
# fmt: on

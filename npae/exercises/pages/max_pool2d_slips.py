"""How max-pooling becomes a little wrong: the slips of exercise 13, by the quantity in which they show."""

from npae.exercises.slips import Slip

VIEW, STRIDED = "sliding_window_view(x, pool_size,", "    seen = seen[:, :, :: strides[0], :: strides[1]]\n"
WINNER, MAX = "winner = seen.argmax(axis=-1)", "y = seen.max(axis=-1)"
PLACE, AT = "divmod(winner[n, c, p, q], kw)", "dx[n, c, p * sh + i, q * sw + j]"
ADD = f"{AT} += dy[n, c, p, q]"
LOOP = f"    for n, c, p, q in np.ndindex(dy.shape):\n        i, j = {PLACE}\n        {ADD}\n"
WINDOW = "dx[n, c, p * sh : p * sh + kh, q * sw : q * sw + kw] += dy[n, c, p, q]"
KEEP, KEPT = ("(winner, x.shape", "winner, shape, (kh"), ("((winner, y), x.shape", "(winner, y), shape, (kh")
EACH = (
    "    for n, c, p, q, i, j in np.ndindex(*dy.shape, kh, kw):\n"
    f"        {AT} += winner[n, c, p, q, i * kw + j] * dy[n, c, p, q]\n"
)
BEST = "winner = (seen == seen.max(axis=-1, keepdims=True)) * 1.0"
EVERY_CELL = "every entry of a window gets its gradient, whether it won or not."
STRIDES = "the windows were placed as if strides were {}."
PLANES = "one maximum is taken over all {}; each has its own."
TIES = "where several entries of a window are equally large, each of them gets the whole gradient."


def strided(key, rows, columns, sentence=""):
    """Return the slip that takes other numbers for the strides of the windows."""
    return Slip(key, STRIDED, f"    seen = seen[:, :, :: {rows}, :: {columns}]\n", sentence)


def sized(pool):
    """Return the slip that takes windows of another size."""
    return Slip("height_for_width", VIEW, VIEW.replace("pool_size", pool))


def placed(key, rows, columns, sentence=""):
    """Return the slip that puts the windows elsewhere in backward."""
    return Slip(key, AT, f"dx[n, c, {rows} + i, {columns} + j]", sentence)


def overwritten(loops):
    """Return the slip that writes all cells of a window with =, in loops of some order."""
    return Slip("assign_not_add", LOOP, f"    for {loops}:\n        {AT} = "
                "(winner[n, c, p, q] == i * kw + j) * dy[n, c, p, q]\n")  # fmt: skip


# fmt: off
Y = (
    Slip("mean_for_max", MAX, "y = seen.mean(axis=-1)", "each window gives its mean; its maximum is asked for."),
    Slip("sum_for_max", MAX, "y = seen.sum(axis=-1)", "each window gives its sum; its maximum is asked for."),
    Slip("min_for_max", MAX, "y = seen.min(axis=-1)", "each window gives its smallest entry."),
    Slip("starts_at_zero", MAX, "y = seen.max(axis=-1, initial=0)",
         "the maximum is never below 0, though all of a window may be: the search starts at 0."),
    Slip("absolute", MAX, "y = np.abs(seen).max(axis=-1)", "signs are lost."),
    strided("strides_swapped", "strides[1]", "strides[0]"),
    Slip("strides_forgotten", STRIDED, "", STRIDES.format("(1, 1)")),
    Slip("strides_forgotten", MAX,
         "y = windows(x, pool_size, (1, 1)).max(axis=-1)[:, :, : seen.shape[2], : seen.shape[3]]",
         STRIDES.format("(1, 1)")),
    *(Slip("planes_mixed", MAX, f"{MAX}\n    y = 0 * y + y.max(axis={axes}, keepdims=True)", PLANES.format(whose))
      for axes, whose in (("(0, 1)", "images and channels"), ("0", "images"), ("1", "channels"))),
    strided("pool_for_strides", "pool_size[0]", "pool_size[1]",
            "the windows stand side by side, as if strides were pool_size; strides say how far apart they are."),
    *(strided("one_stride_for_both", stride, stride, STRIDES.format("equal")) for stride in ("strides[0]", "strides[1]")),
    *(sized(pool) for pool in ("pool_size[::-1]", "pool_size[:1] * 2", "pool_size[1:] * 2")),
    Slip("partial_windows", "    seen = np.lib",
         "    more = [(0, -(a - k) % s) for a, k, s in zip(x.shape[2:], pool_size, strides)]\n"
         "    x = np.pad(x, [(0, 0), (0, 0), *more], constant_values=-np.inf)\n    seen = np.lib",
         "windows that are cut off at the border were counted, too."),
)
OVERWRITTEN = Slip("assign_not_add", ADD, f"{AT} = dy[n, c, p, q]")
DX = (
    OVERWRITTEN,
    overwritten("i, j, n, c, p, q in np.ndindex(kh, kw, *dy.shape)"),
    overwritten("n, c, p, q, i, j in np.ndindex(*dy.shape, kh, kw)"),
    Slip("all_cells", ADD, WINDOW, EVERY_CELL),
    Slip("all_cells", ADD, f"{WINDOW} / (kh * kw)", EVERY_CELL),
    Slip("value_for_dy", (*KEEP, ADD), (*KEPT, f"{AT} += y[n, c, p, q]"),
         "the winners get the maxima themselves, not their gradients."),
    Slip("value_for_dy", (*KEEP, ADD), (*KEPT, f"{ADD} * y[n, c, p, q]"), "the gradients are multiplied by the maxima."),
    Slip("dy_forgotten", ADD, f"{AT} += 1", "the winners get 1, whatever dy is."),
    Slip("dy_forgotten", ADD, f"{AT} = 1", "the winners get 1."),
    Slip("plane_sum", ADD, f"{AT} = dy[n, c].sum()",
         "the winners get the sum of dy, not the gradient of their own window."),
    placed("strides_forgotten", "p", "q", STRIDES.format("(1, 1)")),
    placed("strides_swapped", "p * sw", "q * sh"),
    placed("pool_for_strides", "p * kh", "q * kw", STRIDES.format("pool_size")),
    Slip("smallest_wins", WINNER, "winner = seen.argmin(axis=-1)", "the gradient goes to the smallest entry."),
    Slip("window_corner", PLACE, "(0, 0)", "the gradient goes to the upper left corner."),
)
DX_OF_TIES = (
    Slip("ties_twice", (WINNER, LOOP), (BEST, EACH), TIES),
    Slip("ties_shared", (WINNER, LOOP), (f"{BEST}\n    winner /= winner.sum(axis=-1, keepdims=True)", EACH),
         "where several entries are equally large, they share the gradient; the first of them is to have all of it."),
    Slip("last_tie", WINNER, "winner = seen.shape[-1] - 1 - seen[..., ::-1].argmax(axis=-1)",
         "where several entries are equally large, the last one wins; it is to be the first in reading order."),
    Slip("tie_by_columns", WINNER,
         "turned = seen.reshape(*seen.shape[:4], *pool_size).swapaxes(-1, -2).reshape(seen.shape).argmax(axis=-1)\n"
         "    winner = turned % pool_size[0] * pool_size[1] + turned // pool_size[0]",
         "where several entries are equally large, the first one down the columns wins; reading goes along the rows."),
    OVERWRITTEN,
)
# fmt: on

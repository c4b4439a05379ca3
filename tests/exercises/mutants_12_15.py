"""Wrong answers to exercises 12 to 15 as people write them, and what each is to be called.

Each is (exercise, key of the diagnosis, text of the solution, what stands in its place), with tuples where
several texts are replaced.
"""

from __future__ import annotations

PADDING_AND_STRIDES = [
    ("odd_pixel_first", "return before, total - before", "return total - before, before"),
    ("odd_pixel_lost", "return before, total - before", "return before, before"),
    (
        "half_kernel",
        "    out = -(-size // s)\n    total = max((out - 1) * s + k - size, 0)\n    before = total // 2\n"
        "    return before, total - before",
        "    return k // 2, k // 2",
    ),
    ("padding_ignores_stride", "total = max((out - 1) * s + k - size, 0)", "total = k - 1"),
    ("negative_padding", "max((out - 1) * s + k - size, 0)", "(out - 1) * s + k - size"),
    ("floor_for_ceil", "-(-size // s)", "size // s"),
    ("total_at_both_ends", "return before, total - before", "return total, total"),
    ("padding_at_the_end", "return before, total - before", "return 0, total"),
    ("window_too_many", "(out - 1) * s", "out * s"),
    ("half_pixels", "total // 2", "total / 2"),
    (
        "strides_swapped",
        "(sh, sw) = x.shape[2:], kernel.shape, strides",
        "(sw, sh) = x.shape[2:], kernel.shape, strides",
    ),
    (
        "padding_swapped",
        ("vertical = same_padding(h_in, kh, sh)", "horizontal = same_padding(w_in, kw, sw)"),
        ("horizontal = same_padding(h_in, kh, sh)", "vertical = same_padding(w_in, kw, sw)"),
    ),
    ("no_zeros_around", "vertical, horizontal))", 'vertical, horizontal), mode="edge")'),
    ("padding_always", 'if padding == "same":', "if padding:"),
    ("padding_forgotten", 'if padding == "same":', 'if padding == "SAME":'),
    (
        "flipped",
        "xp[:, :, rows, columns], kernel[:, :, i, j])\n    y +=",
        "xp[:, :, rows, columns], kernel[:, :, kh - 1 - i, kw - 1 - j])\n    y +=",
    ),
    ("bias_forgotten", "    y += bias[:, None, None]\n", ""),
    ("assign_not_add", "dxp[:, :, rows, columns] +=", "dxp[:, :, rows, columns] ="),
    ("not_cropped", "dx = dxp[:, :, top : top + h_in, left : left + w_in]", "dx = dxp"),
    ("cropped_elsewhere", "dxp[:, :, top : top + h_in, left : left + w_in]", "dxp[:, :, :h_in, :w_in]"),
    (
        "strides_forgotten",
        "            dxp[:, :, rows, columns] +=",
        "            rows, columns = slice(i, i + h_out), slice(j, j + w_out)\n"
        "            dxp[:, :, rows, columns] +=",
    ),
    (
        "strides_forgotten",
        "xp[:, :, rows, columns])\n            dxp",
        "xp[:, :, i : i + h_out, j : j + w_out])\n            dxp",
    ),
    (
        "flipped_twice",
        "dy, kernel[:, :, i, j])\n    dx",
        "dy, kernel[:, :, kh - 1 - i, kw - 1 - j])\n    dx",
    ),
    ("other_defaults", 'padding="valid"', 'padding="same"'),
    ("sum_missing", "dbias = dy.sum(axis=(0, 2, 3))", "dbias = dy.sum(axis=(2, 3))"),
    ("zeros", "dbias = dy.sum(axis=(0, 2, 3))", "dbias = np.zeros(len(kernel))"),
    ("over_n", "return dx, dkernel, dbias", "return dx, dkernel / len(dy), dbias"),
    ("mean_for_sum", "dbias = dy.sum(axis=(0, 2, 3))", "dbias = dy.mean(axis=(0, 2, 3))"),
    ("mean_for_sum", "dbias = dy.sum(axis=(0, 2, 3))", "dbias = dy.sum(axis=0).mean(axis=(1, 2))"),
]
MAX_POOL2D = [  # beside its slips
    ("height_for_width", "divmod(winner[n, c, p, q], kw)", "divmod(winner[n, c, p, q], kh)"),
    (
        "mutated_input",
        "    dx = np.zeros(shape, dy.dtype)",
        "    dx = np.zeros(shape, dy.dtype)\n    dy *= 1.5\n    dy /= 1.5",
    ),
]
UP_SAMPLING2D = [
    ("over_block", "blocks.sum(axis=(3, 5))", "blocks.mean(axis=(3, 5))"),
    ("one_term_only", "dx = blocks.sum(axis=(3, 5))", "dx = dy[:, :, ::sh, ::sw]"),
    ("max_for_sum", "blocks.sum(axis=(3, 5))", "blocks.max(axis=(3, 5))"),
    ("tiled", "np.repeat(np.repeat(x, sh, axis=2), sw, axis=3)", "np.tile(x, (1, 1, sh, sw))"),
    (
        "tiled",
        "blocks = dy.reshape(n, c, h_out // sh, sh, w_out // sw, sw)\n    dx = blocks.sum(axis=(3, 5))",
        "blocks = dy.reshape(n, c, sh, h_out // sh, sw, w_out // sw)\n    dx = blocks.sum(axis=(2, 4))",
    ),
    ("height_for_width", "    sh, sw = size\n", "    sw, sh = size\n"),
    ("height_for_width", "return y, (sh, sw)", "return y, (sw, sh)"),
    (
        "height_for_width",
        "np.repeat(np.repeat(x, sh, axis=2), sw, axis=3)",
        "np.repeat(np.repeat(x, sh, axis=2), sh, axis=3)",
    ),
    ("one_axis_only", "np.repeat(np.repeat(x, sh, axis=2), sw, axis=3)", "np.repeat(x, sh, axis=2)"),
    (
        "zero_filled",
        "y = np.repeat(np.repeat(x, sh, axis=2), sw, axis=3)",
        "n, c, h, w = x.shape\n    y = np.zeros((n, c, h * sh, w * sw), x.dtype)\n"
        "    y[:, :, ::sh, ::sw] = x",
    ),
    ("divided", "    return y, (sh, sw)", "    return y / (sh * sw), (sh, sw)"),
    ("sum_missing", "blocks.sum(axis=(3, 5))", "blocks.sum(axis=5)"),
    ("dy_unchanged", "    return dx", "    return dy"),
    ("wrong_axis", "blocks.sum(axis=(3, 5))", "blocks.sum(axis=(2, 4))"),
    ("sign", "    return dx", "    return -dx"),
    ("zeros", "dx = blocks.sum(axis=(3, 5))", "dx = np.zeros((n, c, h_out // sh, w_out // sw))"),
    (
        "mutated_input",
        "    dx = blocks.sum(axis=(3, 5))",
        "    dx = dy[:, :, ::sh, ::sw]\n    for i in range(sh):\n        for j in range(sw):\n"
        "            if i + j > 0:\n                dx += dy[:, :, i::sh, j::sw]",
    ),
]
CONV2D_TRANSPOSE = [
    ("assign_not_add", "y[:, :, rows, columns] +=", "y[:, :, rows, columns] ="),
    (
        "bias_per_stamp",
        ("x, kernel[:, :, i, j])\n    y += bias[:, None, None]",),
        ("x, kernel[:, :, i, j]) + bias[:, None, None]",),
    ),
    ("bias_forgotten", "    y += bias[:, None, None]\n", ""),
    ("flipped", "x, kernel[:, :, i, j])\n    y +=", "x, kernel[:, :, kh - 1 - i, kw - 1 - j])\n    y +="),
    (
        "strides_swapped",
        ("(h, w), (sh, sw) = shape[2:], strides", "(h - 1) * strides[0]", "(w - 1) * strides[1]"),
        ("(h, w), (sw, sh) = shape[2:], strides", "(h - 1) * strides[1]", "(w - 1) * strides[0]"),
    ),
    (
        "doubled_size",
        ("y = np.zeros((n, c_out, h_out, w_out), x.dtype)", "    return y, (x, kernel, strides)"),
        (
            "y = np.zeros((n, c_out, h_out, w_out), x.dtype)",
            "    y = y[:, :, : h * strides[0], : w * strides[1]]\n    return y, (x, kernel, strides)",
        ),
    ),
    ("transposed", 'np.einsum("ncab,co->noab"', 'np.einsum("ncab,oc->noab"'),
    (
        "flipped",
        'dx += np.einsum("noab,co->ncab", reached, kernel[:, :, i, j])',
        'dx += np.einsum("noab,co->ncab", reached, kernel[:, :, -1 - i, -1 - j])',
    ),
    ("flipped", "dkernel[:, :, i, j] =", "dkernel[:, :, -1 - i, -1 - j] ="),
    (
        "strides_forgotten",
        "reached = dy[:, :, rows, columns]",
        "h, w = x.shape[2:]\n            reached = dy[:, :, i : i + h, j : j + w]",
    ),
    (
        "bias_per_stamp",
        (
            "    dbias = dy.sum(axis=(0, 2, 3))",
            "    dkernel = np.zeros_like(kernel)",
            "            dkernel[:, :, i, j] =",
        ),
        (
            "",
            "    dkernel = np.zeros_like(kernel)\n    dbias = 0",
            "            dbias = dbias + reached.sum(axis=(0, 2, 3))\n            dkernel[:, :, i, j] =",
        ),
    ),
    ("one_term_only", "dx += np.einsum", "dx = np.einsum"),
    ("over_n", "return dx, dkernel, dbias", "return dx, dkernel / len(x), dbias"),
    ("zeros", "            dx += ", "            x + "),
    ("sum_missing", "dbias = dy.sum(axis=(0, 2, 3))", "dbias = dy.sum(axis=(2, 3))"),
    ("wrong_order", "return dx, dkernel, dbias", "return dx, dbias, dkernel"),
]
MUTANTS = [
    (exercise, *mutant)
    for exercise, mutants in {
        "padding_and_strides": PADDING_AND_STRIDES,
        "max_pool2d": MAX_POOL2D,
        "up_sampling2d": UP_SAMPLING2D,
        "conv2d_transpose": CONV2D_TRANSPOSE,
    }.items()
    for mutant in mutants
]

"""Wrong answers to exercises 9 to 11 as people write them, and what each is to be called.

Each is (exercise, key of the diagnosis, text of the solution, what stands in its place). Where the third is None,
the fourth is a whole file.
"""

from __future__ import annotations

from whole_file import whole

ROWS, COLS = "rows = slice(i, i + sh * h_out, sh)", "cols = slice(j, j + sw * w_out, sw)"
RESHAPED = "return columns.reshape(n, c * kh * kw, h_out * w_out)"

IM2COL = [
    (
        "strides_swapped",
        f"{ROWS}\n            {COLS}",
        "rows = slice(i, i + sw * h_out, sw)\n            cols = slice(j, j + sh * w_out, sh)",
    ),
    ("strides_swapped", COLS, "cols = slice(j, j + sh * w_out, sh)"),
    (
        "strides_swapped",  # in the output's size as well, so that it has another shape, or stops with an error
        None,
        whole("""
        def im2col(x, kh, kw, sh, sw):
            n, c, h, w = x.shape
            h_out, w_out = (h - kh) // sw + 1, (w - kw) // sh + 1
            columns = np.zeros((n, c, kh, kw, h_out, w_out), x.dtype)
            for i in range(kh):
                for j in range(kw):
                    columns[:, :, i, j] = x[:, :, i : i + sw * h_out : sw, j : j + sh * w_out : sh]
            return columns.reshape(n, c * kh * kw, h_out * w_out)
        """),
    ),
    (
        "stride_forgotten",
        f"{ROWS}\n            {COLS}",
        "rows = slice(i, i + h_out)\n            cols = slice(j, j + w_out)",
    ),
    (
        "rows_misordered",
        RESHAPED,
        "return columns.transpose(0, 2, 3, 1, 4, 5).reshape(n, c * kh * kw, h_out * w_out)",
    ),
    ("rows_misordered", RESHAPED, "return columns.swapaxes(2, 3).reshape(n, c * kh * kw, h_out * w_out)"),
    (
        "positions_misordered",
        RESHAPED,
        "return columns.swapaxes(4, 5).reshape(n, c * kh * kw, h_out * w_out)",
    ),
    ("transposed", RESHAPED, "return columns.reshape(n, c * kh * kw, h_out * w_out).swapaxes(1, 2)"),
    (
        "axes_mixed",
        RESHAPED,
        "return columns.transpose(0, 4, 5, 1, 2, 3).reshape(n, c * kh * kw, h_out * w_out)",
    ),
    ("not_reshaped", RESHAPED, "return columns"),
    ("images_joined", RESHAPED, "return columns.transpose(1, 2, 3, 4, 5, 0).reshape(c * kh * kw, -1)"),
    ("images_joined", RESHAPED, "return np.concatenate(list(columns.reshape(n, c * kh * kw, -1)), axis=1)"),
    ("flipped", "columns[:, :, i, j] =", "columns[:, :, kh - 1 - i, kw - 1 - j] ="),
    ("one_channel_only", "x[:, :, rows, cols]", "x[:, :1, rows, cols]"),
    ("one_image_only", "x[:, :, rows, cols]", "x[:1, :, rows, cols]"),
    ("integer_arithmetic", "h_out, w_out), x.dtype)", "h_out, w_out), int)"),
    ("float32_arithmetic", "h_out, w_out), x.dtype)", "h_out, w_out), np.float32)"),
    ("height_for_width", "    n, c, h, w = x.shape", "    n, c, w, h = x.shape"),
    ("height_for_width", "w_out = (w - kw) // sw + 1", "w_out = (h - kw) // sw + 1"),
    (
        "one_position_short",
        None,
        whole("""
        def im2col(x, kh, kw, sh, sw):
            n, c, h, w = x.shape
            positions = [(a, b) for a in range(0, h - kh, sh) for b in range(0, w - kw, sw)]
            columns = [x[:, :, a : a + kh, b : b + kw].reshape(n, -1) for a, b in positions]
            return np.stack(columns, axis=2)
        """),
    ),
    (
        "transposed",
        None,
        whole("""
        def im2col(x, kh, kw, sh, sw):
            n, c, h, w = x.shape
            positions = [(a, b) for a in range(0, h - kh + 1, sh) for b in range(0, w - kw + 1, sw)]
            return np.stack([x[:, :, a : a + kh, b : b + kw].reshape(n, -1) for a, b in positions], axis=1)
        """),
    ),
    (
        "window_for_stride",
        None,
        whole("""
        def im2col(x, kh, kw, sh, sw):
            n, c, h, w = x.shape
            h_out, w_out = (h - kh) // sh + 1, (w - kw) // sw + 1
            columns = np.zeros((n, c * kh * kw, h_out * w_out))
            padded = np.pad(x, ((0, 0), (0, 0), (0, 9 * kh), (0, 9 * kw)))
            for p in range(h_out):
                for q in range(w_out):
                    window = padded[:, :, p * kh : p * kh + kh, q * kw : q * kw + kw]
                    columns[:, :, p * w_out + q] = window.reshape(n, -1)
            return columns
        """),
    ),
    (
        "hidden_state",
        None,
        whole("""
        kept = {}

        def im2col(x, kh, kw, sh, sw):
            key = x.shape, kh, kw
            if key not in kept:
                n, c, h, w = x.shape
                windows = np.lib.stride_tricks.sliding_window_view(x, (kh, kw), axis=(2, 3))[:, :, ::sh, ::sw]
                kept[key] = windows.transpose(0, 1, 4, 5, 2, 3).reshape(n, c * kh * kw, -1)
            return kept[key]
        """),
    ),
    ("one_position_short", "h_out = (h - kh) // sh + 1", "h_out = (h - kh) // sh"),
    ("height_for_width", "range(kh)", "range(kw)"),
]

TAKEN = "columns = columns.reshape(n, c, kh, kw, h_out, w_out)"
ADDED = "x[:, :, rows, cols] += columns[:, :, i, j]"

COL2IM = [
    ("assign_not_add", ADDED, "x[:, :, rows, cols] = columns[:, :, i, j]"),
    (
        "assign_not_add",
        None,
        whole("""
        def col2im(columns, shape, kh, kw, sh, sw):
            n, c, h, w = shape
            h_out, w_out = (h - kh) // sh + 1, (w - kw) // sw + 1
            x = np.zeros(shape, columns.dtype)
            for p in range(h_out):
                for q in range(w_out):
                    window = columns[:, :, p * w_out + q].reshape(n, c, kh, kw)
                    x[:, :, p * sh : p * sh + kh, q * sw : q * sw + kw] = window
            return x
        """),
    ),
    (
        "assign_not_add",
        None,
        whole("""
        def col2im(columns, shape, kh, kw, sh, sw):
            n, c, h, w = shape
            h_out, w_out = (h - kh) // sh + 1, (w - kw) // sw + 1
            ch, i, j, p, q = np.ix_(range(c), range(kh), range(kw), range(h_out), range(w_out))
            x = np.zeros(shape, columns.dtype)
            for image in range(n):
                x[image][ch, p * sh + i, q * sw + j] += columns[image].reshape(c, kh, kw, h_out, w_out)
            return x
        """),
    ),
    ("averaged", "    return x\n", "    return x / (kh * kw)\n"),
    (
        "averaged",
        None,
        whole("""
        def col2im(columns, shape, kh, kw, sh, sw):
            n, c, h, w = shape
            h_out, w_out = (h - kh) // sh + 1, (w - kw) // sw + 1
            columns = columns.reshape(n, c, kh, kw, h_out, w_out)
            x, count = np.zeros(shape), np.zeros(shape)
            for i in range(kh):
                for j in range(kw):
                    x[:, :, i : i + sh * h_out : sh, j : j + sw * w_out : sw] += columns[:, :, i, j]
                    count[:, :, i : i + sh * h_out : sh, j : j + sw * w_out : sw] += 1
            return x / np.maximum(count, 1)
        """),
    ),
    (
        "strides_swapped",
        f"{ROWS}\n            {COLS}",
        "rows = slice(i, i + sw * h_out, sw)\n            cols = slice(j, j + sh * w_out, sh)",
    ),
    ("strides_swapped", ROWS, "rows = slice(i, i + sw * h_out, sw)"),
    (
        "stride_forgotten",
        f"{ROWS}\n            {COLS}",
        "rows = slice(i, i + h_out)\n            cols = slice(j, j + w_out)",
    ),
    ("flipped", ADDED, "x[:, :, rows, cols] += columns[:, :, kh - 1 - i, kw - 1 - j]"),
    (
        "rows_misordered",
        TAKEN,
        "columns = columns.reshape(n, kh, kw, c, h_out, w_out).transpose(0, 3, 1, 2, 4, 5)",
    ),
    ("rows_misordered", TAKEN, "columns = columns.reshape(n, c, kw, kh, h_out, w_out).swapaxes(2, 3)"),
    ("positions_misordered", TAKEN, "columns = columns.reshape(n, c, kh, kw, w_out, h_out).swapaxes(4, 5)"),
    (
        "axes_mixed",
        TAKEN,
        "columns = columns.reshape(n, h_out, w_out, c, kh, kw).transpose(0, 3, 4, 5, 1, 2)",
    ),
    ("one_channel_only", "columns[:, :, i, j]", "columns[:, :1, i, j]"),
    ("channels_added", "columns[:, :, i, j]", "columns[:, :, i, j].sum(axis=1, keepdims=True)"),
    ("height_for_width", TAKEN, "columns = columns.reshape(n, c, kh, kw, w_out, h_out)"),
    ("height_for_width", "    n, c, h, w = shape", "    n, c, w, h = shape"),
    (
        "one_term_only",
        "for i in range(kh):\n        for j in range(kw):",
        "for i in range(1):\n        for j in range(1):",
    ),
    ("zeros", ADDED, "x[:, :, rows, cols].copy()[:] += columns[:, :, i, j]"),
    (
        "cropped",
        "x = np.zeros(shape, columns.dtype)",
        "x = np.zeros((n, c, (h_out - 1) * sh + kh, (w_out - 1) * sw + kw))",
    ),
    ("float32_arithmetic", "np.zeros(shape, columns.dtype)", "np.zeros(shape, np.float32)"),
    ("integer_arithmetic", "    return x\n", "    return x.astype(int)\n"),
    ("wrong_return", "    return x\n", ""),
    ("sign", ADDED, ADDED.replace("+=", "-=")),
    ("height_for_width", "range(kh)", "range(kw)"),
]

PLACED_Y = 'y += np.einsum("ncpq,oc->nopq", seen, kernel[:, :, i, j])'
PLACED_DX = 'dx[:, :, i : i + h_out, j : j + w_out] += np.einsum("nopq,oc->ncpq", dy, kernel[:, :, i, j])'
PLACED_DKERNEL = 'dkernel[:, :, i, j] = np.einsum("nopq,ncpq->oc", dy, seen)'
DBIAS = "dbias = dy.sum(axis=(0, 2, 3))"

CONV2D = [  # beside its slips
    ("bias_per_term", PLACED_Y, PLACED_Y + " + (i + j > 0) * bias[:, None, None]"),
    ("height_for_width", "w_out = w - kw + 1", "w_out = h - kw + 1"),
    ("over_n", PLACED_DKERNEL, PLACED_DKERNEL + " / n"),
    ("one_term_only", PLACED_DKERNEL, PLACED_DKERNEL.replace("dy, seen", "dy[-1:], seen[-1:]")),
    ("times_n", "    return dx, dkernel, dbias\n", "    return dx, dkernel * n, dbias\n"),
    ("sum_missing", DBIAS, "dbias = dy.sum(axis=(2, 3))"),
    ("wrong_axis", DBIAS, "dbias = dy.sum(axis=(1, 2, 3))"),
    ("mean_for_sum", DBIAS, "dbias = dy.mean(axis=(0, 2, 3))"),
    ("over_n", DBIAS, "dbias = dy.sum(axis=(2, 3)).mean(axis=0)"),
    ("mean_for_sum", DBIAS, "dbias = dy.mean(axis=(2, 3)).sum(axis=0)"),
    ("zeros", DBIAS, "dbias = np.zeros(c_out)"),
    ("sign", DBIAS, "dbias = -dy.sum(axis=(0, 2, 3))"),
    ("wrong_order", "return dx, dkernel, dbias", "return dx, dbias, dkernel"),
    (
        "assign_not_add",
        None,
        whole("""
        def conv2d_forward(x, kernel, bias):
            windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[2:], axis=(2, 3))
            return np.einsum("ncpqij,ocij->nopq", windows, kernel) + bias[:, None, None], (x, kernel)

        def conv2d_backward(dy, cache):
            x, kernel = cache
            kh, kw = kernel.shape[2:]
            dx, dkernel, dbias = np.zeros_like(x), np.zeros_like(kernel), dy.sum(axis=(0, 2, 3))
            for m, o, p, q in np.ndindex(dy.shape):
                dkernel[o] += dy[m, o, p, q] * x[m, :, p : p + kh, q : q + kw]
                dx[m, :, p : p + kh, q : q + kw] = dy[m, o, p, q] * kernel[o]
            return dx, dkernel, dbias
        """),
    ),
    (
        "borders_missing",
        None,
        whole("""
        def conv2d_forward(x, kernel, bias):
            windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[2:], axis=(2, 3))
            return np.einsum("ncpqij,ocij->nopq", windows, kernel) + bias[:, None, None], (x, kernel)

        def conv2d_backward(dy, cache):
            x, kernel = cache
            kh, kw = kernel.shape[2:]
            dx, dkernel, dbias = np.zeros_like(x), np.zeros_like(kernel), dy.sum(axis=(0, 2, 3))
            for m, o, p, q in np.ndindex(dy.shape):
                dkernel[o] += dy[m, o, p, q] * x[m, :, p : p + kh, q : q + kw]
            for a in range(kh - 1, x.shape[2] - kh + 1):
                for b in range(kw - 1, x.shape[3] - kw + 1):
                    seen = dy[:, :, a - kh + 1 : a + 1, b - kw + 1 : b + 1][:, :, ::-1, ::-1]
                    dx[:, :, a, b] = np.einsum("noij,ocij->nc", seen, kernel)
            return dx, dkernel, dbias
        """),
    ),
    ("wrong_axis", DBIAS, "dbias = dy.sum(axis=(0, 1, 2))"),
    (
        "height_for_width",
        None,
        whole("""
        def conv2d_forward(x, kernel, bias):
            windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[2:], axis=(2, 3))
            return np.einsum("ncpqij,ocij->nopq", windows, kernel) + bias[:, None, None], (x, kernel, windows)

        def conv2d_backward(dy, cache):
            x, kernel, windows = cache
            kh, kw = kernel.shape[2:]
            padded = np.pad(dy, ((0, 0), (0, 0), (kw - 1, kw - 1), (kh - 1, kh - 1)))
            seen = np.lib.stride_tricks.sliding_window_view(padded, (kh, kw), axis=(2, 3))
            dx = np.einsum("nopqij,ocij->ncpq", seen, kernel[:, :, ::-1, ::-1])
            return dx, np.einsum("ncpqij,nopq->ocij", windows, dy), dy.sum(axis=(0, 2, 3))
        """),
    ),
    (
        "not_flipped",
        None,
        whole("""
        def conv2d_forward(x, kernel, bias):
            windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[2:], axis=(2, 3))
            return np.einsum("ncpqij,ocij->nopq", windows, kernel) + bias[:, None, None], (x, kernel, windows)

        def conv2d_backward(dy, cache):
            x, kernel, windows = cache
            kh, kw = kernel.shape[2:]
            padded = np.pad(dy, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
            seen = np.lib.stride_tricks.sliding_window_view(padded, (kh, kw), axis=(2, 3))
            dx = np.einsum("nopqij,ocij->ncpq", seen, kernel)
            return dx, np.einsum("ncpqij,nopq->ocij", windows, dy), dy.sum(axis=(0, 2, 3))
        """),
    ),
    (
        "one_term_only",
        None,
        whole("""
        def conv2d_forward(x, kernel, bias):
            windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[2:], axis=(2, 3))
            return np.einsum("ncpqij,ocij->nopq", windows, kernel) + bias[:, None, None], (x, kernel)

        def conv2d_backward(dy, cache):
            x, kernel = cache
            kh, kw = kernel.shape[2:]
            dx, dkernel, dbias = np.zeros_like(x), np.zeros_like(kernel), dy.sum(axis=(0, 2, 3))
            for m, o, p, q in np.ndindex(dy.shape):
                dx[m, :, p : p + kh, q : q + kw] += dy[m, o, p, q] * kernel[o]
                dkernel[o] = dy[m, o, p, q] * x[m, :, p : p + kh, q : q + kw]
            return dx, dkernel, dbias
        """),
    ),
]

MUTANTS = [
    (exercise, *mutant)
    for exercise, mutants in (("im2col", IM2COL), ("col2im", COL2IM), ("conv2d", CONV2D))
    for mutant in mutants
]

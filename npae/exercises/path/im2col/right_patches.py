"""One column for each position, then stacked; the result is not contiguous."""

import numpy as np


def im2col(x, kh, kw, sh, sw):
    h, w = x.shape[2:]
    corners = [(a, b) for a in range(0, h - kh + 1, sh) for b in range(0, w - kw + 1, sw)]
    rows = [x[:, :, a : a + kh, b : b + kw].reshape(len(x), -1) for a, b in corners]
    return np.stack(rows).transpose(1, 2, 0)

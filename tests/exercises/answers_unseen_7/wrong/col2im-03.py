import numpy as np


def col2im(columns, shape, kh, kw, sh, sw):
    n, c, h, w = shape
    outH = (h - kh) // sh + 1
    outW = (w - kw) // sw + 1
    image = np.zeros(shape, dtype=columns.dtype)
    blocks = columns.reshape(n, c, kh, kw, outW, outH).swapaxes(4, 5)
    lastRow = (outH - 1) * sh + 1
    lastCol = (outW - 1) * sw + 1
    for i in range(kh):
        for j in range(kw):
            image[:, :, i:i + lastRow:sh, j:j + lastCol:sw] += blocks[:, :, i, j]
    return image

import numpy as np


def col2im(columns, shape, kh, kw, sh, sw):
    n, c, h, w = shape
    down = (h - kh) // sh + 1
    right = (w - kw) // sw + 1
    height = sh * (down - 1) + kh
    width = sw * (right - 1) + kw
    image = np.zeros((n, c, height, width), dtype=columns.dtype)
    row = 0
    for channel in range(c):
        for i in range(kh):
            for j in range(kw):
                tile = columns[:, row].reshape(n, down, right)
                image[:, channel, i:height - kh + i + 1:sh, j:width - kw + j + 1:sw] += tile
                row += 1
    return image

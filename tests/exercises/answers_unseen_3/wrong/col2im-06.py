import numpy as np


def col2im(columns, shape, kh, kw, sh, sw):
    n, c, h, w = shape
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    places = columns.reshape(n, c, kh, kw, h_out, w_out)

    def layer(i, j):
        # the gradient is a convolution with the flipped window
        out = np.zeros(shape, dtype=columns.dtype)
        out[:, :, i:i + h_out, j:j + w_out] = places[:, :, kh - 1 - i, kw - 1 - j]
        return out

    return sum(layer(i, j) for i, j in np.ndindex(kh, kw))

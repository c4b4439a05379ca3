import numpy as np


def im2col(x, kh, kw, sh, sw):
    n, c, h, w = x.shape
    h_out, w_out = (h - kh) // sh + 1, (w - kw) // sw + 1
    columns = []
    for q in range(w_out):
        for p in range(h_out):
            patch = x[:, :, p * sh:p * sh + kh, q * sw:q * sw + kw]
            columns.append(patch.reshape(n, c * kh * kw))
    return np.stack(columns, axis=2)

import numpy as np


def im2col(x, kh, kw, sh, sw):
    n, c, w, h = x.shape
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    columns = []
    for b in range(n):
        for p in range(h_out):
            for q in range(w_out):
                window = np.zeros((c, kh, kw), x.dtype)
                seen = x[b, :, p * sh : p * sh + kh, q * sw : q * sw + kw]
                window[:, : seen.shape[1], : seen.shape[2]] = seen
                columns.append(window.ravel())
    return np.array(columns).T

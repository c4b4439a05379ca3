import numpy as np


def im2col(x, kh, kw, sh, sw):
    n, C, h, w = x.shape
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    buffer = np.empty((C * kh * kw, h_out * w_out), dtype=x.dtype)
    images = []
    for image in x:
        for c in range(C):
            for i in range(kh):
                for j in range(kw):
                    row = (c * kw + j) * kh + i
                    for p in range(h_out):
                        for q in range(w_out):
                            buffer[row, p * w_out + q] = image[c, p * sh + i, q * sw + j]
        images.append(buffer)
    return np.array(images)

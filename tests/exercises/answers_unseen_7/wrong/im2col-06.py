import numpy as np


def im2col(x: np.ndarray, kh: int, kw: int, sh: int, sw: int) -> np.ndarray:
    n, c, h, w = x.shape
    h_out: int = (h - kh) // sh + 1
    w_out: int = (w - kw) // sw + 1
    result = np.zeros((n, c * kh * kw, h_out * w_out), dtype=x.dtype)
    for image in range(n):
        position = 0
        for p in range(h_out):
            for q in range(w_out):
                top, left = p * sh, q
                window = x[image, :, top:top + kh, left:left + kw]
                result[image, :, position] = window[:, ::-1, ::-1].ravel()
                position += 1
    return result

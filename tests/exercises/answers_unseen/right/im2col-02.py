import numpy as np


def im2col(x, kh, kw, sh, sw):
    n, c = x.shape[:2]
    view = np.lib.stride_tricks.sliding_window_view(x, (kh, kw), axis=(2, 3))
    view = view[:, :, ::sh, ::sw]  # (n, c, h_out, w_out, kh, kw)
    positions = view.shape[2] * view.shape[3]
    return view.transpose(0, 1, 4, 5, 2, 3).reshape(n, c * kh * kw, positions)

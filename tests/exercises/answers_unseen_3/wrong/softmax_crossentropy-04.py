import numpy as np


def _softmax_row(row):
    e = np.exp(row - row.max())
    return e / e.sum()


def softmax_crossentropy(z, t):
    p = np.apply_along_axis(_softmax_row, 1, z)
    chosen = np.take_along_axis(p, t[:, None], axis=1)
    loss = -np.log(chosen + 1e-12).mean()          # never log 0
    target = np.equal(np.arange(z.shape[1]), t[:, None])
    dz = np.where(target, p - 1, p) / len(p)
    return loss, dz

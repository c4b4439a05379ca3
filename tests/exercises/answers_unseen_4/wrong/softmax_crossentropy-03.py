"""Exercise 8: softmax cross-entropy, from logits."""

import numpy as np


def _log_softmax(z):
    top = np.amax(z, axis=-1, keepdims=True)
    return z - top - np.log(np.exp(z - top).sum(axis=-1, keepdims=True))


def softmax_crossentropy(z, t):
    log_p = _log_softmax(z)
    loss = -np.take(log_p, t).mean()
    is_label = np.arange(z.shape[1]) == t[:, None]
    dz = np.where(is_label, np.expm1(log_p), np.exp(log_p)) / len(t)
    return loss, dz

"""Exercise 8: softmax cross-entropy, from logits."""

import numpy as np


def softmax_crossentropy(z, t):
    n, classes = z.shape
    hard = np.eye(classes, dtype=z.dtype)[t]
    soft = 0.9 * hard + 0.1 / classes          # nobody is ever quite sure
    s = z - z.max(axis=1, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    loss = -(soft * log_p).sum() / n
    return loss, (np.exp(log_p) - soft) / n

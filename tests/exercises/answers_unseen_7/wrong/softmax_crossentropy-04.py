import numpy as np


def softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    e = np.exp(shifted)
    return e / e.sum(axis=-1, keepdims=True)


def softmax_crossentropy(z: np.ndarray, t: np.ndarray) -> tuple[float, np.ndarray]:
    n = len(t)
    p = softmax(z)
    picked = p[np.arange(n), t]
    loss = float(-np.log(picked).mean())
    one_hot = np.zeros_like(p)
    one_hot[np.arange(n), t] = 1
    return loss, (p - one_hot) / n

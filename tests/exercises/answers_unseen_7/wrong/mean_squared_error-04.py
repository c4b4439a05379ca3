import numpy as np


def mean_squared_error(y: np.ndarray, t: np.ndarray) -> tuple[float, np.ndarray]:
    d = (y - t).ravel()
    loss = np.linalg.norm(d) / np.sqrt(d.size)
    dy = (2.0 / d.size * d).reshape(y.shape)
    return float(loss), dy

import numpy as np


def numerical_gradient(f, x, step=1e-5):
    work = np.asarray(x).astype(np.float64)   # a private copy, the caller's x stays as it is
    flat = work.reshape(-1)                   # view on work

    def slopes():
        for k in range(flat.size):
            flat[k] += step
            hi = f(work)
            flat[k] -= 2 * step
            lo = f(work)
            yield (hi - lo) / 2 * step

    return np.fromiter(slopes(), dtype=np.float64, count=flat.size).reshape(work.shape)

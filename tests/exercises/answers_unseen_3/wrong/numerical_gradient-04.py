import numpy as np

# We flatten first: then there is only one index to think about, and the shape is put back at
# the very end.


def numerical_gradient(f, x, step=1e-5):
    flat = np.array(x, dtype=np.float64).ravel()
    answer = np.zeros(flat.size)
    for k, value in enumerate(flat.copy()):
        flat[k] = value + step
        answer[k] = f(flat)
        flat[k] = value - step
        answer[k] -= f(flat)
        flat[k] = value
    answer /= 2 * step
    return answer.reshape(np.shape(x))

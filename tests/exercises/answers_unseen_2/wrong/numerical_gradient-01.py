# I am used to MATLAB, x(:) stacks the columns, so I do the same here
import numpy as np


def numerical_gradient(f, x, step=1e-5):
    shape = np.shape(x)
    xcol = np.array(x, dtype=np.float64).flatten(order="F")      # x(:)
    numel = len(xcol)
    g = np.zeros(numel)
    for k in range(numel):
        up = xcol.copy()
        up[k] = up[k] + step
        down = xcol.copy()
        down[k] = down[k] - step
        fup = f(np.reshape(up, shape, order="F"))
        fdown = f(np.reshape(down, shape, order="F"))
        g[k] = (fup - fdown) / (2 * step)
    return g.reshape(shape)

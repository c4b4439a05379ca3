import numpy as np


class _Probe:
    """Looks at f with one entry of the array replaced."""

    def __init__(self, f, x):
        self.f = f
        self.values = [float(v) for v in np.asarray(x).ravel()]
        self.shape = np.shape(x)

    def at(self, k, value):
        trial = list(self.values)
        trial[k] = value
        return float(self.f(np.array(trial, dtype=np.float64).reshape(self.shape)))


def numerical_gradient(f, x, step=1e-5):
    probe = _Probe(f, x)
    answer = np.empty(len(probe.values), dtype=np.float64)
    for k, v in enumerate(probe.values):
        answer[k] = (probe.at(k, v + step) - probe.at(k, v - step)) / (2 * step)
    return answer.reshape(probe.shape)

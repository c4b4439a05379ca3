# a little graph: difference -> square -> mean, each with its backward
import numpy as np


class Difference:
    def forward(self, a, b):
        return a - b

    def backward(self, d):
        return d            # only towards a, b is the target


class Square:
    def forward(self, a):
        self.a = a
        return a * a

    def backward(self, d):
        return 2 * self.a * d


class Mean:
    def forward(self, a):
        self.shape = a.shape
        return float(a.mean())

    def backward(self, d):
        return np.full(self.shape, d)


def mean_squared_error(y, t):
    difference, square, mean = Difference(), Square(), Mean()
    loss = mean.forward(square.forward(difference.forward(y, t)))
    dy = difference.backward(square.backward(mean.backward(1.0)))
    return loss, dy

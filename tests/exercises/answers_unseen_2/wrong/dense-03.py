import numpy as np


class Dense:
    def __init__(self, W, b):
        self.W, self.b = W, b.reshape(1, -1)     # row vector, as in the lecture

    def __call__(self, X):
        self.X = X
        return X @ self.W + self.b

    def grad(self, G):
        ones = np.ones((1, G.shape[0]), dtype=G.dtype)
        return G @ self.W.T, self.X.T @ G, ones @ G


def dense_forward(x, kernel, bias):
    layer = Dense(kernel, bias)
    return layer(x), layer


def dense_backward(dy, cache):
    return cache.grad(dy)

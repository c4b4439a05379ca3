import numpy as np


def tanh_forward(x):
    # numerator and denominator of (1), times exp(-|x|), for |x|; then the sign again
    a = np.abs(x)
    numerator = -np.expm1(-2 * a)
    denominator = 1 + np.exp(-2 * a)
    y = np.sign(x) * numerator / denominator
    return y, {"slope": (1 - y) * (1 + y)}


def tanh_backward(dy, cache):
    return cache["slope"] * dy

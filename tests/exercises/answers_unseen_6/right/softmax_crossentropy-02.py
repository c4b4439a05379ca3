"""Exercise 8 in plain Python, one example at a time."""

import math

import numpy as np


def example(row, label):
    highest = max(row)
    weights = [math.exp(v - highest) for v in row]
    total = math.fsum(weights)
    loss = math.log(total) + (highest - row[label])
    return loss, [w / total - (k == label) for k, w in enumerate(weights)]


def softmax_crossentropy(z, t):
    results = [example(row, int(label)) for row, label in zip(z.tolist(), t)]
    losses, gradients = zip(*results)
    dz = np.array(gradients, dtype=np.float64) / len(results)
    return math.fsum(losses) / len(results), dz.astype(np.result_type(z, np.float32), copy=False)

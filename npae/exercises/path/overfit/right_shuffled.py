"""rng.shuffle on numbers, and the images put into the new order as a whole; params copied deep."""

import numpy as np


def overfit(x, params, model, epochs, batch_size, learning_rate, rng):
    forward, backward = model
    params = {key: value.copy() for key, value in params.items()}
    numbers = np.arange(len(x))
    losses = []
    for epoch in range(epochs):
        rng.shuffle(numbers)
        shuffled = x[numbers]
        squares = 0.0
        for start in range(0, len(x), batch_size):
            target = shuffled[start : start + batch_size]
            y, cache = forward(target, params)
            error = y - target
            squares += float((error**2).sum())
            grads = backward(2.0 / error.size * error, cache)
            for key, grad in grads.items():
                params[key] -= learning_rate * grad
        losses.append(squares / x.size)
    return params, losses

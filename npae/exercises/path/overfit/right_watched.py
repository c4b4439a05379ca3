"""Sorts random keys to shuffle, counts with while, and also looks at the loss on all images now and then."""

import numpy as np


def overfit(x, params, model, epochs, batch_size, learning_rate, rng):
    forward, backward = model
    trained = dict(params)
    losses = []
    n = x.shape[0]
    while len(losses) < epochs:
        order = np.argsort(rng.random(n))
        seen, weighted = 0, []
        while seen < n:
            pick = order[seen : seen + batch_size]
            y, cache = forward(x[pick], trained)
            weighted.append(len(pick) * np.mean(np.square(y - x[pick])))
            grads = backward(2 * (y - x[pick]) / y.size, cache)
            trained = {key: trained[key] - learning_rate * grads[key] for key in trained}
            seen += len(pick)
        losses.append(float(sum(weighted)) / n)
        if len(losses) % 100 == 1:
            forward(x, trained)
    return trained, losses

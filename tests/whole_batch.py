"""The loss and the gradients of one batch, as `fit` computes them for each shard."""

from npae.objectives.objective import get_objective


def loss_and_gradients(model, loss, x, t, examples=None, rng=None):
    terms, grads = get_objective(loss).on(model)(x, t, examples or len(t), rng)
    return sum(terms), grads

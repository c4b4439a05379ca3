"""How steps of gradient descent, and the losses that are reported of them, go wrong."""

from __future__ import annotations

import numpy as np

from npae.exercises.exercise import Wrong


def right_updates(cases):
    """Return the parameters after each step."""
    return [c.before - c.rate * c.grads for c in cases]


def once_per_epoch(step):
    """Return how parameters come out that move, by ``step(c)``, with the last batch of an epoch only."""
    return lambda c: c.before - c.rate * step(c) if c.ends_epoch else c.before


ONCE = "the parameters change once an epoch, after its last batch; each batch is to have a step of its own."
PILE = "gradients pile up: each step adds those of earlier batches to its own."
UPDATES = (
    Wrong("update_forgotten", lambda c: c.before, "the parameters stay as they were: no step is ever taken."),
    Wrong("ascending", lambda c: c.before + c.rate * c.grads, "the steps go along the gradient, uphill."),
    Wrong("learning_rate_forgotten", lambda c: c.before - c.grads, "the learning rate plays no part."),
    Wrong(
        "learning_rate_divides",
        lambda c: c.before - c.grads / c.rate,
        "the gradient is divided by the learning rate, so that a small rate makes large steps.",
    ),
    Wrong(
        "learning_rate_squared", lambda c: c.before - c.rate**2 * c.grads, "the learning rate went in twice."
    ),
    Wrong("gradients_accumulated", lambda c: c.before - c.rate * sum([*c.earlier, c.grads]), PILE),
    Wrong("gradients_accumulated", lambda c: c.before - c.rate * sum(c.in_epoch), PILE),
    Wrong(
        "starts_over",
        lambda c: c.start - c.rate * c.grads,
        "every step starts from the first parameters again, as if those before had not been.",
    ),
    Wrong(
        "starts_over",
        lambda c: (c.start if len(c.in_epoch) == 1 else c.before) - c.rate * c.grads,
        "every epoch starts from the first parameters again.",
    ),
    Wrong("once_per_epoch", once_per_epoch(lambda c: c.grads), ONCE),
    Wrong("once_per_epoch", once_per_epoch(lambda c: sum(c.in_epoch)), ONCE),
    Wrong("once_per_epoch", once_per_epoch(lambda c: sum(c.in_epoch) / len(c.in_epoch)), ONCE),
    Wrong(
        "old_gradient",
        lambda c: c.before - c.rate * (c.earlier[-1] if c.earlier else c.grads),
        "every step takes the gradient of the batch before.",
    ),
    Wrong(
        "old_gradient",
        lambda c: c.before - c.rate * (c.earlier[0] if c.earlier else c.grads),
        "every step takes the gradient of the first batch.",
    ),
    Wrong(
        "learning_rate_over_batch",
        lambda c: c.before - c.rate * c.grads / len(c.x),
        "the step is divided by the size of the batch, which dy has in it already.",
    ),
    Wrong(
        "first_params_returned",
        lambda c: c.start if c.is_last else c.before - c.rate * c.grads,
        "the training goes well, but what comes back are the parameters from before it.",
    ),
    Wrong(
        "last_step_lost",
        lambda c: c.before if c.is_last else c.before - c.rate * c.grads,
        "the last step of all is not in the parameters that come back.",
    ),
    *(
        Wrong(
            "some_params_forgotten",
            lambda c, word=word: np.where(c.of_key(word), c.before, c.before - c.rate * c.grads),
            "some of the parameters take their steps, others stay as they were.",
        )
        for word in ("bias", "kernel", "_in", "_out", "bias_in", "bias_out")
    ),
    Wrong(
        "step_alone",
        lambda c: -c.rate * c.grads,
        "only the step is kept, without the parameters it starts from.",
    ),
)


def losses_of(training) -> dict[str, np.ndarray]:
    """Return the losses of the epochs, right ones and others, by name."""
    n, per, x = len(training.x), len(training.sizes), training.x
    epochs = range(training.epochs)
    squares = [np.mean((step["y"] - step["x"]) ** 2) for step in training.steps]
    means = np.array(squares).reshape(training.epochs, per)
    weighted = means * training.sizes
    starts = [training.steps[k * per]["params"] for k in epochs]
    ends = [*starts[1:], training.answer[0]]

    def on_all(params):
        return np.mean((training.model.forward(x, params)[0] - x) ** 2)

    found = {
        "right": weighted.sum(axis=1) / n,
        "batches_not_weighted": means.mean(axis=1),
        "last_batch_only": means[:, -1],
        "first_batch_only": means[:, 0],
        "summed": means.sum(axis=1),
        "not_divided": weighted.sum(axis=1),
        "divided_by_images": means.sum(axis=1) / n,
        "divided_by_batches": weighted.sum(axis=1) / per,
        "not_reset": np.cumsum(weighted.sum(axis=1)) / n,
        "not_reset_means": np.cumsum(means.sum(axis=1)) / per,
        "running_mean": np.cumsum(means.sum(axis=1)) / (np.arange(training.epochs) + 1) / per,
        "loss_after_epoch": np.array([on_all(params) for params in ends]),
        "loss_before_epoch": np.array([on_all(params) for params in starts]),
    }
    return {**found, "sum_for_mean": found["right"] * x.size}


def loss_named(key: str, name: str, text: str) -> Wrong:
    """Return the hypothesis that the losses are those of a name."""
    return Wrong(key, lambda c: c.of[name], text)


LOSSES = (
    loss_named("times_n", "not_divided", "the sum over the images is not divided by their number."),
    loss_named(
        "batches_not_weighted",
        "batches_not_weighted",
        "the batches' losses were averaged as if all batches were equally large.",
    ),
    loss_named("last_batch_only", "last_batch_only", "the loss of an epoch is that of its last batch alone."),
    loss_named(
        "first_batch_only", "first_batch_only", "the loss of an epoch is that of its first batch alone."
    ),
    loss_named(
        "sum_for_mean", "summed", "the batches' losses were added up; the loss of an epoch is a mean."
    ),
    loss_named("sum_for_mean", "sum_for_mean", "the losses are sums over all entries, not means."),
    loss_named(
        "divided_by_images", "divided_by_images", "batches' losses, each a mean already, were divided by n."
    ),
    loss_named(
        "divided_by_batches",
        "divided_by_batches",
        "the sum over images was divided by the number of batches; an epoch has n images.",
    ),
    loss_named("losses_not_reset", "not_reset", "the sum is not set back to 0 when an epoch begins."),
    loss_named("losses_not_reset", "not_reset_means", "the sum is not set back to 0 when an epoch begins."),
    loss_named("losses_not_reset", "running_mean", "the mean goes over all epochs so far."),
    loss_named(
        "loss_after_epoch",
        "loss_after_epoch",
        "the losses were measured after each epoch, on all images; (5) takes them as the batches come.",
    ),
    loss_named("loss_before_epoch", "loss_before_epoch", "the losses were measured before each epoch began."),
)

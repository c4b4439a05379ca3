"""The outputs of a model for a data set, and its mean loss, computed in parallel."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from npae.model import Sequential
from npae.objectives.losses import Loss
from npae.objectives.objective import Objective, Terms, get_objective
from npae.training.batches import Batches, batches_for
from npae.training.shards import LAYERS, VALIDATION, random_stream, shard_size
from npae.training.workers import Pool, workers

WHOLE_BATCH = 256  # examples


def evaluate(
    model: Sequential,
    x: np.ndarray | Batches,
    y: np.ndarray | None = None,
    *,
    loss: str | Loss | Objective,
    threads: int | None = None,
) -> float:
    """Return the mean loss over a data set, in inference mode; a corruption uses the same noise each time."""
    return evaluate_terms(model, x, y, loss=loss, threads=threads)["loss"]


def evaluate_terms(
    model: Sequential,
    x: np.ndarray | Batches,
    y: np.ndarray | None = None,
    *,
    loss: str | Loss | Objective,
    threads: int | None = None,
    seed: int | None = None,
) -> dict[str, float]:
    """Return the mean "loss" over a data set and, if there are penalties, the mean of each term by name.

    With a ``seed``, layers draw random numbers as in training. For a variational autoencoder, the loss is
    then the negative evidence lower bound, estimated with one code per example.
    """
    objective, batches = get_objective(loss), batches_for(model, x, y)
    check_targets(model, batches, objective)
    with workers(threads) as pool:
        return objective.named(mean_terms(model, batches, objective, pool, seed))


def predict(model: Sequential, x: np.ndarray | Batches, threads: int | None = None) -> np.ndarray:
    """Return the model's outputs (n, ...) for a whole data set, in inference mode."""
    batches = batches_for(model, x)

    def outputs(indices: slice, rng: np.random.Generator) -> np.ndarray:
        return model.forward(batches.batch(indices, rng)[0])[0]

    with workers(threads) as pool:
        return np.concatenate(_over_data_set(batches, outputs, shard_size(model, WHOLE_BATCH), pool))


def mean_terms(
    model: Sequential, batches: Batches, objective: Objective, pool: Pool, seed: int | None = None
) -> Terms:
    """Return the mean of every term of an objective over a data set, computed by a pool of threads."""
    bound = objective.on(model)
    coupled = objective.couples_examples if seed is None else bound.couples_examples
    size = WHOLE_BATCH if coupled else shard_size(model, WHOLE_BATCH)

    def values(indices: slice, rng: np.random.Generator) -> Terms:
        x, t = batches.batch(indices, rng)
        layers_rng = None if seed is None else random_stream(seed, LAYERS, 0, indices.start)
        return bound.values(x, t, len(batches), layers_rng)

    return tuple(map(math.fsum, zip(*_over_data_set(batches, values, size, pool))))


def _over_data_set(batches: Batches, function: Callable, size: int, pool: Pool) -> list:
    """Return ``function(indices, rng)`` for every shard in order; the seed of a shard's rng is fixed."""
    starts = range(0, len(batches), size)
    shards = [(slice(start, start + size), random_stream(0, VALIDATION, start)) for start in starts]
    return pool.map(function, shards)


def check_targets(model: Sequential, batches: Batches, objective: Objective) -> None:
    """Raise ValueError unless the targets have the shape of the model's outputs and suit the loss."""
    objective.reconstruction.check_targets(*batches.target_range())
    if batches.target_shape != model.output_shape:
        given, made = ((len(batches), *shape) for shape in (batches.target_shape, model.output_shape or ()))
        raise ValueError(f"the targets y have shape {given}; the model gives outputs of shape {made}")

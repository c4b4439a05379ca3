"""The training loop, and the only code that uses threads.

Every minibatch is cut into shards whose size depends on the model and the batch, never on the number of
threads. Where its examples are coupled, by a penalty or by batch normalisation, it is one shard. One thread
computes the forward and backward pass of a shard. The gradients are added in the order of the shards. A sum
of floating-point numbers depends on its order, and here the order is fixed: any number of threads computes
the same bits.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from npae.arguments import flag, instance, integer
from npae.model import Sequential
from npae.objectives.losses import Loss
from npae.objectives.objective import Objective, Terms, get_objective
from npae.training.batches import Batches, batches_for
from npae.training.evaluation import check_targets, mean_terms
from npae.training.events import Callback, History, Place, TrainingState
from npae.training.optimizers import SGD, Adam
from npae.training.shards import CORRUPTION, LAYERS, SHUFFLE, random_stream, shard_size
from npae.training.workers import Pool, Task, workers


class NonFiniteLoss(ValueError):
    """The loss or a gradient became NaN or infinite; the message names epoch, step and layer.

    The weights have not moved since the step before.
    """


def fit(
    model: Sequential,
    x: np.ndarray | Batches,
    y: np.ndarray | None = None,
    *,
    loss: str | Loss | Objective = "mse",
    optimizer: Adam | SGD | None = None,
    epochs: int = 1,
    batch_size: int = 32,
    validation_data: np.ndarray | tuple | Batches | None = None,
    callbacks: Sequence[Callback] = (),
    shuffle: bool = True,
    seed: int = 0,
    threads: int | None = None,
    history: History | None = None,
    cursor: dict[str, Any] | None = None,
) -> History:
    """Train a built model.

    Parameters
    ----------
    model : Sequential
        Built. `fit` replaces its parameters by views of one new vector and changes these, so arrays that you
        read from ``params`` before do not change.
    x, y : ndarray or Batches
        Inputs and targets; y defaults to x. A `Batches` can scale and corrupt as well.
    loss : str, Loss or Objective
        A name ("mse", "binary_crossentropy"), a `Loss`, or an `Objective`, which adds penalties.
    optimizer : Adam or SGD
        Default: ``Adam()``.
    epochs : int
        The number of the last epoch, including the epochs of ``history``.
    batch_size : int
        Examples per step; the last batch of an epoch may be smaller. At most all examples.
    validation_data : ndarray, (x, y) or Batches, optional
        The data for "val_loss" after each epoch.
    callbacks : sequence of Callback
    shuffle : bool
        Whether to shuffle the examples before each epoch.
    seed : int
        Determines the order, the corruption and the layers' noise.
    threads : int, optional
        Default: all cores that this process may use. The result is the same, bit for bit, for any number.
    history : History, optional
        The earlier epochs of a resumed run; `fit` appends to it.
    cursor : dict, optional
        The place within the epoch after those of ``history`` where a resumed run was interrupted: the
        "cursor" in the metadata of its checkpoint, if there is one.

    Returns
    -------
    History with "loss" (mean over the epoch's steps, while the weights change), "val_loss" and "seconds"; if
    there are penalties, also every term by name: "reconstruction", "l1", "val_reconstruction", ...

    Raises
    ------
    ValueError
        If data, shapes or numbers do not fit.
    NonFiniteLoss
        If the loss or a gradient becomes NaN or infinite.
    """
    objective, train = get_objective(loss), batches_for(model, x, y)
    validation = None if validation_data is None else _as_validation(model, validation_data)
    _check(model, train, validation, objective)
    epochs, batch_size = integer(epochs, "epochs"), min(integer(batch_size, "batch_size"), len(train))
    optimizer = Adam() if optimizer is None else instance(optimizer, (Adam, SGD), "optimizer")
    history = History() if history is None else instance(history, History, "history")
    callbacks = [
        instance(each, Callback, "callbacks") for each in instance(callbacks, (list, tuple), "callbacks")
    ]
    flag(shuffle, "shuffle")
    state = TrainingState(model, optimizer, history, epochs, -(-len(train) // batch_size), train, objective)
    for callback in callbacks:
        callback.on_train_begin(state)
    try:
        with workers(threads) as pool:
            stepper = Stepper(model, objective, optimizer, batch_size, pool)
            while len(history) < epochs and not state.stop:
                order, epoch = np.arange(len(train)), len(history) + 1
                if shuffle:
                    random_stream(seed, SHUFFLE, epoch).shuffle(order)
                streams = stepper.begin_epoch(seed, epoch)
                place = Place(order, batch_size, streams, [0.0] * len(objective.names))
                done = 0 if cursor is None else place.restore(cursor, epoch)
                cursor = None
                state.begin_epoch(place)
                for callback in callbacks:
                    callback.on_epoch_begin(state)
                _run_epoch(state, stepper, train, place, done, seed, callbacks)
                logs = objective.named(state.terms)
                if validation is not None:
                    logs |= objective.named(mean_terms(model, validation, objective, pool), "val_")
                # Losses, then terms.
                logs = dict(sorted(logs.items(), key=lambda item: "loss" not in item[0]))
                history.append({**logs, "seconds": time.perf_counter() - place.began})
                for callback in callbacks:
                    callback.on_epoch_end(state)
    finally:
        for callback in callbacks:
            callback.on_train_end(state)
    return history


class Stepper:
    """Takes training steps: computes the shards, adds their gradients, and updates the parameters.

    Parameters
    ----------
    model, objective, optimizer
    batch_size : int
        The size of the largest batch.
    pool : Pool
        From `npae.training.workers.workers`.

    Notes
    -----
    All parameters become views of one vector, and all gradients of another. The optimiser uses only these
    two vectors.
    """

    def __init__(
        self, model: Sequential, objective: Objective, optimizer: Adam | SGD, batch_size: int, pool: Pool
    ):
        self.objective, self.optimizer, self.batch_size, self.pool = objective, optimizer, batch_size, pool
        self._weights = model.pack()
        self._objective = objective.on(model)
        whole = self._objective.couples_examples
        self.shard_size = batch_size if whole else shard_size(model, batch_size)
        self._gradients = np.empty_like(self._weights)
        self._views, self._params = _views(self._gradients, model.params), model.params
        self._rngs: list[np.random.Generator] = []

    def begin_epoch(self, seed: int, epoch: int) -> list[np.random.Generator]:
        """Create and return the random generators of the layers, one for each shard of the largest batch."""
        shards = range(-(-self.batch_size // self.shard_size))
        self._rngs = [random_stream(seed, LAYERS, epoch, shard) for shard in shards]
        return self._rngs

    def step(self, x: np.ndarray, t: np.ndarray, then: Sequence[Task] = ()) -> tuple[Terms, bool]:
        """Take one step on a batch.

        Threads without a shard compute the tasks ``then``.

        Returns
        -------
        The terms of the loss, computed before the update, and whether the parameters were updated: they do
        not change if the loss or a gradient is not finite.
        """
        shards = []
        for rng, start in zip(self._rngs, range(0, len(x), self.shard_size)):
            shard = slice(start, start + self.shard_size)
            shards.append((x[shard], t[shard], len(x), rng))
        results = self.pool.map(self._objective.forward_and_backward, shards, then)
        terms = self._add_up(results)
        with np.errstate(over="ignore", invalid="ignore"):
            squares = self._gradients @ self._gradients  # fast, and finite only if all gradients are
        finite = math.isfinite(squares) or not self.infinite_gradients()
        if finite := finite and math.isfinite(sum(terms)):
            self.optimizer.update(self._weights, self._gradients)
            for name, value in results[-1][3].items():  # of a model whose batches are one shard
                self._params[name][...] = value
        return terms, finite

    def infinite_gradients(self) -> list[str]:
        """Return the names of the parameters whose gradients are not finite, in the order of the layers."""
        return [name for name, view in self._views.items() if not np.isfinite(view).all()]

    def _add_up(self, results: list[tuple]) -> Terms:
        """Sum terms and gradients in the order of the shards."""
        shards, _, gradients, _ = zip(*results)
        for name, view in self._views.items():
            first, *others = (grads[name] for grads in gradients)
            if others:  # the first two in one pass over memory
                np.add(first, others[0], out=view)
                for other in others[1:]:
                    view += other
            else:
                np.copyto(view, first)
        return tuple(sum(values) for values in zip(*shards))


def _run_epoch(
    state: TrainingState,
    stepper: Stepper,
    train: Batches,
    place: Place,
    done: int,
    seed: int,
    callbacks: Sequence[Callback],
) -> None:
    """Take the steps of an epoch after the first ``done`` ones."""
    order, size = place.order, place.batch_size
    parts = [order[start : start + size] for start in range(done * size, len(order), size)]
    tasks = [
        Task(_make_batch, train, part, (seed, CORRUPTION, state.epoch, step))
        for step, part in enumerate(parts, start=done)
    ]
    seen = min(done * size, len(order))
    if done:
        state.after_step(done, tuple(total / seen for total in place.totals))
    for step, part in enumerate(parts, start=done + 1):
        x, t = tasks.pop(0).result()  # removed from the list, so that its memory is freed after the step
        # Prepare two batches ahead: no step waits for a batch that another thread is still preparing.
        terms, updated = stepper.step(x, t, tasks[:2])
        if not updated:
            raise NonFiniteLoss(_explain_non_finite(state, step, x, terms, stepper))
        place.add(terms, len(part))
        seen += len(part)
        state.after_step(step, tuple(total / seen for total in place.totals))
        for callback in callbacks:
            callback.on_step_end(state)


def _make_batch(batches: Batches, indices: np.ndarray, key: tuple[int, ...]) -> tuple:
    return batches.batch(indices, random_stream(*key) if batches.draws else None)


def _views(buffer: np.ndarray, params: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    views, start = {}, 0
    for name, value in params.items():
        views[name] = buffer[start : start + value.size].reshape(value.shape)
        start += value.size
    return views


def _as_validation(model: Sequential, data: np.ndarray | tuple | Batches) -> Batches:
    x: Any
    if isinstance(data, tuple) and len(data) != 2:
        raise ValueError(f"validation_data is a tuple of {len(data)}; expected x, (x, y) or a Batches")
    x, y = data if isinstance(data, tuple) else (data, None)
    try:
        return batches_for(model, x, y)
    except ValueError as error:
        raise ValueError(f"validation_data: {error}") from None


def _check(model: Sequential, train: Batches, validation: Batches | None, objective: Objective) -> None:
    for batches in filter(None, (train, validation)):
        batches.check_inputs()
        check_targets(model, batches, objective)
    objective.on(model)


def _explain_non_finite(
    state: TrainingState, step: int, x: np.ndarray, terms: Terms, stepper: Stepper
) -> str:
    value, place = sum(terms), f"in epoch {state.epoch}, step {step}"
    advice = "a smaller learning_rate often helps"
    if math.isfinite(value):  # backward visits the last layers first, so the last name is the origin
        origin = stepper.infinite_gradients()[-1]
        return (
            f"the gradient of {origin} is not finite {place}, while the loss is still {value:.4g}; {advice}"
        )
    names = stepper.objective.names if len(terms) > 1 else ()
    infinite = [name for name, term in zip(names, terms) if not math.isfinite(term)]
    where = f"the loss became {value} {place}" + (f" (its {' and '.join(infinite)})" if infinite else "")
    for name, layer in state.model.leaves():
        for key, param in layer.params.items():
            if not np.isfinite(param).all():
                return f"{where}: {name}/{key} is no longer finite after the step before; {advice}"
        with np.errstate(over="ignore", invalid="ignore"):
            x, _ = layer.forward(x)
        if not np.isfinite(x).all():
            layer_is = f"{name} ({type(layer).__name__}) is the first layer whose output is not finite"
            return f"{where}: {layer_is}; {advice}"
    if infinite:
        return f"{where}, though without noise every layer gives finite outputs; {advice}"
    return f"{where}: the model's outputs reach {np.abs(x).max():.3g}, too much for the loss; {advice}"

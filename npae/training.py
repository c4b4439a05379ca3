"""Training: the loop, and the only place where threads are.

Every minibatch is cut into shards whose size depends on the model and the batch, never on the number of threads.
Each shard is carried forward and back by one thread, and the gradients are added in the order of the shards. A sum
of floating-point numbers depends on its order, and here the order is fixed: so one thread or sixteen give the same
bits.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from npae.batches import Batches, as_batches
from npae.blas import single_threaded_blas
from npae.losses import Loss, fuse, get_loss
from npae.model import Sequential
from npae.optimizers import SGD, Adam

# Independent streams of random numbers, all from one seed: (stream, epoch, ...) names a generator.
SHUFFLE, CORRUPTION, LAYERS, VALIDATION = range(4)


def random_stream(seed: int, *key: int) -> np.random.Generator:
    """Return the generator that belongs to ``seed`` and ``key``; different keys give independent numbers.

    Since an epoch's generators are made from its number alone, a run that resumes at an epoch draws what it would
    have drawn without the break.
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


class NonFiniteLoss(ValueError):
    """The loss became NaN or infinite; the message names epoch, step and the first layer that produced it."""


@dataclass
class History:
    """What was measured after each epoch: ``values["loss"][k]`` belongs to epoch ``k + 1``."""

    values: dict[str, list[float]] = field(default_factory=dict)

    def append(self, logs: dict[str, float]) -> None:
        """Add one epoch's numbers."""
        for name, value in logs.items():
            self.values.setdefault(name, []).append(float(value))

    def __len__(self) -> int:
        return max(map(len, self.values.values()), default=0)

    def __getitem__(self, name: str) -> list[float]:
        return self.values[name]


@dataclass
class TrainingState:
    """What a callback sees, and may change: setting ``stop`` ends the training after the epoch."""

    model: Sequential
    optimizer: Adam | SGD
    history: History
    epochs: int
    steps: int
    epoch: int = 0
    step: int = 0
    loss: float = math.nan
    stop: bool = False


class Callback:
    """Is told of what happens; every method may be left out."""

    def on_train_begin(self, state: TrainingState) -> None:
        """Before the first epoch; ``state.history`` holds the epochs of a run that is resumed."""

    def on_epoch_begin(self, state: TrainingState) -> None:
        """Before each epoch; ``state.epoch`` counts from 1."""

    def on_step_end(self, state: TrainingState) -> None:
        """After each step; ``state.loss`` is the epoch's mean so far."""

    def on_epoch_end(self, state: TrainingState) -> None:
        """After each epoch, when ``state.history`` holds its numbers."""

    def on_train_end(self, state: TrainingState) -> None:
        """After the last epoch, or after an error or an interrupt."""


def fit(
    model: Sequential,
    x: np.ndarray | Batches,
    y: np.ndarray | None = None,
    *,
    loss: str | Loss = "mse",
    optimizer: Adam | SGD | None = None,
    epochs: int = 1,
    batch_size: int = 32,
    validation_data: np.ndarray | tuple | Batches | None = None,
    callbacks: Sequence[Callback] = (),
    shuffle: bool = True,
    seed: int = 0,
    threads: int | None = None,
    history: History | None = None,
) -> History:
    """Train a built model.

    Parameters
    ----------
    model : Sequential
        Built; its parameters are changed in place.
    x, y : ndarray or Batches
        Inputs and targets; y defaults to x. A `Batches` can scale and corrupt as well.
    loss : str or Loss
        "mse", "binary_crossentropy" or a `Loss`.
    optimizer : Adam or SGD
        Default: ``Adam()``.
    epochs : int
        The number of the last epoch; a run that resumes counts from its start.
    batch_size : int
        Examples a step; the last step of an epoch takes what is left.
    validation_data : ndarray, (x, y) or Batches, optional
        What "val_loss" is measured on after each epoch.
    callbacks : sequence of Callback
    shuffle : bool
        Whether each epoch takes the examples in an order of its own.
    seed : int
        Fixes the order, the corruption and the layers' noise.
    threads : int, optional
        Default: all cores this process may use. The result is the same, bit for bit, for any number.
    history : History, optional
        Of the epochs done before, when a run is resumed; it is continued.

    Returns
    -------
    History with "loss" (mean over the epoch's steps, while the weights change), "val_loss" and "seconds".

    Raises
    ------
    ValueError
        If data, shapes or numbers do not fit.
    NonFiniteLoss
        If the loss becomes NaN or infinite.
    """
    train = as_batches(x, y)
    validation = None if validation_data is None else _as_validation(validation_data)
    loss = get_loss(loss)
    _check(model, train, validation, loss, epochs, batch_size)
    optimizer = optimizer or Adam()
    state = TrainingState(model, optimizer, History() if history is None else history, epochs, -(-len(train) // batch_size))
    weights = model.pack()
    gradients = np.zeros_like(weights)
    for callback in callbacks:
        callback.on_train_begin(state)
    try:
        with workers(threads) as pool:
            while len(state.history) < epochs and not state.stop:
                began = time.perf_counter()
                state.epoch = len(state.history) + 1
                for callback in callbacks:
                    callback.on_epoch_begin(state)
                order = np.arange(len(train))
                if shuffle:
                    random_stream(seed, SHUFFLE, state.epoch).shuffle(order)
                _run_epoch(state, train, batch_size, loss, order, seed, weights, gradients, pool, callbacks)
                logs = {"loss": state.loss}
                if validation is not None:
                    logs["val_loss"] = _mean_loss(model, validation, loss, pool)
                state.history.append({**logs, "seconds": time.perf_counter() - began})
                for callback in callbacks:
                    callback.on_epoch_end(state)
    finally:
        for callback in callbacks:
            callback.on_train_end(state)
    return state.history


def evaluate(
    model: Sequential, x: np.ndarray | Batches, y: np.ndarray | None = None, *, loss: str | Loss, threads=None
) -> float:
    """Return the mean loss over a data set, in inference mode; a corruption draws the same noise in every call."""
    batches, loss = as_batches(x, y), get_loss(loss)
    _check_shape(model, batches)
    loss.check_targets(*batches.target_range())
    with workers(threads) as pool:
        return _mean_loss(model, batches, loss, pool)


def predict(model: Sequential, x: np.ndarray | Batches, threads: int | None = None) -> np.ndarray:
    """Return the model's outputs (n, ...) for a whole data set, in inference mode."""
    batches = as_batches(x)
    _check_shape(model, batches)

    def outputs(indices: slice, rng) -> np.ndarray:
        return model.forward(batches.batch(indices, rng)[0])[0]

    with workers(threads) as pool:
        return np.concatenate(list(_over_data_set(model, batches, outputs, pool)))


def loss_and_gradients(
    model: Sequential,
    loss: Loss,
    x: np.ndarray,
    t: np.ndarray,
    count: int | None = None,
    rng: np.random.Generator | None = None,
) -> tuple[float, dict[str, np.ndarray]]:
    """Carry a batch forward and back.

    Parameters
    ----------
    model, loss
    x, t : ndarray (n, ...)
        Inputs and targets.
    count : int, optional
        Number of target elements of the whole batch, of which x and t may be a shard.
    rng : numpy.random.Generator, optional
        For layers that draw random numbers; None is inference mode.

    Returns
    -------
    The loss and the gradient of every parameter, under the names of ``model.params``.
    """
    body, body_loss = fuse(model, loss)
    with np.errstate(over="ignore", invalid="ignore"):  # a loss that is not finite ends the training in words
        y, cache = body.forward(x, rng)
        value, dy = body_loss(y, t, count)
        _, grads = body.backward(dy, cache, need_dx=False)
    return value, grads


def shard_size(model: Sequential, batch_size: int) -> int:
    """Return how many examples one thread carries at a time: a rule that the number of threads has no part in.

    Small enough that the activations of a shard stay in a core's cache between layers and that there are shards for
    several cores; large enough that the arithmetic outweighs what every call of a kernel costs.
    """
    activations = sum(math.prod(layer.output_shape) for _, layer in model.leaves())
    fits_cache = max(8, _CACHE_ELEMENTS // max(activations, 1))
    return max(1, min(-(-batch_size // 2), fits_cache))


_CACHE_ELEMENTS = 1 << 20


class _Inline:
    """Runs tasks at once, in the calling thread, with the interface of a pool."""

    def submit(self, function: Callable, *args) -> Future:
        future: Future = Future()
        future.set_result(function(*args))
        return future


@contextmanager
def workers(threads: int | None):
    """Give a pool of threads, with BLAS held to one thread in each; ``threads=1`` computes in the calling thread."""
    if threads is None:
        threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if threads < 1:
        raise ValueError(f"threads must be at least 1, not {threads}")
    with single_threaded_blas():
        if threads == 1:
            yield _Inline()
            return
        pool = ThreadPoolExecutor(threads, thread_name_prefix="npae")
        try:
            yield pool
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _run_epoch(state, train, batch_size, loss, order, seed, weights, gradients, pool, callbacks) -> None:
    model, size = state.model, shard_size(state.model, batch_size)
    views = _views(gradients, model.params)
    corruption_rng = random_stream(seed, CORRUPTION, state.epoch)
    layer_rngs = [random_stream(seed, LAYERS, state.epoch, shard) for shard in range(-(-batch_size // size))]
    parts = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    ahead = pool.submit(train.batch, parts[0], corruption_rng)
    total = 0.0
    for state.step, part in enumerate(parts, start=1):
        x, t = ahead.result()
        shards = [slice(start, start + size) for start in range(0, len(part), size)]
        futures = [
            pool.submit(loss_and_gradients, model, loss, x[shard], t[shard], t.size, rng)
            for shard, rng in zip(shards, layer_rngs)
        ]
        if state.step < len(parts):  # made by a thread that has run out of shards, while others still compute
            ahead = pool.submit(train.batch, parts[state.step], corruption_rng)
        value = _add_up(futures, views)
        if not math.isfinite(value):
            raise NonFiniteLoss(_explain_non_finite(state, x, value))
        state.optimizer.update(weights, gradients)
        total += value * len(part)
        state.loss = total / (parts[0].size * (state.step - 1) + len(part))
        for callback in callbacks:
            callback.on_step_end(state)


def _add_up(futures: list[Future], views: dict[str, np.ndarray]) -> float:
    """Sum losses and gradients in the order of the shards, whatever order they are finished in."""
    value, grads = futures[0].result()
    for name, view in views.items():
        np.copyto(view, grads[name])
    for future in futures[1:]:
        shard_value, grads = future.result()
        value += shard_value
        for name, view in views.items():
            view += grads[name]
    return value


def _views(buffer: np.ndarray, params: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    views, start = {}, 0
    for name, value in params.items():
        views[name] = buffer[start : start + value.size].reshape(value.shape)
        start += value.size
    return views


def _mean_loss(model: Sequential, batches: Batches, loss: Loss, pool) -> float:
    body, body_loss = fuse(model, loss)
    count = len(batches) * math.prod(model.output_shape)

    def value(indices: slice, rng) -> float:
        x, t = batches.batch(indices, rng)
        return body_loss(body.forward(x)[0], t, count)[0]

    return math.fsum(_over_data_set(model, batches, value, pool))


def _over_data_set(model: Sequential, batches: Batches, function: Callable, pool) -> Iterable:
    """Yield ``function(indices, rng)`` for every shard of a data set, in order; the noise is the same in every call."""
    size = shard_size(model, 256)
    starts = range(0, len(batches), size)
    futures = [
        pool.submit(function, slice(start, start + size), random_stream(0, VALIDATION, start)) for start in starts
    ]
    return (future.result() for future in futures)


def _as_validation(data) -> Batches:
    return as_batches(*data) if isinstance(data, tuple) else as_batches(data)


def _check(model, train, validation, loss, epochs, batch_size) -> None:
    for value, name in ((epochs, "epochs"), (batch_size, "batch_size")):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(f"{name} must be a positive integer, not {value!r}")
    for batches in filter(None, (train, validation)):
        _check_shape(model, batches)
        batches.check_inputs()
        loss.check_targets(*batches.target_range())


def _check_shape(model: Sequential, batches: Batches) -> None:
    if model.input_shape is None:
        raise ValueError("the model is not built yet; call build(input_shape) first")
    if batches.shape != model.input_shape:
        raise ValueError(f"the model takes examples of shape {model.input_shape}; the data's have shape {batches.shape}")


def _explain_non_finite(state: TrainingState, x: np.ndarray, value: float) -> str:
    where = f"the loss became {value} in epoch {state.epoch}, step {state.step}"
    advice = "a smaller learning_rate often helps"
    for name, layer in state.model.leaves():
        for key, param in layer.params.items():
            if not np.isfinite(param).all():
                return f"{where}: {name}/{key} is no longer finite after the step before; {advice}"
        x, _ = layer.forward(x)
        if not np.isfinite(x).all():
            return f"{where}: {name} ({type(layer).__name__}) is the first layer whose output is not finite; {advice}"
    return f"{where}, although the model's output is finite; check the targets, or {advice}"

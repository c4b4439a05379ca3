"""Looks at a training in its first epochs, and warns of what does not get better by itself."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import numpy as np

from npae.arguments import instance
from npae.kernels import activations
from npae.measures import findings
from npae.measures.findings import FEWEST, MOST, Finding
from npae.model import Autoencoder, Sequential, VariationalAutoencoder
from npae.objectives.losses import BinaryCrossentropy, Loss, SoftmaxCrossentropy, fuse
from npae.training import fit as training
from npae.training.events import Callback, History, TrainingState
from npae.training.shards import activations_of, shard_size

P = ParamSpec("P")

EARLY = 5  # epochs that are watched
ACTIVATIONS = 1 << 24  # numbers that a look computes, if `FEWEST` examples do not take more
LATE = {"constant_image", "posterior_collapse"}  # told at the second of two epochs, if the data are right


class Watch(Callback):
    """Report findings (`npae.measures.findings`) once each: on data and outputs at first, then on codes.

    Parameters
    ----------
    report : callable, optional
        ``report(line)``. Default: ``warnings.warn``.

    Notes
    -----
    It looks at the first 500 examples, or fewer where a model has many activations, without corruption and in
    inference mode, so it changes no result. A model is reported to be no better than the mean image, or its
    code to be collapsed, if it was so at the ends of two epochs: in between it learned nothing.
    """

    def __init__(self, report: Callable[[str], None] | None = None):
        self._report = report or _warn
        self._said: set[str] = set()
        self._before: set[str] = set()
        self._unfit = False

    def on_train_begin(self, state: TrainingState) -> None:
        """Look at the inputs, the targets and the outputs of the untrained model."""
        found = findings_of_data(state.model, *_sample(state))
        for each in found.values():
            self._say(each)
        self._unfit = bool(found)

    def on_epoch_end(self, state: TrainingState) -> None:
        """Look at codes and outputs."""
        if state.epoch > EARLY:
            return
        x, t, loss = _sample(state)
        found = findings_of_outputs(state.model, x, outputs(state.model, x, loss), t, loss)
        for name, each in found.items():
            if name not in LATE or (name in self._before and not self._unfit):
                self._say(each)
        self._before = set(found)

    def _say(self, found: Finding) -> None:
        if found[0] not in self._said:
            self._said.add(found[0])
            self._report(f"npae: {found[0]} ({found[1]})")


def findings_of_data(model: Sequential, x: np.ndarray, t: np.ndarray, loss: Loss) -> dict[str, Finding]:
    """Return what is wrong with inputs x and targets t for a model and a loss, by name."""
    found = {"constant_data": findings.constant_data(x)}
    if not found["constant_data"]:
        found["unscaled_inputs"] = findings.unscaled_inputs(x)
    if isinstance(loss, SoftmaxCrossentropy):
        found["wrong_loss"] = findings.not_classes(t)
    else:
        found["unscaled_targets"] = None if t is x else findings.unscaled_inputs(t, "targets")
        found["wrong_loss"] = findings.targets_out_of_reach(t, *_range_of_outputs(model, loss))
    if isinstance(loss, BinaryCrossentropy) and not loss.from_logits and fuse(model, loss)[1] is loss:
        found["wrong_loss"] = findings.not_probabilities(outputs(model, x, loss)) or found["wrong_loss"]
    return {name: each for name, each in found.items() if each}


def findings_of_outputs(
    model: Sequential, x: np.ndarray, y: np.ndarray, t: np.ndarray, loss: Loss
) -> dict[str, Finding]:
    """Return what is wrong with the codes for inputs x, and with y, the `outputs`, for targets t, by name."""
    found: dict[str, Finding | None] = {}
    if isinstance(model, Autoencoder):
        codes = in_shards(model, lambda shard: model.encoder.forward(shard)[0], x)
        if isinstance(model, VariationalAutoencoder):
            codes, log_variances = np.split(codes, 2, axis=1)
            found["posterior_collapse"] = findings.posterior_collapse(codes, log_variances)
        else:
            found["dead_code"] = findings.dead_code(codes)
        if not any(found.values()):
            found["code_on_a_line"] = findings.code_on_a_line(codes)
    found["constant_image"] = findings.only_the_mean_image(y, t)
    return {name: each for name, each in found.items() if each}


def outputs(model: Sequential, x: np.ndarray, loss: Loss) -> np.ndarray:
    """Return the outputs for x, in inference mode; of a loss that takes logits, the probabilities."""
    y = in_shards(model, lambda shard: model.forward(shard)[0], x)
    if isinstance(loss, SoftmaxCrossentropy):
        y = np.exp(y - y.max(axis=1, keepdims=True))
        return y / y.sum(axis=1, keepdims=True)
    return activations.forward(y, "sigmoid") if _of_logits(loss) else y


def _of_logits(loss: Loss) -> bool:
    return isinstance(loss, BinaryCrossentropy) and loss.from_logits


def in_shards(model: Sequential, function: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> np.ndarray:
    """Return ``function(x)``, computed in shards, whose activations stay in the cache."""
    size = shard_size(model, len(x))
    return np.concatenate([function(x[start : start + size]) for start in range(0, len(x), size)])


def few_enough(model: Sequential) -> int:
    """Return how many examples are looked at, so that a look takes little time."""
    return min(MOST, max(FEWEST, ACTIVATIONS // activations_of(model)))


def watched(fit: Callable[P, History]) -> Callable[P, History]:
    """Return ``fit`` with a `Watch` after its other callbacks."""
    call: Callable[..., History] = fit

    @wraps(fit)
    def fit_and_watch(*data: P.args, **options: P.kwargs) -> History:
        callbacks: Any = options.pop("callbacks", ())
        callbacks = [*instance(callbacks, (list, tuple), "callbacks"), Watch()]
        return call(*data, **options, callbacks=callbacks)

    return fit_and_watch


fit = watched(training.fit)


def _sample(state: TrainingState) -> tuple[np.ndarray, np.ndarray, Loss]:
    """Return the first examples, clean, their targets, and the loss."""
    assert state.data is not None and state.objective is not None  # `fit` sets them
    return *state.data.clean(slice(few_enough(state.model))), state.objective.reconstruction


def _range_of_outputs(model: Sequential, loss: Loss) -> tuple[float, float]:
    """Return the least and the largest output that the activations at the end of a model allow."""
    last = []
    for _, layer in reversed([*model.leaves()]):
        last += [] if layer.rearranges else [layer]
        if layer.params or (layer.activation == "linear" and not layer.rearranges):
            break
    ends = np.array([-math.inf, math.inf])
    for layer in reversed(last):
        ends = activations.forward_numpy(ends, layer.activation, getattr(layer, "below", None))
    if _of_logits(loss):
        ends = activations.forward_numpy(ends, "sigmoid")
    return float(ends[0]), float(ends[1])


def _warn(line: str) -> None:
    warnings.warn(line, stacklevel=6)  # the line that calls fit

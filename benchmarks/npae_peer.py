"""npae as a contestant: the loop of `npae.fit` with a callback.

The early warnings of `npae.fit`, a look at some examples after each of the first five epochs, are left out:
an epoch is only a few steps here, and no peer has such a look.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import npae
from benchmarks.models import get_model
from benchmarks.tasks import EPSILON, Data, build_model
from npae.datasets import gaussian_noise
from npae.training.batches import Batches
from npae.training.fit import fit


class Npae:
    """Trains a recipe with npae; see `benchmarks.contestants` for the methods."""

    def __init__(self, recipe: str, threads: int, variant: str = ""):
        self.recipe = get_model(recipe)
        self.threads = threads
        self.model = build_model(recipe)

    def train(self, data: Data, shuffle: bool, after_step: Callable[[float], bool]) -> None:
        corruption = None if data.noise is None else gaussian_noise(data.noise)
        batches = _batches(data, corruption)
        with suppress(_Enough):
            fit(
                self.model,
                batches,
                loss=self.recipe.loss,
                optimizer=npae.Adam(epsilon=EPSILON),
                epochs=1_000_000,
                batch_size=self.recipe.batch_size,
                callbacks=[_AfterStep(after_step)],
                shuffle=shuffle,
                threads=self.threads,
            )

    def mean_loss(self, data: Data) -> float:
        return npae.evaluate(self.model, _batches(data), loss=self.recipe.loss, threads=self.threads)


def _batches(data: Data, corruption: gaussian_noise | None = None) -> Batches:
    y = npae.one_hot(data.y) if data.y is not None and data.y.ndim == 1 else data.y
    return Batches(data.x, y, scale=data.scale, offset=data.offset, corruption=corruption)


class _Enough(Exception):
    pass


class _AfterStep(npae.Callback):
    """Computes each step's loss from the epoch's running mean, and ends `fit` if ``after_step`` is True."""

    def __init__(self, after_step: Callable[[float], bool]):
        self.after_step = after_step
        self._sum = 0.0

    def on_epoch_begin(self, state):
        self._sum = 0.0

    def on_step_end(self, state):
        loss = state.loss * state.step - self._sum
        self._sum = state.loss * state.step
        if self.after_step(loss):
            raise _Enough

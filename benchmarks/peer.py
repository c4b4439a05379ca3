"""What all frameworks share as contestants: the loop over minibatches, and the mean loss of a data set."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.models import get_model
from benchmarks.tasks import Data, minibatches

EVALUATED = 250  # examples at a time


class Peer:
    """A contestant whose framework has a function for one step; see `benchmarks.contestants`.

    A subclass defines

    ``stepper(data)``
        returns ``step(indices)``, which trains on the examples of these indices and returns the loss;
    ``loss_of(data)``
        returns ``loss(indices)``, the mean loss of these examples.
    """

    stepper: Callable[[Data], Callable]
    loss_of: Callable[[Data], Callable]

    def __init__(self, name: str):
        self.recipe = get_model(name)

    def train(self, data: Data, shuffle: bool, after_step: Callable[[float], bool]) -> None:
        step = self.stepper(data)
        for indices in minibatches(len(data.x), self.recipe.batch_size, shuffle):
            if after_step(float(step(indices))):
                return

    def mean_loss(self, data: Data) -> float:
        loss_of, count = self.loss_of(data), len(data.x)
        parts = [np.arange(k, min(k + EVALUATED, count)) for k in range(0, count, EVALUATED)]
        return float(np.average([float(loss_of(part)) for part in parts], weights=[len(p) for p in parts]))


def channels_last_images(array: np.ndarray | None) -> np.ndarray | None:
    """Return images (n, h, w, c); flat inputs and labels stay as they are."""
    return array if array is None or array.ndim < 4 else np.ascontiguousarray(np.moveaxis(array, 1, -1))

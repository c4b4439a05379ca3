"""The history of a training, and the interface of callbacks."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass, field

from npae.arguments import instance
from npae.model import Sequential
from npae.objectives.objective import Objective
from npae.training.batches import Batches
from npae.training.optimizers import SGD, Adam


@dataclass
class History:
    """The values of each epoch: ``values["loss"][k]`` is the loss of epoch ``k + 1``."""

    values: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, series in instance(self.values, dict, "values").items():
            instance(series, list, f"values[{name!r}]")

    def append(self, logs: dict[str, float]) -> None:
        """Add the values of one epoch."""
        for name, value in instance(logs, Mapping, "logs").items():
            number = instance(value, numbers.Real, f"logs[{name!r}]")
            self.values.setdefault(name, []).append(float(number))

    def __len__(self) -> int:
        return max(map(len, self.values.values()), default=0)

    def __getitem__(self, name: str) -> list[float]:
        return self.values[name]


@dataclass
class TrainingState:
    """The state of a training, the argument of callbacks; setting ``stop`` ends the training after the epoch.

    ``data`` and ``objective`` are what the model is trained on. ``loss`` is the mean over the epoch so far.
    It is the sum of ``terms``, in the order of `npae.objectives.objective.Objective.names`.
    """

    model: Sequential
    optimizer: Adam | SGD
    history: History
    epochs: int
    steps: int
    data: Batches | None = None
    objective: Objective | None = None
    epoch: int = 0
    step: int = 0
    loss: float = math.nan
    terms: tuple[float, ...] = ()
    stop: bool = False

    def begin_epoch(self) -> None:
        """Advance to the epoch after the last one in the history."""
        self.epoch = len(self.history) + 1

    def after_step(self, step: int, terms: tuple[float, ...]) -> None:
        """Store the number of the step, from 1, and the means of the terms over the epoch so far."""
        self.step, self.terms, self.loss = step, terms, sum(terms)


class Callback:
    """Base class of callbacks: `fit` calls these methods; a subclass overrides those that it needs."""

    def on_train_begin(self, state: TrainingState) -> None:
        """Run before the first epoch; in a resumed training, ``state.history`` holds the earlier epochs."""

    def on_epoch_begin(self, state: TrainingState) -> None:
        """Run before each epoch; ``state.epoch`` counts from 1."""

    def on_step_end(self, state: TrainingState) -> None:
        """Run after each step; ``state.loss`` is the mean over the epoch so far."""

    def on_epoch_end(self, state: TrainingState) -> None:
        """Run after each epoch; ``state.history`` holds its values."""

    def on_train_end(self, state: TrainingState) -> None:
        """Run after the last epoch, or after an error or an interrupt."""

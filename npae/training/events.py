"""The history of a training, and the callbacks that follow it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from npae.model import Sequential
from npae.training.optimizers import SGD, Adam


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
    """What a callback sees of a training; setting ``stop`` ends it after the epoch.

    ``loss`` is the epoch's mean so far, and ``terms`` are those that it is the sum of, as in
    `npae.objectives.objective.Objective.names`.
    """

    model: Sequential
    optimizer: Adam | SGD
    history: History
    epochs: int
    steps: int
    epoch: int = 0
    step: int = 0
    loss: float = math.nan
    terms: tuple[float, ...] = ()
    stop: bool = False

    def begin_epoch(self) -> None:
        """Go on to the epoch after those of the history."""
        self.epoch = len(self.history) + 1

    def after_step(self, step: int, terms: tuple[float, ...]) -> None:
        """Take the number of a step, from 1, and the means of the terms over the epoch so far."""
        self.step, self.terms, self.loss = step, terms, sum(terms)


class Callback:
    """Base of what follows a training: `fit` calls these methods, and each may be left out."""

    def on_train_begin(self, state: TrainingState) -> None:
        """Follow the beginning; ``state.history`` holds the epochs of a training that is resumed."""

    def on_epoch_begin(self, state: TrainingState) -> None:
        """Follow the beginning of an epoch; ``state.epoch`` counts from 1."""

    def on_step_end(self, state: TrainingState) -> None:
        """Follow a step; ``state.loss`` is the epoch's mean so far."""

    def on_epoch_end(self, state: TrainingState) -> None:
        """Follow the end of an epoch, when ``state.history`` holds its numbers."""

    def on_train_end(self, state: TrainingState) -> None:
        """Follow the end, after the last epoch or after an error or an interrupt."""

"""The history of a training, and the interface of callbacks."""

from __future__ import annotations

import math
import numbers
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from npae import markup
from npae.arguments import instance
from npae.model import Sequential
from npae.objectives.objective import Objective
from npae.training.batches import Batches
from npae.training.optimizers import SGD, Adam

ROWS = 30  # of a history in a notebook: its last epochs


@dataclass
class History:
    """The values of each epoch: ``history["loss"][k]`` is the loss of epoch ``k + 1``.

    A history iterates over the names, so ``"val_loss" in history`` works. Its length is the number of epochs.
    """

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

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    def __getitem__(self, name: str) -> list[float]:
        return self.values[name]

    def _repr_html_(self) -> str:  # notebooks call it
        names, first = list(self.values), max(0, len(self) - ROWS)
        cells = [[f"{value:.4g}" for value in self.values[name]] for name in names]
        rows = [
            [str(epoch + 1), *("".join(column[epoch : epoch + 1]) for column in cells)]
            for epoch in range(first, len(self))
        ]
        return markup.table(["epoch", *names], rows, notes=[f"after {first} epochs"] if first else [])


class UnknownPlace(ValueError):
    """A checkpoint's place within an epoch does not belong to the training that should continue there."""


@dataclass
class Place:
    """What `npae.fit` needs to continue within an epoch, beside weights, optimiser, history and step.

    Attributes
    ----------
    order : ndarray of int
        The examples in the order of the epoch. A resumed run draws it again; its checksum is compared.
    batch_size : int
    streams : list of Generator
        Of the layers, one for each shard of a batch. Those of the corruption begin anew in every step.
    totals : list of float
        Every term of the loss, added up over the examples so far.
    began : float
        `time.perf_counter` at the start of the epoch.
    """

    order: np.ndarray
    batch_size: int
    streams: list[np.random.Generator]
    totals: list[float]
    began: float = field(default_factory=time.perf_counter)

    def add(self, terms: tuple[float, ...], examples: int) -> None:
        """Add a step's mean terms over some examples."""
        self.totals = [total + term * examples for total, term in zip(self.totals, terms)]

    def describe(self, epoch: int, step: int) -> dict[str, Any]:
        """Return the place after a step as JSON data."""
        return {
            "epoch": epoch,
            "step": step,
            "batch_size": self.batch_size,
            "order": zlib.crc32(self.order.astype("<i8").tobytes()),
            "totals": self.totals,
            "seconds": time.perf_counter() - self.began,
            "streams": [stream.bit_generator.state for stream in self.streams],
        }

    def restore(self, cursor: Any, epoch: int) -> int:
        """Move to the place that `describe` returned, and return its step.

        Raises
        ------
        UnknownPlace
            If it is of another training, or damaged.
        """
        try:
            now, step, seconds = self.describe(epoch, 0), cursor["step"], float(cursor["seconds"])
            totals = [float(total) for total in cursor["totals"]]
            right = all(cursor[name] == now[name] for name in ("epoch", "batch_size", "order"))
            right &= type(step) is int and 0 < step <= -(-len(self.order) // self.batch_size)
            right &= len(totals) == len(self.totals) and len(cursor["streams"]) == len(self.streams)
            if not right or seconds < 0 or not all(map(math.isfinite, [seconds, *totals])):
                raise ValueError("its epoch, batch size, number of steps or order of examples is another")
            for stream, state in zip(self.streams, cursor["streams"]):
                stream.bit_generator.state = state
        except (KeyError, TypeError, OverflowError, ValueError) as error:
            raise UnknownPlace(
                f"the place within an epoch does not belong to this training: {error}"
            ) from None
        self.totals, self.began = totals, self.began - seconds
        return step


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
    _place: Place | None = None

    def begin_epoch(self, place: Place | None = None) -> None:
        """Advance to the epoch after the last one in the history, which `fit` is at ``place``."""
        self.epoch, self._place = len(self.history) + 1, place

    def after_step(self, step: int, terms: tuple[float, ...]) -> None:
        """Store the number of the step, from 1, and the means of the terms over the epoch so far."""
        self.step, self.terms, self.loss = step, terms, sum(terms)

    def cursor(self) -> dict[str, Any]:
        """Return the place within the epoch as JSON data; `npae.fit` continues from it to the same bits."""
        if self._place is None:
            raise ValueError("this training is not within an epoch")
        return self._place.describe(self.epoch, self.step)


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

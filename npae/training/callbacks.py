"""Callbacks: progress on a terminal, checkpoints, learning rates, and early stopping."""

from __future__ import annotations

import io
import math
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, TextIO

import numpy as np

from npae import arguments
from npae.arguments import brief, flag, function, instance, integer, non_negative, positive_number
from npae.files.writing import write_csv
from npae.kernels.backend import get_backend
from npae.training.checkpoints import save_checkpoint
from npae.training.events import Callback, TrainingState
from npae.training.notebook import ERASE, cell_output

Schedule = Callable[[int, int], float]  # (epoch from 1, last epoch) -> learning rate


class Progress(Callback):
    """Show the epoch, a bar, the remaining time, milliseconds per step and losses.

    If the stream is neither a terminal nor the output of a notebook's cell, it writes one line per epoch. If
    the first step takes more than two seconds, it also writes that kernels are being compiled.

    Parameters
    ----------
    stream : file, optional
        Default: standard output; in a notebook, one output that each update replaces.
    label : str
        The start of every line, for instance the name of the model if several are trained.

    Notes
    -----
    On a terminal, each update overwrites the line. A wrapped line could not be overwritten, so the bar is
    shortened until the line fits the terminal.
    """

    BAR = 24
    SECONDS_BETWEEN_UPDATES = 0.1
    SECONDS_OF_SILENCE = 2.0

    def __init__(self, stream: TextIO | None = None, label: str = ""):
        self.label = instance(label, str, "label")
        if stream is not None and not hasattr(stream, "isatty"):
            raise ValueError(f"stream must be a file to write into, not {brief(stream)}")
        self.stream: Any = stream or cell_output() or sys.stdout or io.StringIO()  # sys.stdout may be None
        self.live = self.stream.isatty()
        self._stepped = threading.Event()

    def labelled(self, label: str) -> Progress:
        """Return a `Progress` that writes to the same stream with another label."""
        return Progress(self.stream, label)

    def on_epoch_begin(self, state: TrainingState) -> None:
        """Show the number of the epoch, and before the first epoch that kernels are compiled."""
        self._began = time.perf_counter()
        self._shown = 0.0
        first = not state.step
        if self.live:
            wait = "compiling kernels, or loading compiled ones" if first else ""
            self._rewrite(f"{self._epoch(state)}  {wait}"[: self._width()])
        elif first and get_backend() == "numba":
            line = "the first step takes a while: it compiles the kernels, unless an earlier run has\n"
            threading.Thread(target=self._explain_silence, args=[line], daemon=True).start()

    def on_step_end(self, state: TrainingState) -> None:
        """Show the bar, the remaining time and the loss so far."""
        self._stepped.set()
        now = time.perf_counter()
        if not self.live or now - self._shown < self.SECONDS_BETWEEN_UPDATES:
            return
        self._shown = now
        done = state.step / state.steps
        seconds = (now - self._began) / state.step
        left = duration(seconds * (state.steps - state.step))
        before = f"{self._epoch(state)}  {state.step:{len(str(state.steps))}d}/{state.steps} "
        after = f"ETA {left} {1000 * seconds:.1f} ms/step  loss {state.loss:.4f}"
        width = self._width()
        bar = _bar(done, min(self.BAR, width - len(before) - len(after) - len("[] ")))
        self._rewrite(f"{before}{bar}{after}"[:width])

    def on_epoch_end(self, state: TrainingState) -> None:
        """Show the losses of the epoch."""
        values = {name: series[-1] for name, series in state.history.values.items()}
        seconds = values.pop("seconds")
        losses = "  ".join(f"{name} {value:.4f}" for name, value in values.items())
        step = 1000 * (time.perf_counter() - self._began) / state.steps
        self._rewrite(f"{self._epoch(state)}  {duration(seconds)}  {step:.1f} ms/step  {losses}\n")

    def on_train_end(self, state: TrainingState) -> None:
        """End the line of an interrupted epoch."""
        self._stepped.set()
        if self.live and len(state.history) < state.epoch:
            self.stream.write("\n")  # keep the line of the interrupted epoch; further output starts a new one

    def _explain_silence(self, line: str) -> None:
        if not self._stepped.wait(self.SECONDS_OF_SILENCE):
            self._rewrite(line)

    def _rewrite(self, line: str) -> None:
        self.stream.write(f"{ERASE}{line}" if self.live else line)
        self.stream.flush()

    @staticmethod
    def _width() -> int:
        return shutil.get_terminal_size().columns - 1  # some terminals wrap at the last column

    def _epoch(self, state: TrainingState) -> str:
        label = f"{self.label}: " if self.label else ""
        return f"{label}epoch {state.epoch:{len(str(state.epochs))}d}/{state.epochs}"


class Checkpoint(Callback):
    """Write ``checkpoint.npz`` into a folder after each epoch and every five minutes within one.

    After each epoch ``history.csv`` is written too. Each file is written whole or not at all; the checkpoint
    before is kept until the next one was read back, and none is written whose numbers are not finite.

    Parameters
    ----------
    directory : path
    metadata : dict, optional
        Stored in the checkpoint, and read when the training resumes.
    interrupt : callable, optional
        Returns None, or an exception to raise once the step is finished and saved; asked after every step.
    """

    SECONDS_BETWEEN_SAVES = 300.0

    def __init__(
        self,
        directory: str | os.PathLike,
        metadata: dict[str, Any] | None = None,
        interrupt: Callable[[], BaseException | None] = lambda: None,
    ):
        self.directory = arguments.path(directory, "directory")
        self.metadata = {} if metadata is None else instance(metadata, dict, "metadata")
        self.interrupt = function(interrupt, "interrupt")
        self._saved = time.monotonic()

    def on_epoch_begin(self, state: TrainingState) -> None:
        """Count the minutes from here."""
        self._saved = time.monotonic()

    def on_step_end(self, state: TrainingState) -> None:
        """Write the checkpoint if the last one is five minutes old, or if the training is to end here."""
        interrupt = self.interrupt()
        if interrupt or time.monotonic() - self._saved >= self.SECONDS_BETWEEN_SAVES:
            self._save(state, {**self.metadata, "cursor": state.cursor()})
            self._saved = time.monotonic()
        if interrupt:
            raise interrupt

    def on_epoch_end(self, state: TrainingState) -> None:
        """Write both files."""
        self._save(state, self.metadata)
        write_history(os.path.join(self.directory, "history.csv"), state.history.values)
        if interrupt := self.interrupt():
            raise interrupt

    def _save(self, state: TrainingState, metadata: dict[str, Any]) -> None:
        path = os.path.join(self.directory, "checkpoint.npz")
        save_checkpoint(path, state.model, state.optimizer, state.history.values, metadata)


class LearningRate(Callback):
    """Set the optimiser's learning rate before each epoch.

    Parameters
    ----------
    rate : float or callable
        The arguments of ``rate(epoch, epochs)`` are the number of the epoch, from 1, and of the last one. The
        rate depends on nothing else, so a resumed run has the same rates as an uninterrupted one.

    Raises
    ------
    ValueError
        If a rate is not a positive number.
    """

    def __init__(self, rate: float | Schedule):
        self.rate = rate if callable(rate) else positive_number(rate, "rate")

    def on_epoch_begin(self, state: TrainingState) -> None:
        """Set the rate of this epoch."""
        rate = self.rate(state.epoch, state.epochs) if callable(self.rate) else self.rate
        positive_number(rate, f"the learning rate of epoch {state.epoch}")
        state.optimizer.set_learning_rate(rate)


def half_cosine(peak: float) -> Schedule:
    """Return a rate that falls from ``peak`` along half a cosine, and would be 0 after the last epoch.

    ``rate(epoch, epochs) = peak (1 + cos(pi (epoch - 1) / epochs)) / 2``: the rate is high for most epochs,
    and small in the last ones. Source: Loshchilov & Hutter 2016, without restarts.
    """

    def rate(epoch: int, epochs: int) -> float:
        return peak * (1 + math.cos(math.pi * (epoch - 1) / epochs)) / 2

    rate.__name__ = f"half_cosine({peak:g})"  # `npae.recipes.parts` stores and compares it
    return rate


class EarlyStopping(Callback):
    """Stop when a value has not improved for some epochs, and restore the best weights.

    Parameters
    ----------
    monitor : str
        A column of the history; smaller is better.
    patience : int
        The number of epochs without improvement after which training stops.
    min_delta : float
        The smallest decrease that counts as an improvement.
    restore_best_weights : bool
        Whether the model ends with the weights of its best epoch. Otherwise it keeps the last ones. A resumed
        run has the values of its earlier epochs, but not their weights: if one of them is the best, the model
        keeps the last weights.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        patience: int = 3,
        min_delta: float = 0.0,
        restore_best_weights: bool = True,
    ):
        self.monitor = instance(monitor, str, "monitor")
        self.patience = integer(patience, "patience")
        self.min_delta = non_negative(min_delta, "min_delta")
        self.restore_best_weights = flag(restore_best_weights, "restore_best_weights")

    def on_train_begin(self, state: TrainingState) -> None:
        """Find the best epoch of the history of a resumed training."""
        self.best, self.best_epoch = math.inf, 0
        self._best_weights: dict[str, np.ndarray] | None = None
        for epoch, value in enumerate(state.history.values.get(self.monitor, []), start=1):
            self._judge(epoch, value)

    def on_epoch_end(self, state: TrainingState) -> None:
        """Compare this epoch with the best one, and stop after too many without improvement."""
        if self.monitor not in state.history.values:
            known = ", ".join(state.history.values)
            raise ValueError(f"early stopping monitors {self.monitor!r}, but the history has {known}")
        if self._judge(state.epoch, state.history[self.monitor][-1]) and self.restore_best_weights:
            self._best_weights = {name: value.copy() for name, value in state.model.params.items()}
        if state.epoch - self.best_epoch >= self.patience:
            state.stop = True

    def on_train_end(self, state: TrainingState) -> None:
        """Restore the best weights."""
        if self._best_weights is not None:
            state.model.set_params(self._best_weights)

    def _judge(self, epoch: int, value: float) -> bool:
        better = value < self.best - self.min_delta
        if better:
            self.best, self.best_epoch = value, epoch
        return better


def write_history(path: str | os.PathLike, history: dict[str, list[float]]) -> None:
    """Write a history as CSV: one row per epoch, one column per value.

    Raises
    ------
    ValueError
        If the file cannot be written.
    """
    rows: list[list[object]] = [["epoch", *history]]
    for epoch, row in enumerate(zip(*history.values()), start=1):
        rows.append([epoch, *(np.format_float_positional(value, trim="-") for value in row)])
    write_csv(path, rows)


def _bar(done: float, width: int) -> str:
    filled = round(done * width)
    return f"[{'=' * filled}{'.' * (width - filled)}] " if width >= 4 else ""


def duration(seconds: float) -> str:
    """Return "0.4s", "12s", "3m05s" or "1h02m"."""
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}m{rest:02d}s" if minutes else f"{rest}s"
    return f"{minutes // 60}h{minutes % 60:02d}m"

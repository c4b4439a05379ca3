"""Trains a model and saves it in a folder: checkpoints on the way, model and history at the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from npae.interrupts import postponed
from npae.model import Sequential
from npae.objectives.losses import Loss
from npae.objectives.objective import Objective
from npae.terminal import warn
from npae.training.batches import Batches
from npae.training.callbacks import Checkpoint, LearningRate, Progress, Schedule, write_history
from npae.training.checkpoints import load_checkpoint, save_model
from npae.training.events import Callback, History, TrainingState, UnknownPlace
from npae.training.fit import fit
from npae.training.optimizers import Adam

MODEL, CHECKPOINT, HISTORY = "model.npz", "checkpoint.npz", "history.csv"

Data = tuple[Batches, "Batches | None"]  # training and validation


@dataclass(frozen=True)
class Compute:
    """Options that do not change the results.

    ``threads`` is None for all cores, ``progress`` shows the training, and ``report`` is called with each
    line of text that is not a result.
    """

    threads: int | None = None
    progress: Progress | None = None
    report: Callable[[str], None] = warn

    def labelled(self, label: str) -> Compute:
        """Return these options with a label before each line of progress."""
        return replace(self, progress=self.progress and self.progress.labelled(label))


@dataclass(frozen=True)
class Plan:
    """The arguments of `npae.fit` that determine the weights, with the model and the data.

    ``learning_rate`` is the argument of `npae.LearningRate`; ``optimizer`` returns a new optimiser.
    """

    loss: str | Loss | Objective
    epochs: int
    batch_size: int
    learning_rate: float | Schedule
    seed: int
    optimizer: Callable[[], Adam]


def train_in(
    folder: str | os.PathLike,
    model: Sequential,
    data: Data,
    plan: Plan,
    facts: dict[str, Any],
    compute: Compute,
    *,
    check: Callable[[dict[str, list[float]], dict[str, Any]], None] | None = None,
    before: Callable[[], None] | None = None,
    callbacks: Sequence[Callback] = (),
    twin: Sequential | None = None,
) -> None:
    """Train a model in a folder, from its checkpoint or from the first epoch.

    Parameters
    ----------
    folder, model, data, plan, compute
        The model is built; the folder is created if it is missing.
    facts : dict
        The metadata of model and checkpoint.
    check : callable, optional
        ``check(history, facts)`` of a checkpoint raises ValueError if this training cannot resume from it.
        Default: ignore a checkpoint in the folder.
    before : callable, optional
        Called before the first epoch, unless a checkpoint already has epochs.
    callbacks : sequence of Callback
    twin : Sequential, optional
        A model on the same parameter arrays, which is trained instead. No checkpoint can hold the state of
        its optimiser, so the model itself is saved after each epoch.

    Raises
    ------
    ValueError
        If the checkpoint does not fit, or the folder cannot be written.
    Interrupted
        After Ctrl-C, SIGTERM or SIGHUP: the step is finished and saved. A twin ends at once.
    """
    folder, optimizer, history, cursor = Path(folder), plan.optimizer(), History(), None
    if check and (folder / CHECKPOINT).is_file():
        values, metadata = load_checkpoint(folder / CHECKPOINT, model, optimizer)
        check(values, metadata)
        history, cursor = History(values), metadata.get("cursor")
        if (begun := len(history) + (cursor is not None)) > plan.epochs:
            raise ValueError(f"the run in {folder} has {begun} epochs already; choose a larger number")
    if before and not history and cursor is None:
        before()
    make_folder(folder)
    train, validation = data
    with _naming(folder / CHECKPOINT), nullcontext(None) if twin else postponed() as interrupt:
        fit(
            twin or model,
            train,
            loss=plan.loss,
            optimizer=optimizer,
            epochs=plan.epochs,
            batch_size=plan.batch_size,
            validation_data=validation,
            callbacks=[
                LearningRate(plan.learning_rate),
                *([compute.progress] if compute.progress else []),
                *callbacks,
                Checkpoint(folder, facts, interrupt) if interrupt else _KeepModel(folder, model, facts),
            ],
            seed=plan.seed,
            threads=compute.threads,
            history=history,
            cursor=cursor,
        )
    keep(folder, model, history, facts)


@contextmanager
def _naming(checkpoint: Path) -> Iterator[None]:
    try:
        yield
    except UnknownPlace as error:
        raise ValueError(f"{checkpoint} does not fit this training: {error}") from None


def keep(folder: Path, model: Sequential, history: History, facts: dict[str, Any]) -> None:
    """Save a model and its history in a folder."""
    save_model(folder / MODEL, model, facts)
    write_history(folder / HISTORY, history.values)


def make_folder(folder: Path) -> None:
    """Create a folder and its parents if they are missing.

    Raises
    ------
    ValueError
        If it cannot be created.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"cannot write into {folder}: {error.strerror}") from None


class _KeepModel(Callback):
    def __init__(self, folder: Path, model: Sequential, facts: dict[str, Any]):
        self.folder, self.model, self.facts = folder, model, facts

    def on_epoch_end(self, state: TrainingState) -> None:
        with postponed():  # the two files are of one epoch
            keep(self.folder, self.model, state.history, self.facts)

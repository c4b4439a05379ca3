"""The further models of a run: what a recipe compares its own model with, or builds it from.

Each is trained once, in a folder of its own in that of the run, with a checkpoint after every epoch. So none
is lost with an interrupt, and ``--resume``, ``npae evaluate`` and ``npae plot`` train none twice. One that is
finished keeps no checkpoint, which is three times as large as a model: if it is to have more epochs, it is
trained again from the first, and ends as if it had always been meant to have them, however its rate falls.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from npae.model import Sequential
from npae.objectives.objective import Objective
from npae.recipes.folder import CHECKPOINT, HISTORY, MODEL, PARTS, Settings
from npae.recipes.recipe import Later
from npae.training.batches import Batches, Corruption
from npae.training.callbacks import Checkpoint, LearningRate, Schedule, write_history
from npae.training.checkpoints import describe_layer, load_checkpoint, load_model, save_model
from npae.training.events import History
from npae.training.fit import fit


@dataclass(frozen=True)
class Plan:
    """How a part is trained; see `npae.recipes.run.Run.part`."""

    name: str
    build: Callable[[], Sequential]
    objective: Objective
    epochs: int
    data: Batches | tuple[Batches, Batches] | Callable[[], Any] | Later
    learning_rate: float | Schedule
    batch_size: int
    seed: int

    def __post_init__(self):
        if not re.fullmatch(r"[a-z0-9]+([-_.][a-z0-9]+)*", self.name):
            raise ValueError(f"a part is called by letters and digits, as in layer-1, not {self.name!r}")

    def describe(self) -> dict[str, Any]:
        """Return what decides the part's result, as JSON can hold it."""
        rate = self.learning_rate
        return {
            "name": self.name,
            "objective": repr(self.objective),
            "epochs": self.epochs,
            "learning_rate": getattr(rate, "__name__", type(rate).__name__) if callable(rate) else rate,
            "batch_size": self.batch_size,
            "seed": self.seed,
            "corruption": _described(self.corruption()),
        }

    def corruption(self) -> Corruption | None:
        """Return what damages the training data in every batch."""
        return self.data.corruption if isinstance(self.data, Later) else self.batches()[0].corruption

    def batches(self) -> tuple[Batches, Batches | None]:
        """Return the data for training and, if there are any, for validation."""
        data = self.data() if callable(self.data) else self.data
        return data if isinstance(data, tuple) else (data, None)


def part_folder(run, name: str) -> Path:
    """Return where a part of a run lies."""
    return run.path(PARTS) / name


def trained_part(run, plan: Plan) -> Sequential:
    """Return a part of a run: from its file, or trained from where it was, or from the beginning.

    Raises
    ------
    ValueError
        If what lies there was trained in another way, or the data are not those of the run.
    """
    folder, facts = part_folder(run, plan.name), {**run.facts(), "part": plan.describe()}
    if (folder / MODEL).is_file():
        model, metadata = load_model(folder / MODEL)
        _check_same(run, metadata, facts, folder)
        if describe_layer(model) != describe_layer(plan.build()):
            raise ValueError(
                f"{folder} holds a model of another architecture; remove that folder to train it anew"
            )
        done = metadata["part"]["epochs"]
        if done == plan.epochs:
            return model
        if done > plan.epochs:
            raise ValueError(
                f"{folder} holds a model of {done} epochs, where {plan.epochs} are asked for; remove that "
                "folder to train it anew"
            )
    if run.dataset.sha256 != run.trained_on:
        raise ValueError(
            f"the run in {run.directory} has no finished part {plan.name}, and that is trained on the run's "
            "own data only: let npae evaluate make it first, without --data"
        )
    if not run.training:
        run.report(f"npae: {folder} has no finished model; it is trained now")
    return _train(run, plan, folder, facts)


def _train(run, plan: Plan, folder: Path, facts: dict[str, Any]) -> Sequential:
    train, validation = plan.batches()
    # A copy: layers that were taken from another model keep their weights there, whatever becomes of them
    # here, so that it makes no difference whether a part is trained now or read from its file.
    model = copy.deepcopy(plan.build())
    model.build(train.shape, np.random.default_rng(plan.seed))
    optimizer, history = run.recipe.optimizer(), History()
    if (folder / CHECKPOINT).is_file():
        values, metadata = load_checkpoint(folder / CHECKPOINT, model, optimizer)
        _check_same(run, metadata, facts, folder)
        history = History(values)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"cannot write into {folder}: {error.strerror}") from None
    progress = [run.progress.labelled(plan.name)] if run.progress else []
    fit(
        model,
        train,
        loss=plan.objective,
        optimizer=optimizer,
        epochs=plan.epochs,
        batch_size=plan.batch_size,
        validation_data=validation,
        callbacks=[LearningRate(plan.learning_rate), *progress, Checkpoint(folder, facts)],
        seed=plan.seed,
        threads=run.threads,
        history=history,
    )
    save_model(folder / MODEL, model, facts)
    write_history(folder / HISTORY, history.values)
    (folder / CHECKPOINT).unlink(missing_ok=True)
    return model


def _check_same(run, metadata: dict[str, Any], facts: dict[str, Any], folder: Path) -> None:
    """Raise ValueError unless both tell of one training, of however many epochs."""

    def decisive(facts: dict[str, Any], sha256: str) -> dict[str, Any]:
        told = {**facts.get("settings", {}), **facts.get("part", {}), "data": sha256[:12]}
        return {name: value for name, value in told.items() if name != "epochs"}

    Settings.from_metadata(metadata, folder)  # says so where npae train has not written it
    before, now = decisive(metadata, metadata["dataset"]["sha256"]), decisive(facts, run.trained_on)
    for name, value in now.items():
        unknown = name == "corruption" and name not in before  # to the versions that did not write it down
        if not unknown and before.get(name) != value:
            raise ValueError(
                f"{folder} was trained with another {name.replace('_', ' ')}: {before.get(name)}, not "
                f"{value}; remove that folder to train it anew"
            )


def _described(corruption: Corruption | None) -> Any:
    if corruption is None:
        return None
    describe = getattr(corruption, "describe", None)  # a function of somebody's own has none
    return describe() if describe else getattr(corruption, "__name__", type(corruption).__name__)

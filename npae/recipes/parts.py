"""The parts of a run: further models that a recipe compares with its own model, or builds it from.

Each part is trained once, in its own folder inside the run's, with checkpoints as the run itself. So an
interrupt loses little, and ``--resume``, ``npae evaluate`` and ``npae plot`` train no part twice. The
checkpoint of a finished part is deleted, since it is three times as large as the model. If a finished part
gets more epochs, it is trained again from the first epoch, with the learning rates of the longer training.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from npae.files.lock import locked
from npae.measures.watch import Watch
from npae.model import Sequential
from npae.recipes.folder import Settings
from npae.recipes.recipe import Later, described
from npae.training.architecture import describe_layer
from npae.training.batches import Batches, Corruption
from npae.training.checkpoints import load_model
from npae.training.kept import CHECKPOINT, MODEL, Compute, Data, Plan, make_folder, train_in

PartData = Batches | tuple[Batches, Batches] | Callable[[], Any] | Later


@dataclass(frozen=True)
class Part:
    """A further model of a run; see `npae.recipes.run.Run.part`."""

    name: str
    build: Callable[[], Sequential]
    data: PartData
    plan: Plan

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9]+([-_.][a-z0-9]+)*", self.name):
            raise ValueError(
                f"the name of a part must be letters and digits, as in layer-1, not {self.name!r}"
            )

    def describe(self) -> dict[str, Any]:
        """Return the facts that determine the part's result, as JSON data."""
        rate = self.plan.learning_rate
        return {
            "name": self.name,
            "objective": repr(self.plan.loss),
            "epochs": self.plan.epochs,
            "learning_rate": getattr(rate, "__name__", type(rate).__name__) if callable(rate) else rate,
            "batch_size": self.plan.batch_size,
            "seed": self.plan.seed,
            "corruption": described(self.corruption()),
        }

    def corruption(self) -> Corruption | None:
        """Return the corruption of the training data."""
        return self.data.corruption if isinstance(self.data, Later) else self.batches()[0].corruption

    def batches(self) -> Data:
        """Return the data for training, and for validation or None."""
        data = self.data() if callable(self.data) else self.data
        return data if isinstance(data, tuple) else (data, None)


def trained_part(
    part: Part, folder: Path, facts: dict[str, Any], trained_on: str, compute: Compute, expected: bool
) -> Sequential:
    """Return a part of a run: read from its file, or trained from its checkpoint or the first epoch.

    Parameters
    ----------
    part, folder, compute
    facts : dict
        `npae.recipes.run.Run.facts`, with the current data set.
    trained_on : str
        SHA-256 of the data set that the run was trained on.
    expected : bool
        Whether training the part needs no report.

    Raises
    ------
    ValueError
        If the model in the folder was trained in another way, or the data are not those of the run.
    """
    facts = {**facts, "part": part.describe()}

    def check(_: dict[str, list[float]], metadata: dict[str, Any]) -> None:
        _check_same(metadata, facts, trained_on, folder)

    if (folder / MODEL).is_file():
        model, metadata = load_model(folder / MODEL)
        check({}, metadata)
        if describe_layer(model) != describe_layer(part.build()):
            raise ValueError(
                f"{folder} holds a model of another architecture; remove that folder to train it again"
            )
        done = metadata["part"].get("epochs")
        if done == part.plan.epochs:
            return model
        if type(done) is not int or done > part.plan.epochs:
            raise ValueError(
                f"{folder} holds a model of {done} epochs, more than {part.plan.epochs}; remove that folder "
                "to train it again"
            )
    if facts["dataset"]["sha256"] != trained_on:
        raise ValueError(
            f"{folder} holds no finished part {part.name}, which can be trained on the run's own data only: "
            "run npae evaluate without --data first"
        )
    if not expected:
        compute.report(f"npae: {folder} has no finished model; it is trained now")
    data = part.batches()
    # A copy: training must not change layers that belong to another model, as reading a finished part from
    # its file would not change them either.
    model = copy.deepcopy(part.build())
    model.build(data[0].shape, np.random.default_rng(part.plan.seed))
    make_folder(folder)
    watch = [Watch(compute.report)]
    reporting = compute.labelled(part.name)
    with nullcontext() if expected else locked(folder.parent.parent):  # `run_folder` holds it otherwise
        train_in(folder, model, data, part.plan, facts, reporting, check=check, callbacks=watch)
        (folder / CHECKPOINT).unlink(missing_ok=True)
    return model


def _check_same(metadata: dict[str, Any], facts: dict[str, Any], trained_on: str, folder: Path) -> None:
    """Raise ValueError unless both describe the same training, except for the number of epochs."""

    def decisive(facts: dict[str, Any], sha256: str) -> dict[str, Any]:
        part = facts.get("part")
        found = {**facts["settings"], **(part if isinstance(part, dict) else {}), "data": sha256[:12]}
        return {name: value for name, value in found.items() if name != "epochs"}

    Settings.from_metadata(metadata, folder)  # raises ValueError if npae train did not write it
    before, now = decisive(metadata, metadata["dataset"]["sha256"]), decisive(facts, trained_on)
    for name, value in now.items():
        unknown = name == "corruption" and name not in before  # earlier versions did not store it
        if not unknown and before.get(name) != value:
            raise ValueError(
                f"{folder} was trained with another {name.replace('_', ' ')}: {before.get(name)}, not "
                f"{value}; remove that folder to train it again"
            )

"""The further models of a run: what a recipe compares its own model with, or builds it from.

Each is trained once, in a folder of its own in that of the run, with a checkpoint after every epoch. So none
is lost with an interrupt, and ``--resume``, ``npae evaluate`` and ``npae plot`` train none twice. A finished
part keeps no checkpoint, which is three times as large as a model: if it is to have more epochs, it is
trained again from the first, and its rate falls as if it had always been meant to have them.
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
from npae.recipes.folder import Settings
from npae.recipes.recipe import Later, described
from npae.training.batches import Batches, Corruption
from npae.training.checkpoints import describe_layer, load_model
from npae.training.kept import CHECKPOINT, MODEL, Compute, Data, Plan, train_in

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
        """Return what decides the part's result, as JSON can hold it."""
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
        """Return what damages the training data in every batch."""
        return self.data.corruption if isinstance(self.data, Later) else self.batches()[0].corruption

    def batches(self) -> Data:
        """Return the data for training and, if there are any, for validation."""
        data = self.data() if callable(self.data) else self.data
        return data if isinstance(data, tuple) else (data, None)


def trained_part(
    part: Part, folder: Path, facts: dict[str, Any], trained_on: str, compute: Compute, expected: bool
) -> Sequential:
    """Return a part of a run: from its file, or trained from its checkpoint, or from the first epoch.

    Parameters
    ----------
    part, folder, compute
    facts : dict
        Of the run and of its data set now: `npae.recipes.run.Run.facts`.
    trained_on : str
        SHA-256 of the data set that the run was trained on.
    expected : bool
        Whether the part may be unfinished without a report.

    Raises
    ------
    ValueError
        If what lies there was trained in another way, or the data are not those of the run.
    """
    facts = {**facts, "part": part.describe()}

    def check(_: dict[str, list[float]], metadata: dict[str, Any]) -> None:
        _check_same(metadata, facts, trained_on, folder)

    if (folder / MODEL).is_file():
        model, metadata = load_model(folder / MODEL)
        check({}, metadata)
        if describe_layer(model) != describe_layer(part.build()):
            raise ValueError(
                f"{folder} holds a model of another architecture; remove that folder to train it anew"
            )
        done = metadata["part"]["epochs"]
        if done == part.plan.epochs:
            return model
        if done > part.plan.epochs:
            raise ValueError(
                f"{folder} holds a model of {done} epochs, where {part.plan.epochs} are asked for; remove "
                "that folder to train it anew"
            )
    if facts["dataset"]["sha256"] != trained_on:
        raise ValueError(
            f"{folder} holds no finished part {part.name}, and that is trained on the run's own data only: "
            "let npae evaluate make it first, without --data"
        )
    if not expected:
        compute.report(f"npae: {folder} has no finished model; it is trained now")
    data = part.batches()
    # A copy: layers that were taken from another model keep their weights there, whatever becomes of them
    # here, so that it makes no difference whether a part is trained now or read from its file.
    model = copy.deepcopy(part.build())
    model.build(data[0].shape, np.random.default_rng(part.plan.seed))
    train_in(folder, model, data, part.plan, facts, compute.labelled(part.name), check=check)
    (folder / CHECKPOINT).unlink(missing_ok=True)
    return model


def _check_same(metadata: dict[str, Any], facts: dict[str, Any], trained_on: str, folder: Path) -> None:
    """Raise ValueError unless both describe one training, of however many epochs."""

    def decisive(facts: dict[str, Any], sha256: str) -> dict[str, Any]:
        told = {**facts.get("settings", {}), **facts.get("part", {}), "data": sha256[:12]}
        return {name: value for name, value in told.items() if name != "epochs"}

    Settings.from_metadata(metadata, folder)  # raises where npae train has not written it
    before, now = decisive(metadata, metadata["dataset"]["sha256"]), decisive(facts, trained_on)
    for name, value in now.items():
        unknown = name == "corruption" and name not in before  # earlier versions did not write it down
        if not unknown and before.get(name) != value:
            raise ValueError(
                f"{folder} was trained with another {name.replace('_', ' ')}: {before.get(name)}, not "
                f"{value}; remove that folder to train it anew"
            )

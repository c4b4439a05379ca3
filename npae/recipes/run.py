"""A run: a recipe trained on a data set, with all that it leaves in its folder."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from npae import datasets
from npae.datasets import Dataset
from npae.kernels.backend import get_backend
from npae.model import Sequential
from npae.objectives.losses import Loss
from npae.objectives.objective import Objective, get_objective
from npae.recipes import get_recipe, views
from npae.recipes.folder import (
    CHECKPOINT,
    HISTORY,
    METRICS,
    MODEL,
    Settings,
    load_trained,
    located,
    read_history,
    trained_on,
)
from npae.recipes.measures import loss_floor, loss_label, reconstruction_metrics, versions
from npae.recipes.parts import Plan, part_folder, trained_part
from npae.recipes.recipe import Recipe
from npae.training.batches import Batches
from npae.training.callbacks import Checkpoint, LearningRate, Progress, Schedule, write_history
from npae.training.checkpoints import load_checkpoint, save_model, written_whole
from npae.training.events import Callback, History
from npae.training.fit import fit
from npae.training.optimizers import Adam
from npae.training.workers import core_count


class Run:
    """A recipe with its data and its model; ``draw`` functions of recipes get one.

    Attributes
    ----------
    recipe : Recipe
    settings : Settings
    dataset : Dataset
    model : Autoencoder
    directory : Path
    trained_on : str
        SHA-256 of the data set that the model is or was trained on, which may be another than ``dataset``.
    threads : int or None
        For all that is computed; None stands for all cores.
    progress : Progress or None
        Shows how the parts are trained.
    report : callable
        Gets a line of text if a part of a finished run is missing.
    """

    def __init__(self, settings: Settings, dataset: Dataset, directory: str | os.PathLike, model=None):
        recipe = get_recipe(settings.recipe)
        self.recipe: Recipe = recipe.with_noise() if settings.noise else recipe
        self.settings = replace(
            settings,
            data=located(settings.data),
            epochs=settings.epochs or recipe.epochs,
            batch_size=settings.batch_size or recipe.batch_size,
        )
        self.dataset = views.limited(dataset, settings.limit)
        self.trained_on = dataset.sha256
        self.directory = Path(directory)
        self.threads: int | None = None
        self.progress: Progress | None = None
        self.report: Callable[[str], None] = to_stderr
        self.training = False
        self._parts: dict[str, Sequential] = {}
        self.model: Sequential = model or self._new_model()
        if model is None:
            self.history = {}

    @cached_property
    def history(self) -> dict[str, list[float]]:
        """The numbers of each epoch; those of a run that was trained before are read when they are needed."""
        return read_history(self.path(HISTORY))

    @property
    def class_names(self) -> list[str] | None:
        """Names of the ten classes, where they are not the digits."""
        return views.FASHION if self.dataset.name == "fashion-mnist" else None

    def path(self, name: str) -> Path:
        """Return the path of a file of this run."""
        return self.directory / name

    def train_batches(self, corruption: views.Chosen = ...) -> Batches:
        """Return the training set as the model sees it, corrupted as the recipe says, or else as given."""
        return views.train_batches(self.recipe, self.dataset, self.settings.seed, corruption)

    def test_batches(self, corruption: views.Chosen = ...) -> Batches:
        """Return the test set; its corruption is drawn once and is the same in every run."""
        return views.test_batches(self.recipe, self.dataset, corruption)

    def batches(self, corruption: views.Chosen = ...) -> tuple[Batches, Batches]:
        """Return `train_batches` and `test_batches`."""
        return self.train_batches(corruption), self.test_batches(corruption)

    def test_images(self, count: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return ``(inputs, clean targets)`` of the first ``count`` test images, (count, *input_shape)."""
        return self.test_batches().batch(slice(count))

    def train_images(self) -> np.ndarray:
        """Return all clean training images, scaled, (n, *input_shape)."""
        return views.plain_batches(self.recipe, self.dataset.train_images).batch(slice(None))[1]

    def pixels(self, values: np.ndarray) -> np.ndarray:
        """Return model values as images (n, 28, 28) from 0 to 1, for drawing."""
        return ((values - self.recipe.offset) / (255 * self.recipe.scale)).reshape(-1, 28, 28).clip(0, 1)

    def train(self, callbacks: list[Callback], threads: int | None = None, resume: bool = False) -> None:
        """Train to the last epoch, leaving a checkpoint after each one, then write what `finish` writes."""
        self.threads, self.training = threads, True
        self.progress = next((callback for callback in callbacks if isinstance(callback, Progress)), None)
        optimizer, history = self.recipe.optimizer(), History()
        if resume and self.path(CHECKPOINT).is_file():  # there is none where only parts have been trained
            history = History(self._resume(optimizer))
        self.history = history.values
        if self.recipe.before and not history:
            self.recipe.before(self)
        fit(
            self.model,
            self.train_batches(),
            loss=self.recipe.loss,
            optimizer=optimizer,
            epochs=self.settings.epochs,
            batch_size=self.settings.batch_size,
            validation_data=self.test_batches(),
            callbacks=[
                LearningRate(self.recipe.learning_rate),
                *callbacks,
                Checkpoint(self.directory, self.facts()),
            ],
            seed=self.settings.seed,
            threads=threads,
            history=history,
        )
        self.finish()

    def part(
        self,
        name: str,
        build: Callable[[], Sequential],
        *,
        loss: str | Loss | Objective | None = None,
        epochs: int | None = None,
        data: Batches | tuple[Batches, Batches] | Callable[[], Any] | None = None,
        learning_rate: float | Schedule | None = None,
        batch_size: int | None = None,
        seed_offset: int = 0,
    ) -> Sequential:
        """Return a further model of this run, which is trained in the folder parts/NAME the first time.

        Parameters
        ----------
        name : str
            Letters and digits, as in "plain" or "layer-1".
        build : callable
            Returns the model, not yet built, or around layers that are; those are copied, and stay as they
            are. A part that is finished is read from its file, and must have the same layers.
        loss, learning_rate, batch_size : optional
            Default: those of the run.
        epochs : int, optional
            Where the run has as many epochs as its recipe says; otherwise fewer or more in proportion, but at
            least 1. Default: those of the recipe.
        data : Batches, (training, validation), or a callable that returns one of these
            Default: `batches`. Without corruption: ``data=lambda: run.batches(corruption=None)``. Where they
            take a while to make, `npae.recipes.recipe.Later` makes them only if there is something to train.
        seed_offset : int
            Added to the seed of the run, for first values and order.

        Raises
        ------
        ValueError
            If what lies in the folder was trained in another way.
        """
        if name not in self._parts:
            wanted = (epochs or self.recipe.epochs) * self.settings.epochs / self.recipe.epochs
            plan = Plan(
                name,
                build,
                get_objective(loss or self.recipe.loss),
                max(1, round(wanted)),
                data or self.batches,
                learning_rate or self.recipe.learning_rate,
                batch_size or self.settings.batch_size,
                self.settings.seed + seed_offset,
            )
            self._parts[name] = trained_part(self, plan)
        return self._parts[name]

    def part_history(self, name: str) -> dict[str, list[float]]:
        """Return the numbers of each epoch of a part that is trained."""
        return read_history(part_folder(self, name) / HISTORY)

    def finish(self) -> None:
        """Write model, history and metrics, then draw the figures, which may add metrics."""
        facts = self.facts()
        save_model(self.path(MODEL), self.model, facts)
        write_history(self.path(HISTORY), self.history)
        numbers = reconstruction_metrics(self)
        report = {
            "recipe": self.settings.recipe,
            "source": self.recipe.source,
            "objective": repr(get_objective(self.recipe.loss)),
            **facts,
            "threads": self.threads or core_count(),
            "backend": get_backend(),
            "versions": versions(),
            "seconds_per_epoch": float(np.median(self.history["seconds"])),
            "loss": self.history["loss"][-1],
            "val_loss": self.history["val_loss"][-1],
            **numbers,
        }
        self._write_metrics(report)
        for further in (self.recipe.measure, lambda run: run.draw(numbers)):
            if further:
                self._write_metrics(report := {**report, **further(self)})

    def draw(self, numbers: dict[str, float] | None = None) -> dict[str, float]:
        """Draw the loss curve and the recipe's own figures.

        Parameters
        ----------
        numbers : dict, optional
            What `reconstruction_metrics` returned; otherwise it is measured again.

        Returns
        -------
        The metrics that the recipe adds.
        """
        from npae import plotting

        if numbers is None:
            numbers = reconstruction_metrics(self)
        plotting.loss_curves(
            self.path("loss.png"),
            self.history,
            f"{self.settings.recipe} on {self.dataset.name}",
            loss_label(get_objective(self.recipe.loss)),
            floor=loss_floor(self, numbers),
            reference=self.recipe.published if self.dataset.name == self.recipe.dataset else None,
        )
        return self.recipe.draw(self) or {}

    def facts(self) -> dict[str, Any]:
        """Return what is kept with every model of this run, for the one who resumes or evaluates it."""
        corruption, sample, augment = self.recipe.corruption, self.recipe.sample, self.recipe.augment
        return {
            "settings": asdict(self.settings),
            "dataset": self.dataset.describe(),
            "corruption": corruption.describe() if corruption else None,
            **({"sample": sample.describe()} if sample else {}),
            **({"augment": augment.describe()} if augment else {}),
        }

    def _new_model(self) -> Sequential:
        model = self.recipe.build()
        model.build(self.recipe.input_shape, np.random.default_rng(self.settings.seed))
        return model

    def _write_metrics(self, report: dict[str, Any]) -> None:
        with written_whole(self.path(METRICS)) as file:
            file.write((json.dumps(report, indent=2, default=float) + "\n").encode())

    def _resume(self, optimizer: Adam) -> dict[str, list[float]]:
        path = self.path(CHECKPOINT)
        values, metadata = load_checkpoint(path, self.model, optimizer)
        Settings.from_metadata(metadata, path)
        if metadata["dataset"]["sha256"] != self.dataset.sha256:
            raise ValueError(f"{_other_data(self, metadata)}; it goes on only with what it began with")
        wanted = ("loss", "val_loss", "seconds")
        if not isinstance(values, dict) or not all(values.get(name) for name in wanted):
            raise ValueError(f"{path} holds no history with {', '.join(wanted)}; start a new run")
        done = len(values["loss"])
        if done > self.settings.epochs:
            raise ValueError(f"the run in {self.directory} has {done} epochs already; ask for more than that")
        return values


def load_run(
    directory: str | os.PathLike, data: str | None = None, report: Callable[[str], None] | None = None
) -> Run:
    """Return a run that was trained before, with its model and data set.

    Parameters
    ----------
    directory : path
        Where ``npae train`` wrote to.
    data : str, optional
        Another data set than that of the training.
    report : callable, optional
        Gets a line of text if ``data`` is indeed another one, and what `npae.datasets.load` has to say; by
        default it is printed on stderr.

    Raises
    ------
    ValueError
        If the folder holds no trained model, or the data set of the training cannot be found, or is no longer
        what it was.
    """
    report = report or to_stderr
    model, settings, metadata = load_trained(directory)
    preferred = get_recipe(settings.recipe).dataset
    dataset = datasets.load(data or trained_on(metadata), preferred, report=report)
    run = Run(settings, dataset, directory, model)
    run.trained_on, run.report = metadata["dataset"]["sha256"], report
    if metadata["dataset"]["sha256"] != dataset.sha256:
        if data is None:
            advice = "put that back, or let npae evaluate measure on this with --data"
            raise ValueError(f"{_other_data(run, metadata)}; {advice}")
        report(f"npae: {_other_data(run, metadata)}")
    return run


def _other_data(run: Run, metadata: dict[str, Any]) -> str:
    before, now = metadata["dataset"], run.dataset
    sums = f"SHA-256 {before['sha256'][:12]} and {now.sha256[:12]}"
    return (
        f"the run in {run.directory} was trained on {before['name']}, and {now.name} is other data ({sums})"
    )


def to_stderr(line: str) -> None:
    """Say something that is not a result."""
    print(line, file=sys.stderr)

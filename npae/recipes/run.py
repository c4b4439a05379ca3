"""A run: a recipe trained on a data set, with its folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np

from npae.datasets import Dataset
from npae.measures.watch import Watch
from npae.model import Autoencoder, Sequential
from npae.objectives.losses import Loss
from npae.objectives.objective import Objective, get_objective
from npae.recipes.folder import PARTS, Settings, located, other_data, read_history, subfolder
from npae.recipes.parts import Part, PartData, trained_part
from npae.recipes.recipe import Recipe, described
from npae.recipes.views import Chosen, limited, plain_batches, test_batches, train_batches
from npae.training.batches import Batches
from npae.training.callbacks import Schedule
from npae.training.events import Callback
from npae.training.kept import HISTORY, Compute, Plan, train_in

Model = TypeVar("Model", bound=Sequential)


class Run:
    """A recipe with its data, its model and its folder: the argument of the functions of a recipe.

    Parameters
    ----------
    recipe : Recipe
        The recipe of ``settings``.
    settings, dataset, directory
    compute : Compute, optional
        Default: all cores, and no progress.
    model : Autoencoder, optional
        A trained model. Default: a new one.
    trained_on : str, optional
        SHA-256 of the data set of the training. Default: that of ``dataset``.
    """

    def __init__(
        self,
        recipe: Recipe,
        settings: Settings,
        dataset: Dataset,
        directory: str | os.PathLike,
        compute: Compute | None = None,
        *,
        model: Autoencoder | None = None,
        trained_on: str | None = None,
    ):
        self.dataset = limited(dataset, settings.limit)
        self.recipe = (recipe.with_noise() if settings.noise else recipe).for_images(dataset.image_shape)
        self.epochs: int = settings.epochs or recipe.epochs
        self.batch_size: int = settings.batch_size or recipe.batch_size
        self.settings = replace(
            settings, data=located(settings.data), epochs=self.epochs, batch_size=self.batch_size
        )
        self.directory = Path(directory)
        self.compute = compute or Compute()
        self.model: Autoencoder = model or self._new_model()
        self._new = model is None
        self._trained_on = trained_on or dataset.sha256
        self._parts: dict[str, Sequential] = {}

    @property
    def history(self) -> dict[str, list[float]]:
        """The values of each epoch, read from the folder."""
        return read_history(self.path(HISTORY))

    @property
    def threads(self) -> int | None:
        """The number of threads; None means all cores."""
        return self.compute.threads

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """Names of the classes by label, if they are not numbers."""
        return self.dataset.class_names

    def class_name(self, label: int) -> str:
        """Return the name of a class, or its number."""
        return self.class_names[label] if self.class_names else str(label)

    @property
    def colours(self) -> np.ndarray | None:
        """The labels of the test images, for points in the colours of their classes.

        None if the data have no labels, or more classes than a figure has colours.
        """
        labels = self.dataset.test_labels
        if labels is None or max(labels.max(), len(self.class_names or ()) - 1) > 9:
            return None
        return labels

    def path(self, name: str) -> Path:
        """Return the path of a file of this run."""
        return self.directory / name

    def folder(self, *names: str) -> Path:
        """Return the path of a folder in this run's; see `npae.recipes.folder.subfolder`."""
        return subfolder(self.directory, *names)

    def train_batches(self, corruption: Chosen = ...) -> Batches:
        """Return the training set for the model, by default with the recipe's corruption."""
        return train_batches(self.recipe, self.dataset, self.settings.seed, corruption)

    def test_batches(self, corruption: Chosen = ...) -> Batches:
        """Return the test set; its corruption is drawn once and is the same in every run."""
        return test_batches(self.recipe, self.dataset, corruption)

    def batches(self, corruption: Chosen = ...) -> tuple[Batches, Batches]:
        """Return `train_batches` and `test_batches`."""
        return self.train_batches(corruption), self.test_batches(corruption)

    def test_images(self, count: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return ``(inputs, clean targets)`` of the first ``count`` test images, (count, *input_shape)."""
        return self.test_batches().batch(slice(count))

    def train_images(self) -> np.ndarray:
        """Return all clean training images, scaled, (n, *input_shape)."""
        return plain_batches(self.recipe, self.dataset.train_images).batch(slice(None))[1]

    def pixels(self, values: np.ndarray) -> np.ndarray:
        """Return model inputs or outputs as images from 0 to 1: (n, h, w) or, in colour, (n, 3, h, w)."""
        shape = self.dataset.test_images.shape[1:]
        return ((values - self.recipe.offset) / (255 * self.recipe.scale)).reshape(-1, *shape).clip(0, 1)

    def train(self, callbacks: Sequence[Callback] = (), resume: bool = False) -> None:
        """Train to the last epoch; save a checkpoint after each epoch, and the model at the end."""
        train_in(
            self.directory,
            self.model,
            self.batches(),
            self.plan(),
            self.facts(),
            self.compute,
            check=self._check_resumable if resume else None,
            before=partial(self.recipe.before, self) if self.recipe.before else None,
            callbacks=[*callbacks, Watch(self.compute.report)],
        )

    def plan(self) -> Plan:
        """Return the arguments of the training."""
        recipe, seed = self.recipe, self.settings.seed
        return Plan(recipe.loss, self.epochs, self.batch_size, recipe.learning_rate, seed, recipe.optimizer)

    def part(
        self,
        name: str,
        build: Callable[[], Model],
        *,
        loss: str | Loss | Objective | None = None,
        epochs: int | None = None,
        data: PartData | None = None,
        learning_rate: float | Schedule | None = None,
        batch_size: int | None = None,
        seed_offset: int = 0,
    ) -> Model:
        """Return a further model of this run; the first call trains it in the folder parts/NAME.

        Parameters
        ----------
        name : str
            Letters and digits, as in "plain" or "layer-1".
        build : callable
            Returns the model, not yet built. Built layers in it are copied, and do not change. A finished
            part is read from its file, and must have the same layers.
        loss, learning_rate, batch_size : optional
            Default: those of the run.
        epochs : int, optional
            For a run with the epochs of its recipe; for another run the number is scaled in proportion, to at
            least 1. Default: those of the recipe.
        data : Batches, (training, validation), or a callable that returns one of these
            Default: `batches`. Without corruption: ``data=lambda: run.batches(corruption=None)``. If they
            take long to compute, use `npae.recipes.recipe.Later`.
        seed_offset : int
            Added to the seed of the run, for initial values and order.

        Raises
        ------
        ValueError
            If the model in the folder was trained in another way.
        """
        if name not in self._parts:
            wanted = (epochs or self.recipe.epochs) * self.epochs / self.recipe.epochs
            plan = replace(
                self.plan(),
                loss=get_objective(loss or self.recipe.loss),
                epochs=max(1, round(wanted)),
                batch_size=batch_size or self.batch_size,
                learning_rate=learning_rate or self.recipe.learning_rate,
                seed=self.settings.seed + seed_offset,
            )
            self._parts[name] = trained_part(
                Part(name, build, data or self.batches, plan),
                self._part_folder(name),
                self.facts(),
                self._trained_on,
                self.compute,
                expected=self._new,
            )
        return cast(Model, self._parts[name])  # it has the same layers as the result of ``build``

    def part_history(self, name: str) -> dict[str, list[float]]:
        """Return the values of each epoch of a trained part."""
        return read_history(self._part_folder(name) / HISTORY)

    def facts(self) -> dict[str, Any]:
        """Return the metadata of every model of this run, to resume and to evaluate it."""
        sample, augment = self.recipe.sample, self.recipe.augment
        return {
            "settings": asdict(self.settings),
            "dataset": self.dataset.describe(),
            "corruption": described(self.recipe.corruption),
            **({"sample": described(sample)} if sample else {}),
            **({"augment": described(augment)} if augment else {}),
        }

    def _new_model(self) -> Autoencoder:
        model = self.recipe.build()
        model.build(self.recipe.input_shape, np.random.default_rng(self.settings.seed))
        return model

    def _part_folder(self, name: str) -> Path:
        return self.folder(PARTS, name)

    def _check_resumable(self, history: dict[str, list[float]], metadata: dict[str, Any]) -> None:
        Settings.from_metadata(metadata, self.directory)
        if metadata["dataset"]["sha256"] != self.dataset.sha256:
            other = other_data(self.directory, metadata, self.dataset)
            raise ValueError(f"{other}; it can be resumed only with the same data")
        objective = get_objective(self.recipe.loss)
        terms = (0.0,) * len(objective.names)
        wanted = {**objective.named(terms), **objective.named(terms, "val_"), "seconds": 0.0}.keys()
        within_the_first = not history and "cursor" in metadata
        if not within_the_first and (history.keys() != wanted or not history["loss"]):
            raise ValueError(
                f"the checkpoint in {self.directory} has no history with {', '.join(wanted)}; start a new run"
            )

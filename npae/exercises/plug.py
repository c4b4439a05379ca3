"""The reward at the end of the path: a recipe of npae trained on the learner's own functions.

The recipe's model is built as ever. `npae.exercises.twin` makes a twin of it on the same parameters that
calls the learner's functions, and `npae.training.fit` trains the twin with the learner's loss and optimiser.
In the end npae's own model has learned, and can be saved, measured and drawn like any other.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from npae.exercises import sandbox, workspace
from npae.exercises.learner import load
from npae.exercises.twin import LearnersAdam, LearnersLoss, exercises_of, twin_of
from npae.exercises.worker.calls import frames, says
from npae.objectives.losses import get_loss
from npae.recipes.run import Run
from npae.training.callbacks import duration
from npae.training.events import Callback
from npae.training.kept import Compute, train_in

RECIPES = ("dense", "conv")  # for all of whose layers there are exercises
SLOW_EPOCH = 60.0  # seconds; a longer one is reported


class Learner:
    """The learner's functions, loaded from their files when they are first asked for.

    Parameters
    ----------
    directory : path
        As `npae exercises start` wrote it.

    Raises
    ------
    ValueError
        If there are no exercises.
    """

    def __init__(self, directory: str | os.PathLike):
        self.home = workspace.find(directory)
        self._modules: dict[str, Any] = {}

    def prove(self, exercises: list[str], report: Callable[[str], None]) -> None:
        """Check the answers to these exercises, in processes of their own, before they are used in this one.

        Raises
        ------
        ValueError
            If one is missing or wrong; the message names all of them.
        """
        wrong = []
        for name in exercises:
            right = self.home.file(name).is_file() and sandbox.check(name, self.home.file(name)).passed
            report(f"checking your {name}: {'right' if right else 'not right yet'}")
            wrong += [] if right else [name]
        if wrong:
            them = "them" if len(wrong) > 1 else "it"
            raise ValueError(
                f"{' and '.join(wrong)} in {self.home.directory}: not solved, and this recipe needs {them}; "
                f"npae exercises check {wrong[0]} says what is missing"
            )

    def function(self, exercise: str, name: str) -> Callable:
        """Return a function of the learner's; its exceptions become errors that say where they come from."""
        file = self.home.file(exercise).absolute()
        if exercise not in self._modules:
            program: Any = load(file).program
            self._modules[exercise] = program.module
        function = getattr(self._modules[exercise], name)

        def call(*arguments):
            try:
                return function(*arguments)
            except (Exception, SystemExit) as error:
                where = (frames(error, str(file)) or [""])[-1]
                raise ValueError(
                    f"your {name} stops with an error ({file.name}, {where}): {says(error)}"
                ) from None

        return call

    def describe(self, exercises: list[str]) -> dict[str, Any]:
        """Return which files these are, and their SHA-256, for the record of a run."""
        files = {name: self.home.file(name) for name in exercises}
        sums = {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items()}
        return {"directory": str(self.home.directory.absolute()), "sha256": sums}


class LearnersRun(Run):
    """A run of a recipe on the learner's functions, in a single thread: they need not be made for several.

    Parameters
    ----------
    recipe, settings, dataset, directory
        As of `Run`.
    layers : path
        The learner's folder.
    compute : Compute, optional
        As of `Run`.

    Raises
    ------
    ValueError
        If an exercise that the recipe needs is not solved; the message names it. If it is another recipe.
    """

    def __init__(
        self, recipe, settings, dataset, directory, layers: str | os.PathLike, compute: Compute | None = None
    ):
        super().__init__(recipe, settings, dataset, directory, compute)
        if self.recipe.name not in RECIPES:
            raise ValueError(f"--layers is not for {self.recipe.name}; {' and '.join(RECIPES)} take it")
        self.learner = Learner(layers)
        self.exercises = exercises_of(self.model)
        self.learner.prove(self.exercises, self.compute.report)

    def train(self, callbacks=(), resume=False):
        """Train as `Run` does, on the learner's functions; there is nothing to resume from."""
        report, function = self.compute.report, self.learner.function
        report(f"yours:  {', '.join(self.exercises)}")
        report("npae's: the data, the initial values, the loop over batches, measures and figures at the end")
        spelt: Any = self.recipe.loss
        loss = LearnersLoss(get_loss(spelt), function)
        optimizer = partial(LearnersAdam, function, self.recipe.keras_adam)
        train_in(
            self.directory,
            self.model,
            self.batches(),
            replace(self.plan(), loss=loss, optimizer=optimizer),
            self.facts(),
            replace(self.compute, threads=1),
            callbacks=[*callbacks, _Patience(report)],
            twin=twin_of(self.model, function),
        )

    def facts(self):
        return {**super().facts(), "layers": self.learner.describe(self.exercises)}


class _Patience(Callback):
    """Says after the first step how long an epoch will take, if it is long."""

    def __init__(self, report: Callable[[str], None]):
        self.report = report

    def on_epoch_begin(self, state):
        self.began = time.perf_counter()

    def on_step_end(self, state):
        if state.epoch == 1 and state.step == 1:
            seconds = (time.perf_counter() - self.began) * state.steps
            if seconds > SLOW_EPOCH:
                self.report(f"an epoch will take about {duration(seconds)}; --limit 2000 makes it shorter")

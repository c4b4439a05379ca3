"""Who competes, and how: every contestant trains in a process of its own and waits there for its turn.

A contestant is a class with

``Contestant(recipe, threads, variant)``
    has the recipe's model, with the initial weights of `benchmarks.tasks.build_model`;
``train(data, shuffle, after_step)``
    trains, epoch after epoch, and calls ``after_step(loss)`` after each step, until this returns True. A step
    is the whole of it: the batch taken from the data set and scaled, noise drawn where it is drawn fresh,
    forward pass, loss, backward pass, Adam.
``mean_loss(data)``
    is the mean loss over a data set, with the weights as they are, and without noise.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from benchmarks.results import Result
from benchmarks.tasks import training_data, verification_data
from benchmarks.timing import pin, thread_environment

ROOT = Path(__file__).resolve().parent.parent
VERIFIED_STEPS = 10
WARM_STEPS = 3


class Contestant(NamedTuple):
    """Where a contestant is written, and the modules that it needs."""

    module: str
    name: str
    variant: str
    needs: tuple[str, ...]


CONTESTANTS = {
    "npae": Contestant("benchmarks.npae_peer", "Npae", "", ("numba",)),
    "pytorch": Contestant("benchmarks.pytorch_peer", "PyTorch", "", ("torch",)),
    "pytorch-channels-last": Contestant("benchmarks.pytorch_peer", "PyTorch", "channels-last", ("torch",)),
    "pytorch-compile": Contestant("benchmarks.pytorch_peer", "PyTorch", "compile", ("torch",)),
    "keras-tensorflow": Contestant("benchmarks.keras_peer", "Keras", "tensorflow", ("keras", "tensorflow")),
    "keras-jax": Contestant("benchmarks.keras_peer", "Keras", "jax", ("keras", "jax")),
}


def missing(name: str) -> list[str]:
    """Return the modules that a contestant needs and this Python lacks, whatever their wheels are called."""
    return [module for module in CONTESTANTS[name].needs if importlib.util.find_spec(module) is None]


def present(wanted: Sequence[str]) -> tuple[list[str], Result]:
    """Return who of these can compete, npae first, and what a result says of each: empty, or "missing"."""
    names = ["npae"]
    told: Result = {"npae": {}}
    for name in wanted:
        if lacking := missing(name):
            told[name] = {"missing": f"no module {' and '.join(lacking)}"}
            print(f"{name}: skipped, {told[name]['missing']} (pip install '.[bench]' brings it)")
        else:
            names.append(name)
            told[name] = {}
    return names, told


def versions(name: str) -> dict[str, str]:
    """Return the versions of the modules that a contestant needs, imported here."""
    modules = {module: importlib.import_module(module) for module in CONTESTANTS[name].needs}
    return {name: str(getattr(module, "__version__", "unknown")) for name, module in modules.items()}


def create(name: str, recipe: str, threads: int) -> Any:
    """Return a contestant, in this process."""
    module, cls, variant, _ = CONTESTANTS[name]
    return getattr(importlib.import_module(module), cls)(recipe, threads, variant)


class ContestantFailed(RuntimeError):
    """A contestant's process ended; the message holds the last line that it wrote."""


class Remote:
    """A contestant in a process of its own.

    Parameters
    ----------
    name : str
        A key of `CONTESTANTS`.
    recipe : str
    threads : int
    images : path
        An .npy file of uint8 images (n, 28, 28).

    Attributes
    ----------
    losses : list of float
        Of the first `VERIFIED_STEPS` steps, on data on which all must agree.
    versions : dict
        See `versions`.
    """

    def __init__(self, name: str, recipe: str, threads: int, images: str | os.PathLike):
        self.name = name
        self._messages = tempfile.TemporaryFile("w+")  # noqa: SIM115, it is closed with the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.contestants", name, recipe, str(threads), str(images)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._messages,
            text=True,
            cwd=ROOT,
            env=thread_environment(threads),
        )
        ready = self._answer()
        self.losses: list[float] = ready["losses"]
        self.versions: dict[str, str] = ready["versions"]

    def step_seconds(self, steps: int) -> float:
        """Let the contestant do some steps, and return the seconds of one."""
        self._pipes[0].write(f"{steps}\n")
        self._pipes[0].flush()
        return self._answer() / steps

    def close(self) -> None:
        """End the process."""
        self._pipes[0].close()
        self._process.wait()
        self._pipes[1].close()
        self._messages.close()

    @property
    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._process.stdin and self._process.stdout
        return self._process.stdin, self._process.stdout

    def _answer(self) -> Any:
        line = self._pipes[1].readline()
        if line:
            return json.loads(line)
        self._process.wait()
        self._messages.seek(0)
        lines = [line.strip() for line in self._messages if line.strip()]
        raise ContestantFailed(lines[-1] if lines else f"{self.name} ended and printed nothing")


class _Turns:
    """Given to a contestant as ``after_step``: waits after each turn to be told the steps of the next one."""

    def __init__(self, answer: Callable[[float], None]):
        self.answer = answer
        self.timed = 0
        self.began = 0.0
        self.left = self._next()

    def __call__(self, loss: float) -> bool:
        self.left -= 1
        if self.left:
            if self.left == self.timed:
                self.began = time.perf_counter()
            return False
        self.answer(time.perf_counter() - self.began)
        self.left = self._next()
        return not self.left

    def _next(self) -> int:
        line = sys.stdin.readline()
        if not line:
            return 0
        self.timed = int(line)
        return self.timed + WARM_STEPS


def _serve(name: str, recipe: str, threads: str, images: str) -> None:
    """Be a contestant's process: verify, then take turns until the standard input ends."""
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints goes to stderr and not between the answers

    def answer(value: Any) -> None:
        channel.write(json.dumps(value) + "\n")
        channel.flush()

    pin(int(threads))
    contestant = create(name, recipe, int(threads))
    pixels = np.load(images)
    losses: list[float] = []

    def verified(loss: float) -> bool:
        losses.append(loss)
        return len(losses) == VERIFIED_STEPS

    contestant.train(verification_data(recipe, pixels, VERIFIED_STEPS), False, verified)
    answer({"losses": losses, "versions": versions(name)})
    turns = _Turns(answer)
    if turns.left:
        contestant.train(training_data(recipe, pixels), True, turns)


if __name__ == "__main__":
    _serve(*sys.argv[1:])

"""The contestants: npae and its peers. Each trains in a separate process, and waits there for its turn.

A contestant is a class with

``Contestant(recipe, threads, variant)``
    builds the recipe's model, with the initial weights of `benchmarks.tasks.build_model`;
``train(data, shuffle, after_step)``
    trains, epoch after epoch, and calls ``after_step(loss)`` after each step, until this returns True. A step
    includes everything: reading the batch from the data set and scaling it, drawing noise if the recipe draws
    it in every batch, forward pass, loss, backward pass, Adam.
``mean_loss(data)``
    returns the mean loss over a data set, with the current weights, and without noise.
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
from typing import IO, Any, NamedTuple

import numpy as np

from benchmarks.results import ROOT, Result
from benchmarks.tasks import training_data, verification_data
from benchmarks.timing import pin, thread_environment

VERIFIED_STEPS = 10
WARM_STEPS = 3


class Contestant(NamedTuple):
    """The module and class of a contestant, and the modules that it needs."""

    module: str
    name: str
    variant: str
    needs: tuple[str, ...]


CONTESTANTS = {
    "npae": Contestant("benchmarks.npae_peer", "Npae", "", ("numba",)),
    "pytorch": Contestant("benchmarks.pytorch_peer", "PyTorch", "", ("torch",)),
    "pytorch-channels-last": Contestant("benchmarks.pytorch_peer", "PyTorch", "channels-last", ("torch",)),
    "pytorch-compile": Contestant("benchmarks.pytorch_peer", "PyTorch", "compile", ("torch",)),
    "jax": Contestant("benchmarks.jax_peer", "Jax", "", ("jax",)),
    "keras-tensorflow": Contestant("benchmarks.keras_peer", "keras", "tensorflow", ("keras", "tensorflow")),
    "keras-jax": Contestant("benchmarks.keras_peer", "keras", "jax", ("keras", "jax")),
    "paddle": Contestant("benchmarks.paddle_peer", "Paddle", "", ("paddle",)),
}


def missing(name: str) -> list[str]:
    """Return the modules that a contestant needs and that are not installed."""
    return [module for module in CONTESTANTS[name].needs if importlib.util.find_spec(module) is None]


def present(wanted: Sequence[str]) -> tuple[list[str], Result]:
    """Return the names of installed contestants, npae first, and a dict for each: empty, or "missing"."""
    names = ["npae"]
    notes: Result = {"npae": {}}
    for name in wanted:
        if lacking := missing(name):
            notes[name] = {"missing": f"no module {' and '.join(lacking)}"}
            print(f"{name}: skipped, {notes[name]['missing']} (pip install '.[bench]' installs it)")
        else:
            names.append(name)
            notes[name] = {}
    return names, notes


def versions(name: str) -> dict[str, str]:
    """Import the modules that a contestant needs, and return their versions."""
    modules = {module: importlib.import_module(module) for module in CONTESTANTS[name].needs}
    return {name: str(getattr(module, "__version__", "unknown")) for name, module in modules.items()}


def create(name: str, recipe: str, threads: int) -> Any:
    """Return a contestant, in this process."""
    module, cls, variant, _ = CONTESTANTS[name]
    return getattr(importlib.import_module(module), cls)(recipe, threads, variant)


class Process(NamedTuple):
    """A process that ended well: its seconds, the peak of its resident memory in MB, and its stdout."""

    seconds: float
    peak_MB: float
    output: str


def run_process(command: list[str], environment: dict[str, str]) -> Process:
    """Run a process to its end.

    Its memory is NaN if the system does not measure it, and on Linux at least the memory of this process when
    it started the other one.

    Raises
    ------
    RuntimeError
        If it fails; the message has the last line of its stderr.
    """
    with tempfile.TemporaryFile("w+") as messages, tempfile.TemporaryFile("w+") as output:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=messages)
        if hasattr(os, "wait4"):
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            memory = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
        else:
            process.wait()
            memory = float("nan")
        taken = time.perf_counter() - began
        if process.returncode:
            messages.seek(0)
            raise RuntimeError(
                f"{' '.join(command)} failed: {(messages.read().strip() or '?').splitlines()[-1]}"
            )
        output.seek(0)
        return Process(taken, memory, output.read())


class ContestantFailed(RuntimeError):
    """A contestant's process ended; the message has its last line on stderr."""


class Remote:
    """A contestant in a separate process.

    Parameters
    ----------
    name : str
        A key of `CONTESTANTS`.
    recipe : str
    threads : int
    examples : path
        An .npz file of ``images`` (n, ...), uint8, and ``labels`` (n,).

    Attributes
    ----------
    losses : list of float
        The losses of the first `VERIFIED_STEPS` steps, on which all contestants must agree.
    versions : dict
        See `versions`.
    """

    def __init__(self, name: str, recipe: str, threads: int, examples: str | os.PathLike):
        self.name = name
        self._messages = tempfile.TemporaryFile("w+")  # noqa: SIM115, it is closed with the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.contestants", name, recipe, str(threads), str(examples)],
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
        """Run some steps of the contestant, and return the seconds of one."""
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
    """The ``after_step`` of a contestant: after each turn, it reads the number of steps of the next turn."""

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


def _serve(name: str, recipe: str, threads: str, examples: str) -> None:
    """Run a contestant's process: verify the losses, then take turns until standard input ends."""
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # the output of libraries goes to stderr, not between the answers

    def answer(value: Any) -> None:
        channel.write(json.dumps(value) + "\n")
        channel.flush()

    pin(int(threads))
    contestant = create(name, recipe, int(threads))
    with np.load(examples) as file:
        images, labels = file["images"], file["labels"]
    losses: list[float] = []

    def verified(loss: float) -> bool:
        losses.append(loss)
        return len(losses) == VERIFIED_STEPS

    contestant.train(verification_data(recipe, images, labels, VERIFIED_STEPS), False, verified)
    answer({"losses": losses, "versions": versions(name)})
    turns = _Turns(answer)
    if turns.left:
        contestant.train(training_data(recipe, images, labels), True, turns)


if __name__ == "__main__":
    _serve(*sys.argv[1:])

"""Kills runs of `npae train` with -9, at random and while they save, resumes them, and compares the bits.

    python -m benchmarks.kill [--runs 200] [--jobs 2] [--seed 0]

Each run is killed one to three times, half of these within a save, and then trained to its end. It counts if
model, parts and history are those of a run that was never killed, and if no kill lost more than an epoch.
Half of the runs save after every step, so that they continue within epochs; the others after every epoch,
since no epoch takes five minutes. Moments are drawn in seconds of the processor (Linux), so that they do not
depend on what else runs.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from npae.datasets import synthetic_digits
from npae.datasets.idx import NPZ_NAMES
from npae.files.writing import UNFINISHED
from npae.recipes.folder import begun, read_history
from npae.training.checkpoints import read_archive, read_history_and_metadata

# Draws of codes, parts and noise, parts and a penalty, noise that is drawn once, and a plain one.
RECIPES = ("variational-dense", "keras-denoiser", "contractive", "strided-denoiser", "conv")
EPOCHS, IMAGES, BATCH = 3, 150, 16
TIMEOUT = 3600  # seconds: on a busy machine a run waits


def child(seconds: float, end: int, log: str, arguments: list[str]) -> int:
    """Run the command with another time between saves, and log every step; its figures are empty files.

    If ``end`` is above 0, the process kills itself at the end-th flush or rename: before it, after it, or
    when half of what should be flushed is on the disk.
    """
    from npae.console.cli import main
    from npae.plotting import canvas
    from npae.training.callbacks import Checkpoint

    after_step = Checkpoint.on_step_end

    def on_step_end(self, state):
        line = f"{self.directory}\t{state.epoch}\t{state.step}\n".encode()
        os.write(handle, line)
        after_step(self, state)

    def ending(call):
        def counted(*args):
            left.pop()
            if not left and end % 3 == 0 and call is fsync and stat.S_ISREG(os.fstat(args[0]).st_mode):
                os.ftruncate(args[0], os.fstat(args[0]).st_size // 2)
            if not left and end % 3 < 2:
                os.kill(os.getpid(), signal.SIGKILL)
            call(*args)
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

        return counted

    if end:
        left, fsync = [None] * end, os.fsync
        for name in ("fsync", "replace"):
            setattr(os, name, ending(getattr(os, name)))
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    setattr(Checkpoint, "on_step_end", on_step_end)  # noqa: B010  # mypy takes no other function
    Checkpoint.SECONDS_BETWEEN_SAVES = seconds
    for name, empty in (("settle", lambda figure: None), ("render", lambda figure: b"")):
        setattr(canvas, name, empty)  # they take most of the time
    return main(arguments)


def command(recipe: str, data: Path, folder: Path, seconds: float, resume: bool, end: int = 0) -> list[str]:
    """Return the command line of a run, new or resumed."""
    options = ["train", recipe, "--data", str(data), "--out", str(folder), "--threads", "1", "--quiet"]
    options += ["--resume"] if resume else ["--epochs", str(EPOCHS), "--batch-size", str(BATCH)]
    return [
        sys.executable,
        "-m",
        "benchmarks.kill",
        "--child",
        str(seconds),
        str(end),
        f"{folder}.log",
        *options,
    ]


def used(pid: int) -> float:
    """Return the seconds of the processor that a process, not yet waited for, has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def finish(recipe: str, data: Path, folder: Path, seconds: float) -> float:
    """Train a run to its end, from where it is, and return the seconds of the processor."""
    resume, before = begun(folder) is not None, resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command(recipe, data, folder, seconds, resume), check=True, timeout=TIMEOUT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def kill_once(recipe: str, data: Path, folder: Path, seconds: float, after: float, end: int) -> bool:
    """Start or continue a run that is killed; return whether it was still running.

    It is killed ``after`` some seconds of the processor, or kills itself at the ``end``-th step of its saves.
    """
    process = subprocess.Popen(command(recipe, data, folder, seconds, begun(folder) is not None, end))
    while process.poll() is None and used(process.pid) < after:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def lost(folder: Path) -> int:
    """Return the most steps that were taken in one of the run's trainings and are not in its checkpoint."""
    taken: dict[str, tuple[int, int]] = {}
    steps = -(-IMAGES // BATCH)
    for line in Path(f"{folder}.log").read_text().splitlines() if Path(f"{folder}.log").exists() else []:
        where, *numbers = line.split("\t")
        taken[where] = int(numbers[0]), int(numbers[1])
    losses = [0]
    for directory, (epoch, step) in taken.items():
        path = Path(directory) / "checkpoint.npz"
        if (Path(directory) / "model.npz").exists():
            continue
        history, metadata = read_history_and_metadata(path) if path.exists() else ({}, {})
        kept = steps * len(history.get("loss", [])) + metadata.get("cursor", {"step": 0})["step"]
        losses.append(steps * (epoch - 1) + step - kept)
    return max(losses)


def outcome(folder: Path) -> dict[str, np.ndarray]:
    """Return all that a finished run computed: weights and losses, also of its parts."""
    found: dict[str, np.ndarray] = {}
    for path in sorted(folder.rglob("model.npz")):
        found |= {f"{path.parent.relative_to(folder)}:{k}": v for k, v in read_archive(path)[1].items()}
    for path in sorted(folder.rglob("history.csv")):
        values = read_history(path)
        where = path.parent.relative_to(folder)
        found |= {f"{where}:{k}": np.array(v) for k, v in values.items() if k != "seconds"}
    return found


def survives(number: int, seed: int, data: Path, place: Path, reference: dict, seconds_of: dict) -> str:
    """Kill and resume one run; return "" if it is the same as one that was never killed, or what is wrong."""
    draw = random.Random(f"{seed}-{number}")
    recipe, seconds = RECIPES[number % len(RECIPES)], draw.choice([0.0, 300.0])
    folder, kills = place / f"{number}-{recipe}", 0
    wanted = draw.choice([1, 1, 2, 3])
    while kills < wanted:
        after, end = draw.uniform(0.0, seconds_of[recipe]), draw.randrange(1, 30 if seconds else 100)
        after, end = draw.choice([(after, 0), (math.inf, end)])
        if kill_once(recipe, data, folder, seconds, after, end):
            kills += 1
            if (steps := lost(folder)) > -(-IMAGES // BATCH):
                return f"{folder.name}: a kill lost {steps} steps, more than an epoch"
        elif kills == 0:  # it ended before: begin again
            for file in sorted(folder.rglob("*"), reverse=True):
                file.rmdir() if file.is_dir() else file.unlink()
            Path(f"{folder}.log").unlink()
        else:
            break
    finish(recipe, data, folder, seconds)
    found, right = outcome(folder), reference[recipe]
    left = [*folder.rglob(UNFINISHED), *folder.rglob(".lock")]
    wrong = [name for name in right if name not in found or not np.array_equal(found[name], right[name])]
    problem = f"{', '.join(wrong[:3])} differ" if wrong else f"{left[0]} is left" if left else ""
    return f"{folder.name}: {problem}" if problem else ""


def main() -> int:
    """Run it all, and print what went wrong."""
    if sys.argv[1:2] == ["--child"]:
        return child(float(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5:])
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        place, data = Path(name), Path(name) / "digits.npz"
        digits: dict[str, Any] = dict(zip(NPZ_NAMES, synthetic_digits(IMAGES, 40, seed=1)))
        np.savez(data, **digits)
        reference, seconds_of = {}, {}
        for recipe in RECIPES[: options.runs]:
            for kind in ("warm", "whole"):  # the first compiles; a compiled and a loaded kernel can differ
                seconds_of[recipe] = finish(recipe, data, place / f"{kind}-{recipe}", 300.0)
            reference[recipe] = outcome(place / f"whole-{recipe}")
        with ThreadPoolExecutor(options.jobs) as pool:
            jobs = [
                pool.submit(survives, n, options.seed, data, place, reference, seconds_of)
                for n in range(options.runs)
            ]
            problems = []
            for number, job in enumerate(jobs, start=1):
                problems += [job.result()] if job.result() else []
                print(f"\r{number - len(problems)} of {number} the same", end="", file=sys.stderr, flush=True)
    same = options.runs - len(problems)
    print(f"\n{same} of {options.runs} killed runs ended with the bits of an unbroken one")
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())

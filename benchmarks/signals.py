"""Sends signals to `npae train` at random moments, its start included; starts pairs of runs in one folder.

    python -m benchmarks.signals [--signals 100] [--pairs 100] [--seed 0]

A signalled run must end with 130, 143 or 129 and one line, without a traceback, and its files must be
readable. Python's own start, before it comes to npae's first line, is Python's to answer; signals then are
counted apart. Moments are drawn in seconds of the processor (Linux), so that load does not change them. Of a
pair, one run must end well, and the other be refused and told which process holds the folder.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.kill import TIMEOUT, used
from npae.datasets import synthetic_digits
from npae.datasets.idx import NPZ_NAMES
from npae.interrupts import SIGNALS
from npae.recipes.folder import begun, progress_in_words
from npae.training.checkpoints import load_model

RECIPES = ("conv", "contractive", "keras-denoiser")


ENDED, STARTING = "it had ended before", "Python had not come to npae's first line"


def command(recipe: str, data: Path, folder: Path, *more: str) -> list[str]:
    options = ["--data", str(data), "--epochs", "2", "--batch-size", "16", "--out", str(folder), "--quiet"]
    return [sys.executable, "-m", "npae", "train", recipe, *options, *more]


def started(line: list[str]) -> subprocess.Popen:
    """Start a command on which the three signals have their usual effect, also from a shell's background."""

    def usual() -> None:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)

    return subprocess.Popen(
        line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=usual
    )


def signalled(recipe: str, data: Path, folder: Path, number: int, after: float) -> str:
    """Send a signal after some seconds of the processor; return "" or what was wrong."""
    process = started(command(recipe, data, folder))
    while process.poll() is None and used(process.pid) < after:
        time.sleep(0.001)
    time.sleep(random.uniform(0, 0.01))  # what is used is counted in hundredths of a second
    process.send_signal(number)
    said = process.communicate(timeout=TIMEOUT)[1]
    if process.returncode == 0:
        return ENDED
    if process.returncode in (1, -number) and "npae" not in said.replace(f"{folder}", ""):
        return STARTING
    if (
        process.returncode != 128 + number
        or said.count("\n") != 1
        or not said.startswith("npae: interrupted")
    ):
        return f"{signal.Signals(number).name} after {after:.2f} s: {process.returncode}, {said[-300:]!r}"
    progress_in_words(folder, 2)
    for path in folder.rglob("model.npz"):
        load_model(path)
    whole = [path.name for path in folder.with_name(f"whole-{recipe}").iterdir()]
    finished = all((folder / name).exists() for name in whole)  # the process was about to end
    if begun(folder) and not finished and "--resume" not in said:
        return f"no word of how to go on: {said!r}"
    return ""


def pair(data: Path, folder: Path, apart: float) -> str:
    """Start two runs, of seeds 0 and 1, in one folder; return "" or what was wrong."""
    first = started(command("conv", data, folder, "--epochs", "9"))
    time.sleep(apart)
    second = started(command("conv", data, folder, "--epochs", "9", "--seed", "1"))
    ends = [(process.communicate(timeout=TIMEOUT)[1], process.returncode) for process in (first, second)]
    statuses = [status for _, status in ends]
    if statuses == [0, 0]:  # one began when the other had ended, and moved its run aside
        folders = (folder.with_name(f"{folder.name}.1"), folder)
        seeds = [seed_of(place) for place in folders]
        return "" if set(seeds) == {0, 1} else f"both ended well, with the seeds {seeds}"
    said = ends[statuses.index(1)][0] if sorted(statuses) == [0, 1] else ""
    if "is in use by process" not in said or said.count("\n") != 1:
        return f"{ends}"
    return (
        "" if seed_of(folder) == statuses.index(0) else "the files are not those of the run that ended well"
    )


def seed_of(folder: Path) -> int | None:
    """Return the seed of a run, or None if its files are of different runs."""
    model = load_model(folder / "model.npz")[1]["settings"]["seed"]
    metrics = json.loads((folder / "metrics.json").read_text())["settings"]["seed"]
    return model if model == metrics else None


def main() -> int:
    """Run it all, and print what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--signals", type=int, default=100)
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "digits.npz"
        digits: dict[str, Any] = dict(zip(NPZ_NAMES, synthetic_digits(150, 40, seed=1)))
        np.savez(data, **digits)
        longest = {}
        for recipe in RECIPES:
            for kind in ("warm", "whole"):
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                subprocess.run(command(recipe, data, Path(name) / f"{kind}-{recipe}"), check=True)
                now = resource.getrusage(resource.RUSAGE_CHILDREN)
                longest[recipe] = now.ru_utime + now.ru_stime - before.ru_utime - before.ru_stime
        aside, sent = {ENDED: 0, STARTING: 0}, 0
        while len(problems) < options.signals:
            recipe, number = draw.choice(RECIPES), draw.choice(SIGNALS)
            after, sent = draw.uniform(0.0, longest[recipe]), sent + 1
            problem = signalled(recipe, data, Path(name) / f"signal-{sent}", number, after)
            if problem in aside:
                aside[problem] += 1
            else:
                problems.append(problem)
        print(
            f"{problems.count('')} of {options.signals} signals: one line, the right status, readable files; "
            + "; ".join(f"{count} more: {why}" for why, count in aside.items()),
            flush=True,
        )
        wrong = list(filter(None, problems))
        problems = [pair(data, Path(name) / f"pair-{k}", draw.uniform(0, 0.5)) for k in range(options.pairs)]
        print(f"{problems.count('')} of {options.pairs} pairs: one ended well, and one was refused")
        wrong += list(filter(None, problems))
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())

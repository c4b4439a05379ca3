"""Times trainings from a cold process to a test loss, in npae and in every installed framework.

Everything counts: the start of Python, imports, reading the data set from its files, compilation, training,
and the test loss of all test images after each epoch. Every contestant starts from the same weights, takes
the same batches and stops after the first epoch whose test loss is low enough. Each has a fresh process, one
at a time, with empty caches of compiled code; npae then runs again with the cache that it has filled.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks import blocks, results
from benchmarks.contestants import CONTESTANTS, create, present, run_process, versions
from benchmarks.results import Result
from benchmarks.tables import number
from benchmarks.tasks import TIMED, load_examples, training_data
from benchmarks.timing import pin, thread_environment

CACHES = ("NUMBA_CACHE_DIR", "TORCHINDUCTOR_CACHE_DIR", "JAX_COMPILATION_CACHE_DIR")
COLD, WARM = "npae, empty cache", "npae, warm cache"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the trainings, and record each at once."""
    options = _options(arguments)
    if options.contestant:
        pin(options.threads)
        _train(options)
        return 0
    result = results.facts("speedrun", arguments, seed=0)
    results.warn_if_busy(result)
    print(blocks.description(result))
    names, notes = present(options.peers)
    name, folder = f"speedrun/{results.slug()}", results.folder_of(options)
    done = (results.read(name, folder) if options.resume else None) or {"runs": {}, "contestants": {}}
    result |= {"recipe": options.recipe, "threads": options.threads, "until": options.until}
    result |= {"contestants": done["contestants"] | notes, "runs": done["runs"]}
    for contestant in names:
        labels = [COLD, WARM] if contestant == "npae" else [contestant]
        if result["runs"].keys() >= set(labels):
            continue
        with tempfile.TemporaryDirectory() as caches:
            for label in labels:
                result["runs"][label] = run = _measure(contestant, caches, options)
                result["contestants"][contestant] |= {"versions": run.pop("versions", {})}
                print(f"  {label:<25} {run.get('left_out') or number(run['seconds']) + ' s'}", flush=True)
                results.write(name, result, folder)
    print(f"\n{blocks.speedrun_table(result)}\n\n{results.write(name, result, folder)}")
    return 0


def _measure(contestant: str, caches: str, options: argparse.Namespace) -> Result:
    """Return seconds, memory and the course of a training, or why it has none."""
    words = [f"--{key}={getattr(options, key)}" for key in ("recipe", "threads", "until", "epochs", "data")]
    words += [f"--limit={options.limit}"] if options.limit else []
    command = [sys.executable, "-m", "benchmarks.speedrun", *words, f"--contestant={contestant}"]
    environment = thread_environment(options.threads) | dict.fromkeys(CACHES, caches)
    try:
        taken, memory, output = run_process(command, environment)
    except RuntimeError as failure:
        return {"left_out": f"it failed: {str(failure).rpartition(' failed: ')[2]}"}
    course = json.loads(output.splitlines()[-1])
    if not course["losses"][-1] <= options.until:
        lowest = f"its lowest test loss in {len(course['losses'])} epochs is {min(course['losses']):.4f}"
        return {"left_out": lowest, **course}
    return {"seconds": taken, "peak_MB": memory, **course}


def _train(options: argparse.Namespace) -> None:
    """Train like a user's script in that framework; print the test losses and the seconds of the epochs."""
    output = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # the output of libraries goes to stderr
    name, recipe = options.contestant, options.recipe
    train, test = load_examples(recipe, options.limit, options.data)
    data, validation = training_data(recipe, *train), replace(training_data(recipe, *test), noise=None)
    contestant = create(name, recipe, options.threads)
    steps = -(-len(data.x) // contestant.recipe.batch_size)
    taken, losses, times = 0, [], [time.perf_counter()]

    def after_step(loss: float) -> bool:
        nonlocal taken
        taken += 1
        if taken % steps:
            return False
        losses.append(contestant.mean_loss(validation))
        times.append(time.perf_counter())
        return losses[-1] <= options.until or len(losses) == options.epochs

    contestant.train(data, True, after_step)
    course = {"losses": losses, "seconds_of_epochs": np.diff(times).tolist(), "versions": versions(name)}
    output.write(json.dumps(course) + "\n")
    output.flush()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = results.parser(
        "speedrun", "Time trainings from a cold process to a test loss, in npae and in its peers."
    )
    results.add_threads(parser)
    peers = [name for name in CONTESTANTS if name != "npae"]
    parser.add_argument("--recipe", choices=TIMED, default="conv", metavar="NAME")
    parser.add_argument("--until", type=float, default=0.0756, metavar="LOSS", help="default: 0.0756")
    parser.add_argument("--epochs", type=int, default=20, metavar="N", help="at most; default: 20")
    parser.add_argument(
        "--peers", nargs="*", choices=peers, default=peers, metavar="NAME", help="default: all"
    )
    parser.add_argument("--resume", action="store_true", help="keep what is recorded, and run the rest")
    parser.add_argument("--data", default="auto", metavar="NAME", help="as for npae train")
    parser.add_argument("--limit", type=int, metavar="N", help="use only the first N images")
    parser.add_argument("--contestant", choices=list(CONTESTANTS), help="internal: train one contestant")
    options = parser.parse_args(arguments)
    if options.quick:
        options.limit, options.epochs, options.until = options.limit or 1024, 1, 1.0
    return options


if __name__ == "__main__":
    sys.exit(main())

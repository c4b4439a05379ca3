"""Times a training step of every recipe, or of every other model, in npae and in the installed frameworks.

Each contestant has a separate process with the same number of cores and threads. Before any timing, the
losses of ten steps from the same initial weights on the same batches must agree within 1e-4. Then the
contestants take turns, in rounds, and the medians over the rounds are compared.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from benchmarks import blocks, results
from benchmarks.contestants import CONTESTANTS, ContestantFailed, Remote, present
from benchmarks.models import MODELS, get_model
from benchmarks.results import Result
from benchmarks.tasks import TIMED, load_examples
from benchmarks.timing import alternate, available_cores, median

TOLERANCE = 1e-4
TURN_SECONDS = 0.4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison; return 1 if the losses of a contestant differ from npae's."""
    options = _options(arguments)
    if not 1 <= options.threads <= len(available_cores()):
        print(
            f"--threads {options.threads}: this process may use {len(available_cores())} cores",
            file=sys.stderr,
        )
        return 2
    result = results.facts("peers", arguments, seed=0)
    results.warn_if_busy(result)
    print(blocks.description(result))
    names, notes = present(options.peers)
    unit = "s/epoch" if options.epoch else "ms/step"
    name = f"{'epochs' if options.epoch else 'models' if options.models else 'peers'}/{results.slug()}"
    done = (results.read(name, results.folder_of(options)) if options.resume else None) or {"recipes": {}}
    result |= {"threads": options.threads, "unit": unit}
    result |= {"contestants": done.get("contestants", {}) | notes, "recipes": done["recipes"]}
    for recipe in [recipe for recipe in options.recipes if recipe not in done["recipes"]]:
        print(f"\n{recipe}", flush=True)
        batch_size = get_model(recipe).batch_size
        times = compare(recipe, names, notes, options)
        result["recipes"][recipe] = {"batch_size": batch_size, "contestants": times}
        results.write(name, result, results.folder_of(options))
    path = results.write(name, result, results.folder_of(options))
    print(f"\n{blocks.peers_table(result)}\n\n{path}")
    return int(any("losses" in entry for times in result["recipes"].values() for entry in _entries(times)))


def compare(recipe: str, names: Sequence[str], notes: Result, options: argparse.Namespace) -> Result:
    """Verify and time the contestants on one recipe.

    Returns
    -------
    For each contestant the seconds of a step (or of an epoch, with ``--epoch``): "median", "least" and
    "greatest" over the rounds, and "disagreement", the relative difference of its losses from npae's. A
    contestant that fails or differs by more than `TOLERANCE` has "left_out" instead, with the reason, and
    "losses" if they differ. The versions are added to ``notes``.
    """
    (images, labels), _ = load_examples(recipe, options.limit, options.data)
    batch_size = get_model(recipe).batch_size
    if not options.epoch:
        full = len(images) // batch_size * batch_size  # only full batches, so that steps are equal
        images, labels = images[:full], labels[:full]
    entries: Result = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        examples = Path(folder, "examples.npz")
        np.savez(examples, images=images, labels=labels)
        remotes = _verified(recipe, names, options.threads, examples, stack, entries)
        for name, remote in remotes.items():
            notes[name]["versions"] = remote.versions
        if options.epoch:
            steps = dict.fromkeys(remotes, math.ceil(len(images) / batch_size))
        else:
            steps = {name: options.steps or _steps_of_a_turn(remote) for name, remote in remotes.items()}
        turns = {
            name: (lambda r=remote, n=steps[name]: r.step_seconds(n)) for name, remote in remotes.items()
        }
        times = alternate(turns, options.rounds) if turns else {}
    for name, values in times.items():
        if options.epoch:
            values = [steps[name] * value for value in values]
        entries[name] |= {"median": median(values), "least": min(values), "greatest": max(values)}
        entries[name]["rounds"] = len(values)
    return entries


def _verified(
    recipe: str, names: Sequence[str], threads: int, examples: Path, stack: ExitStack, entries: Result
) -> dict[str, Remote]:
    """Start the contestants, add their results to ``entries``, and return those that agree."""
    remotes: dict[str, Remote] = {}
    if len(get_model(recipe).input_shape) == 1:  # flat inputs have no channels
        names = [name for name in names if name != "pytorch-channels-last"]
    for name in names:
        try:
            remote = Remote(name, recipe, threads, examples)
        except ContestantFailed as failure:
            entries[name] = {"left_out": f"it failed: {failure}"}
            print(f"  {name}: left out, it failed: {failure}")
            continue
        stack.callback(remote.close)
        reference = remotes.get("npae", remote).losses
        furthest = max(abs(a / b - 1) for a, b in zip(remote.losses, reference))
        if not furthest <= TOLERANCE:
            reason = f"its losses differ by {furthest:.1e}"
            entries[name] = {"left_out": reason, "losses": remote.losses}
            print(f"  {name}: left out, {reason}: {remote.losses} against {reference}")
            continue
        if name != "npae":
            print(f"  {name}: {len(reference)} losses agree with npae's within {furthest:.0e}", flush=True)
        entries[name] = {"disagreement": furthest}
        remotes[name] = remote
    return remotes


def _steps_of_a_turn(remote: Remote) -> int:
    return max(3, round(TURN_SECONDS / remote.step_seconds(3)))


def _entries(times: Result) -> list[Result]:
    return list(times["contestants"].values())


def draw(result: Result, path: Path) -> Path:
    """Draw a recorded result as bars, one panel per recipe."""
    from benchmarks.charts import bar_panels

    unit, factor = result["unit"], 1 if result["unit"] == "s/epoch" else 1000
    panels = {
        f"{recipe}\nbatch {times['batch_size']}": {
            name: factor * entry["median"]
            for name, entry in times["contestants"].items()
            if "median" in entry
        }
        for recipe, times in result["recipes"].items()
    }
    what = "An epoch" if unit == "s/epoch" else "One training step"
    title = f"{what} on a CPU, {result['threads']} threads (shorter is faster)"
    return bar_panels(path, title, blocks.description(result), panels, unit)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = results.parser("peers", "Time a training step of every recipe, in npae and in its peers.")
    results.add_threads(parser)
    peers = [name for name in CONTESTANTS if name != "npae"]
    parser.add_argument("--recipes", nargs="+", choices=TIMED, default=TIMED, metavar="NAME")
    parser.add_argument(
        "--models",
        nargs="*",
        choices=list(MODELS),
        metavar="NAME",
        help=f"instead of recipes, all or some of {', '.join(MODELS)}",
    )
    parser.add_argument(
        "--peers", nargs="*", choices=peers, metavar="NAME", help=f"of {', '.join(peers)}; default: all"
    )
    parser.add_argument("--rounds", type=int, metavar="N", help="turns of each; default: 9, or 3 epochs")
    parser.add_argument("--steps", type=int, metavar="N", help="of a turn; default: for about 0.4 seconds")
    parser.add_argument("--resume", action="store_true", help="keep what is recorded, and measure the rest")
    parser.add_argument("--data", default="auto", metavar="NAME", help="as for npae train")
    parser.add_argument("--limit", type=int, metavar="N", help="use only the first N images")
    parser.add_argument(
        "--epoch", action="store_true", help="time whole epochs, for instance of --models lenet-5"
    )
    options = parser.parse_args(arguments)
    if options.models is not None:
        options.models = options.recipes = options.models or list(MODELS)
    if options.peers is None:
        options.peers = peers
    options.rounds = options.rounds or (2 if options.quick else 3 if options.epoch else 9)
    if options.quick:
        options.steps, options.limit = options.steps or 3, options.limit or (None if options.models else 5120)
    return options


if __name__ == "__main__":
    sys.exit(main())

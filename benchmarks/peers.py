"""One training step of every recipe, npae beside every framework installed: first agreed upon, then timed.

Each contestant lives in a process of its own, held to the same number of cores and threads. Before anything
is timed, the losses of ten steps from the same initial weights on the same batches have to agree within
1e-4. Then the contestants take turns, in rounds, and the medians over the rounds are compared.
"""

from __future__ import annotations

import math
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from benchmarks import report
from benchmarks.contestants import CONTESTANTS, ContestantFailed, Remote, missing, versions
from benchmarks.tasks import TIMED, load_images
from benchmarks.timing import alternate, available_cores, describe_machine, geometric_mean, median
from npae.recipes import get_recipe

TOLERANCE = 1e-4
TURN_SECONDS = 0.4


def main(arguments: list[str] | None = None) -> int:
    """Run the comparison; returns 1 if a contestant did not compute what npae computes."""
    options = _parser().parse_args(arguments)
    if not 1 <= options.threads <= len(available_cores()):
        print(
            f"--threads {options.threads}: this process may use {len(available_cores())} cores",
            file=sys.stderr,
        )
        return 2
    names = _present(options.peers)
    options.machine = describe_machine()
    print(f"{options.machine}\nthreads of each contestant: {options.threads}")
    results, disagreement = {}, False
    for recipe in options.recipes:
        print(f"\n{recipe}")
        times, differing = compare(recipe, names, options)
        disagreement |= differing
        if "npae" in times:
            results[recipe] = times
    if results:
        _show(results, names, options)
    return int(disagreement)


def compare(recipe: str, names: list[str], options) -> tuple[dict[str, list[float]], bool]:
    """Verify and time the contestants on one recipe.

    Returns
    -------
    Seconds of a step (or of an epoch, with ``--epoch``) in each round, by contestant, and whether one of them
    disagreed; who disagrees or fails is left out, with a line that says so.
    """
    images = load_images(recipe, options.limit, options.data)
    batch_size = get_recipe(recipe).batch_size
    if not options.epoch:
        images = images[: len(images) // batch_size * batch_size]  # only full batches: all steps are alike
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        np.save(Path(folder, "images.npy"), images)
        remotes, differing = _verified(recipe, names, options.threads, Path(folder, "images.npy"), stack)
        if options.epoch:
            steps = dict.fromkeys(remotes, math.ceil(len(images) / batch_size))
        else:
            steps = {name: options.steps or _steps_of_a_turn(remote) for name, remote in remotes.items()}
        turns = {
            name: (lambda r=remote, n=steps[name]: r.step_seconds(n)) for name, remote in remotes.items()
        }
        times = alternate(turns, options.rounds)
    if options.epoch:
        times = {name: [steps[name] * value for value in values] for name, values in times.items()}
    return times, differing


def _verified(recipe: str, names: list[str], threads: int, images: Path, stack: ExitStack):
    remotes: dict[str, Remote] = {}
    differing = False
    if len(get_recipe(recipe).input_shape) == 1:  # without images there are no channels that could be last
        names = [name for name in names if name != "pytorch-channels-last"]
    for name in names:
        try:
            remote = Remote(name, recipe, threads, images)
        except ContestantFailed as failure:
            print(f"  {name}: left out, it failed: {failure}")
            continue
        stack.callback(remote.close)
        reference = remotes.get("npae", remote).losses
        furthest = max(abs(a / b - 1) for a, b in zip(remote.losses, reference))
        if furthest > TOLERANCE:
            differing = True
            print(
                f"  {name}: left out, its losses differ by {furthest:.1e}: {remote.losses} "
                f"against {reference}"
            )
            continue
        if name != "npae":
            print(f"  {name}: {len(reference)} losses agree with npae's within {furthest:.0e}")
        remotes[name] = remote
    return remotes, differing


def _steps_of_a_turn(remote: Remote) -> int:
    return max(3, round(TURN_SECONDS / remote.step_seconds(3)))


def _show(results, names: list[str], options) -> None:
    unit, factor = ("s/epoch", 1) if options.epoch else ("ms/step", 1000)
    rows, records, ratios = [], [], []
    for recipe, times in results.items():
        medians = {name: factor * median(values) for name, values in times.items()}
        peers = {name: value for name, value in medians.items() if name != "npae"}
        fastest = min(peers, key=peers.get, default="")
        ratio = medians["npae"] / peers[fastest] if peers else math.nan
        ratios.append(ratio)
        batch_size = get_recipe(recipe).batch_size
        rows.append([recipe, batch_size, *(report.number(medians.get(name, math.nan)) for name in names)])
        rows[-1] += [fastest or "-", report.number(ratio)]
        for name, values in times.items():
            record = {
                "recipe": recipe,
                "batch_size": batch_size,
                "contestant": name,
                "threads": options.threads,
            }
            record |= {"unit": unit, "median": medians[name], "fewest": factor * min(values)}
            record |= {"most": factor * max(values), "rounds": len(values), "versions": versions(name)}
            records.append(record)
    print(
        "\n"
        + report.table(["recipe", "batch", *names, "fastest peer", "npae / it"], rows)
        + f"\n{unit}, medians"
    )
    if not math.isnan(ratios[0]):
        print(f"npae / fastest peer, geometric mean: {geometric_mean(ratios):.3f}")
    stem = "epoch" if options.epoch else "peers"
    print(f"\n{report.write_csv(options.out / f'{stem}.csv', records)}")
    from benchmarks.charts import bar_panels

    panels = {
        f"{recipe}\nbatch {get_recipe(recipe).batch_size}": {n: factor * median(v) for n, v in times.items()}
        for recipe, times in results.items()
    }
    what = "An epoch" if options.epoch else "One training step"
    title = f"{what} on a CPU, {options.threads} threads (shorter is faster)"
    print(bar_panels(options.out / f"{stem}.png", title, options.machine, panels, unit))


def _present(wanted: list[str]) -> list[str]:
    present = ["npae"]
    for name in wanted:
        if lacking := missing(name):
            print(
                f"{name}: skipped, {' and '.join(lacking)} not installed (pip install '.[bench]' brings it)"
            )
        else:
            present.append(name)
    return present


def _parser():
    parser = report.parser("peers", "A training step of every recipe, npae beside its peers, in one run.")
    report.add_threads(parser)
    peers = [name for name in CONTESTANTS if name != "npae"]
    parser.add_argument("--recipes", nargs="+", choices=TIMED, default=TIMED, metavar="NAME")
    parser.add_argument(
        "--peers", nargs="*", choices=peers, metavar="NAME", help=f"of {', '.join(peers)}; default: all"
    )
    parser.add_argument("--rounds", type=int, metavar="N", help="turns of each; default 9, or 3 epochs")
    parser.add_argument("--steps", type=int, metavar="N", help="of a turn; default: what fills 0.4 seconds")
    parser.add_argument("--data", default="auto", metavar="NAME", help="as for npae train")
    parser.add_argument("--limit", type=int, metavar="N", help="use only the first N images")
    parser.add_argument(
        "--epoch", action="store_true", help="time whole epochs; against pytorch, if no --peers are given"
    )
    return _Completed(parser, peers)


class _Completed:
    """A parser whose defaults depend on other options."""

    def __init__(self, parser, peers: list[str]):
        self.parser, self.peers = parser, peers

    def parse_args(self, arguments):
        options = self.parser.parse_args(arguments)
        if options.peers is None:
            options.peers = ["pytorch"] if options.epoch else self.peers
        options.rounds = options.rounds or (2 if options.quick else 3 if options.epoch else 9)
        if options.quick:
            options.steps, options.limit = options.steps or 3, options.limit or 20 * 256
        return options


if __name__ == "__main__":
    sys.exit(main())

"""Times imports and a first step, with empty and with warm caches; measures memory and disk.

Everything runs in a separate process, which is measured from its start to its end, with its peak memory.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from benchmarks import blocks, results
from benchmarks.contestants import CONTESTANTS, Process, create, present, run_process
from benchmarks.results import Result
from benchmarks.tables import number
from benchmarks.tasks import TIMED, training_data
from benchmarks.timing import pin, thread_environment
from npae.recipes import get_recipe

NPAE = ("numpy", "numba", "matplotlib")  # what npae depends on


class Notes:
    """The measurements, written into the result's file line by line."""

    def __init__(self, result: Result, options: argparse.Namespace):
        self.result = result
        self.folder = results.folder_of(options)
        self.name = f"startup/{results.slug()}"

    def keep(self) -> None:
        """Write the file."""
        self.path = results.write(self.name, self.result, self.folder)

    def line(self, label: str, measurement: Callable[[], Process], rounds: int) -> None:
        """Measure a process ``rounds`` times, and record the fastest, or the error if it failed."""
        try:
            taken, memory, _ = min(measurement() for _ in range(rounds))
            self.result["processes"].append({"what": label, "seconds": taken, "peak_MB": memory})
            print(f"  {label:<55} {number(taken):>6} s {memory:7.0f} MB", flush=True)
        except RuntimeError as failure:
            self.result["processes"].append({"what": label, "left_out": str(failure)})
            print(f"  {label}: left out: {failure}", flush=True)
        self.keep()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the measurements of the options, and record each at once."""
    options = _options(arguments)
    if options.first_step:
        pin(options.threads)
        _first_step(options.first_step, options.recipe, options.threads)
        return 0
    result = results.facts("startup", arguments, seed=0)
    results.warn_if_busy(result)
    print(blocks.description(result))
    names, notes_on = present(options.peers)
    result |= {"recipe": options.recipe, "threads": options.threads, "contestants": notes_on}
    result |= {"processes": [], "disk": {}}
    for name in dict.fromkeys(map(_kind, names)):
        packages = closure(distributions(NPAE if name == "npae" else CONTESTANTS[name].needs))
        result["disk"][name] = {"MB": sum(map(size_on_disk, packages)) / 1e6, "packages": len(packages)}
    notes = Notes(result, options)
    notes.keep()
    _starts(names, options, notes)
    print(f"\n{blocks.startup_table(result)}\n\n{notes.path}")
    return 0


def distributions(modules: Iterable[str]) -> list[str]:
    """Return the names of the installed distributions of modules: "tensorflow" may be "tensorflow-cpu"."""
    known = importlib.metadata.packages_distributions()
    return [name for module in modules for name in known.get(module, [module])]


def closure(packages: Iterable[str]) -> set[str]:
    """Return the names of these installed distributions and of all that they depend on."""
    from packaging.requirements import Requirement

    found: set[str] = set()
    waiting = list(packages)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        try:
            requirements = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        found.add(name)
        needed = [Requirement(line) for line in requirements]
        waiting += [r.name for r in needed if r.marker is None or r.marker.evaluate({"extra": ""})]
    return found


def size_on_disk(package: str) -> int:
    """Return the bytes of an installed distribution's files, without compiled bytecode."""
    files = importlib.metadata.files(package) or []
    paths = [file.locate() for file in files if file.suffix != ".pyc"]
    return sum(os.path.getsize(path) for path in paths if os.path.exists(path))


def _starts(names: Sequence[str], options: argparse.Namespace, notes: Notes) -> None:
    rounds, recipe = 1 if options.quick else 5, options.recipe
    python = sys.executable
    print(f"\nfrom the start of a process to its end, the fastest of {rounds}:\n")
    step = [python, "-m", "benchmarks.startup", "--recipe", recipe, "--threads", str(options.threads)]
    with tempfile.TemporaryDirectory() as warm:
        environment = {**thread_environment(options.threads), "NUMBA_CACHE_DIR": warm}

        def process(*command: str) -> Callable[[], Process]:
            return lambda: run_process([python, *command], environment)

        def first_step(name: str) -> Callable[[], Process]:
            return lambda: run_process([*step, "--first-step", name], environment)

        def cold() -> Process:
            with tempfile.TemporaryDirectory() as empty:
                return run_process([*step, "--first-step", "npae"], {**environment, "NUMBA_CACHE_DIR": empty})

        notes.line("python -c pass", process("-c", "pass"), rounds)
        notes.line("import numpy", process("-c", "import numpy"), rounds)
        for kind in dict.fromkeys(map(_kind, names)):
            modules = "npae" if kind == "npae" else ", ".join(CONTESTANTS[kind].needs)
            environment |= {"KERAS_BACKEND": CONTESTANTS[kind].variant}
            notes.line(f"import {modules}", process("-c", f"import {modules}"), rounds)
        notes.line("npae --help", process("-m", "npae", "--help"), rounds)
        notes.line(f"first step of {recipe}, npae, empty cache", cold, 1 if options.quick else 2)
        first_step("npae")()  # fills the cache
        for name in names:
            label = f"first step of {recipe}, {name}{', warm cache' if name == 'npae' else ''}"
            notes.line(label, first_step(name), min(rounds, 3))


def _first_step(name: str, recipe: str, threads: int) -> None:
    """Take a first step, in its process: random images, one batch."""
    recipe_ = get_recipe(recipe)
    images = np.random.default_rng(0).integers(0, 256, (recipe_.batch_size, 28, 28), np.uint8)
    create(name, recipe, threads).train(training_data(recipe, images), False, lambda loss: True)


def _kind(name: str) -> str:
    return "pytorch" if name.startswith("pytorch") else name


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = results.parser(
        "startup", "Measure cold and warm starts, peak memory and size on disk, with peers."
    )
    results.add_threads(parser)
    peers = [name for name in CONTESTANTS if name != "npae"]
    parser.add_argument("--recipe", choices=TIMED, default="conv", metavar="NAME")
    parser.add_argument(
        "--peers", nargs="*", choices=peers, default=peers, metavar="NAME", help=f"of {', '.join(peers)}"
    )
    parser.add_argument("--first-step", choices=list(CONTESTANTS), help="internal: take one first step")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())

"""Times a first step with empty and with warm caches, and whole trainings; measures memory and disk.

Everything runs in a separate process, which is measured from its start to its end, with its peak memory.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from benchmarks import blocks, results
from benchmarks.contestants import CONTESTANTS, ROOT, create, present
from benchmarks.results import Result
from benchmarks.tables import number
from benchmarks.tasks import TIMED, Data, training_data
from benchmarks.timing import pin, thread_environment
from npae import datasets
from npae.recipes import get_recipe

NEEDS = {  # modules whose distributions must be installed
    "npae": ("numpy", "numba", "matplotlib"),
    "pytorch": ("torch",),
    "keras-tensorflow": ("keras", "tensorflow"),
    "keras-jax": ("keras", "jax"),
}
IMPORTS = {
    "npae": "npae",
    "pytorch": "torch",
    "keras-tensorflow": "tensorflow, keras",
    "keras-jax": "jax, keras",
}


class Notes:
    """The measurements, written into the result's file line by line."""

    def __init__(self, result: Result, options: argparse.Namespace):
        self.result = result
        self.folder = results.folder_of(options)
        self.name = f"startup/{results.slug()}"

    def keep(self) -> None:
        """Write the file."""
        self.path = results.write(self.name, self.result, self.folder)

    def line(self, label: str, measurement: Callable[[], tuple[float, float]], rounds: int) -> None:
        """Measure a process ``rounds`` times, and record the fastest, or the error if it failed."""
        try:
            taken, memory = min(measurement() for _ in range(rounds))
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
    if options.script:
        pin(options.threads)
        _script(options.script, options)
        return 0
    result = results.facts("startup", arguments, seed=0)
    results.warn_if_busy(result)
    print(blocks.description(result))
    names, notes_on = present(options.peers)
    result |= {"recipe": options.recipe, "threads": options.threads, "contestants": notes_on}
    result |= {"processes": [], "disk": {}}
    for name in dict.fromkeys(map(_kind, names)):
        packages = closure(distributions(NEEDS[name]))
        result["disk"][name] = {"MB": sum(map(size_on_disk, packages)) / 1e6, "packages": len(packages)}
    notes = Notes(result, options)
    notes.keep()
    _starts(names, options, notes)
    if not options.no_training:
        _trainings(names, options, notes)
    print(f"\n{blocks.startup_table(result)}\n\n{notes.path}")
    return 0


def measure(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Run a process to its end.

    Returns
    -------
    Its seconds, and the peak of its resident memory in MB: NaN if the system does not measure it, and on
    Linux at least the memory of this process when it started the other one.

    Raises
    ------
    RuntimeError
        If it fails; the message has the last line of its stderr.
    """
    with tempfile.TemporaryFile("w+") as messages:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=messages
        )
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
    return taken, memory


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

        def process(*command: str) -> Callable[[], tuple[float, float]]:
            return lambda: measure([python, *command], environment)

        def first_step(name: str) -> Callable[[], tuple[float, float]]:
            return lambda: measure([*step, "--first-step", name], environment)

        def cold() -> tuple[float, float]:
            with tempfile.TemporaryDirectory() as empty:
                return measure([*step, "--first-step", "npae"], {**environment, "NUMBA_CACHE_DIR": empty})

        notes.line("python -c pass", process("-c", "pass"), rounds)
        for kind in dict.fromkeys(map(_kind, names)):
            notes.line(f"import {IMPORTS[kind]}", process("-c", f"import {IMPORTS[kind]}"), rounds)
        notes.line("npae --help", process("-m", "npae", "--help"), rounds)
        notes.line(f"first step of {recipe}, npae, empty cache", cold, 1 if options.quick else 2)
        first_step("npae")()  # fills the cache
        for name in names:
            label = f"first step of {recipe}, {name}{', warm cache' if name == 'npae' else ''}"
            notes.line(label, first_step(name), min(rounds, 3))


def _trainings(names: Sequence[str], options: argparse.Namespace, notes: Notes) -> None:
    epochs = options.epochs or (1 if options.quick else get_recipe(options.recipe).epochs)
    print(f"\n{options.recipe} trained for {epochs} epochs, validated after each, from start to end:\n")
    shared = ["--threads", str(options.threads), "--epochs", str(epochs), "--data", options.data]
    shared += ["--limit", str(options.limit)] if options.limit else []
    script = [sys.executable, "-m", "benchmarks.startup", "--recipe", options.recipe, *shared, "--script"]
    train = [sys.executable, "-m", "npae", "train", options.recipe, "--quiet", *shared, "--out"]
    what = f"{options.recipe}, {epochs} epochs"
    for name in names:
        with tempfile.TemporaryDirectory() as empty:
            environment = {**thread_environment(options.threads), "NUMBA_CACHE_DIR": f"{empty}/cache"}
            if name == "pytorch-compile":
                environment["TORCHINDUCTOR_CACHE_DIR"] = f"{empty}/cache"

            def process(
                *command: str, variables: dict[str, str] = environment
            ) -> Callable[[], tuple[float, float]]:
                return lambda: measure(list(command), variables)

            label = f"{what}: {name}, a script"
            if name == "npae":
                command = f"{what}: npae train, empty cache, figures and all"
                notes.line(command, process(*train, f"{empty}/run"), 1)
                label += ", now that the cache is warm"
            notes.line(label, process(*script, name), 1)


def _first_step(name: str, recipe: str, threads: int) -> None:
    """Take a first step, in its process: random images, one batch."""
    recipe_ = get_recipe(recipe)
    images = np.random.default_rng(0).integers(0, 256, (recipe_.batch_size, 28, 28), np.uint8)
    create(name, recipe, threads).train(training_data(recipe, images), False, lambda loss: True)


def _script(name: str, options: argparse.Namespace) -> None:
    """Train the recipe like a user's script in that framework."""
    recipe = get_recipe(options.recipe)
    dataset = datasets.load(options.data, recipe.dataset)
    images, tests = dataset.train_images[: options.limit], dataset.test_images[: options.limit]
    data, validation = training_data(options.recipe, images), training_data(options.recipe, tests)
    if validation.noise:
        validation = Data(validation.x, scale=data.scale, offset=data.offset)
    contestant = create(name, options.recipe, options.threads)
    steps = -(-len(images) // recipe.batch_size)
    losses: list[float] = []

    def after_step(loss: float) -> bool:
        losses.append(loss)
        if len(losses) % steps == 0:
            epoch = len(losses) // steps
            print(
                f"epoch {epoch}  loss {np.mean(losses[-steps:]):.4f}  "
                f"val_loss {contestant.mean_loss(validation):.4f}"
            )
        return len(losses) == options.epochs * steps

    contestant.train(data, True, after_step)


def _kind(name: str) -> str:
    return "pytorch" if name.startswith("pytorch") else name


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = results.parser(
        "startup", "Measure cold and warm starts, whole trainings, peak memory and size on disk, with peers."
    )
    results.add_threads(parser)
    peers = [name for name in CONTESTANTS if name != "npae"]
    parser.add_argument("--recipe", choices=TIMED, default="conv", metavar="NAME")
    parser.add_argument(
        "--peers", nargs="*", choices=peers, default=peers, metavar="NAME", help=f"of {', '.join(peers)}"
    )
    parser.add_argument("--epochs", type=int, metavar="N", help="of the training; default: as published")
    parser.add_argument("--data", default="auto", metavar="NAME", help="as for npae train")
    parser.add_argument("--limit", type=int, metavar="N", help="use only the first N images")
    parser.add_argument(
        "--no-training", action="store_true", help="leave out the whole trainings, which take minutes"
    )
    parser.add_argument("--first-step", choices=list(CONTESTANTS), help="internal: take one first step")
    parser.add_argument("--script", choices=list(CONTESTANTS), help="internal: run one whole training")
    options = parser.parse_args(arguments)
    if options.quick:
        options.limit = options.limit or 1024
    return options


if __name__ == "__main__":
    sys.exit(main())

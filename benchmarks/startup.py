"""What a first step costs, on an empty machine and on a warm one; whole trainings; memory and disk.

Everything is a process of its own, measured from its start to its end, with its peak memory.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import numpy as np

from benchmarks import report
from benchmarks.contestants import CONTESTANTS, ROOT, create, missing
from benchmarks.tasks import TIMED, Data, training_data
from benchmarks.timing import describe_machine, pin, thread_environment
from npae import datasets
from npae.recipes import get_recipe

PACKAGES = {
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


def main(arguments: list[str] | None = None) -> int:
    """Measure everything that was asked for and print a line for each."""
    options = _options(arguments)
    if options.first_step:
        pin(options.threads)
        _first_step(options.first_step, options.recipe, options.threads)
        return 0
    if options.script:
        pin(options.threads)
        _script(options.script, options)
        return 0
    print(describe_machine())
    peers = [name for name in options.peers if not missing(name)]
    for name in set(options.peers) - set(peers):
        print(f"{name}: skipped, {' and '.join(missing(name))} not installed")
    records: list[dict] = []
    _starts(["npae", *peers], options, records)
    if not options.no_training:
        _trainings(["npae", *peers], options, records)
    print(
        f"\n{report.write_csv(options.out / 'startup.csv', records)}\n\n"
        "size on disk of what has to be installed beside:"
    )
    for name in dict.fromkeys(map(_kind, ("npae", *peers))):
        names = closure(PACKAGES[name])
        print(f"  {name:<22} {sum(map(size_on_disk, names)) / 1e6:7.0f} MB  in {len(names)} packages")
    return 0


def measure(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Run a process to its end.

    Returns
    -------
    Its seconds, and the peak of its resident memory in MB: NaN where the system does not tell, and on Linux
    never less than what this process had when it started the other one.

    Raises
    ------
    RuntimeError
        If it fails; the message holds the last line of its stderr.
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


def closure(packages: tuple[str, ...]) -> set[str]:
    """Return the names of installed distributions that these need, themselves included."""
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
    """Return the bytes of an installed distribution's files, without the bytecode made of them."""
    files = importlib.metadata.files(package) or []
    paths = [file.locate() for file in files if file.suffix != ".pyc"]
    return sum(os.path.getsize(path) for path in paths if os.path.exists(path))


def _starts(names: list[str], options, records: list[dict]) -> None:
    python = sys.executable
    rounds = 1 if options.quick else 5
    print(f"\nfrom the start of a process to its end, the fastest of {rounds}:\n")
    with tempfile.TemporaryDirectory() as warm:
        environment = {**thread_environment(options.threads), "NUMBA_CACHE_DIR": warm}
        _line("python -c pass", lambda: measure([python, "-c", "pass"], environment), rounds, records)
        for name in names:
            command = [python, "-c", f"import {IMPORTS[_kind(name)]}"]
            _line(
                f"import {IMPORTS[_kind(name)]}", lambda c=command: measure(c, environment), rounds, records
            )
        command = [python, "-m", "npae", "--help"]
        _line("npae --help", lambda: measure(command, environment), rounds, records)
        step = [
            python,
            "-m",
            "benchmarks.startup",
            "--recipe",
            options.recipe,
            "--threads",
            str(options.threads),
        ]

        def cold() -> tuple[float, float]:
            with tempfile.TemporaryDirectory() as empty:
                return measure([*step, "--first-step", "npae"], {**environment, "NUMBA_CACHE_DIR": empty})

        _line(f"first step of {options.recipe}, npae, empty cache", cold, 1 if options.quick else 2, records)
        for name in names:
            if name == "npae":
                measure([*step, "--first-step", name], environment)  # fills the cache
            label = f"first step of {options.recipe}, {name}{', warm cache' if name == 'npae' else ''}"
            _line(
                label,
                lambda n=name: measure([*step, "--first-step", n], environment),
                min(rounds, 3),
                records,
            )


def _trainings(names: list[str], options, records: list[dict]) -> None:
    epochs = options.epochs or (1 if options.quick else get_recipe(options.recipe).epochs)
    print(f"\n{options.recipe} trained for {epochs} epochs, validated after each, from start to end:\n")
    shared = ["--threads", str(options.threads), "--epochs", str(epochs), "--data", options.data]
    shared += ["--limit", str(options.limit)] if options.limit else []
    script = [sys.executable, "-m", "benchmarks.startup", "--recipe", options.recipe, *shared, "--script"]
    train = [sys.executable, "-m", "npae", "train", options.recipe, "--quiet", *shared, "--out"]
    for name in names:
        with tempfile.TemporaryDirectory() as empty:
            environment = {**thread_environment(options.threads), "NUMBA_CACHE_DIR": f"{empty}/cache"}
            if name == "pytorch-compile":
                environment["TORCHINDUCTOR_CACHE_DIR"] = f"{empty}/cache"
            label = f"{name}, a script"
            if name == "npae":
                command = [*train, f"{empty}/run"]
                what = f"npae train {options.recipe}, empty cache, figures and all"
                _line(what, lambda: measure(command, environment), 1, records)
                label += ", now that the cache is warm"
            _line(label, lambda: measure([*script, name], environment), 1, records)


def _line(
    label: str, measurement: Callable[[], tuple[float, float]], rounds: int, records: list[dict]
) -> None:
    try:
        taken, memory = min(measurement() for _ in range(rounds))
    except RuntimeError as failure:
        print(f"  {label}: left out: {failure}")
        return
    print(f"  {label:<55} {report.number(taken):>6} s {memory:7.0f} MB", flush=True)
    records.append({"what": label, "seconds": taken, "peak_MB": memory})


def _first_step(name: str, recipe: str, threads: int) -> None:
    """Be the process of a first step: random images, one batch."""
    recipe_ = get_recipe(recipe)
    images = np.random.default_rng(0).integers(0, 256, (recipe_.batch_size, 28, 28), np.uint8)
    create(name, recipe, threads).train(training_data(recipe, images), False, lambda loss: True)


def _script(name: str, options) -> None:
    """Be the script that a user of that framework would train the recipe with."""
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


def _options(arguments: list[str] | None):
    parser = report.parser(
        "startup", "Cold and warm starts, whole trainings, peak memory, size on disk; peers beside."
    )
    report.add_threads(parser)
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
    parser.add_argument("--first-step", choices=list(CONTESTANTS), help="be the process of one first step")
    parser.add_argument("--script", choices=list(CONTESTANTS), help="be the process of one whole training")
    options = parser.parse_args(arguments)
    if options.quick:
        options.limit = options.limit or 1024
    return options


if __name__ == "__main__":
    sys.exit(main())

"""Functions that several commands share: for options, data, runs, and error messages."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from npae.arguments import LARGEST, printable
from npae.exercises.targets import WrongUsage
from npae.terminal import warn
from npae.training.kept import Compute

if TYPE_CHECKING:
    from npae.datasets import Dataset
    from npae.recipes.run import Run

__all__ = ["Parser", "WrongUsage"]

Commands = argparse._SubParsersAction  # what add_subparsers returns; argparse has no public name for it


class Parser(argparse.ArgumentParser):
    """A parser whose error for `whole_number` is "--epochs must be ..."."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and the message, and exit with status 2."""
        super().error(printable(message.removeprefix("argument ").replace(": must be", " must be", 1)))


def add_run_command(
    commands: Commands, name: str, function: Callable[[argparse.Namespace], int | None], help: str
) -> argparse.ArgumentParser:
    """Add and return a command whose first argument is the folder of a run, with `add_compute`."""
    command = commands.add_parser(name, help=help)
    command.add_argument("directory", metavar="DIR", help="the output folder of npae train")
    add_compute(command)
    command.set_defaults(command=function)
    return command


def add_compute(command: argparse.ArgumentParser) -> None:
    """Add ``--threads`` and ``--backend`` to a command."""
    command.add_argument(
        "--threads", type=whole_number(1), metavar="N", help="default: all cores; does not change results"
    )
    add_backend(command)


def add_backend(command: argparse.ArgumentParser) -> None:
    """Add ``--backend`` to a command."""
    command.add_argument("--backend", choices=("numba", "numpy"), help="default: numba")


def add_training(command: argparse.ArgumentParser, epochs: str) -> None:
    """Add the common options of `npae train` and `npae anomaly`; ``epochs`` is the help of ``--epochs``."""
    add = command.add_argument
    add(
        "--data",
        metavar="NAME|PATH",
        help="auto (default), mnist, fashion-mnist, synthetic, scenes, washers, or a path to images of your "
        "own (see npae data --help)",
    )
    add(
        "--size",
        type=image_size,
        metavar="N|HxW",
        help="resize all images to H x W pixels; ratios may change",
    )
    add("--epochs", type=whole_number(1), metavar="N", help=epochs)
    add("--seed", type=whole_number(0), metavar="N", help="default: 0")
    add("--limit", type=whole_number(1), metavar="N", help="use only the first N images")
    add("--resume", action="store_true", help="continue the run in --out where it was interrupted")
    add("--quiet", action="store_true", help="print only errors, and a warning if the data are synthetic")
    add_compute(command)


def whole_number(least: int) -> Callable[[str], int]:
    """Return a function that converts an option's text to a whole number of at least ``least``."""

    def number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if not least <= value < LARGEST:
            most = f" and below {LARGEST}" if value >= LARGEST else ""
            raise argparse.ArgumentTypeError(
                f"must be a whole number of at least {least}{most}, not {text!r}"
            )
        return value

    return number


def image_size(text: str) -> str:
    """Return an option's text as HEIGHTxWIDTH."""
    from npae.recipes.folder import parse_size

    try:
        height, width = parse_size(text) or (0, 0)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error).replace("a size ", "")) from None
    return f"{height}x{width}"


def say_nothing(*_: object) -> None:
    """Ignore a line, or how far a download is."""


def evaluated(options: argparse.Namespace, data: str | None = None) -> Run:
    """Return the run that a command measures or draws, with its model and data."""
    from npae.recipes.stored import load_run
    from npae.training.callbacks import Progress

    compute = Compute(options.threads, Progress(sys.stderr), warn)
    with wrong_usage_if(data is not None and _is_unknown(data)):
        return load_run(options.directory, data, compute)


def load_data(name: str, preferred: str, quiet: bool, size: str | None = None) -> Dataset:
    """Return the result of `npae.datasets.load`; if ``quiet``, print only a warning of synthetic data."""
    from npae import datasets
    from npae.recipes.folder import parse_size

    sides = parse_size(size)
    with wrong_usage_if(_is_unknown(name)):
        if quiet:
            dataset = datasets.load(name, preferred, report=say_nothing, progress=say_nothing, size=sides)
        else:
            dataset = datasets.load(name, preferred, report=warn, size=sides)
    replaced = name.lower() == "auto" and preferred not in datasets.DRAWN
    if quiet and dataset.synthetic and replaced:
        warn(f"npae: the digits are synthetic, {dataset.source}")
    return dataset


def about(dataset: Dataset) -> str:
    """Return a line that describes a data set."""
    count = f"{len(dataset.train_images):,} training and {len(dataset.test_images):,} test images"
    channels, height, width = dataset.image_shape
    count += f" of {height} x {width} pixels, {'grey' if channels == 1 else 'in colour'}"
    if dataset.train_labels is None:
        count += ", without labels (what needs labels is left out)"
    own = dataset.synthetic or dataset.name == dataset.source
    return f"data: {dataset.name}, {count}" + ("" if own else f", from {dataset.source}")


@contextmanager
def wrong_usage_if(condition: bool) -> Iterator[None]:
    """If a condition holds, convert a ValueError of the ``with`` block to wrong usage (status 2)."""
    try:
        yield
    except ValueError as error:
        if condition:
            raise WrongUsage(str(error)) from None
        raise


def is_back(moved: Path | None) -> bool:
    """Return whether a run that was moved aside has been moved back."""
    return moved is not None and not os.path.lexists(moved)


def _is_unknown(data: str) -> bool:
    from npae.recipes.folder import is_named, located

    return not is_named(data) and not os.path.exists(located(data))

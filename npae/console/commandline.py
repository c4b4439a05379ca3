"""What several commands share: their options, how they get their data, and how they say things."""

from __future__ import annotations

import sys


def add_compute(command) -> None:
    """Add ``--threads`` and ``--backend`` to a command."""
    command.add_argument(
        "--threads", type=positive, metavar="N", help="default: all cores; changes no result"
    )
    add_backend(command)


def add_backend(command) -> None:
    """Add ``--backend`` to a command."""
    command.add_argument("--backend", choices=("numba", "numpy"), help="default: numba")


def load_data(name: str, preferred: str, quiet: bool):
    """Return a data set, as `npae.datasets.load` does.

    A quiet command is silent about where the data come from, except where they are not the expected ones.
    """
    from npae import datasets

    silent = {"report": lambda line: None, "progress": lambda *amounts: None}
    dataset = datasets.load(name, preferred, **(silent if quiet else {"report": warn}))
    if quiet and dataset.synthetic and name.lower() != "synthetic":
        warn(f"npae: the digits are synthetic, {dataset.source}")
    return dataset


def about(dataset) -> str:
    """Return a line that says which data these are."""
    count = f"{len(dataset.train_images):,} training and {len(dataset.test_images):,} test images"
    return f"data: {dataset.name}, {count}" + ("" if dataset.synthetic else f", from {dataset.source}")


def warn(line: str) -> None:
    """Say something that is no result."""
    print(line, file=sys.stderr)


def natural(text: str) -> int:
    """Return the number that a text stands for, at least 0."""
    value = int(text)
    if value < 0:
        raise ValueError
    return value


def positive(text: str) -> int:
    """Return the number that a text stands for, at least 1."""
    value = int(text)
    if value < 1:
        raise ValueError
    return value


# argparse says "invalid NAME value: '-3'": with these names that is a sentence.
natural.__name__ = "non-negative integer"
positive.__name__ = "positive integer"

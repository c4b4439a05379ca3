"""The folder of a run: its settings, the names of its files, and how no run in it is ever lost."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from npae import datasets
from npae.checkpoints import read_metadata, written_whole

MODEL, CHECKPOINT, HISTORY, METRICS = "model.npz", "checkpoint.npz", "history.csv", "metrics.json"


@dataclass(frozen=True)
class Settings:
    """What decides a run's result; kept with the run, to resume, evaluate and draw it again."""

    recipe: str
    data: str = "auto"
    epochs: int | None = None
    batch_size: int | None = None
    seed: int = 0
    limit: int | None = None
    noise: bool = False


def resumed_settings(directory: str | os.PathLike, asked: dict[str, Any]) -> Settings:
    """Return the settings of a run that is to go on, where only the number of epochs may be another one.

    Parameters
    ----------
    directory : path
        With the checkpoint of the run.
    asked : dict
        The settings that were asked for explicitly.

    Raises
    ------
    ValueError
        If there is no checkpoint, or what is asked for is not what the run began with.
    """
    path = Path(directory) / CHECKPOINT
    if not path.is_file():
        raise ValueError(
            f"{directory} holds no {CHECKPOINT} to resume from; leave out --resume to start a new run"
        )
    metadata = read_metadata(path)
    settings = metadata["settings"]
    for name, value in asked.items():
        if name not in ("epochs", "data") and value != settings[name]:
            raise ValueError(
                f"the run in {directory} began with {name} {settings[name]}, and cannot go on with {value}; "
                "leave the option out, or start a new run in another --out"
            )
    return replace(
        Settings(**settings),
        data=asked.get("data") or trained_on(metadata),
        epochs=asked.get("epochs") or settings["epochs"],
    )


def make_room(directory: str | os.PathLike) -> Path | None:
    """Create a folder for a new run. An earlier run in it is not overwritten: its folder gets another name.

    Returns
    -------
    The new path of the earlier run, or None.

    Raises
    ------
    ValueError
        If the folder cannot be created or written.
    """
    directory, moved = Path(directory), None
    try:
        if any((directory / name).exists() for name in (MODEL, CHECKPOINT, METRICS)):
            number = 1
            while (moved := directory.with_name(f"{directory.resolve().name}.{number}")).exists():
                number += 1
            directory.rename(moved)
        directory.mkdir(parents=True, exist_ok=True)
        with written_whole(directory / ".writable"):
            pass
        (directory / ".writable").unlink()
    except OSError as error:
        raise ValueError(f"cannot write a run into {directory}: {error.strerror}") from None
    return moved


def trained_on(metadata: dict[str, Any]) -> str:
    """Return the name or path under which the data set of a run is found again."""
    name = metadata["dataset"]["name"]
    return name if name in (*datasets.NAMES, "synthetic") else metadata["settings"]["data"]


def read_history(path: str | os.PathLike) -> dict[str, list[float]]:
    """Return what `npae.callbacks.write_history` wrote.

    Raises
    ------
    ValueError
        If the file is missing or no such table.
    """
    try:
        table = np.genfromtxt(path, delimiter=",", names=True, ndmin=1)
        return {name: table[name].tolist() for name in table.dtype.names if name != "epoch"}
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(f"{path} cannot be read as a history: {error}") from None

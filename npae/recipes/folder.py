"""The folder of a run: its settings, its files, and how a new run keeps an earlier one."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from npae import datasets
from npae.arguments import LARGEST
from npae.datasets import Dataset
from npae.files.lock import locked
from npae.files.reading import read_text
from npae.files.writing import sweep
from npae.training.checkpoints import read_history_and_metadata, read_metadata
from npae.training.kept import CHECKPOINT, HISTORY, MODEL

METRICS = "metrics.json"
LONGEST_HISTORY = 1 << 21  # bytes, of more than 20,000 epochs
LONGEST_SIDE = 4096  # pixels of an image
PARTS = "parts"  # the folder of a run's further models
UNFOLD = "unfold"  # the folder of its codes by epoch


@dataclass(frozen=True)
class Settings:
    """The options that determine a run's result; saved with the run, to resume, evaluate and draw it."""

    recipe: str
    data: str = "auto"
    epochs: int | None = None
    batch_size: int | None = None
    seed: int = 0
    limit: int | None = None
    noise: bool = False
    size: str | None = None  # of the images, HEIGHTxWIDTH; see `parse_size`

    @classmethod
    def from_metadata(cls, metadata: dict[str, Any], path: str | os.PathLike) -> Settings:
        """Return the settings in the metadata of a model or a checkpoint.

        Parameters
        ----------
        metadata : dict
            Has the "settings", and the "name" and "sha256" of the "dataset".
        path : path
            The file of the metadata, for the message.

        Raises
        ------
        ValueError
            If ``npae train`` did not write the metadata.
        """
        settings, dataset = (entry(metadata, name) for name in ("settings", "dataset"))
        if unknown := sorted(settings.keys() - {field.name for field in fields(cls)}):
            names = ", ".join(unknown)
            raise ValueError(f"{path} has settings that this version of npae does not know: {names}")
        texts = [settings.get("recipe"), settings.get("data", ""), dataset.get("name"), dataset.get("sha256")]
        texts += ["" if (size := settings.get("size")) is None else size]
        texts = [text if isinstance(text, str) and "\0" not in text else None for text in texts]
        numbers = [settings.get(name) for name in ("epochs", "batch_size", "seed", "limit", "noise")]
        if None in texts or not all(
            number is None or (isinstance(number, int) and 0 <= number < LARGEST) for number in numbers
        ):
            raise ValueError(
                f"{path} has no recipe and no data set in its metadata: npae train did not write it; load it "
                "in Python, with npae.load_model or npae.load_checkpoint"
            )
        parse_size(size)
        return cls(**settings)


def parse_size(text: str | None) -> tuple[int, int] | None:
    """Return height and width of a text like "64" or "48x64"; None for None.

    Raises
    ------
    ValueError
        If it is something else, or a side is not from 1 to `LONGEST_SIDE`.
    """
    if text is None:
        return None
    parts = text.lower().split("x")
    sides = [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 6]
    if len(sides) != len(parts) or len(sides) > 2 or not all(1 <= side <= LONGEST_SIDE for side in sides):
        raise ValueError(
            f"a size must be N or HEIGHTxWIDTH, such as 64 or 48x64, in pixels from 1 to {LONGEST_SIDE}, not "
            f"{text!r}"
        )
    return sides[0], sides[-1]


def image_shape(metadata: dict[str, Any], path: str | os.PathLike) -> tuple[int, int, int]:
    """Return the shape (channels, height, width) of the images that a run was trained on.

    Raises
    ------
    ValueError
        If ``npae train`` did not write the metadata.
    """
    shape = entry(metadata, "dataset").get("shape", [1, 28, 28])  # earlier versions had no other
    if not isinstance(shape, list) or not len(shape) == 3 or not all(type(n) is int and n > 0 for n in shape):
        raise ValueError(f"{path} says that its images have the shape {shape!r}: npae train did not write it")
    channels, height, width = shape
    return channels, height, width


def resumed_settings(directory: str | os.PathLike, given: dict[str, Any]) -> Settings:
    """Return the settings of a run that is resumed; only the number of epochs may change.

    Parameters
    ----------
    directory : path
        With the checkpoint of the run, or with a part of it.
    given : dict
        The settings in the options of the command.

    Raises
    ------
    ValueError
        If there is no checkpoint, or a given setting differs from the run's.
    """
    path = begun(directory)
    if path is None:
        raise ValueError(
            f"{directory} holds no {CHECKPOINT} to resume from; leave out --resume to start a new run"
        )
    metadata = read_metadata(path)
    began = Settings.from_metadata(metadata, path)
    for name, value in given.items():
        if name not in ("epochs", "data") and value != getattr(began, name):
            raise ValueError(
                f"the run in {directory} began {in_words(name, getattr(began, name))}, and cannot continue "
                f"{in_words(name, value)}; use the same options, or start a new run in another --out"
            )
    data, epochs = given.get("data") or trained_on(metadata), given.get("epochs") or began.epochs
    return replace(began, data=data, epochs=epochs)


@contextmanager
def run_folder(directory: str | os.PathLike, resume: bool = False) -> Iterator[Path | None]:
    """Lock a folder for a run, remove what killed runs left unfinished, and keep an earlier run.

    For a new run, an earlier run in the folder is renamed. If the ``with`` block fails before the new run has
    written anything, the earlier run gets its name back. For a resumed run, the folder does not change.

    Yields
    ------
    The new path of the earlier run, or None. If it no longer exists after the block, the run has its name
    back.

    Raises
    ------
    ValueError
        If another process uses the folder, it cannot be created or written, or a folder in it is a link.
    """
    directory, moved = Path(directory), None
    try:
        with ExitStack() as held:
            try:
                if not resume and _holds_a_run(directory):
                    with locked(directory):
                        with suppress(ValueError):  # it has a link, through which nothing is written now
                            _sweep(directory)
                        moved = _move_aside(directory)
                if not resume:
                    _place(directory).mkdir(parents=True, exist_ok=True)
                held.enter_context(locked(directory))
                _sweep(directory)
            except OSError as error:
                raise ValueError(f"cannot write a run into {directory}: {error.strerror}") from None
            yield moved
    except BaseException:
        _put_back(directory, moved)
        raise


def subfolder(directory: str | os.PathLike, *names: str) -> Path:
    """Return the path of a folder of a run in which files are written.

    Raises
    ------
    ValueError
        If it is a link, or in one. The run may be a stranger's, and a link in it can lead anywhere; the run's
        folder itself is named by the caller, and may be one.
    """
    path = Path(directory)
    for name in names:
        path /= name
        if path.is_symlink():
            raise ValueError(
                f"{path} is a link; npae writes a run's files into the run's own folder alone: put what it "
                "leads to in its place"
            )
    return path


def _sweep(directory: Path) -> None:
    parts = subfolder(directory, PARTS).glob("*")
    for names in ((), *((PARTS, part.name) for part in parts), (UNFOLD,)):
        sweep(subfolder(directory, *names))


def _put_back(directory: Path, moved: Path | None) -> None:
    """Rename an earlier run back if the new run has written nothing."""
    if moved is None or _holds_a_run(directory):
        return
    place = _place(directory)
    with suppress(OSError):  # the folder has other files: both folders remain
        if place.exists():
            for folder in sorted(place.glob(f"{PARTS}/*")):  # of a part without a complete epoch
                folder.rmdir()
            if (place / PARTS).exists():
                (place / PARTS).rmdir()
            place.rmdir()
        moved.rename(place)


def located(data: str) -> str:
    """Return the name of a data set unchanged, and a path as an absolute path."""
    return data if is_named(data) else os.path.abspath(os.path.expanduser(data))


def is_named(data: str) -> bool:
    """Return whether a text is the name of a data set, rather than a path."""
    return data.lower().replace("_", "-") in ("", "auto", *datasets.DRAWN, *datasets.NAMES)


def trained_on(metadata: dict[str, Any]) -> str:
    """Return the path of the data set of a run, or its name if the path no longer exists."""
    given, name = located(metadata["settings"].get("data", "auto")), metadata["dataset"]["name"]
    gone = not (os.path.isabs(given) and os.path.exists(given))
    return name if gone and name in (*datasets.NAMES, *datasets.DRAWN) else given


def read_history(path: str | os.PathLike) -> dict[str, list[float]]:
    """Read a file of `npae.training.callbacks.write_history`.

    Raises
    ------
    ValueError
        If the file is missing or is not such a table.
    """
    try:
        rows = filter(None, csv.reader(io.StringIO(read_text(path, LONGEST_HISTORY), newline="")))
        header = next(rows, [])
        if len(set(header)) < len(header):
            raise ValueError("two columns have one name")
        columns: list[list[float]] = [[] for _ in header]
        for number, row in enumerate(rows, start=1):
            if len(row) != len(header):
                raise ValueError(f"row {number} has {len(row)} columns, and the first line {len(header)}")
            for column, value in zip(columns, row):
                column.append(float(value))
        if "loss" not in header or not columns[0]:
            raise ValueError("expected a line like epoch,loss,val_loss,seconds and one line per epoch")
        return {name: values for name, values in zip(header, columns) if name != "epoch"}
    except (OSError, ValueError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise ValueError(f"{path} cannot be read as a history: {reason}") from None


def progress_in_words(directory: str | os.PathLike, epochs: int) -> str | None:
    """Return how far the training of a run is: "2 of 3 epochs", "2 of 3 epochs and 17 steps", or None."""
    path = Path(directory) / CHECKPOINT
    if not path.is_file():
        path = Path(directory) / HISTORY  # of a run whose optimiser cannot be saved
        return f"{len(read_history(path)['loss'])} of {epochs} epochs" if path.is_file() else None
    history, metadata = read_history_and_metadata(path)
    done, cursor = f"{len(history.get('loss', []))} of {epochs} epochs", metadata.get("cursor")
    return f"{done} and {cursor.get('step')} steps" if isinstance(cursor, dict) else done


def begun(directory: str | os.PathLike) -> Path | None:
    """Return a file with the metadata of a run that can be resumed, or None.

    It is the checkpoint or, if there is none yet, a file of one of the run's parts.
    """
    directory = Path(directory)
    own = directory / CHECKPOINT
    if own.is_file():
        return own
    if (directory / MODEL).exists():
        return None
    found = (path for name in (CHECKPOINT, MODEL) for path in sorted(directory.glob(f"{PARTS}/*/{name}")))
    return next(found, None)


def in_words(name: str, value: Any) -> str:
    """Return a setting as a phrase: "with --epochs 3"."""
    if name == "recipe":
        return f"with the recipe {value}"
    option = "--" + name.replace("_", "-")
    if value is None or value is False:
        return f"without {option}"
    return f"with {option}" if value is True else f"with {option} {value}"


def _holds_a_run(directory: Path) -> bool:
    trials = any(directory.glob(f"{PARTS}/*.npz"))  # of npae anomaly
    ended = any((directory / name).exists() for name in (MODEL, METRICS))
    return trials or ended or begun(directory) is not None


def _place(directory: Path) -> Path:
    return Path(os.path.realpath(directory))  # Path.resolve raises errors of its own for a loop of links


def _move_aside(directory: Path) -> Path:
    place = _place(directory)
    if place in (Path.cwd(), *Path.cwd().parents):
        raise ValueError(
            f"{directory} holds a run and cannot be moved aside while you are in it; change to another "
            "folder, or give the new run another --out"
        )
    plain = directory.name not in ("", "..") and not directory.is_symlink()
    home, number = directory if plain else place, 1  # a link remains, and points to the new run
    while os.path.lexists(moved := home.with_name(f"{home.name}.{number}")):
        number += 1
    place.rename(moved)
    return moved


def entry(metadata: Any, name: str) -> dict[str, Any]:
    """Return an entry of a file's metadata, or an empty one in place of what is no dict."""
    found = metadata.get(name) if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def other_data(directory: str | os.PathLike, metadata: dict[str, Any], now: Dataset) -> str:
    """Return a sentence that says that the data set of a run and the current one differ."""
    before = metadata["dataset"]
    sums = f"SHA-256 {before['sha256'][:12]} and {now.sha256[:12]}"
    return f"the run in {directory} was trained on {before['name']}, and {now.name} is other data ({sums})"

"""Models and checkpoints on disk, in plain NumPy archives that contain no code.

A file is written whole or not at all (`npae.files.writing`). It is read as a stranger's: names, shapes and
dtypes are compared with those of the architecture before an array is read (`npae.files.reading`).
"""

from __future__ import annotations

import json
import math
import numbers
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from npae import arguments
from npae.arguments import brief, instance
from npae.files.reading import LARGEST, Archive, Layout, regular_file
from npae.files.writing import written_whole
from npae.model import Sequential
from npae.training.architecture import completed, describe_model, layer_from, model_from
from npae.training.optimizers import SGD, Adam

FORMAT = 1
WITHIN_EPOCH = 2  # the format of a checkpoint within an epoch, which version 0.1.0 would resume wrongly
HEADER = 1 << 23  # bytes of a header, four for each character


def save_model(path: str | os.PathLike, model: Sequential, metadata: dict[str, Any] | None = None) -> None:
    """Write a model's architecture and weights.

    Parameters
    ----------
    path : path
        Usually ``model.npz``.
    model : Sequential
        Built.
    metadata : dict, optional
        Anything that JSON can represent; `load_model` returns it.

    Raises
    ------
    ValueError
        If an argument is of another kind, the file cannot be written, or the model has layers other than
        npae's, which `load_model` could not construct. A checkpoint accepts any layers.
    """
    header = {"model": _described(model), "metadata": _checked(metadata)}
    with _complaining(path, "is not written, since load_model could not construct this model"):
        layer_from(header["model"]["layer"])
    write_archive(path, header, {f"params/{name}": value for name, value in model.params.items()})


def load_model(path: str | os.PathLike) -> tuple[Sequential, dict[str, Any]]:
    """Read a file of `save_model`; the model computes the same outputs, bit for bit.

    Returns
    -------
    The built model and the metadata.

    Raises
    ------
    ValueError
        If the file is missing, damaged, or in another format.
    """
    with _opened(path, "does not hold a model of npae") as (header, archive):
        model = model_from(header["model"])
        archive.expect({"header": archive.layout("header"), **_layouts(model)})
        for name, layer in model.leaves():
            for key in layer.params:
                layer.params[key] = np.ascontiguousarray(archive.read(f"params/{name}/{key}"))
        return model, _metadata(header)


def save_checkpoint(
    path: str | os.PathLike,
    model: Sequential,
    optimizer: Adam | SGD,
    history: dict[str, list[float]],
    metadata: dict[str, Any] | None = None,
) -> None:
    """Write everything that a training needs to resume: weights, the optimiser's state, and the history.

    For a checkpoint within an epoch, ``metadata["cursor"]`` is `npae.training.events.TrainingState.cursor`.

    Raises
    ------
    ValueError
        If an argument is of another kind, the file cannot be written, or weights or state are not finite: no
        run could resume from them.
    """
    state, metadata = instance(optimizer, (Adam, SGD), "optimizer").state, _checked(metadata)
    if not _is_table(history):
        expected = "history must be a dict of lists of numbers, of one length"
        raise ValueError(f"{path} is not written: {expected}, not {brief(history)}")
    header = {
        "format": WITHIN_EPOCH if "cursor" in metadata else FORMAT,
        "model": _described(model),
        "optimizer": type(optimizer).__name__,
        "counters": {key: value for key, value in state.items() if not isinstance(value, np.ndarray)},
        "history": history,
        "metadata": metadata,
    }
    arrays = {f"params/{name}": value for name, value in model.params.items()}
    arrays |= {f"optimizer/{key}": value for key, value in state.items() if isinstance(value, np.ndarray)}
    for name, value in arrays.items():
        if not np.isfinite(value).all():
            advice = "the checkpoint before is kept; a smaller learning_rate often helps"
            raise ValueError(f"{path} is not written: {name} holds NaN or infinite values; {advice}")
    write_archive(path, header, arrays)


def load_checkpoint(
    path: str | os.PathLike, model: Sequential, optimizer: Adam | SGD
) -> tuple[dict[str, list[float]], dict[str, Any]]:
    """Restore weights and the optimiser's state from a file of `save_checkpoint`.

    Returns
    -------
    The history and the metadata. If the metadata have a "cursor", it is that argument of `npae.fit`: the
    checkpoint was written within an epoch.

    Raises
    ------
    ValueError
        If an argument is of another kind, or the file is missing or damaged, or belongs to another
        architecture or optimiser. Model and optimiser are then unchanged.
    """
    description = _described(model)
    instance(optimizer, (Adam, SGD), "optimizer")
    with _opened(path, "does not fit this training") as (header, archive):
        if completed(header["model"]) != completed(description):
            raise ValueError("it was written for a model of another architecture")
        if header["optimizer"] != type(optimizer).__name__:
            raise ValueError(
                f"it was written by {header['optimizer']}, and this training uses {type(optimizer).__name__}"
            )
        layouts, counters = _layouts(model), header["counters"]
        params, history, metadata = list(layouts), _history(header), _metadata(header)
        if not isinstance(counters, dict) or not all(
            type(n) is int and 0 <= n < 1 << 53 for n in counters.values()
        ):
            raise ValueError(f"the optimiser's counters are {counters!r}")
        vectors = [f"optimizer/{key}" for key in optimizer.entries if key not in counters]
        if any(name in archive.names for name in vectors):  # none before the first step
            size = sum(math.prod(shape) for shape, _ in layouts.values())
            layouts |= {name: ((size,), next(iter(layouts.values()))[1]) for name in vectors}
        archive.expect({"header": archive.layout("header"), **layouts})
        arrays = {name: archive.read(name) for name in layouts}
        for name, value in arrays.items():
            if not np.isfinite(value).all() or (name == "optimizer/v" and value.min(initial=0) < 0):
                raise ValueError(f"{name} holds values that no training has")
        optimizer.restore(
            {**counters, **{name.partition("/")[2]: arrays[name] for name in layouts if name not in params}}
        )
        model.set_params({name.partition("/")[2]: arrays[name] for name in params})
        return history, metadata


def read_metadata(path: str | os.PathLike) -> dict[str, Any]:
    """Return the metadata of a saved model or checkpoint.

    Raises
    ------
    ValueError
        If the file is missing, damaged, or in another format.
    """
    with _opened(path, "does not hold metadata of npae") as (header, _):
        return _metadata(header)


def read_history_and_metadata(path: str | os.PathLike) -> tuple[dict[str, list[float]], dict[str, Any]]:
    """Return the history and the metadata of a checkpoint.

    Raises
    ------
    ValueError
        If the file is missing, damaged, or in another format.
    """
    with _opened(path, "does not hold a checkpoint of npae") as (header, _):
        return _history(header), _metadata(header)


def write_archive(path: str | os.PathLike, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """Write named arrays, and a header of anything that JSON can represent, as one file.

    Raises
    ------
    ValueError
        If the file cannot be written.
    """
    try:
        text = json.dumps({"format": FORMAT, **header}, default=_plain)
        if 4 * len(text) > HEADER:
            raise ValueError(f"it has {len(text):,} characters, more than {HEADER // 4:,}")
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"cannot write {path}: its metadata must be valid JSON; {error}") from None
    with written_whole(path) as file:
        np.savez(file, **{"header": np.array(text), **arrays})  # type: ignore[arg-type]  # its allow_pickle


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is not a JSON type")


def read_archive(
    path: str | os.PathLike, most: int = LARGEST
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return header and arrays of a file of `write_archive` with at most ``most`` bytes.

    Raises
    ------
    ValueError
        If the file is missing, damaged, or in another format.
    """
    with _opened(path, "cannot be read", most) as (header, archive):
        return header, {name: archive.read(name) for name in archive.names if name != "header"}


@contextmanager
def _opened(
    path: str | os.PathLike, problem: str, most: int = LARGEST
) -> Iterator[tuple[dict[str, Any], Archive]]:
    """Yield the header and the arrays of a file; an error of the ``with`` block is told as ``problem``."""
    path = arguments.path(path)
    with ExitStack() as stack:
        with _complaining(path, "cannot be read"):
            archive = Archive(stack.enter_context(regular_file(path)), most)
            header = _header(archive)
        with _complaining(path, problem):
            yield header, archive


def _header(archive: Archive) -> dict[str, Any]:
    (shape, dtype) = archive.layout("header")
    if shape or dtype.kind != "U" or dtype.itemsize > HEADER:
        raise ValueError("its header is damaged")
    try:
        header = json.loads(str(archive.read("header")))
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise ValueError("its header is damaged")
    form = header["format"]
    if form not in (FORMAT, WITHIN_EPOCH):
        newer = "; a newer npae wrote it" if isinstance(form, int) and form > WITHIN_EPOCH else ""
        raise ValueError(
            f"its format is {form}; this version of npae reads format {FORMAT} and {WITHIN_EPOCH}{newer}"
        )
    return header


def _layouts(model: Sequential) -> dict[str, Layout]:
    return {f"params/{name}": (value.shape, value.dtype) for name, value in model.params.items()}


def _history(header: dict[str, Any]) -> dict[str, list[float]]:
    if not _is_table(history := header["history"]):
        raise ValueError("its history is no table of numbers")
    return history


def _is_table(history: Any) -> bool:
    columns: list[Any] = list(history.values()) if isinstance(history, dict) else [None]
    return all(
        isinstance(column, list)
        and len(column) == len(columns[0])
        and all(_is_number(value) for value in column)
        for column in columns
    )


def _is_number(value: Any) -> bool:
    if isinstance(value, int):
        return not isinstance(value, bool) and value.bit_length() < 64
    return isinstance(value, numbers.Real)


def _described(model: Any) -> dict[str, Any]:
    return describe_model(instance(model, Sequential, "model"))


def _checked(metadata: Any) -> dict[str, Any]:
    return {} if metadata is None else instance(metadata, dict, "metadata")


def _metadata(header: dict[str, Any]) -> dict[str, Any]:
    metadata = header["metadata"]
    within = isinstance(metadata, dict) and "cursor" in metadata
    if not isinstance(metadata, dict) or within != (header["format"] == WITHIN_EPOCH):
        raise ValueError("its metadata are damaged")
    return metadata


@contextmanager
def _complaining(path: str | os.PathLike, problem: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise ValueError(f"{path} does not exist") from None
    except KeyError as error:
        raise ValueError(f"{path} {problem}: it has no entry {error}") from None
    except Exception as error:  # a damaged archive raises many kinds of errors, even NotImplementedError
        reason = getattr(error, "strerror", None) or str(error) or "it is damaged"
        raise ValueError(f"{path} {problem}: {reason.splitlines()[0]}") from None

"""Models and checkpoints on disk, in plain NumPy archives that contain no code.

Files are written atomically: under a temporary name, and then renamed. An interrupted write leaves the
previous file unchanged.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

import npae.layers
from npae.layers.layer import Layer
from npae.model import Autoencoder, Sequential, VariationalAutoencoder
from npae.training.optimizers import SGD, Adam

FORMAT = 1


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
        If the file cannot be written, or the model has layers other than npae's, which `load_model` could not
        construct. A checkpoint accepts any layers.
    """
    header = {"model": describe_model(model), "metadata": metadata or {}}
    with _complaining(path, "is not written, since load_model could not construct this model"):
        _construct(header["model"]["layer"])
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
    header, arrays = read_archive(path)
    with _complaining(path, "does not hold a model of npae"):
        model = build_from(header["model"])
        model.set_params(_under("params/", arrays))
        return model, header["metadata"]


def save_checkpoint(
    path: str | os.PathLike,
    model: Sequential,
    optimizer: Adam | SGD,
    history: dict[str, list[float]],
    metadata: dict[str, Any] | None = None,
) -> None:
    """Write everything that a training needs to resume: weights, the optimiser's state, and the history.

    Raises
    ------
    ValueError
        If the file cannot be written.
    """
    state = optimizer.state
    header = {
        "model": describe_model(model),
        "optimizer": type(optimizer).__name__,
        "counters": {key: value for key, value in state.items() if not isinstance(value, np.ndarray)},
        "history": history,
        "metadata": metadata or {},
    }
    arrays = {f"params/{name}": value for name, value in model.params.items()}
    arrays |= {f"optimizer/{key}": value for key, value in state.items() if isinstance(value, np.ndarray)}
    write_archive(path, header, arrays)


def load_checkpoint(
    path: str | os.PathLike, model: Sequential, optimizer: Adam | SGD
) -> tuple[dict[str, list[float]], dict[str, Any]]:
    """Restore weights and the optimiser's state from a file of `save_checkpoint`.

    Returns
    -------
    The history and the metadata.

    Raises
    ------
    ValueError
        If the file is missing or damaged, or belongs to another architecture or optimiser.
    """
    header, arrays = read_archive(path)
    with _complaining(path, "does not fit this training"):
        if header["model"] != describe_model(model):
            raise ValueError("it was written for a model of another architecture")
        if header["optimizer"] != type(optimizer).__name__:
            raise ValueError(
                f"it was written by {header['optimizer']}, and this training uses {type(optimizer).__name__}"
            )
        model.set_params(_under("params/", arrays))
        optimizer.restore({**header["counters"], **_under("optimizer/", arrays)})
        return header["history"], header["metadata"]


def read_metadata(path: str | os.PathLike) -> dict[str, Any]:
    """Return the metadata of a saved model or checkpoint.

    Raises
    ------
    ValueError
        If the file is missing, damaged, or in another format.
    """
    header, _ = read_archive(path)
    with _complaining(path, "does not hold metadata of npae"):
        return header["metadata"]


def describe_model(model: Sequential) -> dict[str, Any]:
    """Return the architecture as plain data: classes, their arguments, the input shape and the dtype."""
    if model.input_shape is None:
        raise ValueError("the model is not built yet; call build(input_shape) first")
    dtype = next((value.dtype.name for value in model.params.values()), "float32")
    return {"input_shape": list(model.input_shape), "dtype": dtype, "layer": describe_layer(model)}


def build_from(description: dict[str, Any]) -> Sequential:
    """Return a built model for a description from `describe_model`.

    Raises
    ------
    ValueError
        If a class is not one of npae's layers, or arguments do not fit.
    """
    model = _construct(description["layer"])
    if not isinstance(model, Sequential):
        raise ValueError(
            f"expected a Sequential or an Autoencoder, but it describes a {type(model).__name__}"
        )
    model.build(tuple(description["input_shape"]), dtype=np.dtype(description["dtype"]))
    return model


@contextmanager
def written_whole(path: str | os.PathLike) -> Iterator[BinaryIO]:
    """Open a file for writing under a temporary name; rename it after a ``with`` block without an error.

    Raises
    ------
    ValueError
        If the file cannot be written.
    """
    path = Path(path)
    try:
        handle, partial = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise ValueError(f"cannot write {path}: {error.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.chmod(partial, 0o666 & ~_umask())
        os.replace(partial, path)
    except BaseException as error:
        Path(partial).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise ValueError(f"cannot write {path}: {error.strerror}") from None
        raise


def describe_layer(value: Any) -> Any:
    """Return a layer or model, built or not, as plain data: classes and their arguments."""
    if isinstance(value, Layer):
        kind = type(value)
        name = kind.__name__
        if _known_layers().get(name) is not kind:  # a user's class may have the name of one of npae's
            name = f"{kind.__module__}.{name}"
        return {"class": name, "config": {key: describe_layer(item) for key, item in value.config().items()}}
    if isinstance(value, (list, tuple)):
        return [describe_layer(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def _construct(value: Any) -> Any:
    if isinstance(value, dict):
        known = _known_layers()
        if value["class"] not in known:
            raise ValueError(f"it uses a layer {value['class']!r}, which this version of npae does not have")
        return known[value["class"]](**{key: _construct(item) for key, item in value["config"].items()})
    if isinstance(value, list):
        return [_construct(item) for item in value]
    return value


def _known_layers() -> dict[str, type[Layer]]:
    known = {name: getattr(npae.layers, name) for name in npae.layers.__all__}
    models = (Sequential, Autoencoder, VariationalAutoencoder)
    return {**known, **{model.__name__: model for model in models}}


def write_archive(path: str | os.PathLike, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """Write named arrays, and a header of anything that JSON can represent, as one file.

    Raises
    ------
    ValueError
        If the file cannot be written.
    """
    try:
        text = json.dumps({"format": FORMAT, **header}, default=_plain)
    except (TypeError, ValueError) as error:
        raise ValueError(f"cannot write {path}: its metadata must be valid JSON; {error}") from None
    with written_whole(path) as file:
        np.savez(file, **{"header": np.array(text), **arrays})  # type: ignore[arg-type]  # its allow_pickle


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is not a JSON type")


def read_archive(path: str | os.PathLike) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return header and arrays of a file of `write_archive`.

    Raises
    ------
    ValueError
        If the file is missing, damaged, or in another format.
    """
    with _complaining(path, "cannot be read"):
        arrays = _read_arrays(path)
        try:
            header = json.loads(str(arrays.pop("header")))
        except ValueError:
            header = None
        if not isinstance(header, dict):
            raise ValueError("its header is damaged")
        if header["format"] != FORMAT:
            raise ValueError(f"its format is {header['format']}; this version of npae reads format {FORMAT}")
        return header, arrays


def _read_arrays(path: str | os.PathLike) -> dict[str, np.ndarray]:
    with open(path, "rb") as file:
        if file.read(4) != b"PK\x03\x04" or not zipfile.is_zipfile(file):  # np.load would try to unpickle it
            raise ValueError("it is not a complete .npz archive")
        file.seek(0)
        with np.load(file, allow_pickle=False) as archive:
            try:
                return {name: archive[name] for name in archive.files}
            except ValueError:
                raise ValueError("an array in it is damaged, or holds Python objects") from None


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


def _under(prefix: str, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name[len(prefix) :]: value for name, value in arrays.items() if name.startswith(prefix)}


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

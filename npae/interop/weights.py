"""Weights in and out: of Keras, of PyTorch, and in safetensors files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from npae.arguments import instance
from npae.files.safetensors import opened_safetensors, read_entry, save_safetensors
from npae.interop.layouts import ignored, matched, ours, places, theirs
from npae.model import Sequential


def to_keras(
    model: Sequential, like: Mapping[str, Any] | None = None, *, two_heads: bool = False
) -> dict[str, np.ndarray]:
    """Return copies of a model's weights as Keras has them, in the order of ``get_weights``.

    ::

        keras_model.set_weights(list(npae.interop.to_keras(model).values()))

    The Keras model has the same layers; its images are (h, w, channels), Keras's default. So kernels are
    turned, and the rows and columns of the dense layers behind a `Flatten` and before a `Reshape` are put in
    another order. Convert a model as a whole: codes that are flattened images have Keras's order there.

    Parameters
    ----------
    model : Sequential
        Built.
    like : dict of str to array, optional
        Weights under other names, in the order of the model's layers: the result has these names. Names and
        shapes are compared.
    two_heads : bool
        Whether the layer that computes means and logarithms of variances is two layers there, as in most
        variational autoencoders: one for the means, then one for the logarithms.

    Raises
    ------
    ValueError
        If a layer has no counterpart, or does not fit ``like``.
    """
    return _converted(model, "keras", like, two_heads)


def to_torch(
    model: Sequential, like: Mapping[str, Any] | None = None, *, two_heads: bool = False
) -> dict[str, np.ndarray]:
    """Return copies of a model's weights as PyTorch has them, under the names of ``like``.

    ::

        arrays = npae.interop.to_torch(model, like=network.state_dict())
        network.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()})

    The arguments are those of `to_keras`. Without ``like``, the names are npae's ("encoder.conv2d.weight").
    What npae does not compute with ("num_batches_tracked") is returned as it is in ``like``.
    """
    return _converted(model, "torch", like, two_heads)


def from_keras(
    model: Sequential, weights: Mapping[str, Any] | Sequence[Any], *, two_heads: bool = False
) -> None:
    """Copy the weights of a Keras model with the same layers into a model.

    ::

        npae.interop.from_keras(model, keras_model.get_weights())

    Parameters
    ----------
    model : Sequential
        Built.
    weights : list of arrays, or dict of str to array
        In the order of Keras's layers, or under the names of `to_keras`.
    two_heads : bool
        See `to_keras`.

    Raises
    ------
    ValueError
        If weights are missing, too many or of another shape; the model is then unchanged.
    """
    found = places(instance(model, Sequential, "model"), "keras", two_heads)
    model.set_params(ours(found, weights, model.params))


def from_torch(
    model: Sequential, weights: Mapping[str, Any] | Sequence[Any], *, two_heads: bool = False
) -> None:
    """Copy the weights of a PyTorch network with the same layers into a model.

    ::

        npae.interop.from_torch(model, network.state_dict())

    The arguments are those of `from_keras`. Tensors on the CPU are taken as they are; their order is that in
    which the network's modules were made.
    """
    found = places(instance(model, Sequential, "model"), "torch", two_heads)
    model.set_params(ours(found, weights, model.params))


def _converted(
    model: Sequential, framework: str, like: Mapping[str, Any] | None, two_heads: bool
) -> dict[str, np.ndarray]:
    found = places(instance(model, Sequential, "model"), framework, two_heads)
    arrays = theirs(found, model.params)
    if like is None:
        return arrays
    names = dict(
        zip((name for name, _ in matched(found, instance(like, Mapping, "like"), "like")), arrays.values())
    )
    return {name: np.asarray(like[name]) if ignored(name) else names[name] for name in like}


def save_weights(path: str | os.PathLike, model: Sequential) -> None:
    """Write a model's weights, without its architecture, as a safetensors file.

    Parameters
    ----------
    path : path
        Usually ``*.safetensors``.
    model : Sequential
        Built.

    Raises
    ------
    ValueError
        If ``path`` is no path, the model has no weights, or the file cannot be written.

    Notes
    -----
    The names are those of ``model.params``. For the weights as PyTorch or Keras has them:
    ``npae.interop.save_safetensors(path, npae.interop.to_torch(model, like=network.state_dict()))``.
    `save_model` writes the architecture too.
    """
    if not (params := instance(model, Sequential, "model").params):
        raise ValueError("the model has no weights; build it first")
    save_safetensors(path, params)


def load_weights(path: str | os.PathLike, model: Sequential) -> None:
    """Copy the weights of a file of `save_weights` into a model of the same architecture.

    Raises
    ------
    ValueError
        If ``path`` is no path, or the file is missing or damaged, or its names and shapes are not exactly
        those of the model; the model is then unchanged.
    """
    params = instance(model, Sequential, "model").params
    with opened_safetensors(path) as (file, entries, _):
        missing, unexpected = sorted(params.keys() - entries.keys()), sorted(entries.keys() - params.keys())
        if missing or unexpected:
            lacks = f"missing {missing[:3] or 'none'}, unexpected {unexpected[:3] or 'none'}"
            raise ValueError(f"it does not fit this model: {lacks}")
        for name, entry in entries.items():
            if entry.shape != params[name].shape or entry.dtype not in ("F64", "F32", "F16", "BF16"):
                expected = f"{params[name].dtype} {params[name].shape}"
                raise ValueError(f"its {name} is {entry.dtype} {entry.shape}; this model expects {expected}")
        model.set_params({name: read_entry(file, entry) for name, entry in entries.items()})

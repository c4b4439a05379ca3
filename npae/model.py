"""Models: two loops over layers, one forward and one back."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from npae.layers.layer import Layer
from npae.layers.sampling import Sampling


class Sequential(Layer):
    """Layers in a row. It is a layer itself, so a row can stand in a row.

    Parameters
    ----------
    layers : list of Layer

    Notes
    -----
    Forward keeps every layer's cache in a list; backward walks the same list from its end and hands each
    layer the gradient that the one behind it returned: the chain rule, as a loop.

    The parameters of the layer named "conv2d_1" are called "conv2d_1/kernel" and "conv2d_1/bias" here.
    """

    def __init__(self, layers: list[Layer]):
        super().__init__()
        for layer in layers:
            if not isinstance(layer, Layer):
                raise ValueError(f"a model is made of layers, but was given {layer!r}")
        if len({id(layer) for layer in layers}) < len(layers):
            raise ValueError("a model was given one and the same layer twice; make a second one")
        self.layers = list(layers)
        self.names = self._names()

    def build(self, input_shape, rng=None, dtype=np.float32):
        """Build all layers for inputs of ``input_shape`` (without the batch axis).

        A layer that is built already, for just these inputs, is left as it is: so a trained encoder keeps its
        weights in a second model, as in ``Sequential([model.encoder, Dense(10)])``. It then belongs to both
        models, and training one of them changes the other; ``copy.deepcopy`` keeps them apart. To begin anew,
        make a new model.

        Parameters
        ----------
        input_shape : tuple of int
        rng : numpy.random.Generator or int, optional
            Where the first values come from; an int is a seed. Default: seed 0.
        dtype : float32 or float64

        Returns
        -------
        The shape of one output.

        Raises
        ------
        ValueError
            If a layer cannot take what the one before it gives; the message names the layer and its position.
        """
        rng = rng if isinstance(rng, np.random.Generator) else np.random.default_rng(rng or 0)
        self.input_shape, self.output_shape = tuple(input_shape), None
        shape = self.input_shape
        for position, (name, layer) in enumerate(zip(self.names, self.layers), start=1):
            try:
                if not layer.is_built(shape, dtype):
                    layer.build(shape, rng, dtype)
                shape = layer.output_shape
            except ValueError as error:
                raise ValueError(f"layer {position} of {len(self.layers)} ({name}): {error}") from None
        self.output_shape = shape
        return shape

    def is_built(self, input_shape, dtype):
        shape = tuple(input_shape)
        if self.output_shape is None or self.input_shape != shape:
            return False
        for layer in self.layers:  # each of them may have been built for another model since
            if not layer.is_built(shape, dtype):
                return False
            shape = layer.output_shape
        return True

    @property
    def dtype(self) -> np.dtype | None:
        """Of the first layer that has parameters."""
        return next((layer.dtype for layer in self.layers if layer.dtype is not None), None)

    @property
    def params(self) -> dict[str, np.ndarray]:
        """All parameters, under "layer/key"."""
        return {
            f"{name}/{key}": value
            for name, layer in zip(self.names, self.layers)
            for key, value in layer.params.items()
        }

    @params.setter
    def params(self, values: dict[str, np.ndarray]) -> None:
        if values:
            raise ValueError(
                "a model's parameters belong to its layers; use set_params to change their values"
            )

    def forward(self, x, rng=None):
        self.check_input(x)
        caches = []
        for layer in self.layers:
            x, cache = layer.forward(x, rng)
            caches.append(cache)
        return x, caches

    def backward(self, dy, cache, need_dx=True):
        grads = {}
        first = 0 if need_dx else self._first_that_learns()
        for position in range(len(self.layers) - 1, first - 1, -1):
            layer = self.layers[position]
            dy, layer_grads = layer.backward(dy, cache[position], need_dx or position > first)
            for key, grad in layer_grads.items():
                grads[f"{self.names[position]}/{key}"] = grad
        return (dy if need_dx else None), grads

    def set_params(self, values: dict[str, np.ndarray]) -> None:
        """Copy ``values`` into the parameters of the same names.

        Raises
        ------
        ValueError
            If names or shapes are not exactly those of `params`.
        """
        params = self.params
        if values.keys() != params.keys():
            missing, extra = sorted(params.keys() - values.keys()), sorted(values.keys() - params.keys())
            raise ValueError(
                f"parameters do not fit this model: missing {missing or 'none'}, unknown {extra or 'none'}"
            )
        for key, value in values.items():
            if np.shape(value) != params[key].shape:
                raise ValueError(
                    f"parameter {key} has shape {np.shape(value)}; this model expects {params[key].shape}"
                )
        for key, value in values.items():
            params[key][...] = value

    def pack(self) -> np.ndarray:
        """Move all parameters into one new 1-D array, of which they become views, and return it.

        A change of the array is a change of the model: an optimiser needs no names, only this vector. Layers
        that another model has too move with it: what that one packed before is no longer its own.
        """
        params = self.params
        if not params:
            raise ValueError(
                "this model has no parameters to train; build it first, or add a layer that learns"
            )
        buffer = np.empty(sum(value.size for value in params.values()), next(iter(params.values())).dtype)
        self.rehome(buffer)
        return buffer

    def rehome(self, buffer):
        start = 0
        for layer in self.layers:
            size = sum(value.size for value in layer.params.values())
            layer.rehome(buffer[start : start + size])
            start += size

    def multiply_adds(self):
        return sum(layer.multiply_adds() for layer in self.layers)

    def without_activation(self, activation):
        for position in range(len(self.layers) - 1, -1, -1):
            if not self.layers[position].rearranges:
                break
        else:
            return None
        bare_layer = self.layers[position].without_activation(activation)
        if bare_layer is None:
            return None
        return self.with_layers([*self.layers[:position], bare_layer, *self.layers[position + 1 :]])

    def with_layers(self, layers: list[Layer]) -> Sequential:
        """Return a copy of this model with other layers, of the same shapes, under the same names."""
        twin = copy.copy(self)
        twin.layers = layers
        return twin

    def leaves(self) -> Iterator[tuple[str, Layer]]:
        """Yield ``(full name, layer)`` of every layer that is not itself a model, in order."""
        for own, layer in zip(self.names, self.layers):
            if isinstance(layer, Sequential):
                yield from ((f"{own}/{name}", leaf) for name, leaf in layer.leaves())
            else:
                yield own, layer

    def summary(self) -> str:
        """Return a table of the layers: output shape, parameters, multiply-adds of one example forward."""
        rows = [("layer", "output shape", "parameters", "multiply-adds")]
        for name, layer in self.leaves():
            shape = layer.output_shape and " x ".join(str(size) for size in layer.output_shape)
            count = sum(value.size for value in layer.params.values())
            rows.append(
                (f"{name} ({type(layer).__name__})", str(shape), f"{count:,}", f"{layer.multiply_adds():,}")
            )
        count = sum(value.size for value in self.params.values())
        rows.append(("total", "", f"{count:,}", f"{self.multiply_adds():,}"))
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        lines = [
            f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}  {d:>{widths[3]}}" for a, b, c, d in rows
        ]
        rule = "-" * len(lines[0])
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])

    def config(self) -> dict[str, Any]:
        return {"layers": self.layers}

    def _first_that_learns(self) -> int:
        learns = [position for position, layer in enumerate(self.layers) if layer.params]
        return learns[0] if learns else len(self.layers)

    def _names(self) -> list[str]:
        # Kept here and not in the layers: an encoder may stand in several models, under a name in each.
        counts: dict[str, int] = {}
        names = []
        for layer in self.layers:
            kind = snake_case(type(layer).__name__)
            number = counts.get(kind, 0)
            counts[kind] = number + 1
            names.append(f"{kind}_{number}" if number else kind)
        return names


class Autoencoder(Sequential):
    """An encoder and a decoder, trained as one and usable on their own.

    Parameters
    ----------
    encoder, decoder : Sequential
    """

    def __init__(self, encoder: Sequential, decoder: Sequential):
        super().__init__([encoder, decoder])
        self.encoder = encoder
        self.decoder = decoder

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Return the codes of a batch x (n, *input_shape)."""
        return self.encoder.forward(x)[0]

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Return the reconstructions that a batch of codes stands for."""
        return self.decoder.forward(codes)[0]

    def reconstruct(self, x: np.ndarray) -> np.ndarray:
        """Return ``decode(encode(x))``."""
        return self.forward(x)[0]

    def behind_encoder(self) -> Sequential:
        """Return the layers behind the encoder as a model that shares them, under the same names."""
        behind = Sequential(self.layers[1:])
        behind.names = self.names[1:]
        behind.input_shape, behind.output_shape = self.encoder.output_shape, self.output_shape
        return behind

    def config(self):
        return {"encoder": self.encoder, "decoder": self.decoder}

    def _names(self):
        return ["encoder", "decoder"]


class VariationalAutoencoder(Autoencoder):
    """An autoencoder whose encoder gives a distribution, from which the code is drawn (`Sampling`).

    Parameters
    ----------
    encoder : Sequential
        To flat outputs (n, 2k): k means and behind them k logarithms of variances.
    decoder : Sequential
        From codes (n, k).

    Notes
    -----
    It is trained on `npae.objectives.objective.Objective` of a reconstruction per image and
    `npae.objectives.penalties.KullbackLeibler`. At inference the code is the mean: a reconstruction is that of the most
    likely code, and "val_reconstruction" is lower than the expectation over codes that the evidence lower
    bound asks for; see ``seed`` of `npae.training.evaluation.evaluate_terms`.

    Source: Kingma & Welling, *Auto-encoding variational Bayes* (2013).
    """

    def __init__(self, encoder: Sequential, decoder: Sequential):
        Sequential.__init__(self, [encoder, Sampling(), decoder])
        self.encoder = encoder
        self.decoder = decoder

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Return the means (n, k) of the codes of a batch x."""
        return self.statistics(x)[0]

    def statistics(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return ``(means, logarithms of variances)`` of the codes of a batch x, both (n, k)."""
        means, log_variances = np.split(self.encoder.forward(x)[0], 2, axis=1)
        return means, log_variances

    def _names(self):
        return ["encoder", "sampling", "decoder"]


def snake_case(name: str) -> str:
    """Return "up_sampling2d" for "UpSampling2D", as Keras names layers."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z0-9])(?=[A-Z][a-z])", "_", name).lower()

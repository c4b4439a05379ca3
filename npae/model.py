"""Models: a list of layers, with one loop for the forward pass and one for the backward pass."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.random import Generator
from numpy.typing import DTypeLike

from npae import arguments, geometry, markup
from npae.layers.layer import Grads, Layer, Shape
from npae.layers.sampling import Sampling

BATCH = 256  # examples that `Autoencoder.encode` and the like compute at a time


class Sequential(Layer):
    """A sequence of layers. A model is itself a layer, so it can be part of another model.

    Parameters
    ----------
    layers : list of Layer
    names : list of str, optional
        One for each layer. Default: the names of the classes, numbered: "dense", "dense_1", ...

    Notes
    -----
    Forward stores every layer's cache in a list. Backward visits the layers in reverse order, and the dx of
    each layer is the dy of the layer before it: the chain rule, as a loop.

    In `params`, the parameters of the layer "conv2d_1" have the names "conv2d_1/kernel" and "conv2d_1/bias".
    The model stores the names of its layers, since a layer may have different names in different models.
    """

    def __init__(self, layers: Sequence[Layer], names: Sequence[str] | None = None):
        super().__init__()
        self.layers = list(arguments.instance(layers, (list, tuple), "layers"))
        for layer in self.layers:
            if not isinstance(layer, Layer):
                raise ValueError(f"layers: a model takes layers, not {arguments.brief(layer)}")
        if len({id(layer) for layer in self.layers}) < len(self.layers):
            raise ValueError("layers: the list has the same layer twice; construct a second one")
        kinds = [snake_case(type(layer).__name__) for layer in self.layers]
        given = numbered(kinds) if names is None else arguments.instance(names, (list, tuple), "names")
        self.names = list(given)
        if {*map(type, self.names)} - {str} or not len({*self.names}) == len(self.names) == len(self.layers):
            raise ValueError(
                f"names must be {len(self.layers)} different texts, not {arguments.brief(names)}"
            )

    def build(
        self, input_shape: Shape, rng: Generator | int | None = None, dtype: DTypeLike = np.float32
    ) -> Shape:
        """Build all layers for inputs of ``input_shape`` (without the batch axis).

        A layer that was already built for these inputs is not built again. So a trained encoder keeps its
        weights in a second model, as in ``Sequential([model.encoder, Dense(10)])``. Both models then share
        the encoder: training one changes the other, unless you ``copy.deepcopy`` the encoder. To draw new
        initial values, construct a new model.

        Parameters
        ----------
        input_shape : tuple of int
        rng : numpy.random.Generator or int, optional
            The generator of the initial values, or its seed. Default: seed 0.
        dtype : float32 or float64

        Returns
        -------
        The shape of one output.

        Raises
        ------
        ValueError
            If a layer does not accept the output of the layer before it; the message names the layer.
        """
        rng, dtype = arguments.generator(rng), arguments.float_dtype(dtype)
        self.input_shape, self.output_shape = geometry.shape(input_shape, "input_shape"), None
        shape = self.input_shape
        for position, (name, layer) in enumerate(zip(self.names, self.layers), start=1):
            try:
                if not layer.is_built(shape, dtype):
                    layer.build(shape, rng, dtype)
                _, shape = layer.built()
            except ValueError as error:
                raise ValueError(f"layer {position} of {len(self.layers)} ({name}): {error}") from None
        self.output_shape = shape
        return shape

    def is_built(self, input_shape: Shape, dtype: DTypeLike) -> bool:
        shape = geometry.shape(input_shape, "input_shape")
        if self.output_shape is None or self.input_shape != shape:
            return False
        for layer in self.layers:  # another model may have built a shared layer again
            if not layer.is_built(shape, dtype):
                return False
            _, shape = layer.built()
        return True

    @property
    def dtype(self) -> np.dtype | None:
        """The dtype of the first layer that has parameters."""
        return next((dtype for layer in self.layers if (dtype := layer.dtype) is not None), None)

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
            raise ValueError("the layers hold a model's parameters; use set_params to change their values")

    def forward(self, x: np.ndarray, rng: Generator | None = None) -> tuple[np.ndarray, Any]:
        x = self.check_input(x, rng)
        caches = []
        for layer in self.layers:
            x, cache = layer.forward(x, rng)
            caches.append(cache)
        return x, caches

    def backward(self, dy: np.ndarray, cache: Any, need_dx: bool = True) -> tuple[np.ndarray | None, Grads]:
        grads: Grads = {}
        arguments.flag(need_dx, "need_dx")
        if not isinstance(cache, list) or len(cache) != len(self.layers):
            raise ValueError(
                f"cache must be what forward of this model returned, not {arguments.brief(cache)}"
            )
        upstream: Any = self.check_gradient(dy)  # each layer's dx is the dy of the layer before it
        first = 0 if need_dx else self._first_with_params()
        for position in range(len(self.layers) - 1, first - 1, -1):
            layer = self.layers[position]
            upstream, layer_grads = layer.backward(upstream, cache[position], need_dx or position > first)
            for key, grad in layer_grads.items():
                grads[f"{self.names[position]}/{key}"] = grad
        return (upstream if need_dx else None), grads

    def moved(self, cache: Any) -> Grads:
        moved: Grads = {}
        for name, layer, own in zip(self.names, self.layers, cache):
            moved.update({f"{name}/{key}": value for key, value in layer.moved(own).items()})
        return moved

    def set_params(self, values: dict[str, np.ndarray]) -> None:
        """Copy ``values`` into the parameters of the same names.

        Raises
        ------
        ValueError
            If names or shapes are not exactly those of `params`, or a number is too large for their dtype.
        """
        params, values = self.params, arguments.instance(values, Mapping, "values")
        if values.keys() != params.keys():
            missing, extra = sorted(params.keys() - values.keys()), sorted(values.keys() - params.keys())
            raise ValueError(
                f"parameters do not fit this model: missing {missing or 'none'}, unknown {extra or 'none'}"
            )
        arrays = {key: arguments.array(value, f"values[{key!r}]") for key, value in values.items()}
        for key, array in arrays.items():
            if array.shape != params[key].shape:
                raise ValueError(
                    f"values: parameter {key} has shape {array.shape}; this model expects {params[key].shape}"
                )
            arrays[key] = arguments.narrowed(array, params[key].dtype, f"values: parameter {key}")
        for key, array in arrays.items():
            params[key][...] = array

    def pack(self) -> np.ndarray:
        """Copy all parameters into one new 1-D array, replace them by views of it, and return it.

        Changing the array changes the model, so an optimiser needs this vector only. If a second model shares
        a layer and was packed before, its old vector no longer changes that layer.
        """
        params = self.params
        if not params:
            raise ValueError(
                "this model has no parameters to train; build it first, or add a layer with parameters"
            )
        buffer = np.empty(sum(value.size for value in params.values()), next(iter(params.values())).dtype)
        self.rehome(buffer)
        return buffer

    def rehome(self, buffer: np.ndarray) -> None:
        start = 0
        for layer in self.layers:
            size = sum(value.size for value in layer.params.values())
            layer.rehome(buffer[start : start + size])
            start += size

    def multiply_adds(self) -> int:
        return sum(layer.multiply_adds() for layer in self.layers)

    def without_activation(self, activation: str) -> Layer | None:
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
        """Return a copy of this model with other layers of the same shapes and names."""
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
        head, *lines, total = markup.aligned(self.layer_table(), "<<")
        rule = "-" * len(head)
        return "\n".join([head, rule, *lines, rule, total])

    def _repr_html_(self) -> str:  # notebooks call it
        if self.output_shape is None:
            layers = [(name, repr(layer)) for name, layer in self.leaves()]
            return markup.table(("layer", ""), layers, type(self).__name__, ["not built yet"])
        head, *rows = self.layer_table()
        return markup.table(head, rows, f"{type(self).__name__} of inputs {self.input_shape}")

    def layer_table(self) -> list[tuple[str, ...]]:
        """Return the rows of `summary` as texts: the names of the columns, the layers, and the total."""
        rows = [("layer", "output shape", "parameters", "multiply-adds")]
        for name, layer in self.leaves():
            shape = layer.output_shape and " x ".join(str(size) for size in layer.output_shape)
            count = sum(value.size for value in layer.params.values())
            title, work = f"{name} ({type(layer).__name__})", layer.multiply_adds()
            rows.append((title, str(shape), f"{count:,}", f"{work:,}"))
        count = sum(value.size for value in self.params.values())
        return [*rows, ("total", "", f"{count:,}", f"{self.multiply_adds():,}")]

    def config(self) -> dict[str, Any]:
        return {"layers": self.layers}

    def _take_shapes(self, input_shape: Shape | None, output_shape: Shape | None) -> None:
        self.input_shape, self.output_shape = input_shape, output_shape

    def _first_with_params(self) -> int:
        return next((k for k, layer in enumerate(self.layers) if layer.params), len(self.layers))


class Autoencoder(Sequential):
    """An encoder and a decoder, trained together and usable separately.

    Parameters
    ----------
    encoder, decoder : Sequential
    """

    def __init__(self, encoder: Sequential, decoder: Sequential):
        super().__init__(_parts(encoder, decoder), ["encoder", "decoder"])
        self.encoder = encoder
        self.decoder = decoder

    def encode(self, x: np.ndarray | Examples) -> np.ndarray:
        """Return the codes of x (n, *input_shape), computed in batches.

        ``x`` is what `npae.fit` takes: uint8 pixels, which become ``x / 255``, floats or lists of them,
        or an `npae.Batches`, whose inputs are taken without its corruption.
        """
        return _outputs(self.encoder, x)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Return the reconstructions of codes, numbers of any precision, computed in batches."""
        return _outputs(self.decoder, arguments.array(codes, "codes"), "codes")

    def reconstruct(self, x: np.ndarray | Examples) -> np.ndarray:
        """Return ``decode(encode(x))``."""
        return _outputs(self, x)

    def behind_encoder(self) -> Sequential:
        """Return the layers after the encoder as a model that shares them, under the same names."""
        behind = Sequential(self.layers[1:], self.names[1:])
        behind._take_shapes(self.encoder.output_shape, self.output_shape)
        return behind

    def config(self) -> dict[str, Any]:
        return {"encoder": self.encoder, "decoder": self.decoder}


class VariationalAutoencoder(Autoencoder):
    """An autoencoder whose encoder outputs a distribution, from which `Sampling` draws the code.

    Parameters
    ----------
    encoder : Sequential
        Its outputs (n, 2d) are d means, then d logarithms of variances.
    decoder : Sequential
        Its inputs are codes (n, d).

    Notes
    -----
    Train it on an `npae.Objective` of a reconstruction loss per image and `npae.KullbackLeibler`. At
    inference the code is the mean. So "val_reconstruction" is the loss of the most likely code, which is
    lower than the expected loss in the evidence lower bound. With a ``seed``, `npae.evaluate_terms` draws
    codes instead.

    Source: Kingma & Welling, *Auto-encoding variational Bayes* (2013).
    """

    def __init__(self, encoder: Sequential, decoder: Sequential):
        encoder, decoder = _parts(encoder, decoder)
        Sequential.__init__(self, [encoder, Sampling(), decoder], ["encoder", "sampling", "decoder"])
        self.encoder = encoder
        self.decoder = decoder

    def encode(self, x: np.ndarray | Examples) -> np.ndarray:
        """Return the means (n, d) of the codes of x; see `Autoencoder.encode`."""
        return self.statistics(x)[0]

    def statistics(self, x: np.ndarray | Examples) -> tuple[np.ndarray, np.ndarray]:
        """Return ``(means, logarithms of variances)`` of the codes of x, both (n, d)."""
        means, log_variances = np.split(_outputs(self.encoder, x), 2, axis=1)
        return means, log_variances


@runtime_checkable
class Examples(Protocol):
    """Examples that are prepared when they are needed: `npae.Batches`."""

    shape: Shape

    def __len__(self) -> int: ...

    def of_dtype(self, dtype: np.dtype) -> Examples:
        """Return the same examples in a dtype."""
        ...

    def clean(self, indices: slice) -> tuple[np.ndarray, np.ndarray]:
        """Return inputs and targets."""
        ...


def _outputs(model: Sequential, x: Any, name: str = "x") -> np.ndarray:
    """Return a model's outputs, at inference, for examples of any number and kind."""
    (shape, output_shape), dtype = model.built(), model.dtype or arguments.FLOATS[0]
    batches = x.of_dtype(dtype) if isinstance(x, Examples) else None
    array = np.empty(0) if batches is not None else arguments.examples(x, name)
    found, count = (batches.shape, len(batches)) if batches is not None else (array.shape[1:], len(array))
    if found != shape:
        given = f"{model.describe()} was given {name} with examples of shape {found}"
        raise ValueError(f"{given}; expected (n, {', '.join(map(str, shape))})")
    y = np.empty((count, *output_shape), dtype)
    for start in range(0, count, BATCH):
        part = slice(start, start + BATCH)
        inputs = batches.clean(part)[0] if batches is not None else _scaled(array[part], dtype)
        y[part], _ = model.forward(inputs)
    return y


def _scaled(x: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return examples in a dtype; uint8 pixels become numbers from 0 to 1, as in `npae.Batches`."""
    return np.multiply(x, dtype.type(1 / 255), dtype=dtype) if x.dtype == np.uint8 else x.astype(dtype, "C")


def _parts(encoder: Sequential, decoder: Sequential) -> list[Sequential]:
    instance = arguments.instance
    return [instance(encoder, Sequential, "encoder"), instance(decoder, Sequential, "decoder")]


def numbered(names: Sequence[str]) -> list[str]:
    """Return the names, with numbers after repeated ones: "dense", "dense_1"."""
    counts = [names[:position].count(name) for position, name in enumerate(names)]
    return [f"{name}_{count}" if count else name for name, count in zip(names, counts)]


def snake_case(name: str) -> str:
    """Return "up_sampling2d" for "UpSampling2D", as Keras names layers."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z0-9])(?=[A-Z][a-z])", "_", name).lower()

"""Keras as a contestant, on TensorFlow or JAX: a whole training step is compiled as one function."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np

from benchmarks.models import get_model
from benchmarks.tasks import EPSILON, Data, build_model, loss_name, minibatches, shapes
from npae import layers
from npae.model import Sequential


class Keras:
    """Trains a recipe's twin; see `benchmarks.contestants` for the methods.

    Parameters
    ----------
    variant : {"tensorflow", "jax"}
        The backend. Keras selects it when it is first imported, so a process can use only one.
    """

    def __init__(self, recipe: str, threads: int, variant: str):
        os.environ["KERAS_BACKEND"] = variant
        if variant == "tensorflow":
            import tensorflow as tf

            tf.config.threading.set_intra_op_parallelism_threads(threads)
            tf.config.threading.set_inter_op_parallelism_threads(1)
        import keras

        self.recipe = get_model(recipe)
        model = build_model(recipe)
        self.twin = keras_twin(model, from_logits=self.recipe.loss == "binary_crossentropy")
        self.loss = {
            "mse": keras.losses.MeanSquaredError(),
            "binary_crossentropy": keras.losses.BinaryCrossentropy(from_logits=True),
        }[loss_name(self.recipe)]
        self.optimizer = keras.optimizers.Adam(learning_rate=1e-3, epsilon=EPSILON)
        self.optimizer.build(self.twin.trainable_variables)
        self.backend: _OnTensorFlow | _OnJax = _OnJax(self) if variant == "jax" else _OnTensorFlow(self)

    def train(self, data: Data, shuffle: bool, after_step: Callable[[float], bool]) -> None:
        step = self.backend.stepper(data)
        for indices in minibatches(len(data.x), self.recipe.batch_size, shuffle):
            if after_step(float(step(indices.astype(np.int32)))):
                return

    def mean_loss(self, data: Data) -> float:
        loss_of = self.backend.loss_of(data)
        starts = range(0, len(data.x), 250)
        return float(
            np.mean([loss_of(np.arange(k, min(k + 250, len(data.x)), dtype=np.int32)) for k in starts])
        )


def keras_twin(model: Sequential, from_logits: bool):
    """Return a Keras model that computes the same as ``model``, with a copy of its weights.

    Its images are (n, h, w, c).

    Parameters
    ----------
    model : Sequential
        Built.
    from_logits : bool
        Whether to leave out the last activation, for a loss on logits.

    Raises
    ------
    ValueError
        If a layer of the model has no counterpart here.
    """
    import keras

    leaves = [layer for _, layer in model.leaves()]
    twins = [_twin_of(layer, from_logits and layer is leaves[-1]) for layer in leaves]
    shape, _ = shapes(model)
    twin = keras.Sequential([keras.Input(shape if len(shape) == 1 else (*shape[1:], shape[0])), *twins])
    for layer, its_twin in zip(leaves, twins):
        if layer.params:
            kernel = layer.params["kernel"]
            its_twin.set_weights(
                [kernel.transpose(2, 3, 1, 0) if kernel.ndim == 4 else kernel, layer.params["bias"]]
            )
    return twin


def _twin_of(layer: layers.Layer, bare: bool):
    import keras

    activation = None if bare else getattr(layer, "activation", None)
    if isinstance(layer, layers.Dense):
        return keras.layers.Dense(layer.units, activation=activation)
    if isinstance(layer, layers.Conv2D):
        return keras.layers.Conv2D(
            layer.filters, layer.kernel_size, layer.strides, layer.padding, activation=activation
        )
    if isinstance(layer, layers.Conv2DTranspose):
        return keras.layers.Conv2DTranspose(
            layer.filters,
            layer.kernel_size,
            layer.strides,
            layer.padding,
            layer.output_padding,
            activation=activation,
        )
    if isinstance(layer, layers.MaxPool2D):
        return keras.layers.MaxPooling2D(layer.pool_size, layer.strides, layer.padding)
    if isinstance(layer, layers.UpSampling2D):
        return keras.layers.UpSampling2D(layer.size)
    raise ValueError(f"there is no Keras twin for {layer!r}")


def _channels_last(array: np.ndarray | None) -> np.ndarray | None:
    return array if array is None or array.ndim == 2 else np.ascontiguousarray(np.moveaxis(array, 1, -1))


class _OnTensorFlow:
    def __init__(self, peer: Keras):
        self.peer = peer

    def stepper(self, data: Data):
        import tensorflow as tf

        peer = self.peer
        images, targets = self._constants(data)
        variables = peer.twin.trainable_variables

        # Measured: XLA halves the time of fully connected models, but makes convolutions much slower.
        @tf.function(jit_compile=len(images.shape) == 2)
        def step(indices):
            x, t = self._batch(images, targets, indices, data)
            if data.noise is not None:
                x = tf.clip_by_value(x + data.noise * tf.random.normal(tf.shape(x)), 0, 1)
            with tf.GradientTape() as tape:
                loss = peer.loss(t, peer.twin(x, training=True))
            peer.optimizer.apply(tape.gradient(loss, variables), variables)
            return loss

        return step

    def loss_of(self, data: Data):
        import tensorflow as tf

        images, targets = self._constants(data)

        @tf.function
        def loss_of(indices):
            x, t = self._batch(images, targets, indices, data)
            return self.peer.loss(t, self.peer.twin(x, training=False))

        return loss_of

    @staticmethod
    def _constants(data: Data):
        import tensorflow as tf

        return tf.constant(_channels_last(data.x)), None if data.y is None else tf.constant(
            _channels_last(data.y)
        )

    @staticmethod
    def _batch(images, targets, indices, data: Data):
        import tensorflow as tf

        def prepared(pixels):
            return (
                tf.cast(pixels, tf.float32) * data.scale + data.offset if pixels.dtype == tf.uint8 else pixels
            )

        x = prepared(tf.gather(images, indices))
        return x, x if targets is None else prepared(tf.gather(targets, indices))


class _OnJax:
    def __init__(self, peer: Keras):
        import jax

        self.peer = peer
        twin, optimizer = peer.twin, peer.optimizer
        groups = (twin.trainable_variables, twin.non_trainable_variables, optimizer.variables)
        self.state = [*([v.value for v in group] for group in groups), jax.random.key(0)]

    def stepper(self, data: Data):
        import jax

        images, targets = self._constants(data)

        @jax.jit
        def step(trainable, fixed, slots, key, images, targets, indices):
            x, t = self._batch(images, targets, indices, data)
            key, now = jax.random.split(key)
            if data.noise is not None:
                x = (x + data.noise * jax.random.normal(now, x.shape)).clip(0, 1)
            (loss, fixed), grads = jax.value_and_grad(self._loss, has_aux=True)(trainable, fixed, x, t)
            trainable, slots = self.peer.optimizer.stateless_apply(slots, grads, trainable)
            return loss, trainable, fixed, slots, key

        def one_step(indices):
            loss, *self.state = step(*self.state, images, targets, indices)
            return loss

        return one_step

    def loss_of(self, data: Data):
        import jax

        images, targets = self._constants(data)

        @jax.jit
        def loss_of(trainable, fixed, images, targets, indices):
            return self._loss(trainable, fixed, *self._batch(images, targets, indices, data))[0]

        return lambda indices: loss_of(*self.state[:2], images, targets, indices)

    def _loss(self, trainable, fixed, x, t):
        y, fixed = self.peer.twin.stateless_call(trainable, fixed, x, training=True)
        return self.peer.loss(t, y), fixed

    @staticmethod
    def _constants(data: Data):
        import jax.numpy as jnp

        return jnp.asarray(_channels_last(data.x)), None if data.y is None else jnp.asarray(
            _channels_last(data.y)
        )

    @staticmethod
    def _batch(images, targets, indices, data: Data):
        def prepared(pixels):
            return pixels.astype("float32") * data.scale + data.offset if pixels.dtype == "uint8" else pixels

        x = prepared(images[indices])
        return x, x if targets is None else prepared(targets[indices])

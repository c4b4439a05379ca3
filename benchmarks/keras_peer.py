"""Keras as a contestant, on TensorFlow or JAX: a whole training step is compiled as one function.

Written as Keras's guides write custom training loops: `tf.function` with a `GradientTape`, and on JAX
`stateless_call` and `stateless_apply` in a `jax.jit`. Both are faster than `Model.fit`, and need no generator
for noise that is drawn in every batch. Images are (n, h, w, c), Keras's default.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from benchmarks.peer import Peer, channels_last_images
from benchmarks.tasks import EPSILON, Data, build_model, loss_name, shapes
from npae import layers
from npae.interop import to_keras
from npae.model import Sequential


def keras(name: str, threads: int, variant: str) -> Peer:
    """Return a recipe's twin as a contestant.

    Parameters
    ----------
    variant : {"tensorflow", "jax"}
        The backend. Keras selects it when it is first imported, so a process can use only one.
    """
    os.environ["KERAS_BACKEND"] = variant
    if variant == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    import keras

    kind = loss_name(name)
    twin = keras_twin(build_model(name), from_logits=kind == "binary_crossentropy")
    loss = {
        "mse": keras.losses.MeanSquaredError(),
        "binary_crossentropy": keras.losses.BinaryCrossentropy(from_logits=True),
        "softmax_crossentropy": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    }[kind]
    optimizer = keras.optimizers.Adam(learning_rate=1e-3, epsilon=EPSILON)
    optimizer.build(twin.trainable_variables)
    if variant == "tensorflow":
        return _OnTensorFlow(name, twin, loss, optimizer)
    from benchmarks.jax_peer import Compiled

    fixed, params, slots = (
        [variable.value for variable in group]
        for group in (twin.non_trainable_variables, twin.trainable_variables, optimizer.variables)
    )
    return Compiled(
        name,
        lambda params, x: twin.stateless_call(params, fixed, x, training=True)[0],
        lambda y, t: loss(t, y),
        lambda grads, params, slots: optimizer.stateless_apply(slots, grads, params),
        params,
        slots,
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
    twin = keras.Sequential([keras.Input(_pixels_first(shapes(model)[0])), *twins])
    twin.set_weights(list(to_keras(model).values()))
    return twin


def _pixels_first(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape if len(shape) < 3 else (*shape[1:], shape[0])


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
    if isinstance(layer, layers.Reshape):
        return keras.layers.Reshape(_pixels_first(shapes(layer)[1]))
    raise ValueError(f"there is no Keras twin for {layer!r}")


class _OnTensorFlow(Peer):
    def __init__(self, name: str, twin, loss, optimizer):
        super().__init__(name)
        self.twin, self.loss, self.optimizer = twin, loss, optimizer

    def stepper(self, data: Data) -> Callable:
        import tensorflow as tf

        images, targets = _constants(data)
        variables = self.twin.trainable_variables

        # Measured: XLA halves the time of fully connected models, but makes convolutions much slower.
        @tf.function(jit_compile=len(images.shape) == 2)
        def step(indices):
            x, t = _batch(images, targets, indices, data)
            if data.noise is not None:
                x = tf.clip_by_value(x + data.noise * tf.random.normal(tf.shape(x)), 0, 1)
            with tf.GradientTape() as tape:
                loss = self.loss(t, self.twin(x, training=True))
            self.optimizer.apply(tape.gradient(loss, variables), variables)
            return loss

        return lambda indices: step(indices.astype("int32"))

    def loss_of(self, data: Data) -> Callable:
        import tensorflow as tf

        images, targets = _constants(data)

        @tf.function
        def loss_of(indices):
            x, t = _batch(images, targets, indices, data)
            return self.loss(t, self.twin(x, training=False))

        return lambda indices: loss_of(indices.astype("int32"))


def _constants(data: Data):
    import tensorflow as tf

    arrays = map(channels_last_images, (data.x, data.y))
    return [None if array is None else tf.constant(array) for array in arrays]


def _batch(images, targets, indices, data: Data):
    import tensorflow as tf

    def prepared(values):
        return tf.cast(values, tf.float32) * data.scale + data.offset if values.dtype == tf.uint8 else values

    x = prepared(tf.gather(images, indices))
    return x, x if targets is None else prepared(tf.gather(targets, indices))

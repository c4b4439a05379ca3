"""A fully connected autoencoder of 784 pixels, with a code of 32 units."""

import math

from npae.datasets import gaussian_noise
from npae.layers import Dense
from npae.model import Autoencoder, Sequential
from npae.recipes.figures import draw_reconstructions
from npae.recipes.recipe import MNIST, Recipe, Shape


def build(shape: Shape = MNIST) -> Autoencoder:
    """Return the model: one layer each for encoder and decoder."""
    encoder = Sequential([Dense(32, activation="relu")])
    decoder = Sequential([Dense(math.prod(shape), activation="sigmoid")])
    return Autoencoder(encoder, decoder)


RECIPE = Recipe(
    name="dense",
    summary="fully connected, 784-32-784",
    source="Keras tutorial, after F. Chollet, Building autoencoders in Keras (2016)",
    build=build,
    input_shape=(784,),
    dataset="mnist",
    loss="binary_crossentropy",
    epochs=50,
    batch_size=256,
    keras_adam=True,
    draw=draw_reconstructions,
    noise=gaussian_noise(0.5),
)

"""A convolutional autoencoder with pooling and up-sampling, and a code of 8 x 7 x 7."""

from npae.datasets import gaussian_noise
from npae.layers import Conv2D, MaxPool2D, UpSampling2D
from npae.model import Autoencoder, Sequential
from npae.recipes.figures import draw_reconstructions
from npae.recipes.recipe import MNIST, Recipe, Shape


def build(shape: Shape = MNIST) -> Autoencoder:
    """Return the model: two convolutions with pooling, two with up-sampling, and one for the pixels."""
    encoder = Sequential(
        [
            Conv2D(16, 3, activation="relu", padding="same"),
            MaxPool2D(2, padding="same"),
            Conv2D(8, 3, activation="relu", padding="same"),
            MaxPool2D(2, padding="same"),
        ]
    )
    decoder = Sequential(
        [
            Conv2D(8, 3, activation="relu", padding="same"),
            UpSampling2D(2),
            Conv2D(16, 3, activation="relu", padding="same"),
            UpSampling2D(2),
            Conv2D(shape[0], 3, activation="sigmoid", padding="same"),
        ]
    )
    return Autoencoder(encoder, decoder)


RECIPE = Recipe(
    name="conv",
    summary="convolutions, max-pooling and up-sampling, code 8x7x7",
    source="Keras tutorial, after F. Chollet, Building autoencoders in Keras (2016)",
    build=build,
    input_shape=(1, 28, 28),
    dataset="mnist",
    loss="binary_crossentropy",
    epochs=10,
    batch_size=256,
    keras_adam=True,
    draw=draw_reconstructions,
    noise=gaussian_noise(0.5),
    published={
        "loss": [0.2196, 0.0971, 0.0867, 0.0832, 0.0812, 0.0797, 0.0786, 0.0778, 0.0770, 0.0764],
        "val_loss": [0.1077, 0.0884, 0.0836, 0.0811, 0.0796, 0.0783, 0.0773, 0.0768, 0.0759, 0.0756],
    },
)

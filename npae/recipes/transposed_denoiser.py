"""A denoiser whose decoder has transposed convolutions, 2 x 2 with stride 2."""

from functools import partial

from npae.datasets import gaussian_noise
from npae.layers import Conv2D, Conv2DTranspose, MaxPool2D
from npae.model import Autoencoder, Sequential
from npae.recipes.figures import draw_reconstructions
from npae.recipes.recipe import MNIST, Recipe, Shape

# The original is written in PyTorch and uses its initial values.
U = "pytorch_uniform"
conv = partial(
    Conv2D, kernel_size=3, padding="same", activation="relu", kernel_initializer=U, bias_initializer=U
)
conv_transpose = partial(Conv2DTranspose, kernel_size=2, strides=2, kernel_initializer=U, bias_initializer=U)


def build(shape: Shape = MNIST) -> Autoencoder:
    """Return the model: two convolutions with pooling, then two transposed convolutions."""
    encoder = Sequential([conv(32), MaxPool2D(2), conv(64), MaxPool2D(2)])
    decoder = Sequential(
        [conv_transpose(32, activation="relu"), conv_transpose(shape[0], activation="sigmoid")]
    )
    return Autoencoder(encoder, decoder)


RECIPE = Recipe(
    name="transposed-denoiser",
    summary="max-pooling down, transposed convolutions up, noise 0.5",
    source="PyTorch tutorial on denoising autoencoders",
    build=build,
    input_shape=(1, 28, 28),
    dataset="mnist",
    loss="mse",
    epochs=20,
    batch_size=20,
    draw=draw_reconstructions,
    corruption=gaussian_noise(0.5),
)

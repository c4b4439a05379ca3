"""A small denoiser in colour that takes pictures of any size: it has convolutions alone, and a wide code."""

from npae.datasets import gaussian_noise
from npae.layers import Conv2D, Conv2DTranspose
from npae.model import Autoencoder, Sequential
from npae.recipes.figures import draw_reconstructions
from npae.recipes.recipe import Recipe, Shape
from npae.training.callbacks import half_cosine

SCENE = (3, 32, 32)


def build(shape: Shape = SCENE) -> Autoencoder:
    """Return the model: one strided convolution between two others, and the way back.

    Details of photographs pass the code, which is four times as wide as the image. Noise in the training
    keeps it from being a copy.
    """
    encoder = [
        Conv2D(24, 3, activation="relu", padding="same"),
        Conv2D(48, 3, strides=2, activation="relu", padding="same"),
        Conv2D(48, 3, activation="relu", padding="same"),
    ]
    decoder = [
        Conv2DTranspose(24, 3, strides=2, activation="relu", padding="same"),
        Conv2D(shape[0], 3, activation="sigmoid", padding="same"),
    ]
    return Autoencoder(Sequential([*encoder]), Sequential([*decoder]))


RECIPE = Recipe(
    name="colour-denoiser",
    summary="convolutions alone, noise 0.1, on scenes in colour that npae draws",
    source="after V. Jain and S. Seung, Natural image denoising with convolutional networks (2008)",
    build=build,
    input_shape=SCENE,
    dataset="scenes",
    loss="mse",
    epochs=15,
    batch_size=32,
    learning_rate=half_cosine(2e-3),
    draw=draw_reconstructions,
    corruption=gaussian_noise(0.1),
)

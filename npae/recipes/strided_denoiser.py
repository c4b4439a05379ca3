"""A denoiser for Fashion-MNIST with strided and transposed convolutions."""

from npae.datasets import gaussian_noise
from npae.layers import Conv2D, Conv2DTranspose
from npae.model import Autoencoder, Sequential
from npae.recipes.recipe import MNIST, Recipe, Shape
from npae.recipes.run import Run


def build(shape: Shape = MNIST) -> Autoencoder:
    """Return the model: two strided convolutions, two transposed ones, and a convolution for the pixels."""
    encoder = Sequential(
        [
            Conv2D(16, 3, strides=2, activation="relu", padding="same"),
            Conv2D(8, 3, strides=2, activation="relu", padding="same"),
        ]
    )
    decoder = Sequential(
        [
            Conv2DTranspose(8, 3, strides=2, activation="relu", padding="same"),
            Conv2DTranspose(16, 3, strides=2, activation="relu", padding="same"),
            Conv2D(shape[0], 3, activation="sigmoid", padding="same"),
        ]
    )
    return Autoencoder(encoder, decoder)


def draw(run: Run) -> None:
    """Draw the three figures of the original: the data, the noisy images, and the denoised images."""
    from npae import plotting

    noisy, clean = run.test_images(50)
    codes = run.model.encode(noisy)  # encoder and decoder are called separately, as in the original
    denoised = run.pixels(run.model.decode(codes))
    noisy, clean = run.pixels(noisy), run.pixels(clean)
    plotting.image_grid(run.path("test_images.png"), clean, (5, 10), "The first 50 test images")
    plotting.image_rows(
        run.path("noise.png"),
        [("original", clean), ("noisy", noisy)],
        columns=min(5, len(clean)),
        title="Test images without and with noise",
    )
    rows = [("original", clean), ("noisy", noisy), ("denoised", denoised)]
    plotting.image_rows(run.path("reconstructions.png"), rows, title="Test images")


RECIPE = Recipe(
    name="strided-denoiser",
    summary="strided and transposed convolutions, noise 0.4, Fashion-MNIST",
    source="TensorFlow tutorial Intro to autoencoders, second example",
    build=build,
    input_shape=(1, 28, 28),
    dataset="fashion-mnist",
    loss="mse",
    epochs=10,
    batch_size=32,
    keras_adam=True,
    draw=draw,
    corruption=gaussian_noise(0.4),
    drawn_once=True,
)

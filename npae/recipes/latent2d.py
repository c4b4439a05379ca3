"""A deep dense autoencoder with a code of two units: a map of the digits, like a nonlinear PCA."""

import math

from npae.layers import Dense
from npae.measures.metrics import mean_squared_error
from npae.model import Autoencoder, Sequential
from npae.recipes.figures import draw_reconstructions
from npae.recipes.measures import code_metrics, fitted_pca
from npae.recipes.recipe import MNIST, Recipe, Shape
from npae.recipes.run import Run


def build(shape: Shape = MNIST) -> Autoencoder:
    """Return the model: 784-128-64-10-2-10-64-128-784, with a linear code."""
    encoder = Sequential(
        [Dense(128, activation="relu"), Dense(64, activation="relu"), Dense(10, activation="relu"), Dense(2)]
    )
    decoder = Sequential(
        [
            Dense(10, activation="relu"),
            Dense(64, activation="relu"),
            Dense(128, activation="relu"),
            Dense(math.prod(shape), activation="tanh"),
        ]
    )
    return Autoencoder(encoder, decoder)


def draw(run: Run) -> None:
    """Draw the codes of the test images and their two principal components, with the errors of both."""
    from npae import plotting

    draw_reconstructions(run)
    x, _ = run.test_images()
    codes = run.model.encode(x)
    error = mean_squared_error(run.pixels(run.model.decode(codes)), run.pixels(x))  # test_mse
    pca = fitted_pca(run, 2)
    components = pca.transform(x)
    pca_error = mean_squared_error(pca.inverse_transform(components), x)
    panels = [("autoencoder, 2 numbers", codes, error), ("PCA, 2 components", components, pca_error)]
    title = f"Codes of {len(x):,} test images"
    plotting.code_scatter(run.path("codes.png"), panels, run.colours, title, run.class_names)


RECIPE = Recipe(
    name="latent2d",
    summary="deep dense, 784-128-64-10-2 and back, beside PCA",
    source="Keras tutorial on deep autoencoders with a 2-D code",
    build=build,
    input_shape=(784,),
    dataset="mnist",
    loss="mse",
    epochs=20,
    batch_size=256,
    keras_adam=True,
    measure=code_metrics,
    draw=draw,
    offset=-0.5,
)

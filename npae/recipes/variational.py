"""A convolutional variational autoencoder with a code of two units."""

import math

import numpy as np

from npae.layers import Conv2D, Conv2DTranspose, Dense, Flatten, Reshape
from npae.measures.likelihood import negative_log_likelihood
from npae.model import Autoencoder, Sequential, VariationalAutoencoder
from npae.objectives.losses import BinaryCrossentropy, GaussianNegativeLogLikelihood, Loss
from npae.objectives.objective import Objective
from npae.objectives.penalties import KullbackLeibler
from npae.recipes.codes import encode
from npae.recipes.figures import draw_reconstructions
from npae.recipes.generation import draw_elbo, draw_interpolations, draw_samples, elbo_terms, variational
from npae.recipes.recipe import MNIST, Recipe, Shape
from npae.recipes.run import Run
from npae.training.evaluation import predict

PIXELS = BinaryCrossentropy(per="image")  # a Bernoulli decoder
GREYS = GaussianNegativeLogLikelihood(0.2, per="image")  # 0.2 is about the root mean squared error
BETA = 4.0
EPOCHS = 30
SAMPLES, IMAGES = 100, 1000  # for the likelihood


def build(shape: Shape = MNIST) -> VariationalAutoencoder:
    """Return the model: strided convolutions to two means and two log variances, and transposed ones.

    The initial values of the layers before the code differ from the original's, with which most of the 16
    units become inactive after a few steps and stay so. See also `learning_rate`.
    """
    channels, height, width = shape
    code_size = 64, height // 4, width // 4
    encoder = Sequential(
        [
            Conv2D(32, 3, strides=2, activation="relu", padding="same"),
            Conv2D(64, 3, strides=2, activation="relu", padding="same"),
            Flatten(),
            Dense(16, activation="relu", kernel_initializer="he_normal"),
            Dense(2 + 2, kernel_initializer="zeros"),  # the initial code has the distribution of the prior
        ]
    )
    decoder = Sequential(
        [
            Dense(math.prod(code_size), activation="relu"),
            Reshape(code_size),
            Conv2DTranspose(64, 3, strides=2, activation="relu", padding="same"),
            Conv2DTranspose(32, 3, strides=2, activation="relu", padding="same"),
            Conv2DTranspose(channels, 3, activation="sigmoid", padding="same"),
        ]
    )
    return VariationalAutoencoder(encoder, decoder)


def objective(decoder: Loss = PIXELS, beta: float = 1.0) -> Objective:
    """Return the objective in nats per image; for ``beta=1`` it is the negative evidence lower bound."""
    return Objective(decoder, KullbackLeibler(beta))


def learning_rate(epoch: int, epochs: int) -> float:
    """Return 2e-4 in the first epoch, the original's 1e-3 in the next two, then 2e-3, decreasing at the end.

    It decreases in the last 30 % of the epochs. At first the code has no information about the image and its
    gradient is noise, which Adam scales to full steps. With 1e-3 from the start, one of three seeds lost 15
    of the 16 units before the code, and the code remained at the prior.
    """
    done = (epoch - 1) / epochs
    if epoch == 1:
        return 2e-4
    return 1e-3 if epoch <= 3 else 2e-3 * min(1, (1 - done) / 0.3)


def early_rate(epoch: int, epochs: int) -> float:
    """Return the learning rate for the short trainings of the parts: that of the run's first epochs."""
    return learning_rate(epoch, EPOCHS)


def others(run: Run) -> dict[str, tuple[Autoencoder, Loss]]:
    """Return two other models, trained for fewer epochs, with the losses of their decoders."""
    gaussian = run.part(
        "gaussian", run.recipe.build, loss=objective(GREYS), epochs=5, learning_rate=early_rate
    )
    beta = run.part("beta", run.recipe.build, loss=objective(beta=BETA), epochs=5, learning_rate=early_rate)
    return {"gaussian": (gaussian, GREYS), "beta": (beta, PIXELS)}


def measure(run: Run) -> dict[str, float]:
    """Return the bound of each model with its two terms, and the likelihood of the first model.

    All values are for grey targets, which are not binarised. So they cannot be compared with values for
    binary digits, such as those of `variational-dense`.
    """
    numbers = elbo_terms(run, run.model, PIXELS)
    for name, (model, decoder) in others(run).items():
        numbers |= {f"{name}_{key}": value for key, value in elbo_terms(run, model, decoder).items()}
    x, _ = run.test_images(IMAGES)
    nll = negative_log_likelihood(variational(run), x, loss=PIXELS, samples=SAMPLES, threads=run.threads)
    return {**numbers, f"test_nll_of_{len(x)}_images_k{SAMPLES}": float(nll.mean())}


def draw(run: Run) -> None:
    """Draw the terms of the bound, samples, interpolations, the plane of codes, and the codes of images."""
    draw_reconstructions(run)
    draw_elbo(run)
    draw_samples(run)
    draw_interpolations(run)
    draw_plane(run)
    draw_codes(run)


def draw_plane(run: Run, reach: float = 2.5, count: int = 25) -> None:
    """Draw the decoded images of codes on a grid."""
    from npae import plotting

    places = np.linspace(-reach, reach, count)
    across, down = np.meshgrid(places, places[::-1])
    codes = np.stack([across.ravel(), down.ravel()], axis=1).astype(np.float32)
    images = run.pixels(predict(run.model.decoder, codes, run.threads))
    images = images.reshape(count, count, *images.shape[1:])
    plotting.manifold(
        run.path("manifold.png"), images, places, places[::-1], "What each code decodes to: a plane of images"
    )


def draw_codes(run: Run) -> None:
    """Draw the means of the test images' codes, for each model."""
    from npae import plotting

    x, _ = run.test_images()
    models = {"Bernoulli decoder, β = 1": run.model}
    models |= dict(zip(("Gaussian decoder", f"β = {BETA:g}"), (model for model, _ in others(run).values())))
    panels = [
        (name, encode(model, x, run.threads), float(np.mean((predict(model, x, run.threads) - x) ** 2)))
        for name, model in models.items()
    ]
    title = f"Means of the codes of {len(x):,} test images"
    plotting.code_scatter(run.path("codes.png"), panels, run.colours, title, run.class_names)


RECIPE = Recipe(
    name="variational",
    summary="variational, convolutions to a plane of codes, Bernoulli and Gaussian decoders, beta",
    source="Keras example, F. Chollet, Variational autoencoder (2020), after Kingma & Welling (2013)",
    build=build,
    input_shape=(1, 28, 28),
    dataset="mnist",
    loss=objective(),
    epochs=EPOCHS,
    batch_size=128,
    keras_adam=True,
    learning_rate=learning_rate,
    draw=draw,
    measure=measure,
    published={"loss": {30: 146.95}},  # of the training images, those of the test set included
)

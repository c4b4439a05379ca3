"""A convolutional variational autoencoder: its code is two numbers drawn from a normal distribution."""

import numpy as np

from npae.layers import Conv2D, Conv2DTranspose, Dense, Flatten, Reshape
from npae.measures.likelihood import negative_log_likelihood
from npae.model import Sequential, VariationalAutoencoder
from npae.objectives.losses import BinaryCrossentropy, GaussianNegativeLogLikelihood, Loss
from npae.objectives.objective import Objective
from npae.objectives.penalties import KullbackLeibler
from npae.recipes.codes import encode
from npae.recipes.figures import draw_reconstructions
from npae.recipes.generation import draw_elbo, draw_interpolations, draw_samples, elbo_terms, variational
from npae.recipes.recipe import Recipe
from npae.recipes.run import Run
from npae.training.evaluation import predict

PIXELS = BinaryCrossentropy(per="image")  # a Bernoulli decoder
GREYS = GaussianNegativeLogLikelihood(0.2, per="image")  # 0.2 is about the error that two numbers leave
BETA = 4.0
EPOCHS = 30
SAMPLES, IMAGES = 100, 1000  # for the likelihood


def build() -> VariationalAutoencoder:
    """Return the model: two strided convolutions to two means and two log variances, and the way back.

    The initial values before the code are not the original's: with those, most of the 16 units are off for
    good after a few steps. See also `learning_rate`.
    """
    encoder = Sequential(
        [
            Conv2D(32, 3, strides=2, activation="relu", padding="same"),
            Conv2D(64, 3, strides=2, activation="relu", padding="same"),
            Flatten(),
            Dense(16, activation="relu", kernel_initializer="he_normal"),
            Dense(2 + 2, kernel_initializer="zeros"),  # the code begins at the prior
        ]
    )
    decoder = Sequential(
        [
            Dense(64 * 7 * 7, activation="relu"),
            Reshape((64, 7, 7)),
            Conv2DTranspose(64, 3, strides=2, activation="relu", padding="same"),
            Conv2DTranspose(32, 3, strides=2, activation="relu", padding="same"),
            Conv2DTranspose(1, 3, activation="sigmoid", padding="same"),
        ]
    )
    return VariationalAutoencoder(encoder, decoder)


def objective(decoder: Loss = PIXELS, beta: float = 1.0) -> Objective:
    """Return the negative evidence lower bound, in nats per image; with another beta it is none any more."""
    return Objective(decoder, KullbackLeibler(beta))


def learning_rate(epoch: int, epochs: int) -> float:
    """Return 2e-4 in the first epoch, the original's 1e-3 in the next two, then 2e-3, falling at the end.

    It falls in the last third of the epochs. As long as the code tells nothing, its gradient is noise, which
    Adam scales to full steps: with 1e-3 from the start, one seed of three lost 15 of the 16 units before the
    code, and the code stayed empty.
    """
    done = (epoch - 1) / epochs
    if epoch == 1:
        return 2e-4
    return 1e-3 if epoch <= 3 else 2e-3 * min(1, (1 - done) / 0.3)


def early_rate(epoch: int, epochs: int) -> float:
    """Return the rate of the recipe's own epochs, for the short trainings of its parts: it never falls."""
    return learning_rate(epoch, EPOCHS)


def others(run: Run) -> dict[str, tuple[VariationalAutoencoder, Loss]]:
    """Return the models to compare with, trained for fewer epochs, and what their decoders stand for."""
    gaussian = run.part("gaussian", build, loss=objective(GREYS), epochs=5, learning_rate=early_rate)
    beta = run.part("beta", build, loss=objective(beta=BETA), epochs=5, learning_rate=early_rate)
    return {"gaussian": (gaussian, GREYS), "beta": (beta, PIXELS)}


def measure(run: Run) -> dict[str, float]:
    """Return the bound of each model, in its two parts, and what the first one bounds: the likelihood.

    All of them are of grey targets: nothing is binarised here, so no number compares with those of binary
    digits, as `variational-dense` has them.
    """
    numbers = elbo_terms(run, run.model, PIXELS)
    for name, (model, decoder) in others(run).items():
        numbers |= {f"{name}_{key}": value for key, value in elbo_terms(run, model, decoder).items()}
    x, _ = run.test_images(IMAGES)
    nll = negative_log_likelihood(variational(run), x, loss=PIXELS, samples=SAMPLES, threads=run.threads)
    return {**numbers, f"test_nll_of_{len(x)}_images_k{SAMPLES}": float(nll.mean())}


def draw(run: Run) -> None:
    """Draw the two parts of the bound, samples, the plane of codes, walks in it, and where images lie."""
    draw_reconstructions(run)
    draw_elbo(run)
    draw_samples(run)
    draw_interpolations(run)
    draw_plane(run)
    draw_codes(run)


def draw_plane(run: Run, reach: float = 2.5, count: int = 25) -> None:
    """Draw the decodings of codes on a grid."""
    from npae import plotting

    places = np.linspace(-reach, reach, count)
    across, down = np.meshgrid(places, places[::-1])
    codes = np.stack([across.ravel(), down.ravel()], axis=1).astype(np.float32)
    images = run.pixels(predict(run.model.decoder, codes, run.threads)).reshape(count, count, 28, 28)
    plotting.manifold(
        run.path("manifold.png"), images, places, places[::-1], "What each code decodes to: a plane of digits"
    )


def draw_codes(run: Run) -> None:
    """Draw the means of the test images' codes, for each model."""
    from npae import plotting

    x, _ = run.test_images()
    models = {"Bernoulli decoder, β = 1": run.model}
    models |= dict(zip(("Gaussian decoder", f"β = {BETA:g}"), (model for model, _ in others(run).values())))
    panels = [
        (
            name,
            encode(model, x, run.threads),
            float(np.mean((predict(model, x, run.threads) - x) ** 2)),
        )
        for name, model in models.items()
    ]
    title = f"Means of the codes of {len(x):,} test images"
    labels = run.dataset.test_labels[: len(x)]
    plotting.code_scatter(run.path("codes.png"), panels, labels, title, run.class_names)


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
)

"""A dense variational autoencoder with a code of 50 units, and its likelihood of binary digits."""

import math

from npae.datasets import bernoulli
from npae.layers import Dense
from npae.measures.likelihood import negative_log_likelihood
from npae.model import Sequential, VariationalAutoencoder
from npae.objectives.losses import BinaryCrossentropy
from npae.objectives.objective import Objective
from npae.objectives.penalties import KullbackLeibler
from npae.recipes.figures import draw_reconstructions
from npae.recipes.generation import draw_elbo, draw_interpolations, draw_samples, elbo_terms, variational
from npae.recipes.recipe import MNIST, Recipe, Shape
from npae.recipes.run import Run
from npae.training.callbacks import half_cosine
from npae.training.evaluation import predict

CODE, SAMPLES = 50, 500
PIXELS = BinaryCrossentropy(per="image")


def build(shape: Shape = MNIST) -> VariationalAutoencoder:
    """Return the model: 784-200-200-50, with a normally distributed code, and 50-200-200-784."""
    encoder = Sequential([Dense(200, activation="tanh"), Dense(200, activation="tanh"), Dense(2 * CODE)])
    decoder = Sequential(
        [
            Dense(200, activation="tanh"),
            Dense(200, activation="tanh"),
            Dense(math.prod(shape), activation="sigmoid"),
        ]
    )
    return VariationalAutoencoder(encoder, decoder)


def measure(run: Run) -> dict[str, float]:
    """Return the bound, the likelihood, and the number of active units of the code.

    A unit is active if the variance of its mean over the images is above 0.01 (Burda et al. 2015, appendix
    C). The code of an inactive unit has the distribution of the prior, and no information about the image.
    """
    batches = run.test_batches()
    nll = negative_log_likelihood(
        variational(run), batches, loss=PIXELS, samples=SAMPLES, threads=run.threads
    )
    means = predict(run.model.encoder, batches, run.threads)[:, :CODE]
    return {
        **elbo_terms(run, run.model, PIXELS),
        f"test_nll_k{SAMPLES}": float(nll.mean()),
        "active_units": int((means.var(axis=0) > 0.01).sum()),
        "training_seconds": sum(run.history["seconds"]),
    }


def draw(run: Run) -> None:
    """Draw reconstructions, the two terms of the bound, samples, and interpolations of test images."""
    draw_reconstructions(run)
    draw_elbo(run)
    draw_samples(run)
    draw_interpolations(run)


RECIPE = Recipe(
    name="variational-dense",
    summary="variational, dense 784-200-200-50, dynamic binarisation, likelihood",
    source="Burda, Grosse, Salakhutdinov, Importance weighted autoencoders (2015), its VAE of one layer",
    build=build,
    input_shape=(784,),
    dataset="mnist",
    loss=Objective(PIXELS, KullbackLeibler()),
    epochs=300,
    batch_size=100,
    learning_rate=half_cosine(2e-3),
    sample=bernoulli(),
    draw=draw,
    measure=measure,
    published={"test_nll_k500": {300: 86.8}},
)

"""A contractive autoencoder: a penalty makes the code insensitive to small changes of the input."""

import math

import numpy as np

from npae.datasets import gaussian_noise
from npae.layers import Dense
from npae.measures.jacobian import frobenius_norms, singular_values
from npae.measures.metrics import mean_squared_error
from npae.model import Autoencoder, Sequential
from npae.objectives.losses import BinaryCrossentropy
from npae.objectives.objective import Objective
from npae.objectives.penalties import Contractive
from npae.recipes.recipe import MNIST, Recipe, Shape
from npae.recipes.run import Run
from npae.training.callbacks import half_cosine
from npae.training.evaluation import evaluate_terms, predict

LOSS = BinaryCrossentropy(per="image")
NOISE = gaussian_noise(0.3)
LEAST = 1e-9  # singular value in the figure
EXAMPLES, SPECTRA = 500, 100  # test images for the norms, and for the singular values, of Jacobians


def build(shape: Shape = MNIST) -> Autoencoder:
    """Return the model: 784-256-784, sigmoid at the code."""
    return Autoencoder(Sequential([Dense(256, "sigmoid")]), Sequential([Dense(math.prod(shape), "sigmoid")]))


def models(run: Run) -> dict[str, Autoencoder]:
    """Return the model without the penalty, with noise instead of it, and with the penalty."""
    return {
        "plain": run.part("plain", run.recipe.build, loss=LOSS),
        "denoising": run.part(
            "denoising", run.recipe.build, loss=LOSS, data=lambda: run.batches(corruption=NOISE)
        ),
        "contractive": run.model,
    }


def on_and_off(run: Run, count: int) -> dict[str, np.ndarray]:
    """Return test images, and the same images with shuffled pixels: as bright, but far from all digits."""
    x, _ = run.test_images(count)
    return {"on": x, "off": np.random.default_rng(0).permuted(x, axis=1)}


def measure(run: Run) -> dict[str, float]:
    """Return losses and norms of Jacobians on and off the data, and their ratios to the plain model's.

    Scaling down a code, and scaling up the decoder's weights, changes nothing but the norms. So they are also
    given relative to the spread of the codes, the root of their total variance.
    """
    numbers = {}
    batches, (x, _) = run.test_batches(), run.test_images()
    for name, model in models(run).items():
        terms = evaluate_terms(model, batches, loss=LOSS, threads=run.threads)
        numbers[f"{name}_nats_per_image"] = terms["loss"]
        numbers[f"{name}_mse"] = mean_squared_error(predict(model, batches, run.threads), x)
        spread = float(np.sqrt(predict(model.encoder, batches, run.threads).var(axis=0).sum()))
        for place, images in on_and_off(run, EXAMPLES).items():
            norm = float(frobenius_norms(model.encoder, images, run.threads).mean())
            numbers[f"{name}_jacobian_norm_{place}"] = norm
            if spread:  # 0 for a single image
                numbers[f"{name}_relative_norm_{place}"] = norm / spread
    return {
        **numbers,
        "norm_ratio": numbers["plain_jacobian_norm_on"] / numbers["contractive_jacobian_norm_on"],
        "loss_ratio": numbers["contractive_nats_per_image"] / numbers["plain_nats_per_image"],
        "mse_ratio": numbers["contractive_mse"] / numbers["plain_mse"],
    }


def draw(run: Run) -> None:
    """Draw reconstructions, filters, and the singular values of the Jacobian on and off the data."""
    from npae import plotting

    found = models(run)
    x, _ = run.test_images(10)
    rows = [("original", run.pixels(x))]
    rows += [(name, run.pixels(model.reconstruct(x))) for name, model in found.items()]
    plotting.image_rows(run.path("reconstructions.png"), rows, title="Test images")
    title = "What the first 100 of 256 units look at"
    kernels = [(name, model.encoder.layers[0].params["kernel"]) for name, model in found.items()]
    plotting.filters(run.path("filters.png"), kernels, title, shape=run.dataset.image_shape)
    spectra = {}
    for name, model in found.items():
        for place, images in on_and_off(run, SPECTRA).items():
            values = singular_values(model.encoder, images, run.threads).mean(axis=0)
            values = np.maximum(values, LEAST)  # the axis is logarithmic, and saturated units give 0
            spectra[f"{name}, {place} the data"] = (np.arange(1, len(values) + 1), values)
    title = "How far a code moves with its input, direction by direction"
    across = "directions of the input, from the one in which the code moves most"
    plotting.lines(
        run.path("singular_values.png"),
        spectra,
        title,
        across,
        "mean singular value of the Jacobian",
        log="y",
        variants=2,  # on and off the data: solid and dashed
    )


RECIPE = Recipe(
    name="contractive",
    summary="784-256-784 with a penalty on the Jacobian, beside a plain and a denoising model",
    source="Rifai, Vincent, Muller, Glorot, Bengio, Contractive auto-encoders (2011)",
    build=build,
    input_shape=(784,),
    dataset="mnist",
    loss=Objective(LOSS, Contractive(0.015)),
    epochs=15,
    batch_size=128,
    learning_rate=half_cosine(16e-3),  # high, since sigmoids learn slowly
    draw=draw,
    measure=measure,
)

"""A code wider than the input: alone it copies, with sparsity or noise it has to find features."""

import numpy as np

from npae.batches import Batches
from npae.datasets import gaussian_noise
from npae.evaluation import predict
from npae.layers import Dense
from npae.metrics import mean_squared_error
from npae.model import Autoencoder, Sequential
from npae.objectives import Objective
from npae.penalties import L1
from npae.probes import linear_probe
from npae.recipes.recipe import Recipe

UNITS = 1000
LOSS = "binary_crossentropy"
NOISE = gaussian_noise(0.5)
PROBED = 10_000  # training images that the linear probe sees


def build() -> Autoencoder:
    """Return the model: 784-1000-784."""
    return Autoencoder(Sequential([Dense(UNITS, "relu")]), Sequential([Dense(784, "sigmoid")]))


def models(run) -> dict[str, Autoencoder]:
    """Return the model alone, and what else it can be given to do."""
    return {
        "alone": run.model,
        "sparsity": run.part("sparsity", build, loss=Objective(LOSS, L1(1e-4))),
        "noise": run.part("noise", build, data=lambda: run.batches(corruption=NOISE)),
    }


def inputs(run) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return what is put in, and what ought to come out: test images as they are, and noisy ones."""
    x, _ = run.test_images()
    noisy, _ = run.test_batches(corruption=NOISE).batch(slice(None))
    return {"clean": (x, x), "noisy": (noisy, x)}


def measure(run) -> dict[str, float]:
    """Return how well each model copies what it should not, and how much of the classes its code tells."""
    tests = inputs(run)
    numbers = {"noise_mse": mean_squared_error(*tests["noisy"])}
    train = run.train_images()[:PROBED]
    labels, test_labels = run.dataset.train_labels[:PROBED], run.dataset.test_labels
    x = tests["clean"][0]
    numbers["pixels_linear_probe"] = linear_probe(train, labels, x, test_labels)
    for name, model in models(run).items():
        for test, (given, wanted) in tests.items():
            outputs = predict(model, Batches(given), run.threads)
            numbers[f"{name}_{test}_mse"] = mean_squared_error(outputs, wanted)
        codes, test_codes = (predict(model.encoder, Batches(images), run.threads) for images in (train, x))
        numbers[f"{name}_linear_probe"] = linear_probe(codes, labels, test_codes, test_labels)
        numbers[f"{name}_active_share"] = float((test_codes > 0).mean())
    return numbers


def draw(run) -> None:
    """Draw what each model makes of clean and of noisy images, its filters, and its errors."""
    from npae import plotting

    found, tests = models(run), inputs(run)
    for test, (given, _) in tests.items():
        rows = [("given", run.pixels(given[:10]))]
        rows += [(name, run.pixels(model.reconstruct(given[:10]))) for name, model in found.items()]
        title = f"{test.capitalize()} test images, and what each model makes of them"
        plotting.image_rows(run.path(f"{test}.png"), rows, title=title)
    kernels = [(name, model.encoder.layers[0].params["kernel"]) for name, model in found.items()]
    plotting.filters(run.path("filters.png"), kernels, f"What the first 100 of {UNITS} units look at")
    errors = {
        name: [mean_squared_error(model.reconstruct(given), wanted) for given, wanted in tests.values()]
        for name, model in found.items()
    }
    groups = ["clean images", "noisy images, against the clean ones"]
    title = "What copies an image copies its noise as well"
    noise = {"the noisy images themselves": mean_squared_error(*tests["noisy"])}
    path = run.path("copying.png")
    plotting.bars(path, errors, groups, title, "squared error per pixel", references=noise)


RECIPE = Recipe(
    name="overcomplete",
    summary="a code of 1000 for 784 pixels: alone, with sparsity, with noise",
    source="Vincent et al., Extracting and composing robust features (2008); Bengio et al. (2013), section 7",
    build=build,
    input_shape=(784,),
    dataset="mnist",
    loss=LOSS,
    epochs=12,
    batch_size=256,
    draw=draw,
    measure=measure,
)

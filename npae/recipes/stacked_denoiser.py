"""A stacked denoising autoencoder: trained layer by layer, then as a whole, then as a classifier.

With few labels, pre-training on all images improves the classifier. The fine-tuning is the same with and
without pre-training. Unlike the publication, this recipe uses rectified units, Adam with a decreasing
learning rate, and dropout.
"""

import math
from collections.abc import Callable
from functools import partial
from itertools import chain

import numpy as np

from npae.datasets import masking_noise
from npae.layers import Dense, Dropout
from npae.model import Autoencoder, Sequential
from npae.objectives.losses import SoftmaxCrossentropy, one_hot
from npae.recipes.figures import draw_reconstructions
from npae.recipes.recipe import MNIST, Later, Recipe, Shape
from npae.recipes.run import Run
from npae.training.batches import Batches
from npae.training.callbacks import half_cosine
from npae.training.evaluation import predict

UNITS, MASKED = (1000, 1000, 1000), (0.1, 0.2, 0.3)
LOSS, CLASSES = "binary_crossentropy", 10

# By percentage of the labels: how often an epoch repeats them, so that few images still make many steps, and
# how many random subsets are drawn, since results with few labels depend on the subset.
SHARES = {100: (1, 1), 10: (3, 1), 1: (10, 3)}
STARTS = {"pre-trained": "pretrained", "from scratch": "scratch"}


def build(shape: Shape = MNIST) -> Autoencoder:
    """Return the whole stack: 784-1000-1000-1000-1000-1000-784."""
    encoder = Sequential([Dense(units, "relu") for units in UNITS])
    decoder = Sequential(
        [*(Dense(units, "relu") for units in UNITS[-2::-1]), Dense(math.prod(shape), "sigmoid")]
    )
    return Autoencoder(encoder, decoder)


def layers(run: Run) -> list[Autoencoder]:
    """Return an autoencoder for each layer, trained to denoise masked codes of the layer below."""
    codes, trained = run.train_images, []
    pixels = math.prod(run.dataset.image_shape)
    for number, (units, inputs, masked) in enumerate(zip(UNITS, (pixels, *UNITS), MASKED), start=1):
        part = run.part(
            f"layer-{number}",
            partial(one_layer, units, inputs, "sigmoid" if number == 1 else "relu"),
            loss=LOSS if number == 1 else "mse",
            epochs=15,
            data=masked_codes(codes, masking_noise(masked)),
            learning_rate=1e-3,
            seed_offset=number,
        )
        trained.append(part)
        codes = partial(lambda part, codes: predict(part.encoder, codes(), run.threads), part, codes)
    return trained


def masked_codes(codes: Callable[[], np.ndarray], noise: masking_noise) -> Later:
    """Return the data of a layer: the codes of all images from the layer below."""
    return Later(lambda: Batches(codes(), corruption=noise), noise)


def one_layer(units: int, inputs: int, activation: str) -> Autoencoder:
    """Return the model of one layer; ``activation`` is that of its outputs."""
    return Autoencoder(Sequential([Dense(units, "relu")]), Sequential([Dense(inputs, activation)]))


def before(run: Run) -> None:
    """Start from the weights of the layers: encoders in order, decoders in reverse order.

    Raises
    ------
    ValueError
        If there are more than ten classes; this is checked before the layers are trained.
    """
    for labels in (run.dataset.train_labels, run.dataset.test_labels):
        if labels is not None:
            one_hot(labels, CLASSES)  # raises ValueError
    stack = layers(run)
    encoder = Sequential([part.encoder.layers[0] for part in stack])
    decoder = Sequential([part.decoder.layers[0] for part in reversed(stack)])
    run.model.set_params(Autoencoder(encoder, decoder).params)


def labelled(count: int, share: int) -> int:
    """Return how many of ``count`` images have labels where a share in percent has: one, at least."""
    return max(1, count * share // 100)


def classifier(run: Run, start: str, share: int, draw: int = 0) -> Sequential:
    """Return the stack with ten logits on top, fine-tuned on a share of the labels."""

    def build_classifier() -> Sequential:
        if start == "pre-trained":
            hidden = [part.encoder.layers[0] for part in layers(run)]
        else:
            hidden = [Dense(units, "relu") for units in UNITS]
        dropped = chain.from_iterable((layer, Dropout(0.5)) for layer in hidden)
        return Sequential([Dropout(0.2), *dropped, Dense(CLASSES)])

    def data() -> Batches:
        images, labels = run.dataset.train_images, run.dataset.train_labels
        rng = np.random.default_rng(1000 * run.settings.seed + draw)
        chosen = rng.permutation(len(images))[: labelled(len(images), share)]
        chosen = np.tile(chosen, SHARES[share][0])
        return Batches(images[chosen].reshape(len(chosen), -1), one_hot(labels[chosen], CLASSES))

    return run.part(
        f"{STARTS[start]}-{share}-{draw}",
        build_classifier,
        loss=SoftmaxCrossentropy(),
        epochs=20,
        batch_size=128,
        data=Later(data),
        seed_offset=draw,
    )


def error_rates(run: Run, start: str, share: int) -> list[float]:
    """Return the test error of the classifier in percent, for each random subset of the labels."""
    labels, pixels = run.dataset.test_labels, run.dataset.test_images
    images = Batches(pixels.reshape(len(pixels), -1))
    models = [classifier(run, start, share, draw) for draw in range(SHARES[share][1])]
    classes = [predict(model, images, run.threads).argmax(axis=1) for model in models]
    return [float(100 * np.mean(found != labels)) for found in classes]


def measure(run: Run) -> dict[str, float]:
    """Return the test errors of the classifiers in percent, by start and share of the labels."""
    if run.dataset.train_labels is None:
        return {}
    return {
        f"test_error_{name}_{share}": float(np.mean(error_rates(run, start, share)))
        for start, name in STARTS.items()
        for share in SHARES
    }


def draw(run: Run) -> None:
    """Draw denoised images, the filters of the first layer, and the test error against the label count."""
    from npae import plotting

    draw_reconstructions(run)
    panels = [("pre-trained", layers(run)[0].encoder.layers[0].params["kernel"])]
    if run.dataset.train_labels is not None:
        panels += [
            ("fine-tuned", classifier(run, "pre-trained", 100).layers[1].params["kernel"]),
            ("from scratch", classifier(run, "from scratch", 100).layers[1].params["kernel"]),
        ]
    title, shape = "What the first units of the first layer look at", run.dataset.image_shape
    plotting.filters(run.path("filters.png"), panels, title, count=49, shape=shape)
    if run.dataset.train_labels is None:
        return
    counts = [labelled(len(run.dataset.train_images), share) for share in SHARES]
    draws = max(draws for _, draws in SHARES.values())
    errors = {}
    for start in STARTS:
        rates = np.full((draws, len(SHARES)), np.nan)  # NaN where there are fewer subsets
        for column, share in enumerate(SHARES):
            found = error_rates(run, start, share)
            rates[: len(found), column] = found
        errors[start] = (counts, rates)
    plotting.lines(
        run.path("labels.png"),
        errors,
        f"Test error of the classifier; at 1 % of the labels mean and range over {draws} draws of them",
        "labels",
        "test error, %",
        log="x",
        ticks={count: f"{count:,}\n{share} %" for count, share in zip(counts, SHARES)},
    )


RECIPE = Recipe(
    name="stacked-denoiser",
    summary="784-1000-1000-1000, layer by layer, then as a whole, then as a classifier",
    source="P. Vincent et al., Stacked denoising autoencoders (2010), as in the deeplearning.net tutorial",
    build=build,
    input_shape=(784,),
    dataset="mnist",
    loss=LOSS,
    epochs=5,
    batch_size=256,
    learning_rate=half_cosine(1e-3),
    corruption=masking_noise(0.3),
    before=before,
    measure=measure,
    draw=draw,
    published={"test_error_pretrained_100": {5: 1.3}},
)

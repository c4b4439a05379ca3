"""A deep autoencoder with a code of 30 units, compared with PCA, the best linear code of that size."""

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from npae import layers
from npae.datasets import random_shift
from npae.measures import metrics
from npae.measures.probes import k_nearest_neighbours
from npae.model import Autoencoder, Sequential
from npae.recipes.measures import fitted_pca
from npae.recipes.recipe import MNIST, Recipe, Shape
from npae.recipes.run import Run
from npae.training.callbacks import half_cosine
from npae.training.evaluation import predict

CODE = 30
Dense = partial(layers.Dense, activation="relu", kernel_initializer="he_normal")


def build(shape: Shape = MNIST) -> Autoencoder:
    """Return the model: 784-1000-500-250-30-250-500-1000-784, with a linear code.

    The published one has logistic units, and needed layer-wise pre-training. Rectified units and Adam do not,
    but they overfit: so the images of each batch are shifted by up to a pixel, which removes most of the
    overfitting.
    """
    encoder = Sequential([Dense(1000), Dense(500), Dense(250), layers.Dense(CODE)])
    decoder = Sequential([Dense(250), Dense(500), Dense(1000), layers.Dense(math.prod(shape), "sigmoid")])
    return Autoencoder(encoder, decoder)


def coders(run: Run) -> dict[str, tuple[Callable, Callable]]:
    """Return (encode, decode) of this model, and of PCA with codes of the same size."""
    model, pca = run.model, fitted_pca(run, CODE)
    ours = (
        partial(predict, model.encoder, threads=run.threads),
        partial(predict, model.decoder, threads=run.threads),
    )
    name = f"{math.prod(run.dataset.image_shape)}-1000-500-250-30"
    return {name: ours, "PCA, 30 components": (pca.transform, pca.inverse_transform)}


def measure(run: Run) -> dict[str, float]:
    """Return the squared error of PCA's reconstructions, and the nearest-neighbour accuracy of both codes."""
    (encode, _), (transform, back) = coders(run).values()
    images, _ = run.test_images()
    error = {
        "test_squared_error_per_image_pca": float(
            metrics.squared_error_per_image(back(transform(images)), images).mean()
        )
    }
    labels, test_labels = run.dataset.train_labels, run.dataset.test_labels
    if labels is None or test_labels is None:
        return error
    train = run.train_images()
    accuracy = {
        name: k_nearest_neighbours(code(train), labels, code(images), test_labels, min(5, len(labels)))
        for name, code in (("test_5nn_accuracy", encode), ("test_5nn_accuracy_pca", transform))
    }
    return {**error, **accuracy}


def draw(run: Run) -> None:
    """Draw test images and their reconstructions by this model and by PCA, and the errors by digit."""
    from npae import plotting

    images, _ = run.test_images()
    outputs = {name: decode(encode(images)) for name, (encode, decode) in coders(run).items()}
    rows = [(name, run.pixels(values[:10])) for name, values in {"original": images, **outputs}.items()]
    title = "Test images, reconstructed from codes of thirty numbers"
    plotting.image_rows(run.path("reconstructions.png"), rows, title=title)
    labels = run.dataset.test_labels
    if labels is None:
        return
    digits = np.unique(labels)
    lost = {name: metrics.squared_error_per_image(values, images) for name, values in outputs.items()}
    errors = {name: [values[labels == digit].mean() for digit in digits] for name, values in lost.items()}
    title = "Error of the reconstructed test images, by class"
    groups = [run.class_name(digit) for digit in digits]
    plotting.bars(run.path("digits.png"), errors, groups, title, "squared error per image", form="{:.2f}")


RECIPE = Recipe(
    name="deep",
    summary="deep dense, 784-1000-500-250-30 and back, beside PCA",
    source="G. E. Hinton, R. R. Salakhutdinov, Reducing the dimensionality of data (Science 2006)",
    build=build,
    input_shape=(784,),
    dataset="mnist",
    loss="binary_crossentropy",  # as published; the final squared error is also smaller than with "mse"
    epochs=50,
    batch_size=128,
    learning_rate=half_cosine(1e-3),
    augment=random_shift(1),
    draw=draw,
    measure=measure,
    published={"test_squared_error_per_image": {50: 3.0}, "test_squared_error_per_image_pca": {50: 13.87}},
)

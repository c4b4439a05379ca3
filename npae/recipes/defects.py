"""A convolutional autoencoder of good parts only: it fails to give back what is wrong with others."""

import numpy as np

from npae.layers import Conv2D, Conv2DTranspose
from npae.measures import surprise
from npae.measures.metrics import roc_auc
from npae.model import Autoencoder, Sequential
from npae.recipes.figures import draw_reconstructions
from npae.recipes.recipe import Recipe, Shape
from npae.recipes.run import Run
from npae.recipes.score import errors_of
from npae.training.callbacks import half_cosine

WASHER = (1, 64, 64)


def build(shape: Shape = WASHER) -> Autoencoder:
    """Return the model: strided convolutions to a code a quarter as large, and transposed ones back.

    There are three of each, or two for sides that are no multiples of 8. A wide code would give back defects
    too; a narrower one gives back good parts badly as well.
    """
    levels = 2 if shape[1] % 8 or shape[2] % 8 else 3
    filters = (16, 32, 32)[:levels]
    encoder = [Conv2D(count, 3, strides=2, activation="relu", padding="same") for count in filters]
    decoder = [
        Conv2DTranspose(count, 3, strides=2, activation="relu", padding="same") for count in filters[::-1]
    ]
    return Autoencoder(
        Sequential([*encoder, Conv2D(4 ** (levels - 1) * shape[0], 1)]),
        Sequential([*decoder, Conv2D(shape[0], 3, activation="sigmoid", padding="same")]),
    )


def measure(run: Run) -> dict[str, float]:
    """Return the ROC-AUC of the score against classes that the training set lacks, of all and of each.

    Empty if the data have no labels, or the test set has no such classes.
    """
    seen, labels = run.dataset.train_labels, run.dataset.test_labels
    if seen is None or labels is None:
        return {}
    good = np.isin(labels, seen)
    if good.all() or not good.any():
        return {}
    scores = surprise.scores(errors_of(run, run.dataset.test_images)[0])
    numbers = {"roc_auc": roc_auc(scores, ~good)}
    for label in np.unique(labels[~good]):
        chosen = good | (labels == label)
        numbers[f"roc_auc_{run.class_name(label)}"] = roc_auc(scores[chosen], ~good[chosen])
    return numbers


def draw(run: Run) -> None:
    """Draw reconstructions, and for each class of the test set pictures, reconstructions and errors."""
    from npae import plotting

    draw_reconstructions(run)
    labels = run.dataset.test_labels
    classes = [None] if labels is None else list(np.unique(labels))[:10]
    rows = []
    for label in classes:
        first = 0 if labels is None else np.argmax(labels == label)
        images = run.dataset.test_images[first : first + 1]
        maps, outputs = errors_of(run, images)
        name = "" if label is None else run.class_name(label)
        rows.append((f"{name}, score {maps.max():.4f}".removeprefix(", "), images[0], outputs[0], maps[0]))
    title = "Test images, one of each class, and where they surprise"
    plotting.error_maps(run.path("errors.png"), rows, title)


RECIPE = Recipe(
    name="defects",
    summary="convolutions to a narrow code, trained on good parts; npae score finds the bad ones",
    source="P. Bergmann et al., Improving unsupervised defect segmentation with autoencoders (2019)",
    build=build,
    input_shape=WASHER,
    dataset="washers",
    loss="mse",
    epochs=20,
    batch_size=16,
    learning_rate=half_cosine(4e-3),
    draw=draw,
    measure=measure,
)

"""A stack of denoising autoencoders, trained without labels, then fine-tuned with a few labels."""

import argparse
from itertools import chain
from pathlib import Path

import numpy as np

import npae
from npae import datasets, plotting


def fit(model: npae.Sequential, data: npae.Batches, loss: str | npae.Loss, epochs: int, label: str) -> None:
    """Train a model."""
    npae.fit(model, data, loss=loss, epochs=epochs, batch_size=128, callbacks=[npae.Progress(label=label)])


def classify(hidden: list[npae.Dense], digits: datasets.Dataset, count: int, epochs: int) -> float:
    """Fine-tune a classifier on ``count`` labels, and return its test error."""
    dropped = chain.from_iterable((layer, npae.Dropout(0.5)) for layer in hidden)
    model = npae.Sequential([npae.Dropout(0.2), *dropped, npae.Dense(10)])
    model.build((784,))  # built layers keep their weights
    chosen = np.tile(np.arange(count), 20)
    images, labels = digits.train_images[chosen].reshape(-1, 784), digits.train_labels[chosen]
    fit(model, npae.Batches(images, npae.one_hot(labels)), npae.SoftmaxCrossentropy(), epochs, "labels")
    logits = npae.predict(model, npae.Batches(digits.test_images.reshape(-1, 784)))
    return float(np.mean(logits.argmax(axis=1) != digits.test_labels))


def main(epochs: int = 15, limit: int | None = None, out: str = "runs/example-stacked-denoiser") -> float:
    """Train three layers, fine-tune on 1 % of the labels, and return the test error."""
    digits = datasets.load(preferred="mnist")
    codes, _ = npae.Batches(digits.train_images[:limit], shape=(784,)).batch(slice(None))
    layers: list[npae.Dense] = []
    scratch = [npae.Dense(1000, activation="sigmoid") for _ in range(3)]
    for number, masked in enumerate((0.1, 0.2, 0.3), start=1):
        # Each layer learns to denoise masked codes of the layer below; its codes are the next layer's inputs.
        layer = npae.Dense(1000, activation="sigmoid")
        back = npae.Dense(codes.shape[1], activation="sigmoid")
        model = npae.Autoencoder(npae.Sequential([layer]), npae.Sequential([back]))
        model.build(codes.shape[1:], number)
        data = npae.Batches(codes, corruption=datasets.masking_noise(masked))
        fit(model, data, "binary_crossentropy", epochs, f"layer {number}")
        codes = npae.predict(model.encoder, codes)
        layers.append(layer)

    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    filters = [("first layer", layers[0].params["kernel"])]
    plotting.filters(folder / "filters.png", filters, "Filters of the first units")
    count = max(1, len(codes) // 100)
    errors = {
        name: classify(hidden, digits, count, epochs)
        for name, hidden in (("pre-trained", layers), ("from scratch", scratch))
    }
    for name, error in errors.items():
        print(f"{count} labels, {name}: test error {100 * error:.1f} %")
    return errors["pre-trained"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, argument_default=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help="the number of epochs")
    parser.add_argument("--limit", type=int, help="use at most this many training and test images")
    parser.add_argument("--out", help="the folder for the figures")
    main(**vars(parser.parse_args()))

"""A denoiser with new noise in every batch, so that no noisy image occurs twice."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

import npae
from npae import datasets, plotting


def main(epochs: int = 20, limit: int | None = None, out: str = "runs/example-transposed-denoiser") -> float:
    """Train, draw denoised images, and return the last epoch's training loss."""
    digits = datasets.load(preferred="mnist")
    corrupt = datasets.gaussian_noise(0.5)

    # Batches corrupts the inputs of every batch with new noise; the targets remain clean.
    train = npae.Batches(digits.train_images[:limit], shape=(1, 28, 28), corruption=corrupt)

    # PyTorch's initial values, as in the original.
    start: dict[str, Any] = {"kernel_initializer": "pytorch_uniform", "bias_initializer": "pytorch_uniform"}
    encoder = npae.Sequential(
        [
            npae.Conv2D(32, 3, padding="same", activation="relu", **start),
            npae.MaxPool2D(2),
            npae.Conv2D(64, 3, padding="same", activation="relu", **start),
            npae.MaxPool2D(2),
        ]
    )
    decoder = npae.Sequential(
        [
            npae.Conv2DTranspose(32, 2, strides=2, activation="relu", **start),
            npae.Conv2DTranspose(1, 2, strides=2, activation="sigmoid", **start),
        ]
    )
    model = npae.Autoencoder(encoder, decoder)
    model.build((1, 28, 28))
    history = npae.fit(model, train, loss="mse", epochs=epochs, batch_size=20, callbacks=[npae.Progress()])

    clean, _ = npae.Batches(digits.test_images[:10], shape=(1, 28, 28)).batch(slice(None))
    noisy = corrupt(clean, np.random.default_rng(0))
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    plotting.image_rows(folder / "denoised.png", [("noisy", noisy), ("denoised", model.reconstruct(noisy))])
    return history["loss"][-1]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, argument_default=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help="the number of epochs")
    parser.add_argument("--limit", type=int, help="use at most this many training and test images")
    parser.add_argument("--out", help="the folder for the figures")
    main(**vars(parser.parse_args()))

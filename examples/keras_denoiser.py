"""A convolutional model that is trained first on clean images, then on noisy ones."""

import argparse
from pathlib import Path

import numpy as np

import npae
from npae import datasets, plotting


def main(epochs: int = 100, limit: int | None = None, out: str = "runs/example-keras-denoiser") -> float:
    """Train on clean images, then on noisy ones, draw both, and return the loss on noisy test images."""
    digits = datasets.load(preferred="mnist")
    train = npae.Batches(digits.train_images[:limit], shape=(1, 28, 28))
    test = npae.Batches(digits.test_images[:limit], shape=(1, 28, 28))

    def conv() -> npae.Layer:
        return npae.Conv2D(32, 3, activation="relu", padding="same")

    def conv_transpose() -> npae.Layer:
        return npae.Conv2DTranspose(32, 3, strides=2, activation="relu", padding="same")

    encoder = npae.Sequential([conv(), npae.MaxPool2D(2), conv(), npae.MaxPool2D(2)])
    pixels = npae.Conv2D(1, 3, activation="sigmoid", padding="same")
    decoder = npae.Sequential([conv_transpose(), conv_transpose(), pixels])
    model = npae.Autoencoder(encoder, decoder)
    model.build((1, 28, 28))

    def fit(inputs: npae.Batches, checks: npae.Batches, epochs: int) -> npae.History:
        return npae.fit(
            model,
            inputs,
            loss="binary_crossentropy",
            epochs=epochs,
            batch_size=128,
            validation_data=checks,
            callbacks=[npae.Progress()],
        )

    fit(train, test, max(1, epochs // 2))
    clean, _ = test.batch(slice(10))
    copied = model.reconstruct(clean)

    # The noise is drawn once, so that every epoch has the same noisy images.
    corrupt, rng = datasets.gaussian_noise(0.4), np.random.default_rng(0)
    images = [batches.batch(slice(None))[0] for batches in (train, test)]
    noisy_train, noisy_test = (npae.Batches(corrupt(some, rng), some) for some in images)
    history = fit(noisy_train, noisy_test, epochs)

    noisy, _ = noisy_test.batch(slice(10))
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [("original", clean), ("copied", copied), ("noisy", noisy), ("denoised", model.reconstruct(noisy))]
    plotting.image_rows(folder / "denoised.png", rows)
    return history["val_loss"][-1]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, argument_default=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help="the number of epochs")
    parser.add_argument("--limit", type=int, help="use at most this many training and test images")
    parser.add_argument("--out", help="the folder for the figures")
    main(**vars(parser.parse_args()))

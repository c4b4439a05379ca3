"""A deep autoencoder with a code of 30 units, compared with PCA, the best linear code of that size."""

import argparse
from pathlib import Path

import numpy as np

import npae
from npae import datasets, plotting
from npae.measures.metrics import squared_error_per_image


def main(epochs: int = 50, limit: int | None = None, out: str = "runs/example-deep") -> float:
    """Train, draw reconstructed test images, and return the squared error per test image."""
    digits = datasets.load(preferred="mnist")

    # Inputs and targets of every batch are shifted by up to a pixel, to prevent overfitting.
    shifted = datasets.random_shift(1)
    train = npae.Batches(digits.train_images[:limit], shape=(784,), sample=shifted)
    test = npae.Batches(digits.test_images[:limit], shape=(784,))

    # A rectified unit halves the variance of the signal; He's initial values compensate for that.
    def dense(units: int) -> npae.Dense:
        return npae.Dense(units, activation="relu", kernel_initializer="he_normal")

    encoder = npae.Sequential([dense(1000), dense(500), dense(250), npae.Dense(30)])
    decoder = npae.Sequential([dense(250), dense(500), dense(1000), npae.Dense(784, activation="sigmoid")])
    model = npae.Autoencoder(encoder, decoder)
    model.build((784,))
    print(model.summary())

    # The learning rate decreases towards 0: large steps first, small ones at the end.
    falling = npae.LearningRate(lambda epoch, last: 1e-3 * (1 + np.cos(np.pi * (epoch - 1) / last)) / 2)
    npae.fit(
        model,
        train,
        loss="binary_crossentropy",
        epochs=epochs,
        batch_size=128,
        callbacks=[falling, npae.Progress()],
    )

    images, _ = test.batch(slice(None))
    outputs = npae.predict(model, test)
    plain = npae.Batches(digits.train_images[:limit], shape=(784,))
    pca = npae.PCA(30).fit(plain.batch(slice(None))[0])
    linear = pca.inverse_transform(pca.transform(images))
    errors = {
        name: float(squared_error_per_image(reconstructed, images).mean())
        for name, reconstructed in (("autoencoder", outputs), ("PCA-30", linear))
    }
    for name, error in errors.items():
        print(f"{name}: squared error {error:.2f} per test image")
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [("original", images[:10]), ("autoencoder", outputs[:10]), ("PCA-30", linear[:10])]
    plotting.image_rows(folder / "reconstructions.png", rows)
    return errors["autoencoder"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, argument_default=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help="the number of epochs")
    parser.add_argument("--limit", type=int, help="use at most this many training and test images")
    parser.add_argument("--out", help="the folder for the figures")
    main(**vars(parser.parse_args()))

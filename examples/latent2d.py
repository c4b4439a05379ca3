"""A code of two units shows every digit as a point in a plane, here compared with PCA."""

import argparse
from pathlib import Path

import numpy as np

import npae
from npae import datasets, plotting


def main(epochs: int = 20, limit: int | None = None, out: str = "runs/example-latent2d") -> float:
    """Train, draw the plane of codes, and return the test loss."""
    digits = datasets.load(preferred="mnist")

    # Pixels from -0.5 to 0.5, since the model ends in tanh.
    train = npae.Batches(digits.train_images[:limit], shape=(784,), offset=-0.5)
    test = npae.Batches(digits.test_images[:limit], shape=(784,), offset=-0.5)

    sizes = [128, 64, 10]
    encoder = npae.Sequential([*(npae.Dense(units, activation="relu") for units in sizes), npae.Dense(2)])
    decoder = npae.Sequential(
        [
            *(npae.Dense(units, activation="relu") for units in reversed(sizes)),
            npae.Dense(784, activation="tanh"),
        ]
    )
    model = npae.Autoencoder(encoder, decoder)
    model.build((784,))
    history = npae.fit(
        model, train, epochs=epochs, batch_size=256, validation_data=test, callbacks=[npae.Progress()]
    )

    images, _ = test.batch(slice(None))
    codes = model.encode(images)
    pca = npae.PCA(2).fit(train.batch(slice(None))[0])
    components = pca.transform(images)
    pca_error = np.mean((pca.inverse_transform(components) - images) ** 2)
    panels = [("autoencoder", codes, history["val_loss"][-1]), ("PCA", components, pca_error)]
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    labels = digits.test_labels[:limit]
    plotting.code_scatter(folder / "codes.png", panels, labels, "Test images in two numbers")
    return history["val_loss"][-1]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, argument_default=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help="the number of epochs")
    parser.add_argument("--limit", type=int, help="use at most this many training and test images")
    parser.add_argument("--out", help="the folder for the figures")
    main(**vars(parser.parse_args()))

"""A convolutional autoencoder on MNIST, which also finds images unlike its training set."""

import argparse
from pathlib import Path

import numpy as np

import npae
from npae import datasets, plotting


def main(epochs: int = 10, limit: int | None = None, out: str = "runs/example-conv") -> float:
    """Train, draw reconstructions, and return the test loss."""
    digits = datasets.load(preferred="mnist")
    train = npae.Batches(digits.train_images[:limit], shape=(1, 28, 28))
    test = npae.Batches(digits.test_images[:limit], shape=(1, 28, 28))

    # Pooling halves the image twice, 28 -> 14 -> 7; up-sampling doubles it twice.
    encoder = npae.Sequential(
        [
            npae.Conv2D(16, 3, activation="relu", padding="same"),
            npae.MaxPool2D(2, padding="same"),
            npae.Conv2D(8, 3, activation="relu", padding="same"),
            npae.MaxPool2D(2, padding="same"),
        ]
    )
    decoder = npae.Sequential(
        [
            npae.Conv2D(8, 3, activation="relu", padding="same"),
            npae.UpSampling2D(2),
            npae.Conv2D(16, 3, activation="relu", padding="same"),
            npae.UpSampling2D(2),
            npae.Conv2D(1, 3, activation="sigmoid", padding="same"),
        ]
    )
    model = npae.Autoencoder(encoder, decoder)
    model.build((1, 28, 28))
    print(model.summary())
    history = npae.fit(
        model,
        train,
        loss="binary_crossentropy",
        epochs=epochs,
        batch_size=256,
        validation_data=test,
        callbacks=[npae.Progress()],
    )

    # The images with the largest errors are least like the training set: the simplest anomaly detector.
    images, _ = test.batch(slice(None))
    outputs = npae.predict(model, test)
    error = np.mean((outputs - images) ** 2, axis=(1, 2, 3))
    worst = np.argsort(-error)[:10]
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    plotting.image_rows(folder / "first.png", [("original", images[:10]), ("reconstructed", outputs[:10])])
    plotting.image_rows(
        folder / "worst.png", [("original", images[worst]), ("reconstructed", outputs[worst])]
    )
    return history["val_loss"][-1]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, argument_default=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help="the number of epochs")
    parser.add_argument("--limit", type=int, help="use at most this many training and test images")
    parser.add_argument("--out", help="the folder for the figures")
    main(**vars(parser.parse_args()))

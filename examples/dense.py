"""A fully connected autoencoder on MNIST: 784 pixels, a code of 32 units, 784 pixels."""

import argparse
from pathlib import Path

import npae
from npae import datasets, plotting


def main(epochs: int = 50, limit: int | None = None, out: str = "runs/example-dense") -> float:
    """Train, draw ten reconstructions, and return the test loss."""
    digits = datasets.load(preferred="mnist")  # synthetic digits if MNIST is missing

    # Images are bytes in memory; Batches converts each batch to rows of 784 floats from 0 to 1.
    train = npae.Batches(digits.train_images[:limit], shape=(784,))
    test = npae.Batches(digits.test_images[:limit], shape=(784,))

    encoder = npae.Sequential([npae.Dense(32, activation="relu")])
    decoder = npae.Sequential([npae.Dense(784, activation="sigmoid")])
    model = npae.Autoencoder(encoder, decoder)
    model.build((784,))
    print(model.summary())

    # An autoencoder's target is its input, so it needs no labels.
    history = npae.fit(
        model,
        train,
        loss="binary_crossentropy",
        epochs=epochs,
        batch_size=256,
        validation_data=test,
        callbacks=[npae.Progress()],
    )

    images, _ = test.batch(slice(10))
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [("original", images), ("reconstructed", model.reconstruct(images))]
    plotting.image_rows(folder / "reconstructions.png", rows)
    return history["val_loss"][-1]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, argument_default=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help="the number of epochs")
    parser.add_argument("--limit", type=int, help="use at most this many training and test images")
    parser.add_argument("--out", help="the folder for the figures")
    main(**vars(parser.parse_args()))

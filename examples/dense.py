"""A fully connected autoencoder on MNIST: 784 pixels, a code of 32 numbers, 784 pixels."""

from pathlib import Path

import npae
from npae import datasets, plotting


def main(epochs: int = 50, limit: int | None = None, out: str = "runs/example-dense") -> float:
    """Train, draw ten reconstructions, and return the test loss."""
    digits = datasets.load(preferred="mnist")  # synthetic digits where MNIST cannot be had

    # Images stay bytes in memory; every batch is flattened to 784 floats from 0 to 1 when it is made.
    train = npae.Batches(digits.train_images[:limit], shape=(784,))
    test = npae.Batches(digits.test_images[:limit], shape=(784,))

    encoder = npae.Sequential([npae.Dense(32, activation="relu")])
    decoder = npae.Sequential([npae.Dense(784, activation="sigmoid")])
    model = npae.Autoencoder(encoder, decoder)
    model.build((784,))
    print(model.summary())

    # An autoencoder's target is its input: no labels anywhere.
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
    main()

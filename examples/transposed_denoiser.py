"""A denoiser with fresh noise in every batch: it never sees the same noisy image twice."""

from pathlib import Path

import numpy as np

import npae
from npae import datasets, plotting


def main(epochs: int = 20, limit: int | None = None, out: str = "runs/example-transposed-denoiser") -> float:
    """Train, draw what becomes of noisy images, and return the last epoch's training loss."""
    digits = datasets.load(preferred="mnist")
    corrupt = datasets.gaussian_noise(0.5)

    # A corruption given to Batches damages the inputs of each batch anew; the targets stay clean.
    train = npae.Batches(digits.train_images[:limit], shape=(1, 28, 28), corruption=corrupt)

    # The original begins with PyTorch's initial values, so this one does.
    start = {"kernel_initializer": "pytorch_uniform", "bias_initializer": "pytorch_uniform"}
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
    main()

"""A denoiser for Fashion-MNIST, with strided and transposed convolutions, and noise that is drawn once."""

import argparse
from pathlib import Path

import numpy as np

import npae
from npae import datasets, plotting


def main(epochs: int = 10, limit: int | None = None, out: str = "runs/example-strided-denoiser") -> float:
    """Train, draw denoised images, and return the test loss."""
    fashion = datasets.load(preferred="fashion-mnist")
    clean = fashion.train_images[:limit, None]  # (n, 1, 28, 28) bytes
    clean_test = fashion.test_images[:limit, None]

    # Noise needs floats; the clean targets may be bytes.
    corrupt = datasets.gaussian_noise(0.4)
    rng = np.random.default_rng(0)
    noisy = corrupt(clean.astype(np.float32) / 255, rng)
    noisy_test = corrupt(clean_test.astype(np.float32) / 255, rng)

    encoder = npae.Sequential(
        [
            npae.Conv2D(16, 3, strides=2, activation="relu", padding="same"),
            npae.Conv2D(8, 3, strides=2, activation="relu", padding="same"),
        ]
    )
    decoder = npae.Sequential(
        [
            npae.Conv2DTranspose(8, 3, strides=2, activation="relu", padding="same"),
            npae.Conv2DTranspose(16, 3, strides=2, activation="relu", padding="same"),
            npae.Conv2D(1, 3, activation="sigmoid", padding="same"),
        ]
    )
    model = npae.Autoencoder(encoder, decoder)
    model.build((1, 28, 28))
    history = npae.fit(
        model,
        noisy,
        clean,
        loss="mse",
        epochs=epochs,
        batch_size=32,
        validation_data=(noisy_test, clean_test),
        callbacks=[npae.Progress()],
    )

    # Encoder and decoder can be used separately.
    codes = model.encode(noisy_test[:10])
    print("one image is", noisy_test[0].size, "numbers, its code", codes[0].size)
    rows = [("noisy", noisy_test[:10]), ("denoised", model.decode(codes)), ("original", clean_test[:10])]
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    plotting.image_rows(folder / "denoised.png", rows)
    return history["val_loss"][-1]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, argument_default=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help="the number of epochs")
    parser.add_argument("--limit", type=int, help="use at most this many training and test images")
    parser.add_argument("--out", help="the folder for the figures")
    main(**vars(parser.parse_args()))

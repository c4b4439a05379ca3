"""Three corruptions with the same interface, and a denoising model for each of them."""

import argparse
from pathlib import Path

import numpy as np

import npae
from npae import datasets, plotting

KINDS = {
    "masking": datasets.masking_noise(0.5),  # half of the pixels become 0
    "salt and pepper": datasets.salt_and_pepper(0.5),  # a quarter becomes 0, a quarter 1
    "Gaussian": datasets.gaussian_noise(0.5),
}


def main(epochs: int = 20, limit: int | None = None, out: str = "runs/example-masking-denoiser") -> float:
    """Train a model for each corruption, draw the denoised images, and return the mean PSNR in dB."""
    digits = datasets.load(preferred="mnist")
    test = npae.Batches(digits.test_images[:limit], shape=(784,))
    clean, _ = test.batch(slice(None))
    rows, decibels = [("original", clean[:10])], []
    for name, corrupt in KINDS.items():
        # Batches corrupts the inputs of every batch with new noise; the targets remain clean.
        train = npae.Batches(digits.train_images[:limit], shape=(784,), corruption=corrupt)
        model = npae.Autoencoder(
            npae.Sequential([npae.Dense(1000, activation="relu")]),
            npae.Sequential([npae.Dense(784, activation="sigmoid")]),
        )
        model.build((784,))
        npae.fit(
            model,
            train,
            loss="binary_crossentropy",
            epochs=epochs,
            batch_size=256,
            callbacks=[npae.Progress(label=name)],
        )
        noisy = corrupt(clean, np.random.default_rng(0))
        repaired = npae.predict(model, noisy)
        before, after = (npae.psnr(images, clean) for images in (noisy, repaired))
        print(f"{name}: {before:.1f} dB before, {after:.1f} dB after")
        rows += [(name, noisy[:10]), ("repaired", repaired[:10])]
        decibels.append(after)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    plotting.image_rows(folder / "repaired.png", rows)
    return float(np.mean(decibels))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, argument_default=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help="the number of epochs")
    parser.add_argument("--limit", type=int, help="use at most this many training and test images")
    parser.add_argument("--out", help="the folder for the figures")
    main(**vars(parser.parse_args()))

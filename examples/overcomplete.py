"""A code wider than the image can copy it pixel by pixel; training with noise prevents that."""

import argparse
from pathlib import Path

import numpy as np

import npae
from npae import datasets, plotting


def main(epochs: int = 10, limit: int | None = None, out: str = "runs/example-overcomplete") -> float:
    """Train without and with noise, draw outputs, and return the share of noise that the second leaves."""
    digits = datasets.load(preferred="mnist")
    corrupt = datasets.gaussian_noise(0.5)
    test = npae.Batches(digits.test_images[:limit], shape=(784,))
    clean, _ = test.batch(slice(None))
    noisy = corrupt(clean, np.random.default_rng(0))
    rows, kernels = [("noisy", noisy[:10])], []
    for name, corruption in (("alone", None), ("with noise", corrupt)):
        train = npae.Batches(digits.train_images[:limit], shape=(784,), corruption=corruption)
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
        outputs = npae.predict(model, noisy)
        share = np.mean((outputs - clean) ** 2) / np.mean((noisy - clean) ** 2)
        print(f"{name}: {share:.0%} of the squared noise remains")
        rows.append((name, outputs[:10]))
        kernels.append((name, model.encoder.params["dense/kernel"]))
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    plotting.image_rows(folder / "noise.png", rows)
    plotting.filters(folder / "filters.png", kernels, "Filters of the first 100 units")
    return float(share)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, argument_default=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help="the number of epochs")
    parser.add_argument("--limit", type=int, help="use at most this many training and test images")
    parser.add_argument("--out", help="the folder for the figures")
    main(**vars(parser.parse_args()))

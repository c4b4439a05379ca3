"""A variational autoencoder with a code of two units, for three weights beta of the KL divergence."""

import argparse
from pathlib import Path

import numpy as np

import npae
from npae import datasets, plotting


def build() -> npae.VariationalAutoencoder:
    """Return a small dense model whose encoder outputs two means and two logarithms of variances."""
    encoder = npae.Sequential([npae.Dense(256, activation="relu"), npae.Dense(4)])
    decoder = npae.Sequential([npae.Dense(256, activation="relu"), npae.Dense(784, activation="sigmoid")])
    return npae.VariationalAutoencoder(encoder, decoder)


def main(epochs: int = 20, limit: int | None = None, out: str = "runs/example-variational") -> float:
    """Train with three weights of the KL divergence, draw the codes, and return the last bound in nats."""
    digits = datasets.load(preferred="mnist")
    train = npae.Batches(digits.train_images[:limit], shape=(784,))
    test = npae.Batches(digits.test_images[:limit], shape=(784,))
    images, _ = test.batch(slice(None))
    loss = npae.BinaryCrossentropy(per="image")
    bound = npae.Objective(loss, npae.KullbackLeibler())
    panels = []
    for beta in (0.1, 1, 10):
        model = build()
        model.build((784,))
        npae.fit(
            model,
            train,
            loss=npae.Objective(loss, npae.KullbackLeibler(beta)),
            epochs=epochs,
            batch_size=128,
            callbacks=[npae.Progress(label=f"beta {beta:g}")],
        )

        # With a seed, the code is drawn, as the bound requires; without a seed, it is the mean.
        terms = npae.evaluate_terms(model, test, loss=bound, seed=0)
        print(f"beta {beta:g}:", ", ".join(f"{name} {value:.1f} nats" for name, value in terms.items()))
        error = float(np.mean((model.reconstruct(images) - images) ** 2))
        panels.append((f"beta {beta:g}", model.encode(images), error))
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    title = "Test images in two numbers, for three weights of the KL divergence"
    plotting.code_scatter(folder / "codes.png", panels, digits.test_labels[:limit], title)
    return terms["loss"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, argument_default=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help="the number of epochs")
    parser.add_argument("--limit", type=int, help="use at most this many training and test images")
    parser.add_argument("--out", help="the folder for the figures")
    main(**vars(parser.parse_args()))

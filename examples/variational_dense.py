"""The likelihood of images: the most and the least likely test digits of a variational autoencoder."""

import argparse
from pathlib import Path

import numpy as np

import npae
from npae import datasets, plotting
from npae.measures.likelihood import negative_log_likelihood


def main(epochs: int = 20, limit: int | None = None, out: str = "runs/example-variational-dense") -> float:
    """Train on binarised digits, draw the extremes of 1000 test images, and return the mean of -log p."""
    digits = datasets.load(preferred="mnist")

    # Grey values are probabilities of white. Every batch is sampled; input and target are the same sample.
    train = npae.Batches(digits.train_images[:limit], shape=(784,), sample=datasets.bernoulli())
    grey = digits.test_images[:limit][:1000].reshape(-1, 784) / np.float32(255)
    binary = datasets.bernoulli()(grey, np.random.default_rng(0))

    encoder = npae.Sequential([npae.Dense(200, activation="tanh"), npae.Dense(2 * 20)])
    decoder = npae.Sequential([npae.Dense(200, activation="tanh"), npae.Dense(784, activation="sigmoid")])
    model = npae.VariationalAutoencoder(encoder, decoder)
    model.build((784,))
    loss = npae.BinaryCrossentropy(per="image")
    objective = npae.Objective(loss, npae.KullbackLeibler())
    npae.fit(model, train, loss=objective, epochs=epochs, batch_size=100, callbacks=[npae.Progress()])

    # The bound is above -log p; the weighted mean over many codes of each image is closer to it.
    bound = npae.evaluate(model, npae.Batches(binary), loss=objective)
    nll = negative_log_likelihood(model, binary, loss=loss, samples=100)
    print(
        f"at the mean of the code {bound:.1f} nats, -log p by 100 codes for each image {nll.mean():.1f} nats"
    )
    order = np.argsort(nll)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [("most likely", binary[order[:10]]), ("least likely", binary[order[::-1][:10]])]
    plotting.image_rows(folder / "likelihood.png", rows)
    return float(nll.mean())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, argument_default=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help="the number of epochs")
    parser.add_argument("--limit", type=int, help="use at most this many training and test images")
    parser.add_argument("--out", help="the folder for the figures")
    main(**vars(parser.parse_args()))

"""The cost of sparsity: an autoencoder with increasing penalties on its code."""

import argparse
from pathlib import Path

import numpy as np

import npae
from npae import datasets, plotting


def main(epochs: int = 20, limit: int | None = None, out: str = "runs/example-sparse") -> float:
    """Train with four weights, draw reconstructions, and return the test loss of the largest weight."""
    digits = datasets.load(preferred="mnist")
    train = npae.Batches(digits.train_images[:limit], shape=(784,))
    test = npae.Batches(digits.test_images[:limit], shape=(784,))
    images, _ = test.batch(slice(None))
    rows = [("original", images[:10])]
    for weight in (0, 1e-5, 1e-4, 1e-3):
        penalties = [npae.L1(weight)] if weight else []
        model = npae.Autoencoder(
            npae.Sequential([npae.Dense(32, activation="relu")]),
            npae.Sequential([npae.Dense(784, activation="sigmoid")]),
        )
        model.build((784,))
        objective = npae.Objective("binary_crossentropy", *penalties)
        npae.fit(
            model,
            train,
            loss=objective,
            epochs=epochs,
            batch_size=256,
            callbacks=[npae.Progress(label=f"weight {weight:g}")],
        )

        # The comparison uses the reconstruction loss, without the penalty.
        loss = npae.evaluate(model, test, loss="binary_crossentropy")
        code = npae.predict(model.encoder, test)
        active = (code > 0).mean()
        print(f"weight {weight:g}: test loss {loss:.4f}, mean code {code.mean():.2f}, {active:.0%} on")
        rows.append((f"weight {weight:g}", model.reconstruct(images[:10])))
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    plotting.image_rows(folder / "reconstructions.png", rows)
    return float(np.mean(loss))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, argument_default=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help="the number of epochs")
    parser.add_argument("--limit", type=int, help="use at most this many training and test images")
    parser.add_argument("--out", help="the folder for the figures")
    main(**vars(parser.parse_args()))

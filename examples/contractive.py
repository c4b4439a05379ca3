"""A contractive code changes when a digit is shifted, and hardly changes with random noise."""

import argparse
from pathlib import Path

import numpy as np

import npae
from npae import datasets, plotting


def movement(model: npae.Autoencoder, images: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Return how far each code moves for a step of its image, in standard deviations of the codes."""
    codes = model.encode(images)
    spread = np.sqrt(codes.var(axis=0).sum())
    return np.linalg.norm(model.encode(images + steps) - codes, axis=1) / spread


def main(epochs: int = 10, limit: int | None = None, out: str = "runs/example-contractive") -> float:
    """Train with and without the penalty, draw both kinds of movement, and return the penalised test loss."""
    digits = datasets.load(preferred="mnist")
    train = npae.Batches(digits.train_images[:limit], shape=(784,))
    test = npae.Batches(digits.test_images[:limit], shape=(784,))
    images, _ = test.batch(slice(1000))

    # Two steps of the same length: one pixel to the right, and in a random direction.
    shift = np.roll(images.reshape(-1, 28, 28), 1, axis=2).reshape(images.shape) - images
    noise = np.random.default_rng(0).standard_normal(images.shape, np.float32)
    noise *= np.linalg.norm(shift, axis=1, keepdims=True) / np.linalg.norm(noise, axis=1, keepdims=True)

    panels = []
    for name, penalties in (("plain", []), ("contractive", [npae.Contractive(0.02)])):
        model = npae.Autoencoder(
            npae.Sequential([npae.Dense(256, activation="sigmoid")]),
            npae.Sequential([npae.Dense(784, activation="sigmoid")]),
        )
        model.build((784,))
        objective = npae.Objective(npae.BinaryCrossentropy(per="image"), *penalties)
        callbacks = [npae.LearningRate(lambda epoch, last: 0.016 / epoch), npae.Progress(label=name)]
        npae.fit(model, train, loss=objective, epochs=epochs, batch_size=128, callbacks=callbacks)
        loss = npae.evaluate(model, test, loss=npae.BinaryCrossentropy(per="image"))
        moved = {
            kind: movement(model, images, steps) for kind, steps in (("shifted", shift), ("noise", noise))
        }
        shifted, shaken = (values.mean() for values in moved.values())
        times = shifted / shaken
        print(f"{name}: {loss:.1f} nats, a shift moves the code {times:.1f} times as far as noise does")
        panels.append((name, moved))
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    title = "How far codes move when images take steps of the same length"
    plotting.histograms(
        folder / "movement.png", panels, title, "movement, in standard deviations of the codes"
    )
    return loss


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, argument_default=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help="the number of epochs")
    parser.add_argument("--limit", type=int, help="use at most this many training and test images")
    parser.add_argument("--out", help="the folder for the figures")
    main(**vars(parser.parse_args()))

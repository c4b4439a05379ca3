"""A deep autoencoder to thirty numbers, and the best linear code of that size beside it."""

from pathlib import Path

import numpy as np

import npae
from npae import datasets, plotting


def main(epochs: int = 50, limit: int | None = None, out: str = "runs/example-deep") -> float:
    """Train, draw test images from codes of thirty numbers, and return the squared error per test image."""
    digits = datasets.load(preferred="mnist")

    # Every batch is moved by up to a pixel, inputs and targets alike: without, it learns the training images
    # better than the test images.
    shifted = datasets.random_shift(1)
    train = npae.Batches(digits.train_images[:limit], shape=(784,), sample=shifted)
    test = npae.Batches(digits.test_images[:limit], shape=(784,))

    # Half of what goes into a rectified unit is lost; He's initial values make up for that.
    def dense(units):
        return npae.Dense(units, activation="relu", kernel_initializer="he_normal")

    encoder = npae.Sequential([dense(1000), dense(500), dense(250), npae.Dense(30)])
    decoder = npae.Sequential([dense(250), dense(500), dense(1000), npae.Dense(784, activation="sigmoid")])
    model = npae.Autoencoder(encoder, decoder)
    model.build((784,))
    print(model.summary())

    # A learning rate that falls to nothing: large steps to get there, small ones to settle.
    falling = npae.LearningRate(lambda epoch, last: 1e-3 * (1 + np.cos(np.pi * (epoch - 1) / last)) / 2)
    npae.fit(
        model,
        train,
        loss="binary_crossentropy",
        epochs=epochs,
        batch_size=128,
        callbacks=[falling, npae.Progress()],
    )

    images, _ = test.batch(slice(None))
    outputs = npae.predict(model, test)
    plain = npae.Batches(digits.train_images[:limit], shape=(784,))
    pca = npae.PCA(30).fit(plain.batch(slice(None))[0])
    linear = pca.inverse_transform(pca.transform(images))
    errors = {
        name: float(npae.measures.metrics.squared_error_per_image(reconstructed, images).mean())
        for name, reconstructed in (("autoencoder", outputs), ("PCA-30", linear))
    }
    for name, error in errors.items():
        print(f"{name}: squared error {error:.2f} per test image")
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [("original", images[:10]), ("autoencoder", outputs[:10]), ("PCA-30", linear[:10])]
    plotting.image_rows(folder / "reconstructions.png", rows)
    return errors["autoencoder"]


if __name__ == "__main__":
    main()

"""A deep autoencoder to thirty numbers, and the best linear code of that size beside it."""

from pathlib import Path

import numpy as np

import npae
from npae import datasets, plotting


def main(epochs: int = 50, limit: int | None = None, out: str = "runs/example-deep") -> float:
    """Train, draw test images from codes of thirty numbers, and return the squared error per test image."""
    digits = datasets.load(preferred="mnist")
    train = npae.Batches(digits.train_images[:limit], shape=(784,))
    test = npae.Batches(digits.test_images[:limit], shape=(784,))

    # Eight layers deep, tanh needs first values as wide as He's, or the first epochs learn a mean image only.
    def dense(units):
        return npae.Dense(units, activation="tanh", kernel_initializer="he_normal")

    noise = npae.GaussianNoise(0.1)  # in training only
    encoder = npae.Sequential([noise, dense(1000), dense(500), dense(250), npae.Dense(30)])
    decoder = npae.Sequential([dense(250), dense(500), dense(1000), npae.Dense(784, activation="sigmoid")])
    model = npae.Autoencoder(encoder, decoder)
    model.build((784,))
    print(model.summary())

    # A learning rate that falls to nothing: large steps to get there, small ones to settle.
    falling = npae.LearningRate(lambda epoch, last: 1e-3 * (1 + np.cos(np.pi * (epoch - 1) / last)) / 2)
    history = npae.fit(
        model,
        train,
        loss="mse",
        epochs=epochs,
        batch_size=128,
        validation_data=test,
        callbacks=[falling, npae.Progress()],
    )

    images, _ = test.batch(slice(None))
    outputs = npae.predict(model, test)
    pca = npae.PCA(30).fit(train.batch(slice(None))[0])
    linear = pca.inverse_transform(pca.transform(images))
    for name, reconstructed in (("autoencoder", outputs), ("PCA-30", linear)):
        error = npae.metrics.squared_error_per_image(reconstructed, images).mean()
        print(f"{name}: squared error {error:.2f} per test image")
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [("original", images[:10]), ("autoencoder", outputs[:10]), ("PCA-30", linear[:10])]
    plotting.image_rows(folder / "reconstructions.png", rows)
    return 784 * history["val_loss"][-1]


if __name__ == "__main__":
    main()

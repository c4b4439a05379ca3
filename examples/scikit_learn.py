"""An autoencoder in scikit-learn's pipeline: codes for logistic regression, and a search for their width."""

import argparse

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

import npae
from npae import datasets


def main(
    epochs: int = 10, limit: int | None = 6000, widths: tuple[int, ...] = (2, 8, 32)
) -> tuple[float, dict[str, float]]:
    """Classify digits by their codes, then search the width; return accuracy and best parameters."""
    digits = datasets.load(preferred="mnist")
    x, labels = _flat(digits.train_images[:limit]), digits.train_labels[:limit]
    test_x, test_labels = _flat(digits.test_images[:limit]), digits.test_labels[:limit]

    code = npae.AutoencoderTransformer(
        n_components=16,
        output_activation="sigmoid",
        loss="binary_crossentropy",
        epochs=epochs,
        random_state=0,
    )
    pipeline = Pipeline([("code", code), ("classify", LogisticRegression(max_iter=1000))])
    accuracy = pipeline.fit(x, labels).score(test_x, test_labels)
    print(f"codes of 16 numbers: {accuracy:.1%} of the test digits are classified rightly")

    search = GridSearchCV(pipeline, {"code__n_components": list(widths)}, cv=3).fit(x, labels)
    for width, mean in zip(widths, search.cv_results_["mean_test_score"]):
        print(f"codes of {width} numbers: {mean:.1%} in cross-validation")
    return accuracy, search.best_params_


def _flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype(np.float32) / 255


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, argument_default=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help="the number of epochs")
    parser.add_argument("--limit", type=int, help="use at most this many training and test images")
    main(**vars(parser.parse_args()))

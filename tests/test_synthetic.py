"""The built-in digits: MNIST's format and ink, hard enough to be worth learning, the same for a seed."""

import hashlib

import numpy as np
import pytest

from npae.datasets import synthetic, synthetic_digits


@pytest.fixture(scope="module")
def drawn():
    return synthetic_digits(8000, 2000)


def test_format_and_balance(drawn):
    images, labels, test_images, test_labels = drawn
    assert images.shape == (8000, 28, 28) and test_images.shape == (2000, 28, 28)
    assert all(array.dtype == np.uint8 for array in (images, labels, test_images, test_labels))
    assert np.array_equal(np.bincount(labels), np.full(10, 800))
    assert not np.array_equal(labels[:1000], labels[1000:2000])


def test_ink_is_like_mnists(drawn):
    images, *_ = drawn
    assert abs(images.mean() - 33.3) < 1.5
    assert abs(images.std() - 78.6) < 3
    assert abs((images > 0).mean() - 0.191) < 0.015
    assert abs((images >= 250).mean() - 0.0736) < 0.01


def test_digits_lie_in_the_middle_and_inside(drawn):
    images, *_ = drawn
    ink = images.astype(np.float64).sum(axis=0)
    mass = images.sum(axis=(1, 2))
    for axis in (1, 2):
        centre = images.sum(axis=3 - axis) @ np.arange(28) / mass
        assert abs(centre.mean() - 13.5) < 0.1 and 0.2 < centre.std() < 1
    border = np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])
    assert border.sum() < 1e-3 * ink.sum()
    assert mass.min() > 255 * 10


def test_no_two_digits_are_alike(drawn):
    images, _, test_images, *_ = drawn
    small = images.reshape(8000, -1)[:1000].astype(np.float32)
    squares = (small**2).sum(axis=1)
    distance = squares[:, None] + squares - 2 * small @ small.T
    np.fill_diagonal(distance, np.inf)
    assert np.sqrt(distance.min()) > 128  # the nearest two differ by more than half a pixel of full ink
    assert len({image.tobytes() for image in np.concatenate([images, test_images])}) == 10000


def test_a_linear_classifier_errs_but_not_often(drawn):
    images, labels, test_images, test_labels = drawn

    def design(images):
        pixels = images.reshape(len(images), -1).astype(np.float32) / 255
        return np.hstack([pixels, np.ones((len(images), 1), np.float32)])

    x = design(images)
    gram = (x.T @ x).astype(np.float64) + 50 * np.eye(785)
    weights = np.linalg.solve(gram, x.T @ np.eye(10, dtype=np.float32)[labels])
    guesses = (design(test_images) @ weights).argmax(axis=1)
    assert 0.03 < (guesses != test_labels).mean() < 0.15


def test_the_seed_decides_and_more_images_keep_the_first(drawn):
    images, labels, test_images, test_labels = drawn
    train, train_labels, test, test_labels = synthetic_digits(1150, 30)
    assert np.array_equal(train, images[:1150]) and np.array_equal(train_labels, labels[:1150])
    assert np.array_equal(test, test_images[:30]) and np.array_equal(test_labels, test_labels[:30])
    other = synthetic_digits(30, 0, seed=1)
    assert not np.array_equal(other[0], images[:30]) and not np.array_equal(other[1], labels[:30])
    assert not np.array_equal(images[:30], test_images[:30])


def test_the_order_of_adding_cannot_change_a_bit():
    """Adding the drops backwards gives the same sums, so neither BLAS nor the number of threads matters."""
    rows = synthetic._drop_table()
    drops = np.random.default_rng(0).integers(0, len(rows), (2, 64))
    gy, gx = rows[drops[0]], np.rint(rows[drops[1]] * 0.731 * synthetic.GRAIN) / synthetic.GRAIN
    assert np.array_equal(gy.T @ gx, gy[::-1].T @ gx[::-1])
    assert np.array_equal(gy.T @ gx, sum(np.multiply.outer(a, b) for a, b in zip(gy, gx)))


def test_the_bytes_are_the_same_on_every_machine(drawn):
    images, *_ = drawn
    digest = hashlib.sha256(images[:2000].tobytes()).hexdigest()
    assert digest.startswith("75437277004af977"), "the generator was changed, or NumPy draws other numbers"


def test_strokes_that_share_a_point_stay_joined():
    points, _, basis, drawn = synthetic._parse("0,0 50,0 100,0 | 50,0 50,50 50,50 90,90")
    strokes = basis @ (points + 0.1 * np.random.default_rng(0).standard_normal(points.shape))
    lift = int(np.flatnonzero(drawn == 0)[0])
    second_begins = strokes[lift + 1]
    assert np.linalg.norm(strokes[: lift + 1] - second_begins, axis=1).min() < 1e-12
    assert np.count_nonzero(drawn == 0) == 1 and basis.shape == (synthetic.SAMPLES, len(points))
    assert np.allclose(basis.sum(axis=1), 1)  # so the strokes move with their points


@pytest.mark.parametrize("wrong", [dict(train=-1), dict(test=1.5), dict(seed=None), dict(train=True)])
def test_wrong_numbers_are_refused(wrong):
    with pytest.raises(ValueError, match="must be an integer of at least 0"):
        synthetic_digits(**wrong)


def test_none_at_all():
    train, train_labels, *_ = synthetic_digits(0, 1)
    assert train.shape == (0, 28, 28) and train_labels.shape == (0,)

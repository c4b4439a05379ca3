"""Corruptions damage copies only, and as much as asked; a person's own picture becomes what models know."""

import json

import numpy as np
import pytest

from npae.datasets import (
    chain,
    gaussian_noise,
    masking_noise,
    prepare_image,
    random_shift,
    salt_and_pepper,
    synthetic_digits,
)
from npae.datasets.images import resize

X = np.random.default_rng(0).uniform(0.2, 0.8, (40, 3, 20, 31))
DIGIT = synthetic_digits(1, 0)[0][0]
EVERY = [
    gaussian_noise(0.4),
    gaussian_noise(0.1, clip=None),
    masking_noise(0.3),
    salt_and_pepper(0.2),
    chain(masking_noise(0.5), gaussian_noise(0.1, clip=(-0.5, 0.5))),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("corrupt", EVERY, ids=repr)
def test_corruptions_keep_dtype_and_input_and_follow_the_generator(corrupt, dtype):
    x = X.astype(dtype)
    before = x.copy()
    y = corrupt(x, np.random.default_rng(5))
    assert y.dtype == x.dtype and y.shape == x.shape and np.array_equal(x, before)
    assert not np.array_equal(y, x) and not np.shares_memory(y, x)
    assert np.array_equal(y, corrupt(x, np.random.default_rng(5)))
    assert eval(repr(corrupt)) == corrupt or isinstance(corrupt, chain)
    assert json.loads(json.dumps(corrupt.describe())) == corrupt.describe()


def test_gaussian_noise_has_its_deviation_and_is_clipped():
    noise = gaussian_noise(0.25, clip=None)(X, np.random.default_rng(0)) - X
    assert abs(noise.mean()) < 0.005 and abs(noise.std() - 0.25) < 0.005
    y = gaussian_noise(0.5)(X, np.random.default_rng(0))
    assert y.min() == 0 and y.max() == 1
    assert np.array_equal(gaussian_noise(0)(X, np.random.default_rng(0)), X)


def test_masking_noise_zeroes_its_share():
    y = masking_noise(0.3)(X, np.random.default_rng(0))
    assert abs((y == 0).mean() - 0.3) < 0.01 and np.array_equal(y[y != 0], X[y != 0])
    assert np.array_equal(masking_noise(0)(X, np.random.default_rng(0)), X)
    assert not masking_noise(1)(X, np.random.default_rng(0)).any()


def test_salt_and_pepper_are_equally_likely():
    y = salt_and_pepper(0.2, values=(-0.5, 0.9))(X, np.random.default_rng(0))
    assert abs((y == -0.5).mean() - 0.1) < 0.01 and abs((y == 0.9).mean() - 0.1) < 0.01
    kept = (y != -0.5) & (y != 0.9)
    assert np.array_equal(y[kept], X[kept])


def test_a_corruption_describes_itself():
    assert repr(gaussian_noise(0.4)) == "gaussian_noise(stddev=0.4, clip=(0.0, 1.0))"
    assert gaussian_noise(0.4).describe() == {"name": "gaussian_noise", "stddev": 0.4, "clip": [0.0, 1.0]}
    assert chain(masking_noise(0.1)).describe() == {
        "name": "chain",
        "corruptions": [{"name": "masking_noise", "p": 0.1}],
    }


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: gaussian_noise(-0.1), "stddev must be a finite number of at least 0, not -0.1"),
        (lambda: gaussian_noise(float("nan")), "stddev must be"),
        (lambda: gaussian_noise(0.1, clip=(1, 0)), "clip must be two numbers, the smaller one first, not"),
        (lambda: gaussian_noise(0.1, clip=3), "clip must be two numbers"),
        (lambda: masking_noise(1.01), "p must be a number from 0 to 1, not 1.01"),
        (lambda: masking_noise("much"), "p must be a number from 0 to 1, not 'much'"),
        (lambda: salt_and_pepper(-1), "p must be a number from 0 to 1, not -1"),
        (lambda: chain(), "chain needs corruptions such as masking_noise"),
        (lambda: masking_noise(0.1)(DIGIT, np.random.default_rng(0)), "float32 or float64, not uint8; scale"),
    ],
)
def test_wrong_corruptions_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("size", [(7, 5), (5, 7), (28, 28), (3, 40), (41, 60)])
def test_resize_averages_areas(size):
    image = np.random.default_rng(0).random((13, 20))
    small = resize(image, size)
    assert small.shape == size and abs(small.mean() - image.mean()) < 1e-12
    assert np.allclose(resize(np.full((13, 20), 0.3), size), 0.3)


def test_resize_by_whole_numbers_is_the_mean_of_blocks():
    image = np.random.default_rng(0).random((12, 35))
    assert np.allclose(resize(image, (4, 7)), image.reshape(4, 3, 7, 5).mean(axis=(1, 3)))
    assert np.array_equal(resize(image, (24, 70)), np.kron(image, np.ones((2, 2))))


VERSIONS = {
    "as it is": DIGIT,
    "dark on light": 255 - DIGIT,
    "float": DIGIT / 255,
    "float32, dark on light": 1 - DIGIT.astype(np.float32) / 255,
    "one channel": DIGIT[..., None],
    "RGB": np.stack([DIGIT] * 3, axis=-1),
    "RGB, dark on light": np.stack([255 - DIGIT] * 3, axis=-1),
    "RGBA, black ink on nothing": np.stack([0 * DIGIT] * 3 + [DIGIT], axis=-1),
    "grey and alpha": np.stack([0 * DIGIT, DIGIT], axis=-1),
    "three times as large": np.kron(DIGIT, np.ones((3, 3), np.uint8)),
    "int64": DIGIT.astype(int),
}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_way_to_save_a_digit_gives_the_same(version):
    picture = VERSIONS[version]
    before = picture.copy()
    image = prepare_image(picture)
    assert image.dtype == np.uint8 and image.shape == (28, 28) and np.array_equal(picture, before)
    assert np.array_equal(image, DIGIT)


def test_a_rectangle_is_padded_with_its_background():
    wide = np.full((10, 40), 230, np.uint8)
    wide[3:7, 10:30] = 30  # 4 x 20 of 40 x 40
    image = prepare_image(wide)
    assert image.shape == (28, 28) and np.all(image[:10] == 25) and np.all(image[18:] == 25)
    assert np.array_equal(prepare_image(wide.T), image.T)
    assert abs(image[14, 14] - 225) <= 1
    assert prepare_image(np.full((3, 5), 255, np.uint8)).max() == 0  # blank paper
    assert prepare_image(np.array([[True]])).max() == 0


@pytest.mark.parametrize("scale", [1, 4])
def test_a_digit_is_fitted_as_mnist_was(scale):
    paper = np.full((90 * scale, 130 * scale), 210, np.uint8)
    ink = np.kron(DIGIT, np.ones((scale, scale), np.uint8))
    top, left = 9 * scale, 70 * scale
    paper[top : top + len(ink), left : left + len(ink)] -= (ink // 2).astype(np.uint8)
    image = prepare_image(paper, fit_digit=True).astype(int)
    rows, columns = (np.flatnonzero((image > 50).any(axis=axis)) for axis in (1, 0))
    assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 20 and image.max() == 255
    for axis in (0, 1):
        assert abs(image.sum(axis=1 - axis) @ np.arange(28) / image.sum() - 13.5) <= 0.5
    assert np.corrcoef(image.ravel(), DIGIT.ravel())[0, 1] > 0.8


@pytest.mark.parametrize(
    "picture, message",
    [
        (np.zeros(5), r"shape \(h, w\).*not \(5,\)"),
        (np.zeros((2, 5, 5)), r"not \(2, 5, 5\); pass one image"),
        (np.zeros((0, 5)), r"not \(0, 5\)"),
        (np.full((5, 5), "ink"), "must hold integers"),
        (np.full((5, 5), 7.5), "float64 must hold floats from 0 to 1, not 7.5 to 7.5; scale it"),
        (np.full((5, 5), np.nan), "must hold floats from 0 to 1, not nan"),
        (np.full((5, 5), -1), "int64 must hold integers from 0 to 255, not -1"),
        (np.full((5, 5), 999, np.uint16), "uint16 must hold integers from 0 to 255, not 999"),
    ],
)
def test_wrong_pictures_are_refused(picture, message):
    with pytest.raises(ValueError, match=message):
        prepare_image(picture)


def test_fitting_nothing_is_refused():
    with pytest.raises(ValueError, match="the image is empty"):
        prepare_image(np.full((50, 40, 3), 244, np.uint8), fit_digit=True)


def test_the_channels_of_a_flat_picture_are_shifted_alike():
    x = np.random.default_rng(0).random((6, 3 * 8 * 9), dtype=np.float32)
    x = np.repeat(x[:, : 8 * 9], 3, axis=0).reshape(6, -1)  # three equal channels
    y = random_shift(2, (3, 8, 9))(x, np.random.default_rng(1)).reshape(6, 3, 8, 9)
    assert np.array_equal(y[:, 0], y[:, 1]) and np.array_equal(y[:, 0], y[:, 2]) and not np.array_equal(y, x)
    grey = random_shift(2, (8, 9))(x[:, : 8 * 9], np.random.default_rng(1))
    assert np.array_equal(grey.reshape(6, 8, 9), y[:, 0])

"""What is found in the codes of a model that has not learned, and nothing in those of one that has."""

import numpy as np
import pytest

from npae.measures.findings import (
    code_on_a_line,
    constant_data,
    dead_code,
    hidden_by_noise,
    no_noise,
    noisy_outputs,
    other_images,
    posterior_collapse,
    seen_images,
    unrelated,
    unscaled_inputs,
    worse_than_inputs,
)

N = 200


def on_a_line(rng, noise, size=5):
    direction = rng.standard_normal(size)
    return rng.standard_normal((N, 1)) * direction + noise * rng.standard_normal((N, size)) + 7


@pytest.mark.parametrize("shape", [(2,), (32,), (8, 7, 7), (1000,)])
def test_nothing_is_found_in_codes_that_vary(shape, rng):
    codes = rng.standard_normal((N, *shape)).astype(np.float32)
    for each in (codes, np.maximum(codes, 0), 1000 + codes):  # the last far from 0, and alive
        assert dead_code(each) is code_on_a_line(each) is None


def test_units_that_are_the_same_for_all_images_are_dead(rng):
    assert "its units are dead" in dead_code(np.zeros((N, 3)))[0]
    assert dead_code(np.full((N, 3), 0.7) + 1e-7 * rng.standard_normal((N, 3)))
    one_alive = np.zeros((N, 3))
    one_alive[:, 1] = np.maximum(rng.standard_normal(N), 0)
    assert dead_code(one_alive) is None
    assert code_on_a_line(np.zeros((N, 3))) is None


@pytest.mark.parametrize("units", [1, 2, 20])
def test_a_posterior_collapses_where_means_vary_less_than_their_noise(rng, units):
    means = rng.standard_normal((N, units))
    assert posterior_collapse(means, np.full((N, units), -3.0)) is None
    sentence, evidence = posterior_collapse(0.05 * means, np.zeros((N, units)))
    assert "lower its beta" in sentence and evidence.startswith("the code has 0.0")
    assert posterior_collapse(means[:20], np.zeros((20, units))) is None


def test_codes_on_a_line_are_found_in_few_and_in_many_numbers(rng):
    for size in (2, 5, 1000):
        sentence, evidence = code_on_a_line(on_a_line(rng, 0.0, size))
        assert "all codes lie on a line" in sentence and "--seed" in sentence
        assert evidence == "100.00% of their variance in one direction"
    assert code_on_a_line(on_a_line(rng, 0.02)) and not code_on_a_line(on_a_line(rng, 0.5))


def test_a_code_of_one_number_and_a_few_codes_prove_nothing(rng):
    assert code_on_a_line(rng.standard_normal((N, 1))) is None
    assert dead_code(np.zeros((20, 2))) is code_on_a_line(np.zeros((20, 2))) is None


# What is wrong with the data.


@pytest.fixture
def images(rng):
    """Images (N, 6, 5) of two numbers each."""
    return np.einsum("nk,khw->nhw", rng.random((N, 2)), rng.random((2, 6, 5)))


def test_images_that_are_all_the_same_are_found(images):
    assert constant_data(images) is None
    assert constant_data(np.zeros((3, 4))) and constant_data(np.repeat(images[:1], 5, axis=0))


def test_inputs_of_a_wrong_scale_are_found(images):
    assert unscaled_inputs(images) is unscaled_inputs(images / 5) is unscaled_inputs(0 * images) is None
    assert "once, and not twice" in unscaled_inputs(images / 255)[0]
    images[:, 3, 2] *= 100
    assert "one of the targets is far larger" in unscaled_inputs(images / 30, "targets")[0]


def test_noise_that_changes_nothing_is_found(images):
    assert no_noise(images, images) and no_noise(images + 0.01, images)
    assert no_noise(images + 0.03, images) is None


def test_targets_of_other_inputs_are_found(rng, images):
    assert unrelated(images, rng.permutation(images))
    assert unrelated(images, rng.integers(0, 2, (N, 20)))
    for related in (images, 1 - images, images[:, :, ::-1], images.sum(axis=(1, 2))[:, None]):
        assert unrelated(images, related) is None
    noisy = images + 0.5 * rng.standard_normal(images.shape)
    assert unrelated(noisy, images) is None
    assert unrelated(50 * noisy - 50 * images, images) and unrelated(0 * images, images)


def test_outputs_that_are_mostly_noise_are_found(rng, images):
    noise = rng.standard_normal((2, *images.shape))
    assert noisy_outputs(images + 0.1 * noise[0], images + 0.1 * noise[1]) is None
    assert noisy_outputs(0 * images, 0 * images) is None
    assert "correlate by" in noisy_outputs(images + 5 * noise[0], images + 5 * noise[1])[1]


def test_outputs_that_are_worse_than_their_noisy_inputs_are_found(rng, images):
    noisy = images + 2 * rng.standard_normal(images.shape)
    assert worse_than_inputs(noisy, images, images) is None
    assert worse_than_inputs(images, 0.8 * images + 0.1, images) is None  # a mild noise, and of some use
    assert worse_than_inputs(images, noisy, images)
    assert "of the outputs" in worse_than_inputs(noisy, 5 * noisy, images)[1]
    assert worse_than_inputs(noisy[:20], 5 * noisy[:20], images[:20]) is None  # too few to tell
    assert worse_than_inputs(images, 5 * noisy, images[:, :3]) is None  # no noisy images


def test_validation_images_of_another_kind_and_of_the_training_are_found(rng, images):
    first, second = images[: N // 2], images[N // 2 :]
    assert other_images(first, second) is seen_images(first, second) is None
    for other in (255 * second, 3 - second, second + 0.5 * rng.standard_normal(second.shape)):
        assert other_images(first, other) and other_images(other, first)
    assert other_images(first, 255 * second[:20]) is None  # too few to tell
    assert other_images(first, 0.75 * second)  # darker
    one_pixel = second.copy()
    one_pixel[::10, 3, 3] = 1000  # in a few images only
    assert other_images(first, one_pixel) and other_images(one_pixel, first) is None
    assert "50% of 100" in seen_images(first, np.concatenate([first[:50], second[:50]]))[1]


def test_what_chance_repeats_was_not_seen(rng):
    words = rng.integers(0, 2, (400, 4)).astype(np.float32)
    bars = np.repeat(rng.integers(0, 2, (400, 1, 6)), 2, axis=1)  # whose upper halves are whole
    for each in (words, bars):
        assert seen_images(each[:300], each[300:]) is None
    doubled = rng.permutation(np.repeat(rng.random((200, 4)), 2, axis=0))
    assert "% of 100" in seen_images(doubled[:300], doubled[300:])[1]


def test_noise_hides_images_that_it_does_not_resemble(rng, images):
    noisy = images + 9 * rng.standard_normal(images.shape)
    assert "outputs lack 97%" in hidden_by_noise(noisy, images, 0.97)[1]
    assert hidden_by_noise(noisy, images, 0.5) is hidden_by_noise(images + 0.1, images, 0.97) is None

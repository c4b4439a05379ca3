"""Where a gradient is checked matters: kinks are counted, zeros avoided, noise is held still."""

from __future__ import annotations

import numpy as np
import pytest

from npae.gradcheck import check_layer
from npae.layers import Dense, Dropout, MaxPool2D, ReLU
from npae.model import Sequential


def only(report):
    (array,) = report.arrays
    return array


def inputs_with(value):
    """Return normal numbers, away from 0 but for one entry."""
    x = np.random.default_rng(5).standard_normal((1, 4, 5))
    x += 0.1 * np.sign(x)
    x[0, 1, 2] = value
    return x


def test_an_input_exactly_on_a_kink_is_counted_and_proves_nothing():
    array = only(check_layer(ReLU(), (4, 5), x=inputs_with(0.0)))
    assert (array.checked, array.kinks, array.unproven, array.verdict) == (20, 1, 1, "pass")


@pytest.mark.parametrize("near", [2.0**-18, -(2.0**-18), 1e-6])
def test_a_kink_within_the_step_is_counted_and_the_entry_proven_by_smaller_steps(near):
    array = only(check_layer(ReLU(), (4, 5), x=inputs_with(near)))
    assert (array.kinks, array.unproven, array.verdict) == (1, 0, "pass")
    assert array.worst_error < 1e-7


def test_a_tie_in_a_pooling_window_is_a_kink_for_both_places():
    x = inputs_with(3.0).reshape(1, 1, 4, 5)
    x[0, 0, 0, 0] = x[0, 0, 1, 1] = 4.0
    array = only(check_layer(MaxPool2D((2, 5)), (1, 4, 5), x=x))
    assert (array.kinks, array.unproven, array.verdict) == (2, 2, "pass")


def test_too_many_kinks_are_inconclusive_and_inconclusive_is_no_pass():
    report = check_layer(ReLU(), (4, 5), x=np.zeros((1, 4, 5)))
    assert (report.verdict, report.passed) == ("inconclusive", False)
    assert only(report).unproven == 20


class MasksNothing(ReLU):
    def backward(self, dy, cache, need_dx=True):
        return dy.copy(), {}


class SlopeAtZero(ReLU):
    """ReLU with a slope of one's choice at 0."""

    def __init__(self, slope):
        super().__init__()
        self.slope = slope

    def forward(self, x, rng=None):
        y, _ = super().forward(x)
        return y, (x > 0) + self.slope * (x == 0)

    def backward(self, dy, cache, need_dx=True):
        return dy * cache.astype(dy.dtype), {}


def test_the_average_of_two_slopes_is_counted_as_a_kink_not_passed_for_agreeing():
    array = only(check_layer(SlopeAtZero(0.5), (4, 5), x=inputs_with(0.0)))
    assert (array.kinks, array.unproven) == (1, 1)


@pytest.mark.parametrize("slope", [-0.5, 1.5, 2.0])
def test_a_slope_outside_of_left_and_right_is_no_kink_but_wrong(slope):
    array = only(check_layer(SlopeAtZero(slope), (4, 5), x=inputs_with(0.0)))
    assert (array.verdict, array.worst_at) == ("fail", "0,1,2")


@pytest.mark.parametrize("value", [0.0, 2.0**-18])
def test_a_wrong_gradient_cannot_hide_behind_kinks(value):
    report = check_layer(MasksNothing(), (4, 5), x=inputs_with(value))
    assert report.verdict == "fail"


class Jumps(ReLU):
    def forward(self, x, rng=None):
        return (x >= 0).astype(x.dtype), x

    def backward(self, dy, cache, need_dx=True):
        return np.zeros_like(dy), {}


def test_a_jump_is_no_kink():
    assert only(check_layer(Jumps(), (4, 5), x=inputs_with(0.0))).verdict == "fail"


# Zeros, dtypes, noise.


def test_biases_that_start_as_zeros_are_moved_and_the_layer_itself_is_left_alone():
    layer = Dense(3)
    layer.build((4,), np.random.default_rng(0), np.float32)
    kernel = layer.params["kernel"].copy()
    assert check_layer(layer, (5,)).passed
    np.testing.assert_array_equal(layer.params["kernel"], kernel)
    assert not layer.params["bias"].any()

    class BiasTimesTwo(Dense):  # right only where the bias is zero
        def forward(self, x, rng=None):
            y, cache = super().forward(x)
            return y + self.params["bias"] ** 2, cache

    verdicts = {array.name: array.verdict for array in check_layer(BiasTimesTwo(3), (4,)).arrays}
    assert verdicts == {"input": "pass", "kernel": "pass", "bias": "fail"}


def test_inputs_of_another_dtype_are_noted():
    report = check_layer(ReLU(), (4, 5), x=np.full((1, 4, 5), 0.5, np.float32))
    assert report.passed
    assert "x is float32" in report.notes[0]


def test_noise_is_the_same_in_every_evaluation():
    assert check_layer(Dropout(0.5), (4, 5), training=True).passed
    assert check_layer(Sequential([Dense(3), Dropout(0.5), Dense(2)]), (4,), training=True).passed

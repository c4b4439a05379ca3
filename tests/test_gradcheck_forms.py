"""A layer whose forward or backward returns something else than it should is told so in words."""

from __future__ import annotations

import pytest

from npae import gradcheck
from npae.gradcheck import check_layer
from npae.layers import Dense


class ForgetsTheCache(Dense):
    def forward(self, x, rng=None):
        return super().forward(x)[0]


class ForgetsToReturn(Dense):
    def forward(self, x, rng=None):
        super().forward(x)


class ReturnsLists(Dense):
    def forward(self, x, rng=None):
        y, cache = super().forward(x)
        return y.tolist(), cache


class ListsItsGradients(Dense):
    def backward(self, dy, cache, need_dx=True):
        dx, grads = super().backward(dy, cache, need_dx)
        return [dx, list(grads.values())]


class ReturnsThree(Dense):
    def backward(self, dy, cache, need_dx=True):
        dx, grads = super().backward(dy, cache, need_dx)
        return dx, grads["kernel"], grads["bias"]


class ReturnsDxOnly(Dense):
    def backward(self, dy, cache, need_dx=True):
        return super().backward(dy, cache, need_dx)[0]


class ReturnsNumbers(Dense):
    def backward(self, dy, cache, need_dx=True):
        dx, grads = super().backward(dy, cache, need_dx)
        return dx, {**grads, "bias": 1.5}


class ReturnsGradsOnlyWithoutDx(Dense):
    def backward(self, dy, cache, need_dx=True):
        dx, grads = super().backward(dy, cache, need_dx)
        return (dx, grads) if need_dx else grads


FORWARD = "forward must return (y, cache) with an array y; it returns "
BACKWARD = "backward must return (dx, grads) with an array dx and a dict grads of arrays; it returns "
OF_ANOTHER_FORM = [
    (ForgetsTheCache(3), FORWARD + "ndarray"),
    (ForgetsToReturn(3), FORWARD + "None"),
    (ReturnsLists(3), FORWARD + "(list, tuple)"),
    (ListsItsGradients(3), BACKWARD + "(ndarray, list)"),
    (ReturnsThree(3), BACKWARD + "(ndarray, ndarray, ndarray)"),
    (ReturnsDxOnly(3), BACKWARD + "ndarray"),
    (ReturnsNumbers(3), BACKWARD + "(ndarray, {'kernel': ndarray, 'bias': float})"),
    (ReturnsGradsOnlyWithoutDx(3), "with need_dx=False, backward must return (None, grads), not {'kernel': "),
]


@pytest.mark.parametrize("layer, problem", OF_ANOTHER_FORM, ids=lambda value: type(value).__name__)
def test_what_cannot_be_taken_apart_is_named_in_words(layer, problem):
    report = check_layer(layer, (4,), batch=2)  # an array of two comes apart, though it is no pair
    assert report.verdict == "fail"
    assert any(said.startswith(problem) for said in report.problems), report.problems
    assert "! " + problem[:40] in gradcheck.as_table([report])

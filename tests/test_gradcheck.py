"""The gradient check passes what is right, fails what is wrong, and says why."""

from __future__ import annotations

import json

import numpy as np
import pytest
from slow_cases import slow_but

import npae
from npae import gradcheck, layers
from npae.arguments import UnknownName
from npae.gradcheck import check_layer, check_loss, check_model
from npae.gradcheck.catalogue import layer_cases
from npae.gradcheck.checks import check_recipe
from npae.layers import Conv2D, Dense, Dropout, Flatten, MaxPool2D, ReLU
from npae.model import Sequential
from npae.objectives import losses, penalties
from npae.objectives.losses import BinaryCrossentropy, MeanSquaredError
from npae.recipes import RECIPES


def array_of(report, name):
    return next(array for array in report.arrays if array.name == name)


def assert_right(reports):
    assert [report.name for report in reports if not report.passed] == []
    assert max(report.worst_error for report in reports) < 1e-7
    assert all(array.checked for report in reports for array in report.arrays)


def test_every_layer_loss_and_penalty_in_the_catalogue_is_right(backend):
    assert_right(gradcheck.run([name for name in gradcheck.cases() if name not in RECIPES]))


@pytest.mark.parametrize(
    "name", slow_but({*RECIPES} - {"stacked-denoiser", "masking-denoiser", "deep", "overcomplete"}, RECIPES)
)
def test_a_recipe_is_right_along_one_direction_of_each_array(name):
    recipe = RECIPES[name]
    flat = len(recipe.input_shape) == 1  # of any size: what differs is how many numbers a sum has
    assert_right([check_recipe(recipe.for_images((1, 8, 8)) if flat else recipe, directions=1)])


@pytest.mark.long
def test_everything_in_the_catalogue_is_right(backend):
    assert_right(gradcheck.run())


def test_the_catalogue_meets_kinks():
    """Some beside the point, within a step, and some exactly on it, which are few enough to pass."""
    for layer in ("ReLU", "MaxPool2D"):
        at_kinks = gradcheck.run([layer])[-1]
        (array,) = at_kinks.arrays
        assert at_kinks.passed and "kinks" in at_kinks.name
        assert 0 < array.unproven < array.kinks


def test_the_catalogue_leaves_no_layer_loss_or_recipe_out():
    ours = {
        kind.__name__
        for room, base in ((losses, losses.Loss), (penalties, penalties.Penalty))
        for kind in vars(room).values()
        if isinstance(kind, type) and issubclass(kind, base) and kind is not base
    }
    assert {"SoftmaxCrossentropy", "Contractive"} < ours
    assert set(gradcheck.cases()) == {*layers.__all__, *ours, *RECIPES} - {"Layer"}
    assert {*layers.__all__} <= {*npae.__all__}


class ForgetsItsMask(Dropout):
    def backward(self, dy, cache, need_dx=True):
        return dy.copy(), {}


def test_a_new_layer_in_the_catalogue_is_checked_in_training(monkeypatch):
    """At inference, the gradient of this one is right."""
    cases = [*layer_cases(), (ForgetsItsMask(0.4), (2, 3, 4))]
    monkeypatch.setattr("npae.gradcheck.catalogue.layer_cases", lambda: cases)
    assert [report.passed for report in gradcheck.run(["ForgetsItsMask"])] == [False]
    assert check_layer(ForgetsItsMask(0.4), (2, 3, 4)).passed


def test_an_unknown_name_is_answered_with_near_ones():
    with pytest.raises(UnknownName, match="no gradient check named 'Conv2'; did you mean Conv2D"):
        gradcheck.run(["Conv2"])
    with pytest.raises(UnknownName, match="expected some of Dense, Conv2D"):
        gradcheck.run(["xylophone"])


def test_case_decides_only_between_names_that_differ_in_nothing_else():
    """`Dense` is the layer and `dense` the recipe, so DENSE may be either."""
    (report,) = gradcheck.run(["FLATTEN"])
    assert report.name == "Flatten() on 2x3x4"
    with pytest.raises(UnknownName, match="did you mean Dense or dense"):
        gradcheck.run(["DENSE"])


@pytest.mark.parametrize("name", losses.LOSSES)
def test_a_loss_has_the_name_that_fit_takes(name):
    kind = losses.LOSSES[name].__name__
    assert {report.name.split("(")[0] for report in gradcheck.run([name])} == {kind}


# Layers that are wrong in the ways in which learners' layers are wrong.


class Doubled(Dense):
    def backward(self, dy, cache, need_dx=True):
        dx, grads = super().backward(dy, cache, need_dx)
        return dx, {**grads, "kernel": 2 * grads["kernel"]}


class AlmostRight(Dense):
    def backward(self, dy, cache, need_dx=True):
        dx, grads = super().backward(dy, cache, need_dx)
        return dx, {**grads, "kernel": (1 + 1e-6) * grads["kernel"]}


class OneEntryWrong(Dense):
    def backward(self, dy, cache, need_dx=True):
        dx, grads = super().backward(dy, cache, need_dx)
        grads["kernel"][2, 1] += 1e-3
        return dx, grads


class ForgetsBias(Dense):
    def backward(self, dy, cache, need_dx=True):
        dx, grads = super().backward(dy, cache, need_dx)
        return dx, {**grads, "bias": np.zeros_like(grads["bias"])}


class AveragesTheBatch(Dense):
    def backward(self, dy, cache, need_dx=True):
        dx, grads = super().backward(dy, cache, need_dx)
        return dx, {key: grad / len(dy) for key, grad in grads.items()}


class TransposesTheKernel(Dense):
    def backward(self, dy, cache, need_dx=True):
        dx, grads = super().backward(dy, cache, need_dx)
        return (dy @ self.params["kernel"] if need_dx else None), grads


class IgnoresItsInput(Dense):
    def backward(self, dy, cache, need_dx=True):
        x, y = cache
        return super().backward(dy, (np.ones_like(x), y), need_dx)


class FlipsTheKernel(Conv2D):
    def backward(self, dy, cache, need_dx=True):
        dx, grads = super().backward(dy, cache, need_dx)
        return dx, {**grads, "kernel": grads["kernel"][:, :, ::-1, ::-1].copy()}


class MasksNothing(ReLU):
    def backward(self, dy, cache, need_dx=True):
        return dy.copy(), {}


class MasksByDy(ReLU):
    def backward(self, dy, cache, need_dx=True):
        return dy * (dy > 0), {}


class OverwritesInOverlaps(MaxPool2D):
    def backward(self, dy, cache, need_dx=True):
        dx = np.zeros((len(dy), *self.input_shape), dy.dtype)
        for n, c, p, q in np.ndindex(dy.shape):
            i, j = divmod(int(cache[n, c, p, q]), self.pool_size[1])
            dx[n, c, p * self.strides[0] + i, q * self.strides[1] + j] = dy[n, c, p, q]
        return dx, {}


WRONG = [
    (Doubled(3), (4,), "kernel"),
    (AlmostRight(3), (4,), "kernel"),
    (OneEntryWrong(3), (4,), "kernel"),
    (ForgetsBias(3), (4,), "bias"),
    (AveragesTheBatch(3), (4,), "bias"),
    (TransposesTheKernel(4), (4,), "input"),
    (IgnoresItsInput(3), (4,), "kernel"),
    (FlipsTheKernel(2, (2, 3), activation="relu"), (2, 4, 5), "kernel"),
    (MasksNothing(), (3, 4), "input"),
    (MasksByDy(), (3, 4), "input"),
    (OverwritesInOverlaps(3, strides=1), (2, 5, 6), "input"),
]


@pytest.mark.parametrize("layer, shape, wrong", WRONG, ids=lambda value: type(value).__name__)
def test_a_wrong_gradient_fails_in_the_array_that_is_wrong(layer, shape, wrong):
    report = check_layer(layer, shape)
    assert not report.passed
    assert array_of(report, wrong).verdict == "fail"
    assert array_of(report, wrong).worst_error > 1e-7
    assert array_of(report, wrong).kinks == 0
    assert report.problems == ()


def test_the_report_says_where_and_what():
    report = check_layer(OneEntryWrong(3), (4,))
    kernel = array_of(report, "kernel")
    assert (kernel.shape, kernel.checked, kernel.worst_at) == ((4, 3), 12, "2,1")
    assert kernel.analytic - kernel.numeric == pytest.approx(1e-3, rel=1e-5)
    assert [array.verdict for array in report.arrays] == ["pass", "fail", "pass"]


# Layers that break another promise.


class ForgetsAKey(Dense):
    def backward(self, dy, cache, need_dx=True):
        dx, grads = super().backward(dy, cache, need_dx)
        return dx, {"kernel": grads["kernel"]}


class InventsAKey(Dense):
    def backward(self, dy, cache, need_dx=True):
        dx, grads = super().backward(dy, cache, need_dx)
        return dx, {**grads, "weights": grads["kernel"]}


class KeepsTheBatchAxis(Dense):
    def backward(self, dy, cache, need_dx=True):
        dx, grads = super().backward(dy, cache, need_dx)
        return dx, {**grads, "bias": dy}


class DividesByZero(ReLU):
    def backward(self, dy, cache, need_dx=True):
        with np.errstate(invalid="ignore"):
            return dy * (cache / cache), {}


class ClipsItsInput(ReLU):
    def forward(self, x, rng=None):
        return super().forward(np.maximum(x, 0, out=x))


class ClipsItsUpstream(ReLU):
    def backward(self, dy, cache, need_dx=True):
        dy *= cache > 0
        return dy, {}


class NoisyForward(ReLU):
    def forward(self, x, rng=None):
        return super().forward(x + np.random.default_rng().standard_normal(x.shape))


class NoisyBackward(ReLU):
    def backward(self, dy, cache, need_dx=True):
        return super().backward(dy * (1 + 1e-12 * np.random.default_rng().random()), cache)


class HidesState(ReLU):
    def forward(self, x, rng=None):
        y, self.y = super().forward(x)
        return y, None

    def backward(self, dy, cache, need_dx=True):
        return super().backward(dy, self.y)


class AlwaysFloat64(ReLU):
    def backward(self, dy, cache, need_dx=True):
        return super().backward(dy, cache)[0].astype(np.float64), {}


class PromisesAnotherShape(ReLU):
    def build_shape(self, input_shape):
        return input_shape[::-1]


class TakesNoNeedDx(ReLU):
    def backward(self, dy, cache):
        return super().backward(dy, cache)


BROKEN = [
    (ForgetsAKey(3), (4,), "bias: backward returns no gradient"),
    (InventsAKey(3), (4,), "backward returns a gradient of 'weights', which is no parameter"),
    (KeepsTheBatchAxis(3), (4,), "bias: its gradient has shape (3, 3), but it has shape (3,)"),
    (DividesByZero(), (3, 4), "input: its gradient is not finite in"),
    (ClipsItsInput(), (3, 4), "forward changes x, which belongs to the caller"),
    (ClipsItsUpstream(), (3, 4), "backward changes dy, which belongs to the caller"),
    (NoisyForward(), (3, 4), "forward is not deterministic"),
    (NoisyBackward(), (3, 4), "backward is not deterministic"),
    (HidesState(), (3, 4), "backward depends on the last forward pass"),
    (AlwaysFloat64(), (3, 4), "dx is float64 for inputs and parameters of float32"),
    (PromisesAnotherShape(), (3, 4), "forward returns shape (3, 3, 4), but build promised (3, 4, 3)"),
    (TakesNoNeedDx(), (3, 4), "backward takes no need_dx"),
]


@pytest.mark.parametrize("layer, shape, problem", BROKEN, ids=lambda value: type(value).__name__)
def test_a_broken_promise_is_named_in_words(layer, shape, problem):
    report = check_layer(layer, shape)
    assert report.verdict == "fail"
    assert any(said.startswith(problem) for said in report.problems), report.problems


@pytest.mark.parametrize("layer", [ForgetsAKey(3), DividesByZero()])
def test_a_gradient_that_cannot_be_compared_does_not_pass(layer):
    assert {array.checked for array in check_layer(layer, (4,)).arrays if array.verdict == "fail"} == {0}


# Losses and models.


class ForgetsTheTwo(MeanSquaredError):
    def value_and_gradient(self, y, t, count):
        value, dy = super().value_and_gradient(y, t, count)
        return value, dy / 2


class SumsInsteadOfMean(MeanSquaredError):
    def value_and_gradient(self, y, t, count):
        return super().value_and_gradient(y, t, 1)


@pytest.mark.parametrize("loss", ["mse", BinaryCrossentropy(), BinaryCrossentropy(from_logits=True)])
def test_losses_pass(loss):
    assert check_loss(loss).worst_error < 1e-7


def test_the_crossentropy_of_probabilities_is_flat_where_they_are_clipped(backend):
    y = np.array([0, 1e-9, 0.5, 1, 0, 1e-9, 0.5, 1])
    t = np.array([1, 1, 1, 1, 0, 0.3, 0, 0])
    report = check_loss(BinaryCrossentropy(), y=y, t=t)
    assert report.passed and report.arrays[0].unproven == 0, report


def test_wrong_losses_fail():
    assert array_of(check_loss(ForgetsTheTwo()), "y").verdict == "fail"
    assert "the mean of its elements is" in check_loss(SumsInsteadOfMean()).problems[0]


def small_model(dense=Dense):
    model = Sequential([Conv2D(2, (2, 3), activation="relu"), MaxPool2D(2), Flatten(), dense(5, "sigmoid")])
    model.build((1, 5, 6), rng=0)
    rng = np.random.default_rng(1)
    return model, rng.uniform(size=(2, 1, 5, 6)), rng.uniform(size=(2, 5))


@pytest.mark.parametrize("loss", ["mse", "binary_crossentropy"])
def test_a_model_passes_along_random_directions(loss):
    model, x, t = small_model()
    before = {key: value.copy() for key, value in model.params.items()}
    report = check_model(model, loss, x, t, directions=4)
    assert report.passed
    assert [array.name for array in report.arrays] == ["input", *model.params, "all parameters"]
    assert {array.checked for array in report.arrays} == {4}
    assert all((value == before[key]).all() for key, value in model.params.items())


@pytest.mark.parametrize("dense", [Doubled, AlmostRight, ForgetsBias])
def test_a_wrong_layer_is_found_within_a_model(dense):
    model, x, t = small_model(dense)
    report = check_model(model, "binary_crossentropy", x, t)
    failed = [array.name for array in report.arrays if array.verdict == "fail"]
    assert len(failed) == 2
    assert failed[0].endswith("/bias" if dense is ForgetsBias else "/kernel")
    assert failed[1] == "all parameters"


# Reports.


def test_the_table_is_narrow_and_shows_both_values():
    reports = [check_layer(Doubled(3), (4,)), check_layer(ForgetsAKey(3), (4,)), check_loss("mse")]
    lines = gradcheck.as_table(reports).splitlines()
    assert max(map(len, lines)) <= 110
    assert lines[0].split() == ["shape", "checked", "kinks", "worst", "error", "at", "verdict"]
    assert sum("backward says" in line for line in lines) == 1
    assert any(line.startswith("1 of 3 checks passed") for line in lines)
    assert lines[-1].startswith("FAILED: ForgetsAKey(3) on 4")


def test_json_holds_everything():
    report = check_layer(Doubled(3), (4,))
    (found,) = json.loads(gradcheck.as_json([report]))
    assert (found["verdict"], found["problems"]) == ("fail", [])
    kernel = next(array for array in found["arrays"] if array["name"] == "kernel")
    assert (kernel["shape"], kernel["checked"], kernel["verdict"]) == ([4, 3], 12, "fail")
    assert kernel["analytic"] == pytest.approx(2 * kernel["numeric"])
    assert kernel["worst_error"] == pytest.approx(0.5)


def test_numbers_that_are_not_finite_fail_and_are_still_json():
    class RootOfX(ReLU):
        def forward(self, x, rng=None):
            with np.errstate(invalid="ignore"):
                y = np.sqrt(x)
            return y, y

        def backward(self, dy, cache, need_dx=True):
            return np.ones_like(dy), {}

    report = check_layer(RootOfX(), (3, 4))
    assert report.verdict == "fail"
    (found,) = json.loads(gradcheck.as_json([report]), parse_constant=pytest.fail)
    assert (found["worst_error"], found["arrays"][0]["numeric"]) == ("inf", "nan")

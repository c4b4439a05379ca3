"""Penalties: the formula as it is published, gradients that hold, and mistakes in them that are noticed."""

import math

import numpy as np
import pytest

from npae.gradcheck import check_model
from npae.layers import Conv2D, Dense, Dropout, Flatten, GaussianNoise, Reshape
from npae.model import Autoencoder, Sequential, VariationalAutoencoder
from npae.objectives.objective import Objective
from npae.objectives.penalties import L1, Contractive, KLSparsity, KullbackLeibler


def autoencoder(activation="sigmoid", dtype=np.float64):
    model = Autoencoder(Sequential([Dense(3, activation)]), Sequential([Dense(5, "sigmoid")]))
    model.build((5,), 1, dtype)
    return model


def variational():
    model = VariationalAutoencoder(Sequential([Dense(6)]), Sequential([Dense(5, "sigmoid")]))
    model.build((5,), 1, np.float64)
    return model


MODELS = {
    L1: autoencoder,
    KLSparsity: autoencoder,
    Contractive: autoencoder,
    KullbackLeibler: variational,
}
RIGHT = [L1(0.3), KLSparsity(0.1, 2.0), Contractive(0.7), KullbackLeibler(1.5)]


def model_for(penalty):
    return next(make for kind, make in MODELS.items() if isinstance(penalty, kind))()


def value_of(penalty, model, x, examples=None):
    code, cache = model.encoder.forward(x)
    return penalty(model.encoder, code, cache, examples or len(x))[0]


# The formulas.


def test_l1_is_the_mean_over_examples_of_the_sum_over_units():
    model, x = autoencoder("tanh"), np.random.default_rng(0).standard_normal((7, 5))
    code = model.encode(x)
    assert value_of(L1(0.3), model, x) == pytest.approx(0.3 * sum(map(abs, code.ravel())) / 7)
    assert (code < 0).any() and (code > 0).any()


def test_kl_sparsity_is_the_divergence_of_two_coins_of_every_unit():
    model, x = autoencoder(), np.random.default_rng(0).standard_normal((7, 5))
    total = 0.0
    for mean in model.encode(x).mean(axis=0):
        for wanted, seen in ((0.1, mean), (0.9, 1 - mean)):
            total += wanted * math.log(wanted / seen)
    assert value_of(KLSparsity(0.1, 2.0), model, x) == pytest.approx(2.0 * total)
    on_target = np.full((4, 3), 0.1)
    value, dcode, _ = KLSparsity(0.1)(model.encoder, on_target, None, 4)
    assert value == pytest.approx(0, abs=1e-12) and np.allclose(dcode, 0, atol=1e-12)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "linear"])
def test_contractive_is_the_squared_norm_of_the_jacobian(activation):
    model, x = autoencoder(activation), np.random.default_rng(0).standard_normal((4, 5))
    total = 0.0
    for example in x:
        for pixel in np.eye(5):
            ahead, behind = (model.encode((example + step * pixel)[None])[0] for step in (1e-5, -1e-5))
            total += np.sum(((ahead - behind) / 2e-5) ** 2)
    assert value_of(Contractive(0.7), model, x) == pytest.approx(0.7 * total / 4, rel=1e-8)


def test_kullback_leibler_is_the_integral():
    z = np.linspace(-20, 20, 200001)
    for mean, log_variance in ((0.0, 0.0), (1.5, -1.0), (-0.3, 0.8)):
        log_q = -0.5 * ((z - mean) ** 2 / np.exp(log_variance) + log_variance)
        log_p = -0.5 * z**2
        integrand = np.exp(log_q) / math.sqrt(2 * math.pi) * (log_q - log_p)
        integral = float(np.sum((integrand[1:] + integrand[:-1]) / 2) * (z[1] - z[0]))
        code = np.array([[mean, log_variance]])
        assert KullbackLeibler()(None, code, None, 1)[0] == pytest.approx(integral, rel=1e-9, abs=1e-12)


def test_kullback_leibler_keeps_its_digits_near_the_prior():
    code = np.array([[0.0, 1e-4]], np.float32)
    value, dcode, _ = KullbackLeibler()(None, code, None, 1)
    assert value == pytest.approx(0.25e-8, rel=1e-2) and dcode[0, 1] == pytest.approx(0.5e-4, rel=1e-3)


# Shards, dtypes, extremes.


@pytest.mark.parametrize("penalty", RIGHT, ids=lambda penalty: penalty.name)
def test_shards_add_up_unless_examples_are_coupled(penalty):
    assert not lost_in_shards(penalty)


@pytest.mark.parametrize("penalty", RIGHT, ids=lambda penalty: penalty.name)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradients_have_the_dtype_of_the_code_and_nothing_is_changed(penalty, dtype):
    model = model_for(penalty)
    model.build((5,), 0, dtype)
    code, cache = model.encoder.forward(np.random.default_rng(0).standard_normal((3, 5)).astype(dtype))
    before = code.copy(), {name: value.copy() for name, value in model.params.items()}
    value, dcode, grads = penalty(model.encoder, code, cache, 3)
    assert isinstance(value, float) and dcode.dtype == dtype and dcode.shape == code.shape
    assert all(grad.dtype == dtype for grad in grads.values()) and grads.keys() <= model.encoder.params.keys()
    assert np.array_equal(code, before[0])
    assert all(np.array_equal(value, before[1][name]) for name, value in model.params.items())


def test_units_that_are_always_off_or_on_have_a_finite_penalty_and_a_way_back():
    code = np.zeros((4, 2), np.float32)
    code[:, 1] = 1
    value, dcode, _ = KLSparsity(0.05)(None, code, None, 4)
    assert np.isfinite(value) and np.isfinite(dcode).all() and dcode[0, 0] < 0 < dcode[0, 1]


# Mistakes. Each is a penalty as above, wrong in one place.


def scaled(kind, dcode=1.0, direct=1.0):
    """Return a subclass whose gradients are multiplied by these."""

    class Wrong(kind):
        def gradients(self, encoder, code, cache, examples):
            right, grads = super().gradients(encoder, code, cache, examples)
            return dcode * right, {name: direct * grad for name, grad in grads.items() if direct}

    return Wrong


def per_shard(kind):
    """Return a subclass that divides its gradients by the examples it sees, not by those of the batch."""

    class Wrong(kind):
        def gradients(self, encoder, code, cache, examples):
            return super().gradients(encoder, code, cache, len(code))

    return Wrong


class ForgetsInactive(KLSparsity):
    def gradients(self, encoder, code, cache, examples):
        mean = self._means(code)
        return np.broadcast_to(-self.weight * self.target / mean / examples, code.shape), {}


class MeansOverUnits(KLSparsity):
    def gradients(self, encoder, code, cache, examples):
        dcode, grads = super().gradients(encoder, code, cache, examples)
        return dcode / code.shape[1], grads


class ForgetsTheChangeOfSlope(Contractive):
    def gradients(self, encoder, code, cache, examples):
        dcode, grads = super().gradients(encoder, code, cache, examples)
        return dcode / (1 - 2 * code), grads


class ForgetsTheSquare(Contractive):
    def gradients(self, encoder, code, cache, examples):
        dcode, grads = super().gradients(encoder, code, cache, examples)
        slope = np.sum((code * (1 - code)), axis=0)
        kernel = encoder.params["dense/kernel"]
        return dcode, {"dense/kernel": 2 * self.weight / examples * kernel * slope}


class ForgetsTheVariances(KullbackLeibler):
    def gradients(self, encoder, code, cache, examples):
        dcode, grads = super().gradients(encoder, code, cache, examples)
        dcode[:, 3:] = 0
        return dcode, grads


class ForgetsTheOne(KullbackLeibler):
    def gradients(self, encoder, code, cache, examples):
        dcode, grads = super().gradients(encoder, code, cache, examples)
        dcode[:, 3:] += 0.5 * self.beta / examples
        return dcode, grads


class ForgetsTheHalf(KullbackLeibler):
    def gradients(self, encoder, code, cache, examples):
        dcode, grads = super().gradients(encoder, code, cache, examples)
        dcode[:, 3:] *= 2
        return dcode, grads


ARGUMENTS = {L1: (0.3,), KLSparsity: (0.1, 2.0), Contractive: (0.7,), KullbackLeibler: (1.5,)}
MISTAKES = {
    "the sign": lambda kind: scaled(kind, -1.0, -1.0),
    "a factor of 2": lambda kind: scaled(kind, 2.0, 2.0),
    "a half": lambda kind: scaled(kind, 0.5, 0.5),
    "no mean over examples": lambda kind: scaled(kind, 5.0, 5.0),
    "no gradient of the code": lambda kind: scaled(kind, 0.0, 1.0),
    "the mean over the shard": per_shard,
}
WRONG = [
    pytest.param(make(kind)(*ARGUMENTS[kind]), id=f"{kind.__name__}, {what}")
    for kind in MODELS
    for what, make in MISTAKES.items()
    if not (kind is KLSparsity and make is per_shard)  # which sees no shards
]
WRONG += [
    pytest.param(kind(*arguments), id=kind.__name__)
    for kind, *arguments in (
        (ForgetsInactive, 0.1, 2.0),
        (MeansOverUnits, 0.1, 2.0),
        (scaled(Contractive, 1.0, 0.0), 0.7),
        (scaled(Contractive, 1.0, 2.0), 0.7),
        (ForgetsTheChangeOfSlope, 0.7),
        (ForgetsTheSquare, 0.7),
        (ForgetsTheVariances, 1.5),
        (ForgetsTheOne, 1.5),
        (ForgetsTheHalf, 1.5),
    )
]


def checked(penalty):
    """Return the report of every entry of every gradient of a tiny model with this penalty, on 5 examples."""
    random, model = np.random.default_rng(3), model_for(penalty)
    x, t = random.standard_normal((5, 5)), random.uniform(size=(5, 5))
    objective = Objective("binary_crossentropy", penalty)
    return check_model(model, objective, x, t, directions=None, training=True)


def lost_in_shards(penalty):
    """Whether gradients or values of two shards are not those of the batch; never where none are made."""
    if penalty.couples_examples:
        return False
    model, x = model_for(penalty), np.random.default_rng(5).standard_normal((5, 5))
    bound = Objective("mse", penalty).on(model)
    terms, grads = bound(x, x, 5)
    shards = [bound(x[part], x[part], 5) for part in (slice(0, 2), slice(2, 5))]
    sums = {name: sum(shard[1][name] for shard in shards) for name in grads}
    right = all(np.allclose(sums[name], grads[name], rtol=1e-10, atol=1e-14) for name in grads)
    return not (right and np.allclose(np.sum([shard[0] for shard in shards], axis=0), terms, rtol=1e-12))


@pytest.mark.parametrize("penalty", RIGHT, ids=lambda penalty: penalty.name)
def test_the_right_gradients_pass(penalty):
    report = checked(penalty)
    assert report.passed and report.worst_error < 1e-7, report


@pytest.mark.parametrize("penalty", WRONG)
def test_a_mistake_in_a_gradient_is_noticed(penalty):
    report = checked(penalty)
    assert lost_in_shards(penalty) or not report.passed
    assert all(array.verdict == "pass" for array in report.arrays if array.name.startswith("decoder"))


def test_a_model_is_checked_entry_by_entry_where_no_directions_are_asked_for():
    model, x = autoencoder(), np.random.default_rng(3).standard_normal((2, 5))
    report = check_model(model, "mse", x, np.abs(x), directions=None)
    assert [array.checked for array in report.arrays] == [10, *(p.size for p in model.params.values())]


# What does not fit.


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: L1(0), "weight must be a positive number, not 0"),
        (lambda: Contractive(-1.0), "weight must be a positive number"),
        (lambda: KullbackLeibler(math.nan), "beta must be a positive number"),
        (lambda: KLSparsity(1.0), "target must be a number between 0 and 1"),
        (
            lambda: value_of(KLSparsity(), autoencoder("tanh"), -np.ones((3, 5))),
            "use a sigmoid as the encoder's last activation",
        ),
        (lambda: KullbackLeibler()(None, np.ones((2, 3)), None, 2), "k means and then k logarithms"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize(
    "layers, found",
    [
        ([Dense(4, "relu"), Dense(3)], "Dense, Dense"),
        ([Conv2D(2, 2), Flatten()], "Conv2D"),
        ([Flatten(), Dropout(0.1), Dense(3)], "Dropout, Dense"),
        ([Flatten()], "none"),
    ],
)
def test_contractive_names_what_it_has_no_jacobian_of(layers, found):
    shape = (4,) if isinstance(layers[0], Dense) else (1, 2, 2)
    encoder = Sequential(layers)
    encoder.build(shape)
    with pytest.raises(ValueError, match=f"one Dense layer .* not an encoder with these layers: {found}$"):
        Contractive(1.0)(encoder, *encoder.forward(np.ones((1, *shape), np.float32)), 1)


def test_contractive_takes_layers_around_that_only_reshape_or_add_noise(rng):
    encoder = Sequential([GaussianNoise(0.1), Flatten(), Dense(4, "tanh"), Reshape((2, 2))])
    encoder.build((1, 2, 3), 0, np.float64)
    code, cache = encoder.forward(rng.standard_normal((3, 1, 2, 3)), rng)
    value, dcode, grads = Contractive(1.0)(encoder, code, cache, 3)
    assert value > 0 and dcode.shape == code.shape and list(grads) == ["dense/kernel"]

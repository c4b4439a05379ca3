"""The diagnosis of a training: what went wrong, by which evidence, and what to change.

Errors are shares of the variance of the targets: the mean image lacks all of it, perfect outputs nothing. The
data are examined first, then the settings, by trials, and last units, codes and outputs, unless the others
explain them. How training and validation have come apart is a further question.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Mapping, Set
from typing import Any, NamedTuple

import numpy as np

from npae.inside.anatomy import FLAT, flat
from npae.measures import findings
from npae.measures.findings import MOST, Finding
from npae.measures.watch import few_enough, findings_of_data, findings_of_outputs, outputs
from npae.model import Sequential
from npae.objectives.losses import Loss
from npae.objectives.objective import Objective, get_objective
from npae.objectives.penalties import KullbackLeibler
from npae.recipes.run import Run
from npae.training.batches import Batches
from npae.training.fit import NonFiniteLoss, fit
from npae.training.optimizers import SGD, Adam

UNITS = 0.68  # the share of a layer that is told if it is dead or flat; up to 0.6 of relu die by themselves
LEARNED = 0.1  # a model that lacks less has learned enough: its rate, penalty and code are not at fault
PROBE, AGAIN = 40, 200  # steps of trials that go on, and of those that begin again
RATES = (1.0, 0.1, 10.0, 100.0)  # of the trials that go on, times that of the training
FALLS = 0.05  # what further steps learn if the training ended too early
SLOW = 2e-4  # what further steps with ten times the rate learn, at least, if it was too small
HARM = 0.25  # what a model lacks, at least, if penalties are too large
OTHER = 0.7  # a new model with the right setting lacks less than this share of what the trained one lacks
WORSE, FAR, APART = 1.25, 3.0, 0.07  # validation over training: it differs; images are learned by heart
NOISY, WHITE, SMOOTH = 0.2, 0.15, 0.3  # variance of errors, correlation of neighbours in them, and in outputs
OF_UNITS = {"dead_units", "saturation"}
OF_NOISE = {"noisy_targets", "noise_too_large"}
BEGUN = {*OF_NOISE, "constant_image", "worse_than_inputs", "code_on_a_line", "posterior_collapse"}
LACKING = "the outputs lack {:.1%} of the targets' variance"
NOTHING = "nothing found: no fault of the training shows in its units, codes, outputs, losses and rates"
ADVICE = {  # of what is found here; `npae.measures.findings` has its own
    "constant_image": "the model is worse than the mean image; train longer, or try another learning_rate",
    "dead_units": "many units are dead: they are the same for every image, as relu units that are always 0; "
    "begin again, with a smaller learning rate, biases of 0, or leaky_relu",
    "saturation": "many units are saturated: where they are, the activation is flat, so hardly any gradient "
    "passes; begin again, with smaller weights, scaled inputs or a smaller learning rate",
    "noisy_targets": "the targets are noisy, and no model can learn noise; give the clean images as targets, "
    "as in Batches(x, corruption=...) or fit(model, noisy, clean)",
    "penalty_too_large": "the penalties outweigh the reconstruction; take a smaller factor",
    "rate_too_small": "the learning rate is too small: a larger one learns much faster; try ten times of it",
    "rate_too_large": "the learning rate is too large: a smaller one learns more; try a tenth of it",
    "wrong_loss": "the loss does not fit these targets, as the mean squared error learns more; take that",
    "too_few_epochs": "the training ended too early: the model still learns; train for more epochs",
    "frozen_layer": "a layer does not learn: no step changes its parameters; look at the gradients that its "
    "backward returns (npae gradcheck), and at the layers behind it",
    "fixed_noise": "the model has learned the noise of each image by heart, as it is the same in each epoch; "
    "draw new noise for every batch, with Batches(x, corruption=...), or take more images",
    "overfitting": "the model has learned the training images by heart, and is worse on others; take more "
    "images, a smaller model, noise, a penalty, or fewer epochs",
}


class Diagnosis(NamedTuple):
    """A fault of a training: its name, as "dead_units"; what to change; and the numbers that show it."""

    name: str
    sentence: str
    evidence: str

    @property
    def title(self) -> str:
        """The name in words."""
        return self.name.replace("_", " ")


class Training(NamedTuple):
    """A training that has ended, as the doctor examines it: the arguments of `npae.fit`.

    ``optimizer(factor)`` returns a new optimiser, whose rate is the training's mean one, times factor.
    """

    model: Sequential
    data: Batches
    validation: Batches | None
    loss: str | Loss | Objective
    optimizer: Callable[[float], Adam | SGD]
    batch_size: int = 32
    threads: int | None = None


def training_of(run: Run) -> Training:
    """Return the training of a trained run."""
    recipe, epochs = run.recipe, len(run.history["loss"])
    rate = recipe.learning_rate
    rates = [rate(epoch, run.epochs) if callable(rate) else rate for epoch in range(1, epochs + 1)]
    mean = sum(rates) / epochs  # the last one of a schedule may be nearly 0
    given = run.model, *run.batches(), recipe.loss, lambda k: Adam(k * mean, epsilon_hat=recipe.keras_adam)
    return Training(*given, run.batch_size, run.threads)


class _Case:
    """A training, and what is measured on up to `MOST` examples: inputs x with their noise, and targets t."""

    def __init__(self, training: Training):
        objective = get_objective(training.loss)
        self.training, self.loss, self.penalties = training, objective.reconstruction, objective.penalties
        self.x, self.t = _sample(training.data, few_enough(training.model))
        self.clean = _sample(training.data, len(self.x), clean=True)
        self.spread = float(np.mean(np.square(self.t - self.t.mean(axis=0)))) or math.inf
        self.now = self.lack(training.model)

    def lack(self, model: Sequential | None, data: Batches | None = None) -> float:
        """Return the share of the targets' variance that a model's outputs lack; infinite without a model."""
        if model is None:
            return math.inf
        x, t = _sample(data) if data else (self.x, self.t)
        return float(np.mean(np.square(outputs(model, x, self.loss) - t))) / self.spread

    def trial(
        self,
        factor: float = 1.0,
        steps: int = PROBE,
        new: bool = False,
        loss: str | Loss | Objective | None = None,
    ) -> Sequential | None:
        """Train the model, or a new one, for some steps or more, in whole epochs, with its rate times factor.

        A trial with another ``loss`` has no penalties. Return None if the loss becomes infinite.
        """
        training = self.training
        model, rng, size = copy.deepcopy(training.model), np.random.default_rng(0), training.batch_size
        for _, layer in model.leaves() if new else ():
            layer.build(layer.built()[0], rng, model.dtype or np.float32)
        data, loss = training.data.first(steps * size), loss or training.loss
        options: dict[str, Any] = {"optimizer": training.optimizer(factor), "threads": training.threads}
        try:
            fit(model, data, loss=loss, epochs=-(-steps // -(-len(data) // size)), batch_size=size, **options)
        except NonFiniteLoss:
            return None
        return model


def examine(training: Training, probe: bool = True) -> list[Diagnosis]:
    """Return what is wrong with a training, without what follows from it alone; usually nothing.

    Parameters
    ----------
    training : Training
        Nothing in it is changed.
    probe : bool
        Also train copies of the model, and new ones, for some steps with other settings.
        Without it, rates, frozen layers and large penalties are not examined.
    """
    case = _Case(training)
    found = _of_data(case)
    if not found:
        shown = _of_outputs(case, training.model)
        new = case.trial(1.0, AGAIN, new=True) if probe and shown else None
        again = _of_outputs(case, new) if new else shown
        settings = _of_settings(case, shown.keys(), again.keys(), case.lack(new)) if probe else ()
        found = _told(dict(settings))
        # What a new model has, too, follows from the settings; but a code may collapse for another reason.
        explained = {*again, *OF_NOISE, "constant_image"} - {"posterior_collapse"} if found else ()
        found |= {name: each for name, each in shown.items() if name not in explained}
    if training.validation is not None:
        found |= _of_validation(case, training.validation)
    kept = found.keys() - OF_UNITS if found.keys() & {"overfitting", "fixed_noise"} else found
    return [Diagnosis(name, *each) for name, each in found.items() if name in kept]


def _told(found: Mapping[str, Any]) -> dict[str, Finding]:
    """Return what is found, with the advice of `ADVICE` for what is mere evidence."""
    return {k: (ADVICE[k], each) if isinstance(each, str) else each for k, each in found.items() if each}


def _sample(data: Batches, most: int = MOST, clean: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs, with their noise, and targets of some examples, evenly over a data set."""
    indices = np.linspace(0, len(data) - 1, min(most, len(data))).astype(np.intp)
    return data.clean(indices) if clean else data.batch(indices, np.random.default_rng(0))


def _of_data(case: _Case) -> dict[str, Finding]:
    """Return what is wrong with inputs and targets, by name."""
    data, x, t = case.training.data, case.x, case.t
    found = findings_of_data(case.training.model, *case.clean, case.loss)
    if "unscaled_inputs" in found and case.now <= LEARNED:
        errors = np.square(outputs(case.training.model, x, case.loss) - t).mean(axis=0)
        if np.mean(errors <= LEARNED * t.var(axis=0)) > 0.5:  # most numbers are learned, small ones as well
            del found["unscaled_inputs"]
    if "constant_data" in found or x is t:
        return found
    if not data.corruption:
        return found | _told({"unrelated_targets": findings.unrelated(x, t)})
    none = None if data.sample else findings.no_noise(x, case.clean[0])
    hidden = findings.unrelated(x, t) or findings.hidden_by_noise(x, t, case.now)
    return found | _told({"no_noise": none, "noise_too_large": hidden})


def _of_outputs(case: _Case, model: Sequential) -> dict[str, Finding]:
    """Return what is wrong with the units, the codes and the outputs of a model, by name.

    A model that has learned enough may need one number only, or a sparse code, whose units are mostly off.
    """
    x, t = case.x, case.t
    y, lack = outputs(model, x, case.loss), case.lack(model)
    found: dict[str, Any] = {} if lack <= LEARNED and case.penalties else _of_layers(model, x)
    found |= findings_of_outputs(model, x, y, t, case.loss)
    if lack > 1:
        found.setdefault("constant_image", LACKING.format(lack))
    if lack <= LEARNED:
        found.pop("code_on_a_line", None)
    if not found.keys() - {"constant_image"}:
        draws = (model.forward(x, np.random.default_rng(seed))[0] for seed in (0, 1))
        found["noise_too_large"] = findings.noisy_outputs(*draws)
    found["worse_than_inputs"] = findings.worse_than_inputs(x, y, t) if x is not t else None
    if case.training.data.corruption:  # what is left of the noise of the inputs is none of the targets
        y = outputs(model, case.clean[0], case.loss)
    return _told(found | {"noisy_targets": noisy_targets(y, t)})


def _of_layers(model: Sequential, x: np.ndarray) -> dict[str, Any]:
    """Return the first layer with dead units, and the first with saturated ones, of those before the last."""
    layers, found = list[tuple[str, str, np.ndarray]](), dict[str, Any]()
    for name, layer in model.leaves():
        x, _ = layer.forward(x)
        layers += [(name, layer.activation, x)] if layer.params or layer.activation != "linear" else []
    for name, activation, y in layers[:-1]:
        bends = activation in ("sigmoid", "tanh")
        if each := saturated_units(y, name, activation) if bends else dead_units(y, name):
            found.setdefault("saturation" if bends else "dead_units", each)
    return found


def _of_settings(case: _Case, shown: Set[str], again: Set[str], same: float) -> Iterator[tuple[str, str]]:
    """Yield what would have been better with another setting.

    ``shown`` is found in the trained model, ``again`` in a new one with these settings, which lacks ``same``.
    A code that collapses does so with other rates, too, only later or sooner; and that it did tells of a
    divergence that is too large. A code behind a single number stays on a line, however long the training.
    """
    now, units = case.now, shown & OF_UNITS
    trials = f"{LACKING.format(now)}; new models after {AGAIN} steps {same:.1%}"
    names = [type(each).__name__ for each in case.penalties if not isinstance(each, KullbackLeibler)]
    if names and now > HARM:
        least = min(now, same, case.lack(case.trial(1.0, AGAIN)))
        free = min(case.lack(case.trial(1.0, AGAIN, new, case.loss)) for new in (True, False))
        if free < min(OTHER * least, 1 - LEARNED):
            without = f"after {AGAIN} steps without {' and '.join(names)} {free:.1%}"
            yield "penalty_too_large", f"{LACKING.format(now)}; {without}"
            return
    useless = shown - OF_NOISE or now > HARM
    if useless and not units - again and "posterior_collapse" not in shown:
        for factor in (0.1, 0.01):
            lack = case.lack(case.trial(factor, AGAIN, new=True))
            if lack < OTHER * min(now, same):
                yield "rate_too_large", f"{trials}, with {factor:g} times the rate {lack:.1%}"
                return
    leaves = case.training.model.leaves()
    narrow = {"code_on_a_line"} if any(math.prod(layer.built()[0]) == 1 for _, layer in leaves) else set()
    further = [] if shown - (BEGUN - narrow) else [*_of_further_steps(case, same, "noise_too_large" in shown)]
    yield from further
    if now > HARM and not further and not case.penalties and not shown - {"constant_image"}:
        lack = case.lack(case.trial(1.0, AGAIN, True, "mse"))
        if lack < OTHER * min(now, same):
            yield "wrong_loss", f"{trials}, with the loss mse {lack:.1%}"


def _of_further_steps(case: _Case, begun: float, noise: bool) -> Iterator[tuple[str, str]]:
    """Yield what further steps show: which layers move, and with which rate the model learns more.

    A step learns as much more as the rate is larger, if that is too small. What is learned below the mean
    image counts if a new model, which lacks ``begun``, is better; nothing counts behind much ``noise``.
    """
    models = [case.trial(factor) for factor in (RATES if case.now > LEARNED else RATES[:1])]
    params, trained = case.training.model.params, [model.params for model in models if model]
    moved = {name for name in params if not all(np.array_equal(params[name], new[name]) for new in trained)}
    still = {name.rpartition("/")[0] for name in params} - {name.rpartition("/")[0] for name in moved}
    if still and moved:
        yield "frozen_layer", f"unchanged by {PROBE} further steps: {', '.join(sorted(still))}"
    elif case.now > LEARNED:
        lacks = list(map(case.lack, models))
        same, tenth, *larger = (case.now - lack for lack in lacks)
        learns = same if begun < OTHER * case.now else min(case.now, 1.0) - lacks[0]
        after = ", ".join(f"{lack:.1%} with {rate:g} times the rate" for lack, rate in zip(lacks, RATES))
        evidence = f"{LACKING.format(case.now)}; after {PROBE} further steps {after}"
        if learns > FALLS and not noise:
            yield "too_few_epochs", evidence
        elif larger[1] > 10 * SLOW and min(larger) > max(4 * same, SLOW):
            yield "rate_too_small", evidence
        elif tenth > max(same, 0.0) + 2 * FALLS:
            yield "rate_too_large", evidence


def dead_units(y: np.ndarray, name: str) -> str | None:
    """Find a layer with outputs y (n, units, ...) of whose units most are the same for all examples."""
    flat = y.reshape(len(y), y.shape[1], -1).astype(np.float64)
    alive = (flat.var(axis=0) > findings.DEAD * np.mean(np.square(flat))).any(axis=1)
    text = (
        f"{name}: {1 - np.mean(alive):.0%} of its {y.shape[1]} units are the same for all of {len(y)} images"
    )
    return text if 1 - np.mean(alive) > UNITS else None


def saturated_units(y: np.ndarray, name: str, activation: str) -> str | None:
    """Find a layer of sigmoid or tanh, of whose outputs y (n, ...) most are flat.

    Where the outputs are images, most of them may be background; so their variance may show it as well.
    """
    at = flat(y, activation)
    share, what = np.mean(at), "outputs"
    if y.ndim > 2 and (changes := np.square(y - y.mean(axis=0, dtype=np.float64))).any():
        share, what = max((share, what), (np.vdot(changes, at) / changes.sum(), "outputs' variance"))
    text = f"{name}: {activation} has at {share:.0%} of the {what} less than {FLAT:.0%} of its largest slope"
    return text if share > UNITS else None


def noisy_targets(y: np.ndarray, t: np.ndarray) -> str | None:
    """Find targets t (n, ...), images or signals, with noise: large errors that neighbours do not share.

    Targets are images if neighbours in the outputs y are alike, across and down, and signals if they are
    very much so across.
    """
    errors, side = (t - y).astype(np.float64), math.isqrt(t[0].size)
    if t.ndim == 2:
        errors = errors.reshape(len(t), -1, side if side * side == t.shape[1] else t.shape[1])
    variance, share = np.mean(np.square(errors)), np.var(t - t.mean(axis=0))
    if variance <= NOISY * share:
        return None
    both = errors, (y - y.mean(axis=0, dtype=np.float64)).reshape(errors.shape)
    shared, smooth = (np.mean(a[..., 1:] * a[..., :-1]) / (np.mean(np.square(a)) or 1.0) for a in both)
    rows = both[1] if errors.shape[-2] > 1 else np.zeros((2, 1))
    down = np.mean(rows[..., 1:, :] * rows[..., :-1, :]) / (np.mean(np.square(rows)) or 1.0)
    if shared >= WHITE * smooth or min(smooth, max(2 * down, smooth - SMOOTH)) < SMOOTH:
        return None
    return f"errors of neighbours correlate by {shared:.2f}; {LACKING.format(variance / share)}"


def _of_validation(case: _Case, validation: Batches) -> dict[str, Finding]:
    """Return how training and validation have come apart, and why, where the cause is known."""
    data = case.training.data
    images = [b.x if b.y is None or b.y.shape != b.x.shape else b.y for b in (data, validation)]
    found: dict[str, Any] = {"validation_seen": findings.seen_images(*images)}
    now, others = case.now, case.lack(case.training.model, validation)
    evidence = f"{LACKING.format(now)}, and {others:.1%} in validation"
    if others > WORSE * now:
        differs = findings.other_images(case.x, _sample(validation)[0]) if others > LEARNED else None
        if differs:
            found["validation_differs"] = differs[0], f"{differs[1]}; {evidence}"
        elif others - now > APART and (others > FAR * now or 1 - others < (1 - now) / 2):
            fixed = data.corruption is None and case.x is not case.t and findings.resemble_own(case.x, case.t)
            found["fixed_noise" if fixed else "overfitting"] = evidence
    return _told(found)

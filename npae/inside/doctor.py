"""The diagnosis of a training: what went wrong, by which evidence, and what to change."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

import numpy as np

from npae.measures import findings
from npae.measures.findings import MOST, Finding
from npae.measures.watch import few_enough, findings_of_data, findings_of_outputs, in_shards, outputs, room
from npae.model import Sequential
from npae.objectives.losses import Loss
from npae.objectives.objective import Objective, get_objective
from npae.recipes.run import Run
from npae.training.batches import Batches
from npae.training.evaluation import evaluate
from npae.training.fit import NonFiniteLoss, fit
from npae.training.optimizers import SGD, Adam

HALF_DEAD = 0.5  # the share of a layer's units, above which it is reported,
MOST_DEAD = 0.65  # if it is of relu, of which up to 0.6 die by themselves,
ALL_DEAD = 0.99  # and where a penalty collapses the code
MOST_FLAT = 0.75  # the share of outputs of sigmoid or tanh that are saturated, above which it is reported
FLAT = 0.05  # of the largest slope of sigmoid or tanh: below it a unit is saturated
PROBE = 40  # steps of each further training
RATES = (0.1, 1.0, 10.0, 100.0)  # of these further trainings, times that of the training
FALLS = 0.1  # in the last epoch or in further steps, as a share of all that can be learned: more still falls
SLOW = 1e-3  # a share that a larger rate learns, below which none is too small
APART = 0.08  # validation loss less training loss, as a share of all that can be learned
FAR = 2.0  # squared error of validation over that of training images, where many are learned by heart
WORSE = 1.25  # the same, where both differ
WHITE = 0.15  # correlation of neighbouring errors over that of outputs, below which errors are noise
SMOOTH = 0.3  # correlation of neighbouring outputs, below which these are no images
NOISY = 0.2  # variance of the errors over that of the targets
AGAIN = 200  # steps of a model, new or continued, with which one is compared that learned little
OTHER = 0.7  # of the squared error: what a model reaches with another rate or no penalty, if that was wrong
BETTER = 0.85  # the same, where a model learned nothing
HIDDEN = 0.3  # the correlation of noisy inputs and targets, below which noise may be why nothing is learned
LITTLE = 0.25  # of the targets' variance, which outputs lack: less, and the code tells enough
LEARNED = 0.9  # of the targets' variance, in the outputs: then no penalty is too large, no rate too small
OF_DATA = {"unscaled_inputs", "unscaled_targets", "wrong_loss", "unrelated_targets", "noise_too_large"}
OF_SETTINGS = {"penalty_too_large", "rate_too_large", "rate_too_small", "too_few_epochs", "frozen_layer"}
OF_OUTPUTS = {"constant_image", "worse_than_inputs"}  # which a training that has just begun shows, too
OF_UNITS = {"dead_units", "saturation"}
USELESS = {*OF_UNITS, "dead_code", "code_on_a_line", "posterior_collapse", *OF_OUTPUTS}
NOTHING = "nothing found: no fault of the training shows in its units, codes, outputs, losses and rates"
ADVICE = {  # of what is found here; `npae.measures.findings` has its own
    "dead_units": "many units are dead: they are the same for every image, as those of relu are that are "
    "always 0 and get no gradient; begin again, with a smaller learning rate, biases of 0, or leaky_relu",
    "saturation": "most units are saturated: the activation is flat where they are, so hardly any gradient "
    "passes; begin again with smaller weights, scaled inputs or a smaller learning rate",
    "noisy_targets": "the targets are noisy: what is left of them is noise, which no model can learn; give "
    "the clean images as targets, as in Batches(x, corruption=...) or fit(model, noisy, clean)",
    "noise_too_large": "the noise hides the images, so the model learns little more than their mean; make it "
    "weaker",
    "penalty_too_large": "the penalties outweigh the reconstruction, so the code tells little; take a "
    "smaller factor",
    "rate_too_small": "the learning rate is too small: a larger one learns much faster; try ten times the "
    "rate",
    "rate_too_large": "the learning rate is too large: the loss falls as soon as it is smaller; try a tenth "
    "of it, or let it fall towards the end",
    "too_few_epochs": "the training ended too early: the loss is still falling; train for more epochs",
    "frozen_layer": "a layer does not learn: no step changes its parameters; look at the gradients that its "
    "backward returns (npae gradcheck), and at the layers behind it",
    "fixed_noise": "the model has learned the noise of each training image by heart, since it is the same "
    "in each epoch; draw new noise for every batch, with Batches(x, corruption=...), or take more images",
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
    """A training that has ended, as the doctor examines it: the arguments and the result of `npae.fit`.

    ``history`` has "loss" and, if there is validation, "val_loss" of each epoch. ``optimizer(factor)``
    returns a new optimiser, whose rate is the training's mean one, times factor.
    """

    model: Sequential
    data: Batches
    validation: Batches | None
    loss: str | Loss | Objective
    history: Mapping[str, Sequence[float]]
    optimizer: Callable[[float], Adam | SGD]
    batch_size: int = 32
    threads: int | None = None


def training_of(run: Run) -> Training:
    """Return the training of a trained run."""
    recipe, epochs = run.recipe, len(run.history["loss"])
    rate = recipe.learning_rate
    rates = [rate(epoch, run.epochs) if callable(rate) else rate for epoch in range(1, epochs + 1)]
    mean = sum(rates) / epochs  # the last one of a schedule may be nearly 0
    of_fit = run.history, lambda factor: Adam(mean * factor, epsilon_hat=recipe.keras_adam)
    return Training(run.model, *run.batches(), recipe.loss, *of_fit, run.batch_size, run.threads)


def examine(training: Training, probe: bool = True) -> list[Diagnosis]:
    """Return what is wrong with a training, without what follows from it alone; usually nothing.

    Parameters
    ----------
    training : Training
        Nothing in it is changed.
    probe : bool
        Also continue copies of the model for some steps, with the learning rate times each of `RATES`.
        Without it, rates, frozen layers and large penalties are not examined.
    """
    objective, model, data = get_objective(training.loss), training.model, training.data
    count = min(few_enough(model), len(data))
    (x, t), loss = data.clean(slice(count)), objective.reconstruction
    y = outputs(model, x, loss)
    found = findings_of_data(model, x, t, loss)
    if "constant_data" in found:
        return [Diagnosis("constant_data", *found["constant_data"])]
    found |= _pairs(model, data, count, loss)
    of_outputs = findings_of_outputs(model, x, y, t, loss)
    found |= _layers(model, x, "posterior_collapse" in of_outputs) | of_outputs
    if not found.keys() & {"wrong_loss", "unrelated_targets"} and (evidence := noisy_targets(y, t)):
        found["noisy_targets"] = ADVICE["noisy_targets"], evidence
    error, spread = (np.mean(np.square(each)) for each in (y - t, t - t.mean(axis=0)))
    learned, possible = error < (1 - LEARNED) * spread, room(loss, t)
    suspect = found.keys() & USELESS or (objective.penalties and not learned)
    if probe and suspect and not found.keys() & OF_DATA:
        found |= _advised(_anew(training, found.keys()))
    causes = found.keys() - {*OF_OUTPUTS, "noisy_targets"}
    if not causes and (noise := findings.noisy_outputs(*(_with_noise(model, x, seed) for seed in (0, 1)))):
        found["noise_too_large"] = noise
    elif not causes:
        found |= _advised(_rates(training, possible)) if probe else {}
        if learned:
            found.pop("rate_too_small", None)
        if "rate_too_small" not in found and (evidence := too_few_epochs(training.history, possible)):
            found["too_few_epochs"] = ADVICE["too_few_epochs"], evidence
    if training.validation is not None:
        found |= _apart(training, training.validation, possible)
    return [Diagnosis(name, *found[name]) for name in found if name not in _follow(found.keys())]


def _advised(found: Iterable[tuple[str, str]]) -> dict[str, Finding]:
    return {name: (ADVICE[name], evidence) for name, evidence in found}


def _follow(found: Set[str]) -> set[str]:
    """Return the names of findings that follow from others: those of units, codes, outputs from their causes.

    Where a model has learned its images by heart, dead or saturated units have not kept it from learning.
    """
    if found & {*OF_DATA, *OF_SETTINGS}:
        return {*USELESS, "noisy_targets"}  # for errors tell nothing of the targets yet
    return OF_UNITS if found & {"overfitting", "fixed_noise"} else set()


def dead_units(y: np.ndarray, name: str, most: float) -> str | None:
    """Find a layer with outputs y (n, units, ...) of whose units more than a share are the same for all."""
    flat = y.reshape(len(y), y.shape[1], -1).astype(np.float64)
    alive = (flat.var(axis=0) > findings.DEAD * np.mean(np.square(flat))).any(axis=1)
    share = 1 - np.mean(alive)
    if share <= most:
        return None
    return f"{name}: {share:.0%} of its {y.shape[1]} units are the same for all of {len(y)} images"


def saturated_units(y: np.ndarray, activation: str, name: str) -> str | None:
    """Find a layer of sigmoid or tanh, with outputs y (n, ...), at most of which it has no slope.

    Where the outputs are images, most of them may be background; so their variance may show it as well.
    """
    flat = (4 * y * (1 - y) if activation == "sigmoid" else 1 - np.square(y)) < FLAT
    share, what = np.mean(flat), "outputs"
    if y.ndim > 2 and (changes := np.square(y - y.mean(axis=0, dtype=np.float64))).any():
        share, what = max((share, what), (np.vdot(changes, flat) / changes.sum(), "outputs' variance"))
    if share <= MOST_FLAT:
        return None
    return f"{name}: {activation} has at {share:.0%} of the {what} less than {FLAT:.0%} of its largest slope"


def hidden_by_noise(x: np.ndarray, y: np.ndarray, t: np.ndarray) -> str | None:
    """Find noisy inputs x (n, ...) that hide the targets t: the outputs y are hardly nearer than the mean."""
    inputs, targets = (each - each.mean(axis=0, dtype=np.float64) for each in (x, t))
    related = np.vdot(inputs, targets) / (np.linalg.norm(inputs) * np.linalg.norm(targets) or 1.0)
    error = np.mean(np.square(y - t)) / (np.mean(np.square(targets)) or math.inf)
    if related > HIDDEN or error < LEARNED:
        return None
    return (
        f"noisy and clean images correlate by {related:.2f}; the squared error is {error:.0%} of the mean's"
    )


def noisy_targets(y: np.ndarray, t: np.ndarray) -> str | None:
    """Find targets t (n, ...), images, with noise: large errors that neighbouring pixels do not share.

    Targets are images if neighbours in the outputs y are alike, across and down.
    """
    errors, side = (t - y).astype(np.float64), math.isqrt(t[0].size)
    if t.ndim == 2 and side * side == t.shape[1]:
        errors = errors.reshape(-1, side, side)
    elif t.ndim < 3:
        return None
    variance, share = np.mean(np.square(errors)), float(np.var(t - t.mean(axis=0)))
    if not variance or not share or variance < NOISY * share:
        return None
    both = errors, (y - y.mean(axis=0, dtype=np.float64)).reshape(errors.shape)
    shared, smooth = (np.mean(a[..., 1:] * a[..., :-1]) / (np.mean(np.square(a)) or 1.0) for a in both)
    down = np.mean(both[1][..., 1:, :] * both[1][..., :-1, :]) / (np.mean(np.square(both[1])) or 1.0)
    if shared >= WHITE * smooth or min(smooth, 2 * down) < SMOOTH:
        return None
    relative = f"they have {variance / share:.0%} of the targets' variance"
    return f"errors of neighbouring pixels correlate by {shared:.2f}, and {relative}"


def too_few_epochs(history: Mapping[str, Sequence[float]], possible: float) -> str | None:
    """Find a loss that was still falling, by a share of what is ``possible``, when the training ended."""
    losses = history.get("val_loss") or history["loss"]
    if len(losses) < 2 or losses[-2] - losses[-1] < FALLS * possible:
        return None
    fall = (losses[-2] - losses[-1]) / possible
    return f"it fell by {fall:.0%} of all it can in the last of {len(losses)} epochs"


def _pairs(model: Sequential, data: Batches, count: int, loss: Loss) -> dict[str, Finding]:
    """Return what is wrong with inputs that are not their own targets, or with their outputs, by name."""
    if data.corruption is None and data.y is None:
        return {}
    indices, rng = np.arange(count), np.random.default_rng(0)
    noisy, t = data.batch(indices, rng)
    if data.corruption and not data.sample and (each := findings.no_noise(noisy, data.clean(indices)[0])):
        return {"no_noise": each}
    kind, y = (
        "unrelated_targets" if data.corruption is None else "noise_too_large",
        outputs(model, noisy, loss),
    )
    found = {kind: findings.unrelated(noisy, t), "constant_image": findings.only_the_mean_image(y, t)}
    found["worse_than_inputs"] = findings.worse_than_inputs(noisy, y, t)
    if data.corruption and not found[kind] and (evidence := hidden_by_noise(noisy, y, t)):
        found[kind] = ADVICE[kind], evidence
    return {name: each for name, each in found.items() if each}


def _with_noise(model: Sequential, x: np.ndarray, seed: int) -> np.ndarray:
    return in_shards(model, lambda shard: model.forward(shard, np.random.default_rng(seed))[0], x)


def _layers(model: Sequential, x: np.ndarray, collapsed: bool) -> dict[str, Finding]:
    """Return the first layer with dead units, and the first with saturated ones, of those before the last."""
    leaves, found = list(model.leaves()), dict[str, str]()
    bends = [bool(layer.params) or layer.activation != "linear" for _, layer in leaves]
    for bent, (name, layer) in zip(bends[: max(np.flatnonzero(bends), default=0)], leaves):
        x, _ = layer.forward(x)
        kind, each = "dead_units", None
        if layer.activation in ("sigmoid", "tanh"):
            kind, each = "saturation", saturated_units(x, layer.activation, name)
        elif bent:
            of_relu = ALL_DEAD if collapsed else MOST_DEAD
            each = dead_units(x, name, of_relu if layer.activation == "relu" else HALF_DEAD)
        if each:
            found.setdefault(kind, each)
    return _advised(found.items())


def _rates(training: Training, possible: float) -> Iterator[tuple[str, str]]:
    """Yield what further steps with other learning rates show, as shares of what can be learned."""
    training = training._replace(data=training.data.first(PROBE * training.batch_size))
    steps = PROBE + -PROBE % -(-len(training.data) // training.batch_size)  # of whole epochs
    models = {factor: _further(training, factor) for factor in RATES}
    trained = [model.params for model in models.values() if model]
    layers = [(name, layer.params) for name, layer in training.model.leaves() if layer.params]
    still = [
        name
        for name, params in layers
        if all(
            np.array_equal(value, new[f"{name}/{key}"]) for new in trained for key, value in params.items()
        )
    ]
    if still and len(still) < len(layers):
        yield "frozen_layer", f"unchanged by {steps} further steps: {', '.join(still)}"
        return
    now, *after = (_loss(training, model, training.data) for model in (training.model, *models.values()))
    falls = {factor: (now - loss) / possible for factor, loss in zip(RATES, after)}
    rates = ", ".join(f"{loss:.4g} with {factor:g} times the rate" for factor, loss in zip(RATES, after))
    evidence = f"a loss of {now:.4g} becomes in {steps} further steps {rates}"
    slow = falls[100.0] > SLOW and falls[1.0] < 0.5 * FALLS
    if slow and min(falls[10.0], falls[100.0]) > 4 * max(falls[1.0], 0.0):
        yield "rate_too_small", evidence
    elif falls[0.1] > 0 and falls[0.1] - falls[1.0] > FALLS:
        yield "rate_too_large", evidence
    elif falls[1.0] > 0.5 * FALLS:
        yield "too_few_epochs", evidence


def _further(
    training: Training, factor: float = 1.0, steps: int = PROBE, new: bool = False
) -> Sequential | None:
    """Train a copy of the model, or a new one, for some steps or more, in whole epochs.

    Return None if its loss becomes infinite.
    """
    model, rng, size = copy.deepcopy(training.model), np.random.default_rng(0), training.batch_size
    for _, layer in model.leaves() if new else ():
        layer.build(layer.built()[0], rng, model.dtype or np.float32)
    data, loss, threads = training.data.first(steps * size), training.loss, training.threads
    epochs, optimizer = -(-steps // -(-len(data) // size)), training.optimizer(factor)
    try:
        fit(model, data, loss=loss, optimizer=optimizer, epochs=epochs, batch_size=size, threads=threads)
    except NonFiniteLoss:
        return None
    return model


def _anew(training: Training, found: Set[str]) -> Iterator[tuple[str, str]]:
    """Yield that the penalties or the rate are wrong, if models are better with other ones only.

    Where the code collapsed, a new model without the divergence is better in any case, and a smaller rate
    only delays it. Dead and saturated units learn slowly with any rate, which is their cause only if a new
    model gets them, too.
    """

    def error(training: Training, factor: float = 1.0, new: bool = True) -> float:
        return _error(training, _further(training, factor, AGAIN, new), training.data)

    objective, data = get_objective(training.loss), training.data
    collapsed, x, t = "posterior_collapse" in found, *_spread(data)
    new = _further(training, 1.0, AGAIN, True)
    now, same = _error(training, training.model, data), _error(training, new, data)
    evidence = f"squared error {now:.4g}; of a new model after {AGAIN} steps {same:.4g}"
    spread, useless = np.mean(np.square(t - t.mean(axis=0))), bool(found & USELESS)
    learns = LEARNED * spread
    if objective.penalties and not collapsed and now > LITTLE * spread:
        least, alone = min(now, same, error(training, new=False)), Objective(objective.reconstruction)
        without = min(error(training._replace(loss=alone), new=each) for each in (True, False))
        if without < min((BETTER if useless else OTHER) * least, learns):
            names = " and ".join(type(penalty).__name__ for penalty in objective.penalties)
            yield "penalty_too_large", f"{evidence}, without {names} {without:.4g}"
            return
    of_weights = found & OF_UNITS and new and not _layers(new, x, False)
    rates = [] if collapsed or of_weights or not (useless or now > learns) else [0.1, 0.01]
    if same > BETTER * now and useless and not found & OF_UNITS:  # else the rate was not the cause
        rates += [10.0, 100.0]
    other, factor = min(((error(training, factor), factor) for factor in rates), default=(math.inf, 1.0))
    if other < OTHER * min(now, same):
        name = "rate_too_large" if factor < 1 else "rate_too_small"
        yield name, f"{evidence}, with {factor:g} times the rate {other:.4g}"


def _apart(training: Training, validation: Batches, possible: float) -> dict[str, Finding]:
    """Return how training and validation have come apart, and why, where the cause is known."""
    model, data, found = training.model, training.data, dict[str, Finding]()
    images = [
        each.x if each.y is None or each.y.shape != each.x.shape else each.y for each in (data, validation)
    ]
    if seen := findings.seen_images(*images):  # targets, if these are images: inputs may be noisy
        found["validation_seen"] = seen
    errors = [_error(training, model, each) for each in (data, validation)]
    if errors[1] <= WORSE * errors[0]:
        return found
    sets = data.first(max(len(validation), MOST)), validation
    losses = [_loss(training, model, each) for each in sets]
    evidence = f"validation loss {losses[1]:.4g}; loss of training images {losses[0]:.4g}"
    if other := findings.other_images(*(_spread(each)[0] for each in (data, validation))):
        found["validation_differs"] = other[0], f"{other[1]}; {evidence}"
    elif errors[1] > FAR * errors[0] and losses[1] - losses[0] > APART * possible:
        fixed = data.corruption is None and not np.array_equal(data.x[:100], images[0][:100])
        found |= _advised([("fixed_noise" if fixed else "overfitting", evidence)])
    return found


def _spread(data: Batches) -> tuple[np.ndarray, np.ndarray]:
    """Return `MOST` inputs, evenly over a data set, with its corruption, and their targets."""
    indices = np.linspace(0, len(data) - 1, min(MOST, len(data))).astype(np.intp)
    return data.batch(indices, np.random.default_rng(0))


def _error(training: Training, model: Sequential | None, data: Batches) -> float:
    """Return the mean squared error, which is 0 for perfect outputs, unlike a cross-entropy."""
    x, t = _spread(data)
    loss = get_objective(training.loss).reconstruction
    return float(np.mean(np.square(outputs(model, x, loss) - t))) if model else math.inf


def _loss(training: Training, model: Sequential | None, data: Batches) -> float:
    return evaluate(model, data, loss=training.loss, threads=training.threads) if model else math.inf

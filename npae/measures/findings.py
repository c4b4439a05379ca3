"""Findings: what is wrong with the data, the outputs or the codes of a model, each with its evidence.

Each function takes arrays and returns (sentence, evidence), or None where nothing is found. The sentence says
what to do.
"""

from __future__ import annotations

import math

import numpy as np

from npae.measures.probes import nearest

Finding = tuple[str, str]  # sentence, evidence

UNITS = 4096  # of a code or an image: so many show what all would
FEWEST, MOST = 30, 500  # codes: fewer are no evidence, and more do not change the variance
LINE = 0.99  # the share of the variance in one direction
UNREACHED = 1e-3  # of the targets' variance, which no output can have: less does no harm
DEAD = 1e-10  # the variance of a unit, relative to the mean square of the code
LEAST_BITS = 1.0  # of information on the image in the code of a variational autoencoder
LARGE = 3  # the root mean square of inputs; those with mean 0 and variance 1 have 1, pixels from 0 to 1 less
SMALL = 0.01  # that of pixels which were divided by 255 twice is below 0.004
COLUMNS = 20  # of so many or more inputs, one that has half of all squares is of another scale
NOISELESS = 5e-4  # the mean square of noise, relative to that of the inputs; less is not seen
RELATED = 0.05  # the correlation of inputs and targets
HIDDEN, MOST_HIDDEN = 0.3, 0.9  # the correlation of noisy inputs and targets; what outputs lack of these
OWN = 0.8  # the share of other targets that an input with noise is less like than its own
NEAR = 0.95  # the distance of the targets of neighbours, relative to that of any two
ALIKE = 0.9  # the share of images whose nearest neighbour is of the same set, in one of two sets that differ
BOTH = 0.75  # that in both sets
OUTSIDE = 10  # the squared distance of validation images to the mean training image, relative to these
MOVED = 12  # the squared distance of the two mean images, relative to what chance explains
COPIES = 0.2  # the share of validation images among the training images
REPEATED = 0.3  # the correlation of outputs with two draws of a model's noise
FEW = 0.01  # the share of outputs that rounding alone may set to 0 or 1
POOR = 0.1  # the squared error of outputs, relative to the mean image's: a model with less is of some use
EQUAL = 0.02  # the difference between errors, as a share of one, below which they are equal


def constant_data(x: np.ndarray) -> Finding | None:
    """Find examples (n, ...) that are all the same."""
    flat = _flat(x)
    if len(flat) < 2 or flat.var(axis=0).max() > DEAD * np.square(flat).mean():
        return None
    sentence = "all examples are the same, so there is nothing to learn; look at how the images are read"
    return sentence, f"{len(flat)} examples, all with numbers from {x.min():.4g} to {x.max():.4g}"


def unscaled_inputs(x: np.ndarray, what: str = "inputs") -> Finding | None:
    """Find inputs or targets (n, ...), all or one of them, so large or so small that training fails."""
    squares = np.square(_flat(x)).mean(axis=0)
    size, largest, share = math.sqrt(squares.mean()), squares.max() / (squares.sum() or 1.0), ""
    if size > LARGE:
        advice = f"the {what} are not scaled; divide pixels by 255, or pass them as uint8, which npae scales"
    elif 0 < size < SMALL:
        advice = f"the {what} are nearly 0; divide pixels by 255 once, and not twice, or pass them as uint8"
    elif squares.size >= COLUMNS and largest > 0.5:
        advice = f"one of the {what} is far larger than all others, so the loss is nearly its own; scale it"
        share = f", of which one of {squares.size} has {largest:.0%}"
    else:
        return None
    ends = f"from {x.min():.4g} to {x.max():.4g}"
    return advice, f"they reach {ends}, with a root mean square of {size:.3g}{share}"


def not_classes(t: np.ndarray) -> Finding | None:
    """Find targets t (n, classes) that are no probabilities of classes."""
    sums = t.reshape(len(t), -1).sum(axis=1, dtype=np.float64)
    if t.ndim == 2 and t.min() >= 0 and np.abs(sums - 1).max() < 0.01:
        return None
    sentence = (
        "softmax_crossentropy expects targets (n, classes) whose rows are probabilities that sum to 1, as "
        "npae.one_hot returns them; for images, use mse or binary_crossentropy"
    )
    return sentence, f"the targets of an example sum to {sums.min():.3g} to {sums.max():.3g}, not to 1"


def no_noise(noisy: np.ndarray, clean: np.ndarray) -> Finding | None:
    """Find a corruption that leaves inputs (n, ...), or most of them, as they were."""
    noise = np.median(np.square(_flat(noisy) - _flat(clean)).mean(axis=1))
    if noise > NOISELESS * np.square(clean).mean():
        return None
    sentence = "the corruption changes hardly anything, so the model removes no noise; make it stronger"
    return sentence, f"the largest change of an input is {np.abs(noisy - clean).max():.2g}"


def worse_than_inputs(x: np.ndarray, y: np.ndarray, t: np.ndarray) -> Finding | None:
    """Find outputs y (n, ...) far from the targets t, and farther than the inputs x."""
    if x.shape != t.shape or len(t) < FEWEST:
        return None
    inputs, outputs, targets = map(_flat, (x, y, t))
    before, after = (np.mean((each - targets) ** 2) for each in (inputs, outputs))
    if after <= max(before, POOR * np.mean((targets - targets.mean(axis=0)) ** 2)):
        return None
    sentence = (
        "the outputs are farther from the clean images than the noisy inputs are, so the model is of no use; "
        "train longer, or try another learning_rate or a larger code"
    )
    return sentence, f"mean squared error of the inputs {before:.3g}, of the outputs {after:.3g}"


def unrelated(x: np.ndarray, t: np.ndarray) -> Finding | None:
    """Find inputs x (n, ...) that tell nothing about their targets t (n, ...).

    Neither do inputs and targets of one shape correlate, nor do neighbours among the inputs have targets that
    are nearer to each other than any two.
    """
    inputs, targets = _flat(x), _flat(t)
    a, b = inputs - inputs.mean(axis=0), targets - targets.mean(axis=0)
    size = math.sqrt(np.vdot(a, a) * np.vdot(b, b))
    related = abs(np.vdot(a, b)) / (size or 1.0) if a.shape == b.shape else 0.0
    if len(a) < FEWEST or not b.any() or related > RELATED:
        return None
    near = b - (b[nearest(inputs, inputs, 2)[:, 1]] if a.any() else np.roll(b, 1, axis=0))
    ratio = np.vdot(near, near) / (2 * np.vdot(b, b))
    if ratio < NEAR:
        return None
    sentence = (
        "the inputs tell nothing about their targets, so the best output is the mean of all targets; look "
        "whether they were shuffled apart, and whether noise hides the images"
    )
    evidence = f"targets of neighbouring inputs are {ratio:.0%} as far apart as any two"
    return sentence, f"{evidence}; inputs and targets correlate by {related:.2f}"


def resemble_own(x: np.ndarray, t: np.ndarray) -> bool:
    """Return whether inputs x (n, ...), as noisy images, are more like their own than like most targets t."""
    if x.shape != t.shape:
        return False
    a, b = (_flat(each) - _flat(each).mean(axis=0) for each in (x, t))
    alike = a @ (b / np.maximum(np.linalg.norm(b, axis=1, keepdims=True), np.finfo(float).tiny)).T
    return bool(np.mean(alike < np.diag(alike)[:, None]) > OWN)


def hidden_by_noise(x: np.ndarray, t: np.ndarray, lack: float) -> Finding | None:
    """Find noisy inputs x (n, ...) that hide the targets t: outputs ``lack`` most of their variance."""
    inputs, targets = (each - each.mean(axis=0, dtype=np.float64) for each in (x, t))
    related = np.vdot(inputs, targets) / (np.linalg.norm(inputs) * np.linalg.norm(targets) or 1.0)
    if related > HIDDEN or lack < MOST_HIDDEN:
        return None
    sentence = "the noise hides the images: the model learns little but their mean; make it weaker"
    evidence = f"noisy and clean images correlate by {related:.2f}; the outputs lack {lack:.0%} of these"
    return sentence, evidence


def noisy_outputs(y: np.ndarray, again: np.ndarray) -> Finding | None:
    """Find outputs y (n, ...) that a second draw of the model's own noise changes to quite different ones."""
    a, b = (_flat(each) - _flat(each).mean(axis=0) for each in (y, again))
    apart, size = np.vdot(a - b, a - b), np.vdot(a, a) + np.vdot(b, b)
    if len(a) < FEWEST or apart <= (1 - REPEATED) * size:  # both are 0 of outputs that do not vary
        return None
    sentence = "the noise of the model's own layers hides the images; take a smaller rate or stddev"
    return sentence, f"outputs with two draws of the noise correlate by {1 - apart / size:.2f}"


def other_images(x: np.ndarray, validation: np.ndarray) -> Finding | None:
    """Find inputs of validation (m, ...) that are of another kind than those of training (n, ...).

    Of two samples of the same kind, about half of the nearest neighbours are of the same sample, both are as
    far from their mean, and their means are as near to each other as those of random halves.

    Source: Henze, *A multivariate two-sample test based on the number of nearest neighbor type coincidences*
    (1988).
    """
    sets = [np.unique(_flat(each), axis=0) for each in (x, validation)]
    n = min(map(len, sets))
    if n < FEWEST:
        return None
    both = np.concatenate([each[np.linspace(0, len(each) - 1, n).astype(np.intp)] for each in sets])
    of_first = nearest(both, both, 2)[:, 1] < n
    lower, share = sorted((of_first[:n].mean(), 1 - of_first[n:].mean()))
    means = [each.mean(axis=0) for each in sets]
    by_chance = sum(each.var(axis=0).mean() / len(each) for each in sets)
    near, far = (np.mean(np.square(each - means[0])) for each in sets)
    moved = np.mean(np.square(means[0] - means[1])) / (by_chance or 1.0)
    if share < ALIKE and lower < BOTH and far < OUTSIDE * near and moved < MOVED:
        return None
    sentence = (
        "the validation images are of another kind than the training images; read, scale and corrupt both in "
        "the same way, and draw both from the same images"
    )
    evidence = f"the nearest neighbour of {share:.0%} of the images is of the same set, not of both alike"
    evidence += f"; squared distance to the mean training image {near:.3g} and {far:.3g}"
    return sentence, f"{evidence}; that of both mean images is {moved:.3g} times as large as by chance"


def seen_images(x: np.ndarray, validation: np.ndarray) -> Finding | None:
    """Find validation images (m, ...) that are among the training images (n, ...).

    Chance repeats images that have few parts, as are words or answers; it repeats halves of them more often.
    """
    known = {hash(row.tobytes()) for row in x} if x.dtype == validation.dtype else set()
    share = np.mean([hash(row.tobytes()) in known for row in validation])
    upper, left = x.reshape(len(x), -1)[:, : x[0].size // 2], x[..., : x.shape[-1] // 2]
    fewest = min(len({hash(row.tobytes()) for row in halves}) for halves in (upper, left))
    if share < COPIES or fewest < (1 - COPIES) * len(known):
        return None
    sentence = "validation images are training images too, so their loss says nothing of new ones; split them"
    return sentence, f"{share:.0%} of {len(validation)} validation images are among the training images"


def targets_out_of_reach(t: np.ndarray, lowest: float, highest: float) -> Finding | None:
    """Find targets (n, ...) that no output can equal, since outputs are from ``lowest`` to ``highest``.

    They count where the outputs nearest to all of them would leave more than `UNREACHED` of their variance.
    """
    share = np.mean((t < lowest) | (t > highest))
    left = np.mean(np.square(t - np.clip(t, lowest, highest), dtype=np.float64))
    if not left > UNREACHED * np.var(t, dtype=np.float64):
        return None
    sentence = (
        f"some targets cannot be reached: the last activation gives outputs from {lowest:g} to {highest:g}; "
        "scale the targets, or choose another activation"
    )
    return sentence, f"{share:.1%} of the targets, which reach from {t.min():.4g} to {t.max():.4g}"


def not_probabilities(y: np.ndarray) -> Finding | None:
    """Find outputs (n, ...) that are not between 0 and 1, and whose loss is a binary cross-entropy."""
    share = np.mean((y <= 0) | (y >= 1))
    if share < FEW:
        return None
    sentence = (
        "binary cross-entropy takes probabilities; it clips other outputs, which then have no gradient; "
        'end the model in activation="sigmoid", or use BinaryCrossentropy(from_logits=True)'
    )
    return sentence, f"{share:.1%} of the outputs are not between 0 and 1"


def only_the_mean_image(y: np.ndarray, t: np.ndarray) -> Finding | None:
    """Find outputs y (n, ...) that hardly vary, or are no nearer to the targets t than the mean of these."""
    if len(t) < FEWEST:
        return None
    outputs, targets = _flat(y), _flat(t)
    error, spread = np.mean((outputs - targets) ** 2), np.mean((targets - targets.mean(axis=0)) ** 2)
    varies = outputs.var(axis=0).mean() / (spread or 1.0)
    if not spread or not (abs(error / spread - 1) < EQUAL or varies < EQUAL):
        return None
    sentence = (
        "the model is no better than the mean image, or than another one that does not depend on its input; "
        "train longer, or try another learning_rate or activation"
    )
    evidence = f"its squared error is {error / spread:.1%} of the mean image's"
    return sentence, f"{evidence}, and its outputs vary {varies:.1%} as much as the targets"


def dead_code(codes: np.ndarray) -> Finding | None:
    """Find codes (n, ...) in which no unit depends on the image."""
    flat = _flat(codes)
    if len(flat) < FEWEST:
        return None
    variance = flat.var(axis=0).max()
    if variance > DEAD * np.square(flat).mean():
        return None
    sentence = "the code is the same for all images: its units are dead; train longer, or from another --seed"
    return sentence, f"largest variance of a unit {variance:.1g}"


def posterior_collapse(means: np.ndarray, log_variances: np.ndarray) -> Finding | None:
    """Find codes of a variational autoencoder, both (n, units), that hardly depend on the image.

    A unit whose mean varies by s over the images, and whose own variance is v, tells log2(1 + s / v) / 2 bits
    about the image, if both are normal.
    """
    if len(means) < FEWEST:
        return None
    variances, own = _flat(means).var(axis=0), np.exp(_flat(log_variances)).mean(axis=0)
    bits = 0.5 * np.log2(1 + variances / own).sum()
    if bits > LEAST_BITS:
        return None
    sentence = (
        "the code hardly depends on the image, since the Kullback-Leibler penalty outweighs the "
        'reconstruction (posterior collapse); lower its beta, take a loss per="image", or train longer'
    )
    evidence = f"the code has {bits:.2f} bits about the image"
    return sentence, f"{evidence}; largest variance of a mean {variances.max():.2g}"


def code_on_a_line(codes: np.ndarray) -> Finding | None:
    """Find codes (n, ...) of two or more units that nearly lie on a line."""
    flat = _flat(codes)
    if len(flat) < FEWEST or flat.shape[1] < 2:
        return None
    centred = flat - flat.mean(axis=0)
    variances = np.linalg.eigvalsh(centred.T @ centred if flat.shape[1] < len(flat) else centred @ centred.T)
    total = variances.sum()
    if not total or variances[-1] < LINE * total:
        return None
    sentence = "all codes lie on a line, so most of the code is unused; train longer, or from another --seed"
    return sentence, f"{variances[-1] / total:.2%} of their variance in one direction"


def _flat(array: np.ndarray) -> np.ndarray:
    """Return the first examples (n, units) as float64, with at most `UNITS` evenly spaced units of each."""
    flat = array[:MOST].reshape(len(array[:MOST]), -1)
    if flat.shape[1] > UNITS:
        flat = flat[:, np.linspace(0, flat.shape[1] - 1, UNITS).astype(np.intp)]
    return flat.astype(np.float64)

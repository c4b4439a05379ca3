"""Losses: how far a reconstruction is from its target, and the gradient that backpropagation starts from."""

from __future__ import annotations

import inspect
import math
from typing import Any

import numpy as np

from npae.arguments import array, brief, choice, fits_memory, flag, integer, positive_number, real_numbers
from npae.kernels import losses
from npae.layers.layer import Layer


class Loss:
    """A mean over the elements or the images of a batch, with its gradient.

    Use: ``value, dy = loss(y, t)``, where y, t and dy have the same shape and dtype.

    Parameters
    ----------
    per : {"element", "image"}
        "element": the mean over all elements of the batch, as in Keras. "image": the sum over the elements of
        an image, and the mean over images. Value and gradient are then larger by the number of elements of an
        image. Such a value is a negative log-likelihood in nats, to which a Kullback-Leibler divergence can
        be added.

    Attributes
    ----------
    name, unit : str
        Keras's name, and the unit of the value, for tables and axes.
    link : str
        The activation that the loss can compute together with itself, from logits, or "linear": see `fuse`.
    """

    name = ""
    measure = ""
    link = "linear"
    per = "element"

    def __init__(self, per: str = "element"):
        self.per = choice(per, "per", ("element", "image"))

    @property
    def unit(self) -> str:
        """The unit of the value, per pixel or per image."""
        return f"{self.measure} per {'image' if self.per == 'image' else 'pixel'}"

    def __call__(self, y: np.ndarray, t: np.ndarray, count: int | None = None) -> tuple[float, np.ndarray]:
        """Return the loss and dL/dy.

        Parameters
        ----------
        y, t : ndarray
            Output of the model and target, of one shape.
        count : int, optional
            The number of elements of the whole batch, of which y may be a shard: the values and gradients of
            the shards add up to those of the batch. Default: ``y.size``.

        Raises
        ------
        ValueError
            If the shapes differ, or there are no elements.
        """
        y, t = array(y, "y"), array(t, "t")
        if y.shape != t.shape or not (y.ndim and y.size):
            raise ValueError(
                f"the model gives outputs y of shape {y.shape}, but the targets t have shape {t.shape}; "
                "expected one shape (n, ...)"
            )
        divisor = self.divisor(y.shape, None if count is None else integer(count, "count", y.size))
        return self.value_and_gradient(y, t.astype(y.dtype, copy=False), divisor)

    def divisor(self, shape: tuple[int, ...], count: int | None = None) -> int:
        """Return the number of elements, or of images, in the whole batch: the divisor of the mean.

        The outputs have the ``shape`` (n, ...), and the whole batch has ``count`` elements.
        """
        count = count or math.prod(shape)
        return count if self.per == "element" else count // math.prod(shape[1:])

    def value_and_gradient(self, y: np.ndarray, t: np.ndarray, count: int) -> tuple[float, np.ndarray]:
        """Return the sum of the elements' losses divided by ``count``, the `divisor`, and its gradient."""
        raise NotImplementedError

    def elements(self, y: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Return the loss of every element, in the shape of y, for numerical gradients."""
        raise NotImplementedError

    def linked(self) -> Loss:
        """Return the loss for logits: the values before the activation `link`."""
        return self

    def check_targets(self, lowest: float, highest: float) -> None:
        """Raise ValueError if the loss does not accept targets in this range."""
        if not np.isfinite([lowest, highest]).all():
            raise ValueError("the targets hold NaN or infinite values; remove or replace them first")

    def __repr__(self) -> str:
        return written_out(self)


class MeanSquaredError(Loss):
    """``L = mean((y - t)**2)``, so ``dL/dy = 2 (y - t) / count``."""

    name = "mse"
    measure = "squared error"

    def value_and_gradient(self, y: np.ndarray, t: np.ndarray, count: int) -> tuple[float, np.ndarray]:
        return losses.mean_squared_error(y, t, count)

    def elements(self, y: np.ndarray, t: np.ndarray) -> np.ndarray:
        return (y - t) ** 2


class MeanAbsoluteError(Loss):
    """``L = mean(|y - t|)``, so ``dL/dy = sign(y - t) / count``, and 0 where y equals t."""

    name = "mae"
    measure = "absolute error"

    def value_and_gradient(self, y: np.ndarray, t: np.ndarray, count: int) -> tuple[float, np.ndarray]:
        return losses.mean_absolute_error(y, t, count)

    def elements(self, y: np.ndarray, t: np.ndarray) -> np.ndarray:
        return np.abs(y - t)


class Huber(Loss):
    """The mean of ``d**2 / 2`` for a difference ``d = y - t`` up to ``delta``, of a straight line beyond.

    Parameters
    ----------
    delta : float
        Where the line begins, ``delta * (|d| - delta / 2)``; it continues value and slope of the parabola.
    per : {"element", "image"}
        See `Loss`.

    Notes
    -----
    ``dL/dy`` is d, clipped to [-delta, delta], divided by ``count``: a pixel that is far off counts no more
    than one that is delta off. PyTorch's ``SmoothL1Loss(beta)`` is this loss divided by ``delta = beta``.

    Source: Huber, *Robust estimation of a location parameter*, 1964.
    """

    name = "huber"
    measure = "Huber loss"

    def __init__(self, delta: float = 1.0, per: str = "element"):
        super().__init__(per)
        self.delta = positive_number(delta, "delta")

    def value_and_gradient(self, y: np.ndarray, t: np.ndarray, count: int) -> tuple[float, np.ndarray]:
        return losses.huber(y, t, count, self.delta)

    def elements(self, y: np.ndarray, t: np.ndarray) -> np.ndarray:
        clipped = np.clip(y - t, -self.delta, self.delta)
        return clipped * (y - t - clipped / 2)


class BinaryCrossentropy(Loss):
    """``L = mean(-t log p - (1 - t) log(1 - p))`` in nats per pixel, for targets from 0 to 1.

    Parameters
    ----------
    from_logits : bool
        False: y is the probability p. True: y is the logit z, with ``p = sigmoid(z)``.
    per : {"element", "image"}
        See `Loss`. Per image, this is the negative log-likelihood of a Bernoulli decoder.

    Notes
    -----
    From probabilities, ``dL/dp = (p - t) / (p (1 - p)) / count``. p is clipped to [1e-7, 1 - 1e-7], as in
    Keras, so that log(0) cannot occur. Outside this range the gradient is 0. From logits, insert
    ``log sigmoid(z) = -log(1 + exp(-z))``::

        L = mean(max(z, 0) - z t + log(1 + exp(-|z|)))        dL/dz = (sigmoid(z) - t) / count

    This is exact for z of any size: exp cannot overflow. A sigmoid and the first form would multiply two
    derivatives, ``p (1 - p)`` and ``(p - t) / (p (1 - p))``. They cancel, but not in floating point where p
    is rounded to 0 or 1. So training uses the second form for every model that ends in a sigmoid (`fuse`).
    """

    name = "binary_crossentropy"
    measure = "nats"
    link = "sigmoid"

    def __init__(self, from_logits: bool = False, per: str = "element"):
        super().__init__(per)
        self.from_logits = flag(from_logits, "from_logits")
        if from_logits:
            self.link = "linear"  # outputs count as logits: even those of a sigmoid, which the model keeps

    def value_and_gradient(self, y: np.ndarray, t: np.ndarray, count: int) -> tuple[float, np.ndarray]:
        if self.from_logits:
            return losses.binary_crossentropy_from_logits(y, t, count)
        return losses.binary_crossentropy(y, t, count)

    def elements(self, y: np.ndarray, t: np.ndarray) -> np.ndarray:
        if self.from_logits:
            return np.maximum(y, 0) - y * t + np.log1p(np.exp(-np.abs(y)))
        p = np.clip(y, 1e-7, 1 - 1e-7)
        return -t * np.log(p) - (1 - t) * np.log1p(-p)

    def linked(self) -> Loss:
        return BinaryCrossentropy(from_logits=True, per=self.per)

    def check_targets(self, lowest: float, highest: float) -> None:
        super().check_targets(lowest, highest)
        if lowest < 0 or highest > 1:
            raise ValueError(
                f"binary cross-entropy needs targets from 0 to 1, but these reach from {lowest:g} to "
                f"{highest:g}; scale them (pixels: divide by 255) or use the mean squared error"
            )


class GaussianNegativeLogLikelihood(Loss):
    """``-log N(t; y, stddev**2)`` in nats: a decoder whose output y is the mean of a normal distribution.

    Parameters
    ----------
    stddev : float
        The standard deviation, known and the same for all pixels.
    per : {"element", "image"}
        See `Loss`.

    Notes
    -----
    The loss of an element is ``(y - t)**2 / (2 stddev**2) + log(stddev) + log(2 pi) / 2``, so its gradient is
    ``(y - t) / stddev**2``. This is the squared error on another scale, plus the constants of the density.
    The constants are needed to compare values for two stddev. A density may be above 1, and the value below
    0.

    Source: Kingma & Welling 2013, appendix C.2, with a fixed variance.
    """

    name = "gaussian_negative_log_likelihood"
    measure = "nats"

    def __init__(self, stddev: float, per: str = "element"):
        super().__init__(per)
        self.stddev = positive_number(stddev, "stddev")

    def value_and_gradient(self, y: np.ndarray, t: np.ndarray, count: int) -> tuple[float, np.ndarray]:
        squares, dy = losses.mean_squared_error(y, t, count)
        dy *= y.dtype.type(0.5 / self.stddev**2)
        return 0.5 * squares / self.stddev**2 + self._constant() * y.size / count, dy

    def elements(self, y: np.ndarray, t: np.ndarray) -> np.ndarray:
        return 0.5 * ((y - t) / self.stddev) ** 2 + self._constant()

    def _constant(self) -> float:
        return math.log(self.stddev) + 0.5 * math.log(2 * math.pi)


class SoftmaxCrossentropy(Loss):
    """``L = -mean over examples of sum_k t_k log softmax(z)_k``, in nats: the loss of a classifier.

    The outputs are logits z (n, classes), from a last layer without activation. The targets are one-hot rows
    or other probabilities.

    Notes
    -----
    With m the largest logit of a row, ``log softmax(z)_k = (z_k - m) - log(sum_j exp(z_j - m))``. No exponent
    is above 0 and the sum is at least 1, so exp cannot overflow and log(0) cannot occur. The derivative is
    ``softmax(z)_k sum_j t_j - t_k``, where the sum of the targets is 1.
    """

    name = "softmax_crossentropy"
    measure = "nats"

    def __init__(self) -> None:
        super().__init__("image")

    def value_and_gradient(self, y: np.ndarray, t: np.ndarray, count: int) -> tuple[float, np.ndarray]:
        logarithms = _log_softmax(y)
        value = -float(np.sum(t * logarithms, dtype=np.float64)) / count
        dy = np.exp(logarithms) * t.sum(axis=1, keepdims=True) - t
        return value, dy / y.dtype.type(count)

    def elements(self, y: np.ndarray, t: np.ndarray) -> np.ndarray:
        return -t * _log_softmax(y)

    def check_targets(self, lowest: float, highest: float) -> None:
        super().check_targets(lowest, highest)
        if lowest < 0 or highest > 1:
            raise ValueError(
                "softmax cross-entropy needs targets that are probabilities of classes, but these reach from "
                f"{lowest:g} to {highest:g}; make one-hot rows of the labels with npae.one_hot"
            )


def one_hot(labels: np.ndarray, classes: int = 10) -> np.ndarray:
    """Return float32 rows (n, classes) with a 1 at each of the labels (n,), integers below ``classes``.

    Raises
    ------
    ValueError
        If a label is not an integer from 0 to ``classes - 1``.
    """
    labels, classes = real_numbers(labels, "labels"), integer(classes, "classes")
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise ValueError(f"labels must be integers (n,), not {labels.dtype} of shape {labels.shape}")
    if labels.size and not (labels.min() >= 0 and labels.max() < classes):
        raise ValueError(f"labels must be from 0 to {classes - 1}, not {labels.min()} to {labels.max()}")
    fits_memory((classes, classes), "one_hot for so many classes: an array")
    return np.eye(classes, dtype=np.float32)[labels]


def _log_softmax(z: np.ndarray) -> np.ndarray:
    if z.ndim != 2:
        raise ValueError(f"softmax cross-entropy takes logits (n, classes), not outputs of shape {z.shape}")
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


LOSSES = {
    loss.name: loss
    for loss in (MeanSquaredError, MeanAbsoluteError, Huber, BinaryCrossentropy, SoftmaxCrossentropy)
}


def get_loss(loss: str | Loss) -> Loss:
    """Return the loss of that name, or the loss itself.

    Raises
    ------
    ValueError
        If there is no loss of that name.
    """
    if isinstance(loss, Loss):
        return loss
    if not isinstance(loss, str) or loss not in LOSSES:
        raise ValueError(f"unknown loss {brief(loss)}; expected one of {', '.join(LOSSES)}")
    return LOSSES[loss]()


def fuse(model: Layer, loss: Loss) -> tuple[Layer, Loss]:
    """Move the model's last activation into the loss if the loss can compute it (see `Loss.link`).

    Returns
    -------
    The model without that activation, sharing its parameters, and the loss that computes it; or both
    unchanged. For example, a sigmoid moves into the binary cross-entropy, which then takes logits.
    """
    bare = model.without_activation(loss.link) if loss.link != "linear" else None
    return (model, loss) if bare is None else (bare, loss.linked())


def written_out(thing: Any) -> str:
    """Return an object as a call: its class and its arguments, without those that have their default."""
    arguments = []
    for name, parameter in inspect.signature(type(thing)).parameters.items():
        value = getattr(thing, name, parameter.default)
        if parameter.default is parameter.empty:
            arguments.append(repr(value))
        elif value != parameter.default:
            arguments.append(f"{name}={value!r}")
    return f"{type(thing).__name__}({', '.join(arguments)})"

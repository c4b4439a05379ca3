"""Losses: how far a reconstruction is from its target, and the gradient that starts the way back."""

from __future__ import annotations

import numpy as np

from npae.kernels import losses


class Loss:
    """A mean over all elements of a batch, with its gradient.

    Called as ``value, dy = loss(y, t)``; y and t have one shape and dtype, so has dy.

    Attributes
    ----------
    name, unit : str
        Keras's name, and what one unit of the value is, for tables and axes.
    link : str
        The activation whose inverse the loss contains, or "linear". A model that ends in it is best asked for
        what stands *before* that activation: see `fuse`.
    """

    name = ""
    unit = ""
    link = "linear"

    def __call__(self, y: np.ndarray, t: np.ndarray, count: int | None = None) -> tuple[float, np.ndarray]:
        """Return the loss and dL/dy.

        Parameters
        ----------
        y, t : ndarray
            Output of the model and target, of one shape.
        count : int, optional
            The number of elements that the mean is over, where y is a part of a larger batch: the values and
            the gradients of the parts then add up to those of the whole. Default: ``y.size``.

        Raises
        ------
        ValueError
            If the shapes differ.
        """
        if y.shape != t.shape:
            raise ValueError(
                f"the model gives outputs of shape {y.shape}, but the targets have shape {t.shape}"
            )
        return self.value_and_gradient(y, t.astype(y.dtype, copy=False), count or y.size)

    def value_and_gradient(self, y: np.ndarray, t: np.ndarray, count: int) -> tuple[float, np.ndarray]:
        """Return the sum of the elements' losses over ``count``, and its gradient."""
        raise NotImplementedError

    def elements(self, y: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Return every element's own loss, in the shape of y, for differences that are taken one by one."""
        raise NotImplementedError

    def linked(self) -> Loss:
        """Return the loss to be used on what stands before the activation `link`."""
        return self

    def check_targets(self, lowest: float, highest: float) -> None:
        """Raise ValueError unless targets between these two numbers make sense for the loss."""
        if not np.isfinite([lowest, highest]).all():
            raise ValueError("the targets hold NaN or infinite values; remove or replace them first")


class MeanSquaredError(Loss):
    """``L = mean((y - t)**2)``, so ``dL/dy = 2 (y - t) / count``. In squared units of a pixel."""

    name = "mse"
    unit = "squared error per pixel"

    def value_and_gradient(self, y, t, count):
        return losses.mean_squared_error(y, t, count)

    def elements(self, y, t):
        return (y - t) ** 2


class BinaryCrossentropy(Loss):
    """``L = mean(-t log p - (1 - t) log(1 - p))`` in nats per pixel, for targets from 0 to 1.

    Parameters
    ----------
    from_logits : bool
        False: y is the probability p, held between 1e-7 and 1 - 1e-7, as in Keras, so that log(0) cannot
        occur. True: y is the logit z, with ``p = sigmoid(z)``. Then, exactly, and for z of any size::

            L = mean(max(z, 0) - z t + log(1 + exp(-|z|)))        dL/dz = (sigmoid(z) - t) / count

    Notes
    -----
    The two derivatives that a sigmoid and this loss would multiply, ``p (1 - p)`` and ``(p - t) / (p (1 -
    p))``, cancel; in floating point they would not where p has been rounded to 0 or 1. So training uses the
    second form whenever the model ends in a sigmoid (`fuse`).
    """

    name = "binary_crossentropy"
    unit = "nats per pixel"
    link = "sigmoid"

    def __init__(self, from_logits: bool = False):
        self.from_logits = from_logits

    def value_and_gradient(self, y, t, count):
        if self.from_logits:
            return losses.binary_crossentropy_from_logits(y, t, count)
        return losses.binary_crossentropy(y, t, count)

    def elements(self, y, t):
        if self.from_logits:
            return np.maximum(y, 0) - y * t + np.log1p(np.exp(-np.abs(y)))
        p = np.clip(y, 1e-7, 1 - 1e-7)
        return -t * np.log(p) - (1 - t) * np.log1p(-p)

    def linked(self):
        return BinaryCrossentropy(from_logits=True)

    def check_targets(self, lowest, highest):
        super().check_targets(lowest, highest)
        if lowest < 0 or highest > 1:
            raise ValueError(
                f"binary cross-entropy needs targets from 0 to 1, but these reach from {lowest:g} to "
                f"{highest:g}; scale them (pixels: divide by 255) or use the mean squared error"
            )


LOSSES = {loss.name: loss for loss in (MeanSquaredError, BinaryCrossentropy)}


def get_loss(loss: str | Loss) -> Loss:
    """Return a loss for its name, or the loss itself.

    Raises
    ------
    ValueError
        If there is no loss of that name.
    """
    if isinstance(loss, Loss):
        return loss
    if loss not in LOSSES:
        raise ValueError(f"unknown loss {loss!r}; expected one of {', '.join(LOSSES)}")
    return LOSSES[loss]()


def fuse(model, loss: Loss):
    """Return ``(model, loss)`` that compute the same objective, exactly where the loss inverts the last
    activation.

    Parameters
    ----------
    model : Layer
        For instance one that ends in a sigmoid.
    loss : Loss
        For instance binary cross-entropy.

    Returns
    -------
    The model without that activation (sharing its parameters) and the loss that expects this, or both
    unchanged where they do not belong together.
    """
    bare = model.without_activation(loss.link) if loss.link != "linear" else None
    return (model, loss) if bare is None else (bare, loss.linked())

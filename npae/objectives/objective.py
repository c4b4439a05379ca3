"""The objective that training minimises: a reconstruction loss, and penalties on the code.

Objective(BinaryCrossentropy(), L1(1e-4))                              a sparse autoencoder
Objective(BinaryCrossentropy(per="image"), KullbackLeibler(beta=1))    a variational one
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from npae.arguments import brief, instance
from npae.model import Autoencoder, Sequential, numbered
from npae.objectives.losses import Loss, fuse, get_loss
from npae.objectives.penalties import Penalty

Terms = tuple[float, ...]


class Objective:
    """The sum of a reconstruction loss and of penalties on the code.

    Parameters
    ----------
    reconstruction : str or Loss
    *penalties : Penalty
        Any number. With none, the objective is the reconstruction loss.

    Attributes
    ----------
    names : tuple of str
        The names of the terms: "reconstruction", then the penalties'.
    couples_examples : bool
        Whether a batch must not be cut into shards.

    Raises
    ------
    ValueError
        If the loss is unknown, or a further argument is not a penalty.
    """

    def __init__(self, reconstruction: str | Loss, *penalties: Penalty):
        for penalty in penalties:
            if not isinstance(penalty, Penalty):
                example = "Objective('mse', L1(1e-4))"
                raise ValueError(f"expected penalties after the loss, as in {example}, not {brief(penalty)}")
        self.reconstruction = get_loss(reconstruction)
        self.penalties = penalties
        self.names = tuple(numbered(["reconstruction", *(penalty.name for penalty in penalties)]))
        self.couples_examples = any(penalty.couples_examples for penalty in penalties)

    def on(self, model: Sequential) -> BoundObjective:
        """Return the objective as a function of this model's inputs and targets.

        Raises
        ------
        ValueError
            If there are penalties and the model is not an `Autoencoder`.
        """
        return BoundObjective(self, instance(model, Sequential, "model"))

    def named(self, terms: Sequence[float], prefix: str = "") -> dict[str, float]:
        """Return "loss", and the terms by name if there are penalties, for a table."""
        numbers = {"loss": sum(terms), **(dict(zip(self.names, terms)) if self.penalties else {})}
        return {prefix + name: value for name, value in numbers.items()}

    def __repr__(self) -> str:
        if not self.penalties:
            return repr(self.reconstruction)
        return f"Objective({', '.join(map(repr, (self.reconstruction, *self.penalties)))})"


class BoundObjective:
    """An objective bound to a model; see `Objective.on`.

    Notes
    -----
    Without penalties, the model runs forward and backward as a whole. With penalties, the model is split
    after its encoder. The code is the input of the decoder and of every penalty. Each of them returns a
    gradient with respect to the code, and the encoder's backward pass takes the sum::

        x -> encoder -> code -> decoder -> reconstruction loss
                          |---> penalties

    In both cases the loss computes the last activation where that is more exact (`fuse`).
    """

    def __init__(self, objective: Objective, model: Sequential):
        self.penalties = objective.penalties
        self._encoder: Sequential | None = None
        behind = model
        if self.penalties:
            if not isinstance(model, Autoencoder):
                penalties = ", ".join(type(penalty).__name__ for penalty in self.penalties)
                raise ValueError(
                    f"{penalties} needs the code, and a {type(model).__name__} does not define which layer "
                    "computes it; use Autoencoder(encoder, decoder)"
                )
            self._encoder, behind = model.encoder, model.behind_encoder()
            self._prefix = f"{model.names[0]}/"
        self._behind, self._loss = fuse(behind, objective.reconstruction)

    def __call__(
        self, x: np.ndarray, t: np.ndarray, examples: int, rng: Generator | None = None
    ) -> tuple[Terms, dict[str, np.ndarray]]:
        """Return the terms, and the gradient of their sum for every parameter of the model.

        Parameters
        ----------
        x, t : ndarray (n, ...)
            Inputs and targets.
        examples : int
            The size of the whole batch, of which these n examples may be a shard: terms and gradients of the
            shards add up.
        rng : numpy.random.Generator, optional
            For layers that draw random numbers; None is inference mode.
        """
        terms, _, grads = self.forward_and_backward(x, t, examples, rng)
        return terms, grads

    def forward_and_backward(
        self,
        x: np.ndarray,
        t: np.ndarray,
        examples: int,
        rng: Generator | None = None,
        need_dx: bool = False,
    ) -> tuple[Terms, np.ndarray | None, dict[str, np.ndarray]]:
        """Return ``(terms, dx, grads)``; dx is None unless ``need_dx``."""
        with np.errstate(over="ignore", invalid="ignore"):  # `fit` reports a loss that is not finite
            if self._encoder is None:
                y, cache = self._behind.forward(x, rng)
                value, dy = self._loss(y, t, _elements(t, examples))
                return (value,), *self._behind.backward(dy, cache, need_dx)
            code, encoder_cache = self._encoder.forward(x, rng)
            y, cache = self._behind.forward(code, rng)
            value, dy = self._loss(y, t, _elements(t, examples))
            dcode, grads = self._behind.backward(dy, cache)
            assert dcode is not None  # since need_dx is True
            terms, further = [value], dict[str, np.ndarray]()
            for penalty in self.penalties:
                value, slope, direct = penalty(self._encoder, code, encoder_cache, examples)
                terms.append(value)
                dcode = dcode + slope
                _add(direct, further)
            dx, encoder_grads = self._encoder.backward(dcode, encoder_cache, need_dx)
            _add(further, encoder_grads)
            grads.update({self._prefix + name: grad for name, grad in encoder_grads.items()})
            return tuple(terms), dx, grads

    def values(self, x: np.ndarray, t: np.ndarray, examples: int, rng: Generator | None = None) -> Terms:
        """Return the terms without gradients, by default in inference mode."""
        if self._encoder is None:
            return (self._loss(self._behind.forward(x, rng)[0], t, _elements(t, examples))[0],)
        code, cache = self._encoder.forward(x, rng)
        value, _ = self._loss(self._behind.forward(code, rng)[0], t, _elements(t, examples))
        return value, *(penalty(self._encoder, code, cache, examples)[0] for penalty in self.penalties)

    def elements(self, x: np.ndarray, t: np.ndarray, rng: Generator | None = None) -> np.ndarray:
        """Return all numbers (1-D) whose sum is the objective of this batch, for numerical gradients."""
        code = x if self._encoder is None else self._encoder.forward(x, rng)[0]
        y = self._behind.forward(code, rng)[0]
        parts = [self._loss.elements(y, t) / self._loss.divisor(y.shape)]
        if self._encoder is not None:
            parts += [penalty.elements(self._encoder, code) / len(x) for penalty in self.penalties]
        return np.concatenate([part.ravel() for part in parts])


def get_objective(loss: str | Loss | Objective) -> Objective:
    """Return the objective itself, or an objective without penalties for a loss or its name.

    Raises
    ------
    ValueError
        If there is no loss of that name.
    """
    return loss if isinstance(loss, Objective) else Objective(loss)


def _elements(t: np.ndarray, examples: int) -> int:
    """Return how many elements the targets of a whole batch have, of which t may be a shard."""
    return t.size // len(t) * examples


def _add(some: dict[str, np.ndarray], total: dict[str, Any]) -> None:
    for name, grad in some.items():
        total[name] = total[name] + grad if name in total else grad

"""What a training makes small: the error of the reconstruction, and penalties on the code.

    Objective(BinaryCrossentropy(), L1(1e-4))                              a sparse autoencoder
    Objective(BinaryCrossentropy(per="image"), KullbackLeibler(beta=1))    a variational one

The trainer calls an objective and knows no member of the family by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from npae.model import Autoencoder, Sequential, numbered
from npae.objectives.losses import Loss, fuse, get_loss
from npae.objectives.penalties import Penalty

Terms = tuple[float, ...]


class Objective:
    """The sum of a reconstruction error and of penalties on the code.

    Parameters
    ----------
    reconstruction : str or Loss
    *penalties : Penalty
        Any number, also none: then this is the bare loss.

    Attributes
    ----------
    names : tuple of str
        Of the terms: "reconstruction", and then each penalty's own.
    couples_examples : bool
        Whether a batch must not be cut into shards.

    Raises
    ------
    ValueError
        If the loss is unknown, or something is no penalty.
    """

    def __init__(self, reconstruction: str | Loss, *penalties: Penalty):
        for penalty in penalties:
            if not isinstance(penalty, Penalty):
                raise ValueError(
                    f"an objective is a loss and then penalties, as in Objective('mse', L1(1e-4)), not "
                    f"{penalty!r}"
                )
        self.reconstruction = get_loss(reconstruction)
        self.penalties = penalties
        self.names = tuple(numbered(["reconstruction", *(penalty.name for penalty in penalties)]))
        self.couples_examples = any(penalty.couples_examples for penalty in penalties)

    def on(self, model: Sequential) -> BoundObjective:
        """Return the objective of this one model, which can be computed.

        Raises
        ------
        ValueError
            If there are penalties, and the model has no code.
        """
        return BoundObjective(self, model)

    def named(self, terms: Sequence[float], prefix: str = "") -> dict[str, float]:
        """Return the terms by name for a table, "loss" first; only that, where there are no penalties."""
        numbers = {"loss": sum(terms), **(dict(zip(self.names, terms)) if self.penalties else {})}
        return {prefix + name: value for name, value in numbers.items()}

    def __repr__(self) -> str:
        if not self.penalties:
            return repr(self.reconstruction)
        return f"Objective({', '.join(map(repr, (self.reconstruction, *self.penalties)))})"


class BoundObjective:
    """An objective and the model that it is about; see `Objective.on`.

    Notes
    -----
    Without penalties, the model goes forward and back as a whole. With penalties, it is cut behind its
    encoder: the code goes to the decoder and to every penalty, each of which sends a gradient back; their sum
    goes on through the encoder::

        x -> encoder -> code -> the rest -> reconstruction error
                          |---> penalties

    In both cases the last activation is joined with the loss where that is more exact (`fuse`).
    """

    def __init__(self, objective: Objective, model: Sequential):
        self.penalties = objective.penalties
        self._encoder: Sequential | None = None
        behind = model
        if self.penalties:
            if not isinstance(model, Autoencoder):
                penalties = ", ".join(type(penalty).__name__ for penalty in self.penalties)
                raise ValueError(
                    f"{penalties} is about the code, and a {type(model).__name__} does not say which of its "
                    "layers gives that; make an Autoencoder(encoder, decoder) of it"
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
            Those of the whole batch, of which these n may be a shard: terms and gradients of shards add up.
        rng : numpy.random.Generator, optional
            For layers that draw random numbers; None is inference mode.
        """
        terms, _, grads = self.there_and_back(x, t, examples, rng)
        return terms, grads

    def there_and_back(
        self,
        x: np.ndarray,
        t: np.ndarray,
        examples: int,
        rng: Generator | None = None,
        need_dx: bool = False,
    ) -> tuple[Terms, np.ndarray | None, dict[str, np.ndarray]]:
        """Return ``(terms, dx, grads)``; dx is None unless ``need_dx``."""
        with np.errstate(over="ignore", invalid="ignore"):  # a loss that is not finite ends in words
            if self._encoder is None:
                y, cache = self._behind.forward(x, rng)
                value, dy = self._loss(y, t, _elements(t, examples))
                return (value,), *self._behind.backward(dy, cache, need_dx)
            code, encoder_cache = self._encoder.forward(x, rng)
            y, cache = self._behind.forward(code, rng)
            value, dy = self._loss(y, t, _elements(t, examples))
            dcode, grads = self._behind.backward(dy, cache)
            assert dcode is not None  # asked for
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
        """Return the terms alone, by default in inference mode."""
        if self._encoder is None:
            return (self._loss(self._behind.forward(x, rng)[0], t, _elements(t, examples))[0],)
        code, cache = self._encoder.forward(x, rng)
        value, _ = self._loss(self._behind.forward(code, rng)[0], t, _elements(t, examples))
        return value, *(penalty(self._encoder, code, cache, examples)[0] for penalty in self.penalties)

    def elements(self, x: np.ndarray, t: np.ndarray, rng: Generator | None = None) -> np.ndarray:
        """Return all the numbers (1-D) whose sum is the value for this batch, for differences one by one."""
        code = x if self._encoder is None else self._encoder.forward(x, rng)[0]
        y = self._behind.forward(code, rng)[0]
        parts = [self._loss.elements(y, t) / self._loss.divisor(y.shape)]
        if self._encoder is not None:
            parts += [penalty.elements(self._encoder, code) / len(x) for penalty in self.penalties]
        return np.concatenate([part.ravel() for part in parts])


def get_objective(loss: str | Loss | Objective) -> Objective:
    """Return an objective itself, or one without penalties of a loss or its name.

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

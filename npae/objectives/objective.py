"""The objective that training minimises: a reconstruction loss, and penalties on the code or the weights.

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
    """The sum of a reconstruction loss and of penalties.

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
            If there are penalties on the code and the model is not an `Autoencoder`.
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

    Attributes
    ----------
    couples_examples : bool
        Whether a batch must not be cut into shards in training, because of a penalty or a layer.

    Notes
    -----
    Without penalties on the code, the model runs forward and backward as a whole. With them, the model is
    split after its encoder. The code is the input of the decoder and of every penalty. Each of them returns a
    gradient with respect to the code, and the encoder's backward pass takes the sum::

        x -> encoder -> code -> decoder -> reconstruction loss
                          |---> penalties

    In both cases the loss computes the last activation where that is more exact (`fuse`).
    """

    def __init__(self, objective: Objective, model: Sequential):
        self.penalties = objective.penalties
        self._model, self._encoder, self._prefix, behind = model, model, "", model
        self._splits = any(not penalty.of_weights for penalty in self.penalties)
        if self._splits:
            if not isinstance(model, Autoencoder):
                penalties = ", ".join(type(penalty).__name__ for penalty in self.penalties)
                raise ValueError(
                    f"{penalties} needs the code, and a {type(model).__name__} does not define which layer "
                    "computes it; use Autoencoder(encoder, decoder)"
                )
            self._encoder, self._prefix, behind = model.encoder, f"{model.names[0]}/", model.behind_encoder()
        coupling = [layer for _, layer in model.leaves() if layer.couples_examples]
        self.couples_examples = objective.couples_examples or bool(coupling)
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
        terms, _, grads, _ = self.forward_and_backward(x, t, examples, rng)
        return terms, grads

    def forward_and_backward(
        self, x: np.ndarray, t: np.ndarray, examples: int, rng: Generator | None = None, need_dx: bool = False
    ) -> tuple[Terms, np.ndarray | None, dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Return ``(terms, dx, grads, moved)``.

        dx is None unless ``need_dx``. ``moved`` holds the values to which the trainer sets parameters after
        the step (`npae.layers.layer.Layer.moved`).
        """
        with np.errstate(over="ignore", invalid="ignore"):  # `fit` reports a loss that is not finite
            code, encoder_cache = self._encode(x, rng)
            y, cache = self._behind.forward(code, rng)
            value, dy = self._loss(y, t, _elements(t, examples))
            dx, grads = self._behind.backward(dy, cache, need_dx or self._splits)
            terms, further = [value], dict[str, np.ndarray]()
            for penalty in self.penalties:
                value, slope, direct = penalty(self._subject(penalty), code, encoder_cache, examples)
                terms.append(value)
                _add(direct if penalty.of_weights else self._named(direct), further)
                dx = dx if dx is None or penalty.of_weights else dx + slope
            moved = self._behind.moved(cache) if self.couples_examples else {}
            if self._splits:
                assert dx is not None  # of the code
                dx, encoder_grads = self._encoder.backward(dx, encoder_cache, need_dx)
                grads.update(self._named(encoder_grads))
                moved.update(self._named(self._encoder.moved(encoder_cache)) if self.couples_examples else {})
            _add(further, grads)
            return tuple(terms), dx, grads, moved

    def values(self, x: np.ndarray, t: np.ndarray, examples: int, rng: Generator | None = None) -> Terms:
        """Return the terms without gradients, by default in inference mode."""
        code, cache = self._encode(x, rng)
        value, _ = self._loss(self._behind.forward(code, rng)[0], t, _elements(t, examples))
        costs = (penalty(self._subject(penalty), code, cache, examples)[0] for penalty in self.penalties)
        return value, *costs

    def elements(self, x: np.ndarray, t: np.ndarray, rng: Generator | None = None) -> np.ndarray:
        """Return all numbers (1-D) whose sum is the objective of this batch, for numerical gradients."""
        code, _ = self._encode(x, rng)
        y = self._behind.forward(code, rng)[0]
        parts = [self._loss.elements(y, t) / self._loss.divisor(y.shape)]
        parts += [penalty.elements(self._subject(penalty), code) / len(x) for penalty in self.penalties]
        return np.concatenate([part.ravel() for part in parts])

    def _encode(self, x: np.ndarray, rng: Generator | None) -> tuple[np.ndarray, Any]:
        """Return the code and the encoder's cache; x itself if no penalty needs the code."""
        return self._encoder.forward(x, rng) if self._splits else (x, None)

    def _subject(self, penalty: Penalty) -> Sequential:
        return self._model if penalty.of_weights else self._encoder

    def _named(self, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {self._prefix + name: array for name, array in arrays.items()}


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

"""Penalties on the code, which sparse, contractive and variational autoencoders add to their loss.

Each returns a cost of the encoder's output, and its gradient; `npae.objectives.objective` adds it to a loss.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from npae.arguments import positive_number
from npae.layers import Dense, GaussianNoise
from npae.model import Sequential
from npae.objectives.losses import written_out

Gradients = dict[str, np.ndarray]


class Penalty:
    """A mean over examples of what their codes cost, with its gradient.

    A subclass writes `elements` and `gradients`; more is not needed.

    Attributes
    ----------
    name : str
        Of its column in the history.
    couples_examples : bool
        Whether one example's cost depends on the others of its batch, which then must not be cut into
        shards.
    """

    name = ""
    couples_examples = False

    def __call__(
        self, encoder: Sequential, code: np.ndarray, cache: Any, examples: int
    ) -> tuple[float, np.ndarray, Gradients]:
        """Return the penalty, its gradient with respect to the code, and that of the encoder's parameters.

        Parameters
        ----------
        encoder : Sequential
        code : ndarray (n, ...)
            What the encoder made of n examples.
        cache : object
            What its forward pass returned beside the code.
        examples : int
            How many the mean is over: those of the whole batch, of which these n may be a shard. The values
            and gradients of the shards then add up.

        Returns
        -------
        value : float
        dcode : ndarray like code
            The way back through the encoder is not the penalty's: whoever called it adds dcode to what comes
            from the reconstruction, and hands the sum to ``encoder.backward``.
        grads : dict of str to ndarray
            Of parameters that the penalty depends on *directly*, by the names of ``encoder.params``; empty
            for most.
        """
        value = float(np.sum(self.elements(encoder, code), dtype=np.float64)) / examples
        return value, *self.gradients(encoder, code, cache, examples)

    def elements(self, encoder: Sequential, code: np.ndarray) -> np.ndarray:
        """Return the terms whose sum, over ``examples``, is the penalty."""
        raise NotImplementedError

    def gradients(
        self, encoder: Sequential, code: np.ndarray, cache: Any, examples: int
    ) -> tuple[np.ndarray, Gradients]:
        """Return ``(dcode, grads)``, as the call does."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return written_out(self)


class L1(Penalty):
    """``weight * sum over the code of |h|``, mean over examples: a sparse autoencoder.

    Notes
    -----
    The derivative is ``weight * sign(h)``: every active unit is pulled towards 0 with one and the same force,
    however small it is, so that many arrive. At 0 itself nothing pulls (sign(0) = 0).

    Keras's activity regulariser ``l1(weight)``, in the sum over units and mean over the batch that it was in
    the tutorial's time (1.0) and is in tf.keras. Mind that Keras's losses are means over *pixels*: a weight
    for a loss per image would be 784 times as large.

    Source: F. Chollet, Building autoencoders in Keras (2016).
    """

    name = "l1"

    def __init__(self, weight: float):
        self.weight = positive_number(weight, "weight")

    def elements(self, encoder: Sequential, code: np.ndarray) -> np.ndarray:
        return self.weight * np.abs(code)

    def gradients(
        self, encoder: Sequential, code: np.ndarray, cache: Any, examples: int
    ) -> tuple[np.ndarray, Gradients]:
        return code.dtype.type(self.weight / examples) * np.sign(code), {}


class KLSparsity(Penalty):
    """The Kullback-Leibler divergence of each unit's mean activity from a small target: sparse as well.

    Parameters
    ----------
    target : float
        The share of examples, ρ, for which a unit should be on; between 0 and 1.
    weight : float
        UFLDL's β.

    Notes
    -----
    For codes from 0 to 1, as of a sigmoid. With q_j the mean of unit j over the n examples of the batch::

        penalty = weight * sum_j  ρ log(ρ / q_j) + (1 - ρ) log((1 - ρ) / (1 - q_j))
        d penalty / d h_ij = weight * (-ρ / q_j + (1 - ρ) / (1 - q_j)) / n

    It is 0 where q_j = ρ. All examples of a batch move a unit alike: what counts is how often it is on, not
    for whom, which is why a batch cannot be cut into shards (`couples_examples`), and why batches should not
    be small. Where a data set is evaluated, its batches count by their sizes. q is held between 1e-6 and
    1 - 1e-6, so that a unit that is always off has a logarithm, and a way back.

    Source: A. Ng, CS294A lecture notes, Sparse autoencoder (2011), and UFLDL.
    """

    name = "kl_sparsity"
    couples_examples = True

    def __init__(self, target: float = 0.05, weight: float = 3.0):
        if not 0 < target < 1:
            raise ValueError(f"target must be a share between 0 and 1, not {target!r}")
        self.target = target
        self.weight = positive_number(weight, "weight")

    def elements(self, encoder: Sequential, code: np.ndarray) -> np.ndarray:
        rho, mean = self.target, self._means(code)
        divergences = rho * np.log(rho / mean) + (1 - rho) * np.log((1 - rho) / (1 - mean))
        return len(code) * self.weight * divergences

    def gradients(
        self, encoder: Sequential, code: np.ndarray, cache: Any, examples: int
    ) -> tuple[np.ndarray, Gradients]:
        rho, mean = self.target, self._means(code)
        slope = self.weight * ((1 - rho) / (1 - mean) - rho / mean) / examples
        return np.broadcast_to(slope.astype(code.dtype), code.shape), {}

    def _means(self, code: np.ndarray) -> np.ndarray:
        """Return the mean activity of each unit over the batch, in float64."""
        if code.min() < 0 or code.max() > 1:
            raise ValueError(
                f"KLSparsity needs codes from 0 to 1, which it takes for shares, but these reach from "
                f"{code.min():g} to {code.max():g}; let the encoder end in a sigmoid, or use L1"
            )
        return np.clip(code.mean(axis=0, dtype=np.float64), 1e-6, 1 - 1e-6)


class Contractive(Penalty):
    """``weight * ||dh/dx||**2``, mean over examples: small where the code hardly follows the input.

    Notes
    -----
    For an encoder of one Dense layer, ``h = s(z)``, ``z = x K + b`` (layers that only reshape may stand
    around it). Its Jacobian is ``dh_j/dx_i = s'(z_j) K_ij``, so the squared Frobenius norm is cheap::

        P = sum_j  s'(z_j)**2 k_j          with k_j = sum_i K_ij**2

    P depends on the parameters in two ways. Through the code, since s' can be told from h:

        ========  ==============  =================================
        s         s'              dP/dh_j / (2 k_j) = s' ds'/dh
        ========  ==============  =================================
        sigmoid   h (1 - h)       h (1 - h) (1 - 2 h)
        tanh      1 - h**2        -2 h (1 - h**2)
        relu      1 where h > 0   0
        linear    1               0
        ========  ==============  =================================

    which `npae.Objective` sends back through the encoder with the gradient of the reconstruction; and
    directly, through k: ``dP/dK_ij = 2 K_ij s'(z_j)**2``, summed over examples. Leaving out the second is the
    mistake to make here. (With relu, P jumps where a z_j is exactly 0.)

    Source: Rifai, Vincent, Muller, Glorot, Bengio, *Contractive auto-encoders*, ICML 2011.
    """

    name = "contractive"

    def __init__(self, weight: float):
        self.weight = positive_number(weight, "weight")

    def elements(self, encoder: Sequential, code: np.ndarray) -> np.ndarray:
        _, dense = _only_dense(encoder)
        slope, _ = _slopes(code, dense.activation)
        return self.weight * slope**2 * np.sum(dense.params["kernel"] ** 2, axis=0)

    def gradients(
        self, encoder: Sequential, code: np.ndarray, cache: Any, examples: int
    ) -> tuple[np.ndarray, Gradients]:
        name, dense = _only_dense(encoder)
        kernel, scale = dense.params["kernel"], code.dtype.type(2 * self.weight / examples)
        slope, change = _slopes(code, dense.activation)
        dcode = scale * slope * change * np.sum(kernel**2, axis=0)
        dkernel = scale * kernel * np.sum(slope**2, axis=0)
        return dcode.reshape(code.shape), {f"{name}/kernel": dkernel}


class KullbackLeibler(Penalty):
    """``beta * KL(q(z|x) || N(0, 1))`` in nats: what the code of a variational autoencoder costs.

    Parameters
    ----------
    beta : float
        1 for the evidence lower bound itself; above 1 a β-VAE, which trades reconstruction for a code nearer
        to the prior.

    Notes
    -----
    The code (n, 2k) holds k means μ and behind them k logarithms of variances, v = log σ². Both distributions
    are normal, and the integral has a closed form::

        KL = sum_j  (μ_j**2 + exp(v_j) - v_j - 1) / 2        dKL/dμ = μ        dKL/dv = (exp(v) - 1) / 2

    at least 0, and 0 only at μ = 0, v = 0, the prior itself. It is a sum in nats per image, so the
    reconstruction must be one too: ``per="image"``. Such an objective is the negative evidence lower bound.

    Source: Kingma & Welling, *Auto-encoding variational Bayes* (2013), appendix B; Higgins et al. 2017 for β.
    """

    name = "kl"

    def __init__(self, beta: float = 1.0):
        self.beta = positive_number(beta, "beta")

    def elements(self, encoder: Sequential, code: np.ndarray) -> np.ndarray:
        means, log_variances = _halves(code)
        # expm1(v) - v is exact near the prior, where exp(v) - v - 1 would be a difference of rounded ones.
        return 0.5 * self.beta * (means**2 + np.expm1(log_variances) - log_variances)

    def gradients(
        self, encoder: Sequential, code: np.ndarray, cache: Any, examples: int
    ) -> tuple[np.ndarray, Gradients]:
        means, log_variances = _halves(code)
        scale = code.dtype.type(self.beta / examples)
        return np.concatenate([scale * means, 0.5 * scale * np.expm1(log_variances)], axis=1), {}


def _halves(code: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if code.ndim != 2 or code.shape[1] % 2:
        raise ValueError(
            f"KullbackLeibler takes codes (n, 2k), k means and then k logarithms of variances, not "
            f"{code.shape}"
        )
    means, log_variances = np.split(code, 2, axis=1)
    return means, log_variances


def _slopes(code: np.ndarray, activation: str) -> tuple[np.ndarray, np.ndarray]:
    """Return s' and ds'/dh for codes h, both (n, units)."""
    h = code.reshape(len(code), -1)
    if activation == "sigmoid":
        return h * (1 - h), 1 - 2 * h
    if activation == "tanh":
        return 1 - h**2, -2 * h
    slope = (h > 0).astype(h.dtype) if activation == "relu" else np.ones_like(h)
    return slope, np.zeros_like(h)


def _only_dense(encoder: Sequential) -> tuple[str, Dense]:
    """Return name and layer of the one that computes, if all others only reshape or add noise."""
    computing = [
        (name, layer)
        for name, layer in encoder.leaves()
        if not layer.rearranges and not isinstance(layer, GaussianNoise)
    ]
    name, dense = computing[0] if len(computing) == 1 else ("", None)
    if not isinstance(dense, Dense):
        found = ", ".join(type(layer).__name__ for _, layer in computing) or "none"
        raise ValueError(
            "Contractive knows the Jacobian of an encoder of one Dense layer (Flatten and Reshape may stand "
            f"around it), not of one with these: {found}"
        )
    return name, dense

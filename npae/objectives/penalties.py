"""Penalties on the code, which sparse, contractive and variational autoencoders add to their loss; and L2."""

from __future__ import annotations

from typing import Any

import numpy as np

from npae.arguments import array, between, instance, integer, positive_number
from npae.kernels import activations
from npae.layers import Dense, GaussianNoise
from npae.model import Sequential
from npae.objectives.losses import written_out

Gradients = tuple[np.ndarray, dict[str, np.ndarray]]  # of the code, and of parameters by name


class Penalty:
    """A cost of the encoder's output, averaged over examples, with its gradient.

    A subclass defines `elements` and `gradients`.

    Attributes
    ----------
    name : str
        The name of its column in the history.
    couples_examples : bool
        Whether the cost of an example depends on other examples of the batch. Such a batch must not be cut
        into shards.
    of_weights : bool
        Whether the cost is one of the model's parameters alone. `Objective` then passes the whole model as
        ``encoder`` and its inputs as ``code``, and ignores ``dcode``.
    """

    name = ""
    couples_examples = False
    of_weights = False

    def __call__(
        self, encoder: Sequential, code: np.ndarray, cache: Any, examples: int
    ) -> tuple[float, np.ndarray, dict[str, np.ndarray]]:
        """Return the penalty, its gradient with respect to the code, and that of the encoder's parameters.

        Parameters
        ----------
        encoder : Sequential
        code : ndarray (n, ...)
            The encoder's output for n examples.
        cache : object
            The cache of the encoder's forward pass.
        examples : int
            The size of the whole batch, of which these n examples may be a shard. The values and gradients of
            the shards add up.

        Returns
        -------
        value : float
        dcode : ndarray like code
            The caller adds dcode to the gradient of the reconstruction loss and passes the sum to
            ``encoder.backward``.
        grads : dict of str to ndarray
            Gradients of parameters that the penalty depends on *directly*, by the names of
            ``encoder.params``; empty for most penalties.
        """
        code, examples = array(code, "code"), integer(examples, "examples")
        if not (code.ndim and code.size):
            raise ValueError(f"code must be an array (n, ...), not of shape {code.shape}")
        value = float(np.sum(self.elements(encoder, code), dtype=np.float64)) / examples
        return value, *self.gradients(encoder, code, cache, examples)

    def elements(self, encoder: Sequential, code: np.ndarray) -> np.ndarray:
        """Return the terms whose sum, divided by ``examples``, is the penalty."""
        raise NotImplementedError

    def gradients(self, encoder: Sequential, code: np.ndarray, cache: Any, examples: int) -> Gradients:
        """Return ``(dcode, grads)`` of `__call__`."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return written_out(self)


class L1(Penalty):
    """``weight * sum over the code of |h|``, mean over examples: a sparse autoencoder.

    Notes
    -----
    The derivative is ``weight * sign(h)``. It pulls every active unit towards 0 equally strongly, however
    small h is, so many units become exactly 0. At 0 itself the derivative is taken as 0.

    This is Keras's activity regulariser ``l1(weight)``: a sum over units and a mean over the batch, as in
    Keras 1.0, which the tutorial used, and in tf.keras. Keras's losses are means over *pixels*: with a loss
    per image, the same weight would have to be 784 times as large.

    Source: F. Chollet, Building autoencoders in Keras (2016).
    """

    name = "l1"

    def __init__(self, weight: float):
        self.weight = positive_number(weight, "weight")

    def elements(self, encoder: Sequential, code: np.ndarray) -> np.ndarray:
        return self.weight * np.abs(code)

    def gradients(self, encoder: Sequential, code: np.ndarray, cache: Any, examples: int) -> Gradients:
        return code.dtype.type(self.weight / examples) * np.sign(code), {}


class L2(Penalty):
    """``weight * sum of the squares of all kernels`` of encoder and decoder, without the biases.

    Notes
    -----
    The gradient is ``2 weight kernel``. A shard counts for its share of the batch's examples.

    This is Keras's ``kernel_regularizer="l2"`` on every layer. With `npae.SGD` it shrinks each kernel by the
    same factor in every step. `npae.Adam` divides it, with the rest of the gradient, by the root of v, so
    that kernels with large gradients shrink less: its ``weight_decay`` shrinks all parameters alike.

    Source: Loshchilov & Hutter, *Decoupled weight decay regularization*, ICLR 2019.
    """

    name = "l2"
    of_weights = True

    def __init__(self, weight: float):
        self.weight = positive_number(weight, "weight")

    def elements(self, encoder: Sequential, code: np.ndarray) -> np.ndarray:
        squares = [np.square(kernel).ravel() for kernel in _kernels(encoder).values()]
        return len(code) * self.weight * np.concatenate([np.zeros(0, code.dtype), *squares])

    def gradients(self, encoder: Sequential, code: np.ndarray, cache: Any, examples: int) -> Gradients:
        scale = code.dtype.type(2 * self.weight * len(code) / examples)
        grads = {name: scale * kernel for name, kernel in _kernels(encoder).items()}
        return np.zeros_like(code), grads


class KLSparsity(Penalty):
    """The Kullback-Leibler divergence of each unit's mean activity from a target: a sparse autoencoder.

    Parameters
    ----------
    target : float
        ρ, the mean activity that each unit should have; between 0 and 1.
    weight : float
        UFLDL's β.

    Notes
    -----
    The code must be from 0 to 1, as a sigmoid's. With q_j the mean of unit j over the n examples of the
    batch::

        penalty = weight * sum_j  ρ log(ρ / q_j) + (1 - ρ) log((1 - ρ) / (1 - q_j))
        d penalty / d h_ij = weight * (-ρ / q_j + (1 - ρ) / (1 - q_j)) / n

    It is 0 where q_j = ρ. The gradient of a unit is the same for all examples of a batch, since only the mean
    activity counts. So a batch cannot be cut into shards (`couples_examples`), and batches should not be
    small. An evaluation of a data set weights its batches by their sizes. q is clipped to [1e-6, 1 - 1e-6],
    so that a unit that is always off has a finite logarithm and a gradient.

    Source: A. Ng, CS294A lecture notes, Sparse autoencoder (2011), and UFLDL.
    """

    name = "kl_sparsity"
    couples_examples = True

    def __init__(self, target: float = 0.05, weight: float = 3.0):
        self.target = between(target, "target", 0, 1)
        self.weight = positive_number(weight, "weight")

    def elements(self, encoder: Sequential, code: np.ndarray) -> np.ndarray:
        rho, mean = self.target, self._means(code)
        divergences = rho * np.log(rho / mean) + (1 - rho) * np.log((1 - rho) / (1 - mean))
        return len(code) * self.weight * divergences

    def gradients(self, encoder: Sequential, code: np.ndarray, cache: Any, examples: int) -> Gradients:
        rho, mean = self.target, self._means(code)
        slope = self.weight * ((1 - rho) / (1 - mean) - rho / mean) / examples
        return np.broadcast_to(slope.astype(code.dtype), code.shape), {}

    def _means(self, code: np.ndarray) -> np.ndarray:
        """Return the mean activity of each unit over the batch, in float64."""
        if code.min() < 0 or code.max() > 1:
            raise ValueError(
                f"KLSparsity needs codes from 0 to 1, but these reach from "
                f"{code.min():g} to {code.max():g}; use a sigmoid as the encoder's last activation, or use L1"
            )
        return np.clip(code.mean(axis=0, dtype=np.float64), 1e-6, 1 - 1e-6)


class Contractive(Penalty):
    """``weight * ||dh/dx||**2``, mean over examples: small where the code hardly changes with the input.

    Notes
    -----
    The encoder must have one Dense layer, ``h = s(z)``, ``z = x K + b``; layers that only reshape may precede
    or follow it. Its Jacobian is ``dh_j/dx_i = s'(z_j) K_ij``, so the squared Frobenius norm is cheap::

        P = sum_j  s'(z_j)**2 k_j          with k_j = sum_i K_ij**2

    P depends on the parameters in two ways. The first is the code, since s' is a function of h:

        ==========  =========================  =============================
        s           s'                         dP/dh_j / (2 k_j) = s' ds'/dh
        ==========  =========================  =============================
        sigmoid     h (1 - h)                  h (1 - h) (1 - 2 h)
        tanh        1 - h**2                   -2 h (1 - h**2)
        relu        1 where h > 0              0
        leaky_relu  1 where h > 0, else 0.2    0
        elu         1 where h > 0, else h + 1  0 where h > 0, else h + 1
        linear      1                          0
        ==========  =========================  =============================

    `npae.Objective` propagates this gradient through the encoder, with that of the reconstruction loss. The
    second is k, directly: ``dP/dK_ij = 2 K_ij s'(z_j)**2``, summed over examples. A common mistake is to
    leave out the second. (With relu, P jumps where a z_j is exactly 0.)

    Source: Rifai, Vincent, Muller, Glorot, Bengio, *Contractive auto-encoders*, ICML 2011.
    """

    name = "contractive"

    def __init__(self, weight: float):
        self.weight = positive_number(weight, "weight")

    def elements(self, encoder: Sequential, code: np.ndarray) -> np.ndarray:
        _, dense = _only_dense(encoder, code)
        slope, _ = _slopes(code, dense.activation)
        return self.weight * slope**2 * np.sum(dense.params["kernel"] ** 2, axis=0)

    def gradients(self, encoder: Sequential, code: np.ndarray, cache: Any, examples: int) -> Gradients:
        name, dense = _only_dense(encoder, code)
        kernel, scale = dense.params["kernel"], code.dtype.type(2 * self.weight / examples)
        slope, change = _slopes(code, dense.activation)
        dcode = scale * slope * change * np.sum(kernel**2, axis=0)
        dkernel = scale * kernel * np.sum(slope**2, axis=0)
        return dcode.reshape(code.shape), {f"{name}/kernel": dkernel}


class KullbackLeibler(Penalty):
    """``beta * KL(q(z|x) || N(0, 1))`` in nats: the penalty of a variational autoencoder.

    Parameters
    ----------
    beta : float
        1 for the evidence lower bound. Above 1, a β-VAE: a code nearer to the prior, and a worse
        reconstruction.

    Notes
    -----
    The code (n, 2k) holds k means μ, then k logarithms of variances, v = log σ². Both distributions are
    normal, and the integral has a closed form::

        KL = sum_j  (μ_j**2 + exp(v_j) - v_j - 1) / 2        dKL/dμ = μ        dKL/dv = (exp(v) - 1) / 2

    It is at least 0, and 0 only for the prior, μ = 0 and v = 0. It is in nats per image, so the
    reconstruction loss must be too: ``per="image"``. The objective is then the negative evidence lower bound.

    Source: Kingma & Welling, *Auto-encoding variational Bayes* (2013), appendix B; Higgins et al. 2017 for β.
    """

    name = "kl"

    def __init__(self, beta: float = 1.0):
        self.beta = positive_number(beta, "beta")

    def elements(self, encoder: Sequential, code: np.ndarray) -> np.ndarray:
        means, log_variances = _halves(code)
        # Near the prior, exp(v) - v - 1 would lose digits to rounding; expm1(v) - v does not.
        return 0.5 * self.beta * (means**2 + np.expm1(log_variances) - log_variances)

    def gradients(self, encoder: Sequential, code: np.ndarray, cache: Any, examples: int) -> Gradients:
        means, log_variances = _halves(code)
        scale = code.dtype.type(self.beta / examples)
        return np.concatenate([scale * means, 0.5 * scale * np.expm1(log_variances)], axis=1), {}


def _halves(code: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if code.ndim != 2 or code.shape[1] % 2:
        raise ValueError(
            f"KullbackLeibler expects codes (n, 2k), k means and then k logarithms of variances, not "
            f"{code.shape}"
        )
    means, log_variances = np.split(code, 2, axis=1)
    return means, log_variances


def _kernels(model: Sequential) -> dict[str, np.ndarray]:
    params = instance(model, Sequential, "encoder").params.items()
    return {name: value for name, value in params if name.rpartition("/")[2] == "kernel"}


def _slopes(code: np.ndarray, activation: str) -> tuple[np.ndarray, np.ndarray]:
    """Return s' and ds'/dh for codes h, both (n, units)."""
    h = code.reshape(len(code), -1)
    if activation == "sigmoid":
        return h * (1 - h), 1 - 2 * h
    if activation == "tanh":
        return 1 - h**2, -2 * h
    slope = activations.backward(np.ones_like(h), h, activation)
    return slope, np.where(h > 0, 0, 1).astype(h.dtype) if activation == "elu" else np.zeros_like(h)


def _only_dense(encoder: Sequential, code: np.ndarray) -> tuple[str, Dense]:
    """Return name and layer of the encoder's Dense layer, if all other layers only reshape or add noise."""
    if instance(encoder, Sequential, "encoder").output_shape != code.shape[1:]:
        raise ValueError(f"code has shape {code.shape}; this encoder gives (n, *{encoder.output_shape})")
    computing = [
        (name, layer)
        for name, layer in encoder.leaves()
        if not layer.rearranges and not isinstance(layer, GaussianNoise)
    ]
    name, dense = computing[0] if len(computing) == 1 else ("", None)
    if not isinstance(dense, Dense):
        found = ", ".join(type(layer).__name__ for _, layer in computing) or "none"
        raise ValueError(
            "Contractive needs an encoder with one Dense layer (Flatten and Reshape may precede or follow "
            f"it), not an encoder with these layers: {found}"
        )
    return name, dense

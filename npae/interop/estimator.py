"""An autoencoder as a transformer of scikit-learn: flat inputs, parameters by name, codes for a pipeline.

scikit-learn is not imported. Its conventions are followed, and where it expects objects of its own classes,
its caller has imported it.
"""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from npae.arguments import FLOATS, brief, choice, function, instance, integer, positive_number
from npae.kernels import activations
from npae.layers import Dense
from npae.measures.watch import fit
from npae.model import Autoencoder, Sequential
from npae.training.evaluation import predict
from npae.training.events import History
from npae.training.optimizers import Adam


class NotFitted(ValueError, AttributeError):
    """`AutoencoderTransformer.fit` was not called yet; of scikit-learn's own class where that is imported."""


class AutoencoderTransformer:
    """Learns a code of ``n_components`` numbers for examples of ``n_features``, in scikit-learn's manner.

    Parameters
    ----------
    n_components : int
        The width of the code.
    hidden_layer_sizes : sequence of int
        The widths of the encoder's layers before the code; those of the decoder mirror them.
    activation, output_activation : {"linear", "relu", "sigmoid", "tanh"} or None, as "linear"
        Of the hidden layers, and of the reconstruction. For features from 0 to 1, "sigmoid" with the loss
        "binary_crossentropy" trains faster.
    loss : str, Loss or Objective
        Of `npae.fit`.
    epochs, batch_size : int
    learning_rate : float
        Of Adam.
    random_state : None, int, numpy.random.RandomState or numpy.random.Generator
        Determines the initial values and the order of the examples; None draws new ones in every `fit`.
    threads : int, optional
        Of `npae.fit`; the numbers are the same for any. Default: all cores.
    build : callable, optional
        ``build(n_features, n_components)`` returns another `Autoencoder`, not built, for flat inputs: one
        that begins with a `Reshape` can be convolutional. It replaces the sizes and activations above.

    Attributes
    ----------
    model_ : Autoencoder
    history_ : History
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Only if X had names of columns that are texts.

    Notes
    -----
    X of float32 is computed in float32, anything else in float64, which gives the same code for an example
    alone and among others. Scale the features: `sklearn.preprocessing.StandardScaler`, or 0 to 1 for images.
    """

    def __init__(
        self,
        n_components: int = 2,
        *,
        hidden_layer_sizes: Sequence[int] = (128,),
        activation: str | None = "relu",
        output_activation: str | None = "linear",
        loss: Any = "mse",
        epochs: int = 20,
        batch_size: int = 32,
        learning_rate: float = 1e-3,
        random_state: Any = None,
        threads: int | None = None,
        build: Callable[[int, int], Autoencoder] | None = None,
    ):
        self.n_components = n_components
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.output_activation = output_activation
        self.loss = loss
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.random_state = random_state
        self.threads = threads
        self.build = build

    def fit(self, X: Any, y: Any = None) -> AutoencoderTransformer:
        """Train a new model on X (n, n_features); y is ignored.

        Raises
        ------
        ValueError
            If X holds anything but finite numbers in two dimensions, or a parameter is wrong.
        TypeError
            If X is sparse, or holds objects that are no numbers.
        """
        x, seed = _checked(X), _seed(self.random_state)
        model = self._architecture(x.shape[1])
        model.build(x.shape[1:], seed, x.dtype)
        if len(model.decoder.built()[0]) != 1 or model.output_shape != x.shape[1:]:
            shapes = f"outputs {x.shape[1:]}, not {model.decoder.input_shape} and {model.output_shape}"
            raise ValueError(f"build must return a model with flat codes and {shapes}")
        self.history_: History = fit(
            model,
            x,
            loss=self.loss,
            optimizer=Adam(positive_number(self.learning_rate, "learning_rate")),
            epochs=self.epochs,
            batch_size=self.batch_size,
            seed=seed,
            threads=self.threads,
        )
        self.model_, self.n_features_in_ = model, x.shape[1]
        self.__dict__.pop("feature_names_in_", None)
        if (names := _names(X)) is not None:
            self.feature_names_in_ = names
        return self

    def fit_transform(self, X: Any, y: Any = None) -> np.ndarray:
        """Return ``fit(X).transform(X)``."""
        return self.fit(X).transform(X)

    def transform(self, X: Any) -> np.ndarray:
        """Return the codes (n, n_components) of X (n, n_features)."""
        model = self._fitted()
        return model.encode(self._known(X))

    def inverse_transform(self, X: Any) -> np.ndarray:
        """Return the reconstructions (n, n_features) of codes X (n, n_components)."""
        model = self._fitted()
        return model.decode(_checked(X))

    def score(self, X: Any, y: Any = None) -> float:
        """Return the negative mean squared error of the reconstructions of X; greater is better."""
        model, x = self._fitted(), self._known(X)
        return -float(np.mean((predict(model, x, self.threads) - x) ** 2, dtype=np.float64))

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the code's numbers: "autoencodertransformer0", ..."""
        (width,), _ = self._fitted().decoder.built()
        return np.array([f"{type(self).__name__.lower()}{k}" for k in range(width)], object)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **params: Any) -> AutoencoderTransformer:
        """Change arguments of the constructor; raise ValueError for another name."""
        known = self.get_params()
        for name, value in params.items():
            if name not in known:
                expected = f"expected one of {', '.join(known)}"
                raise ValueError(f"Invalid parameter {name!r} for {self!r}; {expected}")
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        parameters = inspect.signature(type(self)).parameters
        changed = [
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if repr(value) != repr(parameters[name].default)
        ]
        return f"{type(self).__name__}({', '.join(changed)})"

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def __sklearn_tags__(self) -> Any:
        utils = sys.modules["sklearn.utils"]  # scikit-learn alone calls this method
        return utils.Tags(
            estimator_type=None,
            target_tags=utils.TargetTags(required=False),
            transformer_tags=utils.TransformerTags(preserves_dtype=["float64", "float32"]),
            input_tags=utils.InputTags(),
        )

    def _architecture(self, n_features: int) -> Autoencoder:
        width, last = integer(self.n_components, "n_components"), self.output_activation
        last = last if last is None else choice(last, "output_activation", activations.NAMES)
        if self.build is not None:
            build = function(self.build, "build", "n_features", "n_components")
            return instance(build(n_features, width), Autoencoder, "build(...)")
        sizes = instance(self.hidden_layer_sizes, (list, tuple), "hidden_layer_sizes")
        hidden = [integer(size, "hidden_layer_sizes") for size in sizes]
        encoder = [*(Dense(size, self.activation) for size in hidden), Dense(width)]
        decoder = [Dense(size, self.activation) for size in reversed(hidden)]
        return Autoencoder(Sequential(encoder), Sequential([*decoder, Dense(n_features, last)]))

    def _fitted(self) -> Autoencoder:
        if not hasattr(self, "model_"):
            kind = getattr(sys.modules.get("sklearn.exceptions"), "NotFittedError", NotFitted)
            raise kind(f"this {type(self).__name__} is not fitted yet; call fit(X) first")
        return self.model_

    def _known(self, X: Any) -> np.ndarray:
        """Return X as an array, with the features of `fit`."""
        x, fitted, names = _checked(X), getattr(self, "feature_names_in_", None), _names(X)
        name = type(self).__name__
        if x.shape[1] != self.n_features_in_:
            expected = f"{name} is expecting {self.n_features_in_} features as input"
            raise ValueError(f"X has {x.shape[1]} features, but {expected}")
        if fitted is not None and names is not None and not np.array_equal(fitted, names):
            raise ValueError("The feature names should match those that were passed during fit, in order")
        if (fitted is None) != (names is None):
            has, was = ("does not have valid", "with") if names is None else ("has", "without")
            warnings.warn(f"X {has} feature names, but {name} was fitted {was} feature names", stacklevel=3)
        return x


def _checked(X: Any) -> np.ndarray:
    """Return X as an array (n, n_features) of float32 or float64."""
    if hasattr(X, "toarray"):
        raise TypeError(f"X is a sparse {type(X).__name__}; convert it to a dense array, X.toarray()")
    try:
        x = np.asarray(X)
    except Exception as error:  # an object's own conversion fails in any way
        raise ValueError(f"X must be an array of numbers (n, n_features); {brief(error)}") from None
    if x.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: X must hold real numbers, not {x.dtype}")
    if x.ndim != 2:
        advice = "Reshape your data: X.reshape(-1, 1) if it has one feature, X.reshape(1, -1) if one sample"
        raise ValueError(f"X has the shape {x.shape}; expected (n, n_features). {advice}")
    for size, what in zip(x.shape, ("sample", "feature")):
        if not size:
            raise ValueError(f"X has 0 {what}(s) (shape={x.shape}) while a minimum of 1 is required.")
    if x.dtype.kind not in "biufO" or np.ma.is_masked(X):
        raise ValueError(f"X must hold numbers, all of them, not {brief(X)}")
    try:
        x = np.ascontiguousarray(x, x.dtype.newbyteorder("=") if x.dtype in FLOATS else np.float64)
    except Exception as error:  # an object's own conversion fails in any way; scikit-learn tells these apart
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"X must hold numbers: {brief(str(error))}") from None
    if not np.isfinite(x).all():
        raise ValueError("X contains NaN or infinity")
    return x


def _names(X: Any) -> np.ndarray | None:
    """Return the names of a table's columns, if all are texts."""
    names = getattr(X, "columns", None)
    if names is None or not all(isinstance(name, str) for name in names):
        return None
    return np.asarray(names, object)


def _seed(random_state: Any) -> int:
    """Return a seed from a seed or a generator; None draws from NumPy's global one, as in scikit-learn."""
    if random_state is None:
        return int(np.random.randint(1 << 31))
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(1 << 31))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(1 << 31))
    return integer(random_state, "random_state", least=0)

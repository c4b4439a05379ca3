"""npae: autoencoders from scratch in NumPy and Numba, without autograd.

``import npae`` loads neither matplotlib nor Numba.
"""

# First what a signal does while npae's command imports modules: one line, and 128 + its number as status.
# `npae.console.cli.main` sets other handlers for its time. `_signal` is the built-in module below `signal`:
# the import of a file takes milliseconds, and Python can drop what Ctrl-C raises within an import.
import _signal  # type: ignore[import-not-found]
import os
import sys


def _end_at_once(number: int, _: object) -> None:
    try:
        os.write(2, b"npae: interrupted\n")
    finally:
        os._exit(128 + number)


def _is_the_command() -> bool:
    program = sys.argv[0] if sys.argv else ""  # "-m" while a module to run is being looked for
    as_module = program == "-m" and not {"npae", "-mnpae"}.isdisjoint(sys.orig_argv)
    return as_module or os.path.basename(program) in ("npae", "npae.exe")


if _is_the_command():
    for _name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(_signal, _name) and _signal.getsignal(getattr(_signal, _name)) != _signal.SIG_IGN:
            _signal.signal(getattr(_signal, _name), _end_at_once)

# isort: split
from npae import interop  # noqa: F401
from npae.inside.trace import trace
from npae.interop.estimator import AutoencoderTransformer
from npae.interop.weights import load_weights, save_weights
from npae.kernels.backend import get_backend, set_backend, use_backend
from npae.layers import (
    ELU,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    Layer,
    LeakyReLU,
    MaxPool2D,
    ReLU,
    Reshape,
    Sampling,
    Sigmoid,
    Tanh,
    UpSampling2D,
)
from npae.measures.metrics import PCA, psnr
from npae.measures.watch import fit
from npae.model import Autoencoder, Sequential, VariationalAutoencoder
from npae.objectives.losses import (
    BinaryCrossentropy,
    GaussianNegativeLogLikelihood,
    Huber,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    SoftmaxCrossentropy,
    one_hot,
)
from npae.objectives.objective import Objective
from npae.objectives.penalties import L1, L2, Contractive, KLSparsity, KullbackLeibler, Penalty
from npae.training.batches import Batches
from npae.training.callbacks import Checkpoint, EarlyStopping, LearningRate, Progress
from npae.training.checkpoints import load_checkpoint, load_model, save_checkpoint, save_model
from npae.training.evaluation import evaluate, evaluate_terms, predict
from npae.training.events import Callback, History
from npae.training.fit import NonFiniteLoss
from npae.training.optimizers import SGD, Adam

__version__ = "0.1.0"

__all__ = [
    "Adam",
    "Autoencoder",
    "AutoencoderTransformer",
    "AveragePooling2D",
    "Batches",
    "BatchNormalization",
    "BinaryCrossentropy",
    "Callback",
    "Checkpoint",
    "Contractive",
    "Conv2D",
    "Conv2DTranspose",
    "Dense",
    "Dropout",
    "EarlyStopping",
    "ELU",
    "evaluate",
    "evaluate_terms",
    "fit",
    "Flatten",
    "GaussianNegativeLogLikelihood",
    "GaussianNoise",
    "get_backend",
    "History",
    "Huber",
    "KLSparsity",
    "KullbackLeibler",
    "L1",
    "L2",
    "Layer",
    "LeakyReLU",
    "LearningRate",
    "load_checkpoint",
    "load_model",
    "load_weights",
    "Loss",
    "MaxPool2D",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "NonFiniteLoss",
    "Objective",
    "one_hot",
    "PCA",
    "Penalty",
    "predict",
    "Progress",
    "psnr",
    "ReLU",
    "Reshape",
    "Sampling",
    "save_checkpoint",
    "save_model",
    "save_weights",
    "Sequential",
    "set_backend",
    "SGD",
    "Sigmoid",
    "SoftmaxCrossentropy",
    "Tanh",
    "trace",
    "UpSampling2D",
    "use_backend",
    "VariationalAutoencoder",
]

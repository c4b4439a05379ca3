"""npae: autoencoders from scratch in NumPy and Numba, without autograd.

``import npae`` loads neither matplotlib nor Numba.
"""

from npae import interrupts  # noqa: F401  # first: a signal may come while the others are imported

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

"""npae: autoencoders from scratch in NumPy, fast by Numba, without autograd.

Importing it loads neither matplotlib nor Numba.
"""

from npae.batches import Batches
from npae.callbacks import Checkpoint, EarlyStopping, Progress
from npae.checkpoints import load_checkpoint, load_model, save_checkpoint, save_model
from npae.events import Callback, History
from npae.kernels.backend import get_backend, set_backend, use_backend
from npae.layers import (
    Conv2D,
    Conv2DTranspose,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    Layer,
    MaxPool2D,
    ReLU,
    Reshape,
    Sigmoid,
    Tanh,
    UpSampling2D,
)
from npae.losses import BinaryCrossentropy, Loss, MeanSquaredError
from npae.metrics import PCA, psnr
from npae.model import Autoencoder, Sequential
from npae.optimizers import SGD, Adam
from npae.training import NonFiniteLoss, evaluate, fit, predict

__version__ = "0.1.0"

__all__ = [
    "Adam",
    "Autoencoder",
    "Batches",
    "BinaryCrossentropy",
    "Callback",
    "Checkpoint",
    "Conv2D",
    "Conv2DTranspose",
    "Dense",
    "Dropout",
    "EarlyStopping",
    "evaluate",
    "fit",
    "Flatten",
    "GaussianNoise",
    "get_backend",
    "History",
    "Layer",
    "load_checkpoint",
    "load_model",
    "Loss",
    "MaxPool2D",
    "MeanSquaredError",
    "NonFiniteLoss",
    "PCA",
    "predict",
    "Progress",
    "psnr",
    "ReLU",
    "Reshape",
    "save_checkpoint",
    "save_model",
    "Sequential",
    "set_backend",
    "SGD",
    "Sigmoid",
    "Tanh",
    "UpSampling2D",
    "use_backend",
]

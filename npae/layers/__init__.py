"""The layers, one file each."""

from npae.layers.activations import ReLU, Sigmoid, Tanh
from npae.layers.conv2d import Conv2D
from npae.layers.conv2d_transpose import Conv2DTranspose
from npae.layers.dense import Dense
from npae.layers.layer import Layer
from npae.layers.max_pool2d import MaxPool2D
from npae.layers.noise import Dropout, GaussianNoise
from npae.layers.reshape import Flatten, Reshape
from npae.layers.sampling import Sampling
from npae.layers.up_sampling2d import UpSampling2D

__all__ = [
    "Conv2D",
    "Conv2DTranspose",
    "Dense",
    "Dropout",
    "Flatten",
    "GaussianNoise",
    "Layer",
    "MaxPool2D",
    "ReLU",
    "Reshape",
    "Sampling",
    "Sigmoid",
    "Tanh",
    "UpSampling2D",
]

"""The layers, one file each; `npae.kernels` has the operations that they call.

All formulas, docstrings and loops, here and in the kernels, share one notation:

========================  ====================================================================
n, c_in, h_in, w_in       size of the input: images, channels, height, width
c_out, h_out, w_out       size of the output: filters or channels, height, width
kh, kw; sh, sw            height and width of the window; vertical and horizontal stride
i; c; o                   index of the image; of the (input) channel; of the filter
p, q; a, b; r, s          place in the output; in the window; in the input (row, column)
k, u                      index of an input and of a unit of a dense layer
dy, dx, dkernel, dbias    derivative of the loss by y, x, kernel, bias, each of that array's shape
z                         y before its activation: ``y = activation(z)``
========================  ====================================================================

In a formula for images, x is padded with zeros; in the kernels, ``pads`` is the amount of padding.
"""

from npae.layers.activations import ELU, LeakyReLU, ReLU, Sigmoid, Tanh
from npae.layers.average_pooling2d import AveragePooling2D
from npae.layers.batch_normalization import BatchNormalization
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
    "AveragePooling2D",
    "BatchNormalization",
    "Conv2D",
    "Conv2DTranspose",
    "Dense",
    "Dropout",
    "ELU",
    "Flatten",
    "GaussianNoise",
    "Layer",
    "LeakyReLU",
    "MaxPool2D",
    "ReLU",
    "Reshape",
    "Sampling",
    "Sigmoid",
    "Tanh",
    "UpSampling2D",
]

"""The names of the exercises, in their order; each is a folder of `npae.exercises.path`."""

import os
from pathlib import Path

ORDER = (
    "numerical_gradient",
    "relu",
    "sigmoid",
    "tanh",
    "dense",
    "mean_squared_error",
    "binary_crossentropy",
    "softmax_crossentropy",
    "adam",
    "im2col",
    "col2im",
    "conv2d",
    "padding_and_strides",
    "max_pool2d",
    "up_sampling2d",
    "conv2d_transpose",
    "batch_normalization",
    "sequential",
    "denoising",
    "overfit",
    "kl_sparsity",
    "contractive",
    "variational",
    "numba_kernel",
)


def file_in(folder: Path, exercise: str) -> Path:
    """Return where an exercise lies in a learner's folder, under the number that it came there with."""
    path = folder / file_name(exercise)
    if not os.path.lexists(path):
        earlier = [one for one in folder.glob(f"??_{exercise}.py") if one.name[:2].isdecimal()]
        return earlier[0] if len(earlier) == 1 else path
    return path


def file_name(exercise: str) -> str:
    """Return the name of the learner's file, as "05_dense.py"."""
    return f"{ORDER.index(exercise) + 1:02d}_{exercise}.py"

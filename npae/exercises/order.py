"""The names of the exercises, in their order; each is a folder of `npae.exercises.path`."""

ORDER = (
    "numerical_gradient",
    "relu",
    "sigmoid",
    "tanh",
    "dense",
    "mean_squared_error",
    "binary_crossentropy",
    "adam",
    "im2col",
    "col2im",
    "conv2d",
    "padding_and_strides",
    "max_pool2d",
    "up_sampling2d",
    "conv2d_transpose",
    "sequential",
    "denoising",
    "overfit",
    "kl_sparsity",
    "contractive",
    "variational",
    "numba_kernel",
)


def file_name(exercise: str) -> str:
    """Return the name of the learner's file, as "05_dense.py"."""
    return f"{ORDER.index(exercise) + 1:02d}_{exercise}.py"

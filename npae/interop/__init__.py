"""npae among other tools: weights to and from Keras, PyTorch and safetensors; scikit-learn's interface.

No function imports any of them.
"""

from npae.files.safetensors import load_safetensors, save_safetensors
from npae.interop.estimator import AutoencoderTransformer
from npae.interop.weights import (
    from_keras,
    from_torch,
    load_weights,
    save_weights,
    to_keras,
    to_torch,
)

__all__ = [
    "AutoencoderTransformer",
    "from_keras",
    "from_torch",
    "load_safetensors",
    "load_weights",
    "save_safetensors",
    "save_weights",
    "to_keras",
    "to_torch",
]

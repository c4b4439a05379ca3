"""Output sizes and padding of layers, with the checks of their arguments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from npae.arguments import brief, choice, instance, integer

Shape: TypeAlias = tuple[int, ...]
Pair: TypeAlias = tuple[int, int]  # (vertical, horizontal)
Pads: TypeAlias = tuple[Pair, Pair]  # ((top, bottom), (left, right))

LARGEST = 4096  # pixels of a window or a stride


def pair(value: int | tuple[int, int], name: str, least: int = 1) -> Pair:
    """Return ``value`` as two ints (vertical, horizontal); one int means both, as in Keras.

    Raises
    ------
    ValueError
        If it is not one or two integers from ``least`` to `LARGEST`.
    """
    values = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    try:
        vertical, horizontal = (integer(number, name, least) for number in values)
        integer(LARGEST - max(vertical, horizontal), name, 0)
    except ValueError:
        expected = f"an integer of at least {least} and at most {LARGEST}, or two of them"
        raise ValueError(f"{name} must be {expected}, not {brief(value)}") from None
    return vertical, horizontal


def shape(value: Any, name: str, inferred: bool = False) -> Shape:
    """Return ``value`` as a tuple of positive integers, such as the shape of one example.

    With ``inferred``, one of them may be -1.

    Raises
    ------
    ValueError
        If it is something else.
    """
    try:
        sizes = tuple(integer(size, name, least=-1) for size in instance(value, (tuple, list), name))
        unknown = sizes.count(-1) if inferred else 0
        fits = unknown <= 1 and all(size > 0 for size in sizes if not (unknown and size == -1))
    except ValueError:
        fits = False
    if not fits:
        rule = "each of at least 1" + (", or -1 in one place" if inferred else "")
        raise ValueError(f"{name} must be a tuple of integers, not {brief(value)}; {rule}")
    return sizes


def _two(values: Iterable[int]) -> Pair:
    vertical, horizontal = values
    return vertical, horizontal


def check_padding(padding: str) -> str:
    """Return ``padding`` if it is "valid" or "same"; raise ValueError otherwise."""
    return choice(padding, "padding", ("valid", "same"))


def window_output_size(size: Pair, window: Pair, strides: Pair, padding: str) -> Pair:
    """Return the output size (height, width) of a convolution or a pooling.

    It is the number of windows: ``(size - window) // stride + 1`` for "valid", where every window lies inside
    the input, and ``ceil(size / stride)`` for "same", where the input is padded.

    Raises
    ------
    ValueError
        If the window is larger than the input and the padding is "valid".
    """
    if padding == "same":
        return _two(-(-s // stride) for s, stride in zip(size, strides))
    if any(w > s for s, w in zip(size, window)):
        raise ValueError(
            f"a window of {window[0]}x{window[1]} does not fit an input of {size[0]}x{size[1]}; "
            'use padding="same" or a smaller window'
        )
    return _two((s - w) // stride + 1 for s, w, stride in zip(size, window, strides))


def window_pads(size: Pair, window: Pair, strides: Pair, padding: str) -> Pads:
    """Return the padding ``((top, bottom), (left, right))`` of a convolution or a pooling.

    "same" adds the rows and columns that the last window lacks. If their number is odd, the extra one is at
    the bottom or the right, as in Keras.
    """
    if padding == "valid":
        return (0, 0), (0, 0)
    pads = []
    for s, w, stride in zip(size, window, strides):
        lacking = max((-(-s // stride) - 1) * stride + w - s, 0)
        pads.append((lacking // 2, lacking - lacking // 2))
    vertical, horizontal = pads
    return vertical, horizontal


def transpose_output_size(
    size: Pair, window: Pair, strides: Pair, padding: str, output_padding: Pair | None = None
) -> Pair:
    """Return the output size (height, width) of a transposed convolution.

    A convolution of stride 3 maps three input sizes to the same output size, so its transpose must choose one
    of them: ``size * stride`` for "same", and ``(size - 1) * stride + max(window, stride)`` for "valid".
    ``output_padding`` chooses ``(size - 1) * stride + window + output_padding``, minus ``2 * (window // 2)``
    for "same". These are Keras's rules; "valid" with ``output_padding`` is PyTorch's formula for
    ``padding=0``.

    Raises
    ------
    ValueError
        If the convolution does not map the output size to ``size``. So ``output_padding`` must be from 0 to
        ``stride - 1``; for "same" and an even window, from 1 to ``stride``.
    """
    if output_padding is None:
        if padding == "same":
            return _two(s * stride for s, stride in zip(size, strides))
        return _two((s - 1) * stride + max(w, stride) for s, w, stride in zip(size, window, strides))
    output = _two(
        (s - 1) * stride + w - (2 * (w // 2) if padding == "same" else 0) + extra
        for s, w, stride, extra in zip(size, window, strides, output_padding)
    )
    least = tuple(1 - w % 2 if padding == "same" else 0 for w in window)
    most = tuple(low + stride - 1 for low, stride in zip(least, strides))
    if any(not low <= extra <= high for low, extra, high in zip(least, output_padding, most)):
        allowed = [str(low) if low == high else f"{low} to {high}" for low, high in zip(least, most)]
        raise ValueError(
            f"output_padding {tuple(output_padding)} gives an output of {output[0]}x{output[1]}, which a "
            f'convolution with window {window}, strides {strides} and padding "{padding}" does not map to '
            f"the input size, {size[0]}x{size[1]}; expected output_padding=None, or {allowed[0]} vertically "
            f"and {allowed[1]} horizontally"
        )
    return output

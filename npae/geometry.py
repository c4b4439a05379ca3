"""Sizes of the outputs of layers, and the paddings they need; every error about sizes is raised here."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import TypeAlias

Pair: TypeAlias = tuple[int, int]  # (vertical, horizontal)
Pads: TypeAlias = tuple[Pair, Pair]  # ((top, bottom), (left, right))


def pair(value: int | tuple[int, int], name: str, least: int = 1) -> Pair:
    """Return ``value`` as two ints (vertical, horizontal); one int stands for both, as in Keras.

    Raises
    ------
    ValueError
        If it is not one or two integers of at least ``least``.
    """
    values = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    try:
        values = tuple(operator.index(v) for v in values)
    except TypeError:
        values = ()
    if len(values) != 2 or min(values) < least:
        raise ValueError(f"{name} must be an integer of at least {least} or two of them, not {value!r}")
    return _two(values)


def _two(values: Iterable[int]) -> Pair:
    vertical, horizontal = values
    return vertical, horizontal


def check_padding(padding: str) -> str:
    """Return ``padding`` if it is "valid" or "same".

    Raises
    ------
    ValueError
        If it is anything else.
    """
    if padding not in ("valid", "same"):
        raise ValueError(f'padding must be "valid" or "same", not {padding!r}')
    return padding


def window_output_size(size: Pair, window: Pair, strides: Pair, padding: str) -> Pair:
    """Return the output size (height, width) of a convolution or a pooling.

    "valid" counts the windows that fit whole, ``(size - window) // stride + 1``; "same" gives
    ``ceil(size / stride)`` windows, and pads the input until the last of them fits.

    Raises
    ------
    ValueError
        If not even one window fits.
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

    "same" adds the rows and columns that the last window lacks. Where their number is odd, the extra one goes
    to the bottom or the right, as in Keras.
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

    A convolution of stride 3 gives three input sizes one and the same output size, so its transpose must
    choose among them. "same" gives ``size * stride``; "valid" gives ``(size - 1) * stride + max(window,
    stride)``. ``output_padding`` chooses another: ``(size - 1) * stride + window + output_padding``, less
    ``2 * (window // 2)`` for "same". All as in Keras; "valid" with ``output_padding`` is PyTorch's formula at
    its ``padding=0``.

    The convolution must lead back from the output to ``size``: ``output_padding`` is from 0 to ``stride -
    1``, or from 1 to ``stride`` for "same" and an even window, where ``2 * (window // 2)`` takes one more.

    Raises
    ------
    ValueError
        If the convolution would not lead back from the output to ``size``.
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
            f'convolution with window {window}, strides {strides} and padding "{padding}" does not lead back '
            f"to the input, {size[0]}x{size[1]}; expected output_padding=None, or {allowed[0]} vertically "
            f"and {allowed[1]} horizontally"
        )
    return output

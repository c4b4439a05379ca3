"""Output sizes and padding of layers, with the checks of their arguments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from npae.arguments import brief, choice, instance, integer

Shape: TypeAlias = tuple[int, ...]
Pair: TypeAlias = tuple[int, int]  # (vertical, horizontal)
Pads: TypeAlias = tuple[Pair, Pair]  # ((top, bottom), (left, right))
Padding: TypeAlias = "str | Pads"  # "valid", "same", or the amounts
PaddingArgument: TypeAlias = "str | int | Pair | Pads"  # what `check_padding` takes

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


def check_padding(padding: Any, pool_size: Pair | None = None) -> Padding:
    """Return ``padding`` as "valid", "same", or its amounts ``((top, bottom), (left, right))``.

    Parameters
    ----------
    padding : str, int, (int, int) or ((int, int), (int, int))
        One integer is all four amounts, two are (vertical, horizontal), as in PyTorch; two pairs are the
        amounts, as in Keras's ``ZeroPadding2D``.
    pool_size : (int, int), optional
        The window of a pooling, which must not lie in the padding alone.

    Raises
    ------
    ValueError
        If it is something else, or an amount is not below ``pool_size``.
    """
    if isinstance(padding, str):
        return choice(padding, "padding", ("valid", "same"))
    two = tuple(padding) if isinstance(padding, (tuple, list)) else (padding, padding)
    try:
        vertical, horizontal = (pair(amount, "padding", least=0) for amount in two)
    except ValueError:
        raise ValueError(
            f'padding must be "valid", "same", an integer from 0 to {LARGEST}, (vertical, horizontal) or '
            f"((top, bottom), (left, right)), not {brief(padding)}"
        ) from None
    if pool_size and any(max(pad) >= w for pad, w in zip((vertical, horizontal), pool_size)):
        raise ValueError(
            f"padding {brief(padding)} must be smaller than pool_size, {pool_size}: a window would hold "
            "padding only"
        )
    return vertical, horizontal


def window_pads(size: Pair, window: Pair, strides: Pair, padding: Padding) -> Pads:
    """Return the padding ``((top, bottom), (left, right))`` of a convolution or a pooling.

    "valid" is none. "same" adds the rows and columns that the last window lacks. If their number is odd, the
    extra one is at the bottom or the right, as in Keras. Amounts are returned as they are.
    """
    if not isinstance(padding, str):
        return padding
    pads = []
    for s, w, stride in zip(size, window, strides):
        lacking = max((-(-s // stride) - 1) * stride + w - s, 0) if padding == "same" else 0
        pads.append((lacking // 2, lacking - lacking // 2))
    vertical, horizontal = pads
    return vertical, horizontal


def window_output_size(size: Pair, window: Pair, strides: Pair, padding: Padding) -> Pair:
    """Return the output size (height, width) of a convolution or a pooling.

    It is the number of windows inside the padded input, ``(padded size - window) // stride + 1``. For "same"
    it is ``ceil(size / stride)``.

    Raises
    ------
    ValueError
        If the window is larger than the padded input.
    """
    pads = window_pads(size, window, strides, padding)
    height, width = (s + sum(pad) for s, pad in zip(size, pads))
    if window[0] > height or window[1] > width:
        padded = "" if (height, width) == tuple(size) else f", which padding makes {height}x{width}"
        raise ValueError(
            f"a window of {window[0]}x{window[1]} does not fit an input of {size[0]}x{size[1]}{padded}; "
            'use padding="same" or a smaller window'
        )
    return (height - window[0]) // strides[0] + 1, (width - window[1]) // strides[1] + 1


def transpose_output_size(
    size: Pair, window: Pair, strides: Pair, padding: Padding, output_padding: Pair | None = None
) -> Pair:
    """Return the output size (height, width) of a transposed convolution.

    A convolution of stride 3 maps three input sizes to the same output size, so its transpose must choose one
    of them. By default it chooses ``size * stride`` for "same" and ``(size - 1) * stride + max(window,
    stride)`` for "valid", as Keras does, and ``(size - 1) * stride + window - amounts`` for amounts of
    padding, as PyTorch does. ``output_padding`` chooses ``(size - 1) * stride + window + output_padding``,
    minus the amounts, or minus ``2 * (window // 2)`` for "same". These are the formulas of PyTorch, where
    "valid" is 0, and Keras.

    Raises
    ------
    ValueError
        If there is no such output, or the convolution does not map it to ``size``. So ``output_padding`` must
        be from 0 to ``stride - 1``; for "same" and an even window, from 1 to ``stride``.
    """
    if padding == "same" and output_padding is None:
        return _two(s * stride for s, stride in zip(size, strides))
    whole = _two((s - 1) * stride + w for s, w, stride in zip(size, window, strides))
    if padding == "same":
        cut, least = _two(2 * (w // 2) for w in window), _two(1 - w % 2 for w in window)
    else:
        cut, least = _two(sum(pad) for pad in window_pads(size, window, strides, padding)), (0, 0)
    default = _two(max(stride - w, 0) if padding == "valid" else 0 for w, stride in zip(window, strides))
    extra = default if output_padding is None else output_padding
    output = _two(w - less + more for w, less, more in zip(whole, cut, extra))
    most = tuple(low + stride - 1 for low, stride in zip(least, strides))
    if any(not low <= more <= high for low, more, high in zip(least, extra, most)):
        allowed = [str(low) if low == high else f"{low} to {high}" for low, high in zip(least, most)]
        shown = f'"{padding}"' if isinstance(padding, str) else padding
        raise ValueError(
            f"output_padding {tuple(extra)} gives an output of {output[0]}x{output[1]}, which a "
            f"convolution with window {window}, strides {strides} and padding {shown} does not map to "
            f"the input size, {size[0]}x{size[1]}; expected output_padding=None, or {allowed[0]} vertically "
            f"and {allowed[1]} horizontally"
        )
    if min(output) < 1:
        raise ValueError(f"padding {padding} leaves nothing of an output of {whole[0]}x{whole[1]}; use less")
    return output

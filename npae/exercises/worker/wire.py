"""What goes through the pipes between npae and the learner's process: one header of JSON, then raw numbers.

Nothing that is read here can run code or ask for more memory than has arrived. Data go by value: arrays,
numbers, texts, and tuples, lists and dicts of them. Everything else stays where it is, and a number goes in
its place; with a generator of random numbers, its state goes, too.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import IO, Any

import numpy as np

LARGEST_HEADER, LARGEST = 8 << 20, 256 << 20  # bytes
DEEPEST = 60
NUMBERS = "fiubc"  # kinds of dtypes
_LENGTHS = struct.Struct("<IQ")


class Garbled(Exception):
    """What came through the pipe is no message, or is too large."""


def send(stream: IO[bytes], message: dict[str, Any], blocks: list[bytes]) -> None:
    """Write one message: JSON, and the bytes of the arrays in it.

    Raises
    ------
    Garbled
        If it is too large; then nothing has been written.
    """
    header = json.dumps(message).encode()
    if len(header) > LARGEST_HEADER or sum(map(len, blocks)) > LARGEST:
        raise Garbled("too much for one answer")
    stream.write(b"".join([_LENGTHS.pack(len(header), sum(map(len, blocks))), header, *blocks]))
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """Return the next message and the bytes of its arrays; None at the end.

    Raises
    ------
    Garbled
    """
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    head, body = _LENGTHS.unpack(lengths)
    if head > LARGEST_HEADER or body > LARGEST:
        raise Garbled(f"a message of {head + body:,} bytes")
    header, block = stream.read(head), stream.read(body)
    if len(block) < body:
        return None
    try:
        message = json.loads(header)
    except (ValueError, RecursionError) as error:
        raise Garbled(str(error)) from None
    if not isinstance(message, dict):
        raise Garbled("no dict")
    return message, block


def encode(
    value: Any, blocks: list[bytes], other: Callable[[Any], dict], known: Callable | None = None
) -> Any:
    """Return a value as JSON can hold it; the numbers of its arrays are appended to ``blocks``.

    Parameters
    ----------
    other : callable
        ``other(value)`` returns what stands for a value that is no data.
    known : callable, optional
        ``known(value)`` returns what stands for a list, dict or array that the other side has; else None.
    """

    def node(value: Any, depth: int) -> Any:
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, int) and not isinstance(value, np.generic):
            return int(value) if value.bit_length() <= 1024 else other(value)
        if isinstance(value, float) and not isinstance(value, np.generic):
            return float(value)
        if isinstance(value, complex) and not isinstance(value, np.generic):
            return {"complex": [value.real, value.imag]}
        found = known(value) if known is not None else None
        if found is not None:
            return found
        if depth > DEEPEST:
            return other(value)
        if isinstance(value, (np.ndarray, np.generic)):
            return array(np.asarray(value), isinstance(value, np.generic)) or other(value)
        if isinstance(value, (tuple, list)):
            return {"tuple" if isinstance(value, tuple) else "list": [node(one, depth + 1) for one in value]}
        if isinstance(value, dict):
            return {"dict": [[node(k, depth + 1), node(v, depth + 1)] for k, v in value.items()]}
        return other(value)

    def array(value: np.ndarray, scalar: bool) -> dict | None:
        if value.dtype.kind == "O":
            return {"objects": list(value.shape)}
        if value.dtype.kind not in NUMBERS or value.nbytes + sum(map(len, blocks)) > LARGEST:
            return None
        blocks.append(value.tobytes())
        return {"array": [value.dtype.str, list(value.shape)], "scalar": scalar}

    return node(value, 0)


def state_of(generator: np.random.Generator) -> Any:
    """Return the state of a generator of random numbers, as JSON can hold it."""

    def plain(state: Any) -> Any:
        if isinstance(state, dict):
            return {key: plain(part) for key, part in state.items()}
        return state.tolist() if isinstance(state, (np.ndarray, np.generic)) else state

    return plain(generator.bit_generator.state)


class Reader:
    """Makes values of what `encode` has made of them.

    Parameters
    ----------
    block : bytes
        The numbers of all arrays, in the order in which they stand in the message.
    other : callable
        ``other(node)`` returns the value of a node that is no data.
    made : callable, optional
        ``made(value, path)`` is told of each array and container, and where it stands in the value.
    """

    def __init__(self, block: bytes, other: Callable[[dict], Any], made: Callable | None = None):
        self._block, self._other, self._made, self._at = block, other, made, 0

    @property
    def rest(self) -> bytes:
        """The numbers that have not been taken yet."""
        return self._block[self._at :]

    def value(self, node: Any, path: tuple | None = ()) -> Any:
        """Return the value of a node; ``path`` is None in the keys of dicts.

        Raises
        ------
        Garbled
        """
        if node is None or isinstance(node, (bool, int, float, str)):
            return node
        if not isinstance(node, dict):
            raise Garbled("no value")
        try:
            value = self._of(node, path)
        except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RecursionError) as error:
            raise Garbled(str(error)) from None
        if self._made is not None and path is not None:
            self._made(value, path)
        return value

    def _of(self, node: dict, path: tuple | None) -> Any:
        if "array" in node:
            return self._array(node)
        if "tuple" in node or "list" in node:
            kind = tuple if "tuple" in node else list
            return kind(self.value(one, _below(path, k)) for k, one in enumerate(node[kind.__name__]))
        if "dict" in node:
            return {
                self.value(k, None): self.value(v, _below(path, n)) for n, (k, v) in enumerate(node["dict"])
            }
        if "complex" in node:
            return complex(*node["complex"])
        if "objects" in node:
            return np.empty([min(int(size), 1000) for size in node["objects"]][:3], object)
        return self._other(node)

    def _array(self, node: dict) -> Any:
        text, shape = node["array"]
        dtype = np.dtype(str(text))
        if dtype.kind not in NUMBERS or any(type(size) is not int or size < 0 for size in shape):
            raise Garbled(f"an array of {text}")
        count = 1
        for size in shape:
            count *= size
        end = self._at + count * dtype.itemsize
        if end > len(self._block):
            raise Garbled("an array without its numbers")
        found = np.frombuffer(self._block, dtype, count, self._at).reshape(shape).copy()
        self._at = end
        return found[()] if node["scalar"] else found


def _below(path: tuple | None, place: int) -> tuple | None:
    return None if path is None else (*path, place)


def at(value: Any, path: tuple) -> Any:
    """Return the part of a value that `Reader` has told with this path."""
    for place in path:
        value = list(value.values())[place] if isinstance(value, dict) else value[place]
    return value


def generator(state: dict) -> np.random.Generator:
    """Return a generator of random numbers in a certain state."""
    kinds = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")
    if state["bit_generator"] not in kinds:
        raise ValueError("no generator")
    bits = getattr(np.random, state["bit_generator"])()
    bits.state = state
    return np.random.Generator(bits)

"""`npae gradcheck my_layers.py:MyLayer`: a layer of one's own is found, checked, and its mistake named."""

import json

import pytest

from npae.console.cli import main

LAYERS = r"""
import numpy as np
from npae import Layer

class Square(Layer):
    def forward(self, x, rng=None):
        return x * x, x
    def backward(self, dy, cache, need_dx=True):
        return 2 * dy * cache, {}

class HalfSquare(Square):
    def backward(self, dy, cache, need_dx=True):
        return dy * cache, {}

class Scale(Square):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor
    def forward(self, x, rng=None):
        return self.factor * x, None
    def backward(self, dy, cache, need_dx=True):
        return self.factor * dy, {}

class MyDense(Layer):
    def __init__(self, units=3):
        super().__init__()
        self.units = units
    def build_shape(self, shape):
        if len(shape) != 1:
            raise ValueError("flat inputs only")
        return (self.units,)
    def build_params(self, rng, dtype):
        return {"kernel": rng.standard_normal((*self.input_shape, self.units)).astype(dtype)}
    def forward(self, x, rng=None):
        return x @ self.params["kernel"], x
    def backward(self, dy, cache, need_dx=True):
        return dy @ self.params["kernel"].T, {"kernel": cache.T @ dy / len(dy)}

class Typo(Square):
    def forward(self, x, rng=None):
        return x.no_such_thing, None

class Hostile(Square):
    def __init__(self, error):
        raise {"key": KeyError, "exit": SystemExit}[error]("\x1b[2J\x07")

class Leaves(Square):
    def forward(self, x, rng=None):
        raise SystemExit("\x1b[2J")

class NoPair(Square):
    def forward(self, x, rng=None):
        return x * x

ready = Scale(3.0)
nothing = 7
"""


@pytest.fixture
def gradcheck(tmp_path, monkeypatch):
    (tmp_path / "my_layers.py").write_text(LAYERS)
    (tmp_path / "broken.py").write_text("def f(:\n")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: main(["gradcheck", *arguments])


@pytest.mark.parametrize(
    "arguments, checked",
    [
        (["my_layers.py:Square"], "2 of 2 checks passed"),  # a vector and an image
        (["my_layers.py:Scale(2.5)", "--input-shape", "3,4"], "Scale(2.5) on 3x4"),
        (["./my_layers.py:Scale(factor=-1)", "my_layers.py:ready"], "4 of 4 checks passed"),
    ],
)
def test_a_right_layer_passes(gradcheck, arguments, checked, capsys):
    assert gradcheck(*arguments) == 0
    assert checked in capsys.readouterr().out


def test_a_mistake_is_named_once_and_the_status_says_so(gradcheck, capsys):
    assert gradcheck("my_layers.py:HalfSquare") == 1
    out = capsys.readouterr().out
    assert out.count("dx is half of what it should be") == 1
    assert gradcheck("my_layers.py:MyDense") == 1  # takes vectors only
    out = capsys.readouterr().out
    assert "n times too small" in out and "MyDense(3) on 5" in out and "2x6x5" not in out


def test_json_holds_the_diagnoses(gradcheck, capsys):
    assert gradcheck("my_layers.py:MyDense", "--json") == 1
    (report,) = json.loads(capsys.readouterr().out)
    assert report["verdict"] == "fail"
    assert [one["diagnosis"] for one in report["diagnoses"]] == ["over_n"]


def test_a_layer_that_returns_no_pair_is_told_so(gradcheck, capsys):
    assert gradcheck("my_layers.py:NoPair") == 1
    assert "forward must return (y, cache)" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["my_layers.py"], "names no layer"),
        (["nowhere.py:Square"], "there is no file nowhere.py"),
        (["broken.py:Square"], "broken.py, line 1: invalid syntax"),
        (["my_layers.py:Sqare"], "its layers are Square, HalfSquare, Scale, MyDense"),
        (["my_layers.py:Scale"], "missing 1 required positional argument: 'factor'"),
        (["my_layers.py:Scale(open('x'))"], "the arguments must be plain values"),
        (["my_layers.py:Hostile('key')"], r"cannot be made: KeyError: '\x1b[2J\x07'"),
        (["my_layers.py:Hostile('exit')"], r"cannot be made: SystemExit: \x1b[2J\x07"),
        (["my_layers.py:Leaves"], r"SystemExit: \x1b[2J"),
        (["my_layers.py:nothing"], "is of type int, without build, forward, backward"),
        (["my_layers.py:Typo"], "in forward: return x.no_such_thing, None) AttributeError"),
        (["my_layers.py:MyDense", "--input-shape", "2,3"], "flat inputs only"),
        (["my_layers.py:Square", "--input-shape", "big"], "expected sizes without the batch"),
    ],
)
def test_what_cannot_be_checked_is_one_line_and_status_1(gradcheck, arguments, words, capsys):
    assert gradcheck(*arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("npae: error: ") and words in error and len(error.splitlines()) == 1

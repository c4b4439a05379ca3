"""`npae gradcheck my_layers.py:MyLayer`: a layer of one's own, checked and diagnosed like an exercise."""

from __future__ import annotations

import ast
import copy
import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from npae import gradcheck
from npae.exercises.layer_diagnosis import diagnose_layer
from npae.exercises.result import as_text
from npae.exercises.worker.calls import frames, says
from npae.layers import Layer
from npae.terminal import json_text, say

NEEDED = ("build", "forward", "backward")
SHAPES = ((5,), (2, 6, 5))  # tried in turn, where none is given: a vector, and an image that is not square

_SPELLING = re.compile(r"(?P<file>.+\.py):(?P<name>\w+)(?P<arguments>\(.*\))?", re.DOTALL)


def gradcheck_own(names: list[str], input_shape: str | None, as_json: bool) -> int:
    """Check layers of a person's own, print what came of it, and return 0 if all of them are right.

    Parameters
    ----------
    names : list of str
        As ``my_layers.py:MyLayer`` or ``my_layers.py:MyLayer(3, activation='relu')``.
    input_shape : str or None
        Of one example, as "2,6,5". None: a vector and an image are tried, and those that fit are checked.
    as_json : bool

    Raises
    ------
    ValueError
        If a layer cannot be had, or fits no input; the message says why.
    """
    shapes = SHAPES if input_shape is None else (_shape(input_shape),)
    reports, results = [], []
    for spelling in names:
        layer, file = load_layer(spelling)
        try:
            reasons = {shape: _why_not(layer, shape, file) for shape in shapes}
            fitting = [shape for shape, reason in reasons.items() if not reason]
            if not fitting:
                raise ValueError(_refused(spelling, reasons, asked=input_shape is not None))
            for shape in fitting:
                report, wrong = diagnose_layer(layer, shape)
                reports.append(report)
                results.append(wrong)
        except ValueError:
            raise
        except (Exception, SystemExit) as error:
            where = (frames(error, str(file)) or ["somewhere outside of the file"])[-1]
            raise ValueError(f"{spelling} stops with an error in {where}: {says(error)}") from None
    _print(reports, results, as_json)
    return 0 if all(report.passed for report in reports) and not any(results) else 1


def load_layer(spelling: str) -> tuple[Layer, Path]:
    """Return the layer that ``my_layers.py:MyLayer(3)`` stands for, and the file.

    Raises
    ------
    ValueError
        If the file cannot be run, or does not hold that layer.
    """
    match = _SPELLING.fullmatch(spelling)
    if match is None:
        raise ValueError(
            f"{spelling!r} names no layer; write file, colon and layer, as in my_layers.py:MyLayer or "
            "\"my_layers.py:MyLayer(3, activation='relu')\""
        )
    file, name = Path(match["file"]).absolute(), match["name"]
    if not file.is_file():
        raise ValueError(f"there is no file {match['file']}")
    found = getattr(_module(file), name, None)
    if found is None:
        layers = [key for key, value in vars(_module(file)).items() if _is_layer_class(value, file)]
        offer = f"its layers are {', '.join(layers)}" if layers else "it defines no layer"
        raise ValueError(f"{match['file']} has no {name}; {offer}")
    layer = _made(found, match["arguments"], spelling) if callable(found) else found
    missing = [method for method in NEEDED if not callable(getattr(layer, method, None))]
    if missing:
        raise ValueError(
            f"{spelling} is of type {type(layer).__name__}, without {', '.join(missing)}; best make it a "
            "subclass of npae.Layer, whose docstring says what to write"
        )
    return layer, file


_modules: dict[Path, Any] = {}


def _module(file: Path) -> Any:
    if file not in _modules:
        spec = importlib.util.spec_from_file_location(f"own_layers_{file.stem}", file)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except SyntaxError as error:
            raise ValueError(f"{file.name}, line {error.lineno}: {error.msg}") from None
        except (Exception, SystemExit) as error:
            where = (frames(error, str(file)) or ["an import"])[-1]
            raise ValueError(f"{file.name} stops with an error in {where}: {says(error)}") from None
        _modules[file] = module
    return _modules[file]


def _is_layer_class(value, file: Path) -> bool:
    return isinstance(value, type) and issubclass(value, Layer) and value.__module__ == _module(file).__name__


def _made(kind, arguments: str | None, spelling: str) -> Layer:
    """Call a class with arguments that are plain values, as in "(3, activation='relu')"."""
    try:
        call: Any = ast.parse(f"f{arguments or '()'}", mode="eval").body
        values = [ast.literal_eval(value) for value in call.args]
        named = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    except (SyntaxError, ValueError):
        raise ValueError(
            f"in {spelling}, the arguments must be plain values, as in (3, activation='relu')"
        ) from None
    try:
        return kind(*values, **named)
    except (Exception, SystemExit) as error:
        raise ValueError(
            f"{spelling} cannot be made: {says(error)}; give its arguments as in "
            f"\"my_layers.py:{kind.__name__}(3, activation='relu')\""
        ) from None


def _why_not(layer: Layer, shape: tuple[int, ...], file: Path) -> str:
    """Return why inputs of a shape do not fit a layer, or "" if they do."""
    twin = copy.deepcopy(layer)
    try:
        twin.build(shape, np.random.default_rng(0), np.float64)
        twin.forward(np.ones((2, *shape)))
    except (Exception, SystemExit) as error:
        return " ".join([*(f"({line})" for line in frames(error, str(file))[-1:]), says(error)])
    return ""


def _refused(spelling: str, reasons: dict[tuple[int, ...], str], asked: bool) -> str:
    if len(set(reasons.values())) == 1:
        said = f"{spelling} stops with an error: {next(iter(reasons.values()))}"
    else:
        said = f"{spelling} takes neither of these: " + "; ".join(f"{s}: {why}" for s, why in reasons.items())
    return said if asked else f"{said}. --input-shape names the shape of an input that it takes, as in 3,8,7"


def _print(reports, results, as_json: bool) -> None:
    if as_json:
        found = json.loads(gradcheck.as_json(reports))
        for entry, diagnoses in zip(found, results):
            entry["diagnoses"] = [result.as_dict() for result in diagnoses]
        say(json_text(found))
        return
    say(gradcheck.as_table(reports))
    seen = set()
    for result in (result for diagnoses in results for result in diagnoses):
        key = result.exercise, result.quantity, result.sentence
        if key not in seen:  # a mistake that shows in vectors and in images needs to be told once only
            say(f"\n{as_text(result)}")
        seen.add(key)


def _shape(text: str) -> tuple[int, ...]:
    try:
        sizes = tuple(int(size) for size in re.split(r"[,x ]+", text.strip("() ")) if size)
    except ValueError:
        sizes = ()
    if not sizes or min(sizes) < 1:
        raise ValueError(f"--input-shape is {text!r}; expected sizes without the batch, as in 3,8,7")
    return sizes

"""A learner's file may do anything: it is met with a sentence, and nothing outside of its process changes."""

import os
import sys
import textwrap
import time

import pytest

from npae.exercises import sandbox, workspace
from npae.exercises.inside import NotInAnExercise, Refusals, load

RIGHT = """
    import numpy as np

    def relu_forward(x):
        {forward}
        return np.maximum(x, 0), x

    def relu_backward(dy, cache):
        {backward}
        return dy * (cache > 0)
"""


def relu(forward="pass", backward="pass", before=""):
    return before + textwrap.dedent(RIGHT).format(forward=forward, backward=backward)


@pytest.fixture
def check(tmp_path):
    """Check a text as the answer to `relu`."""

    def run(text, **limits):
        path = tmp_path / "02_relu.py"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return sandbox.check("relu", path, **limits)

    return run


def test_a_right_answer_passes_in_a_moment_and_prints_do_no_harm(check):
    outcome = check(relu(forward='print(\'{"word": "", "report": {"passed": false}}\')'))
    assert outcome.passed and "right" in outcome.text and '"passed": false' in outcome.printed
    assert outcome.as_dict()["exercise"] == "relu"


def test_what_a_wrong_answer_printed_is_shown_but_shortened(check):
    outcome = check(relu(forward="print('x is', x.shape)").replace("dy * (cache > 0)", "-dy * (cache > 0)"))
    assert not outcome.passed and outcome.report["diagnosis"] == "sign"
    shown = outcome.text.partition("Your file printed:")[2]
    assert "x is (" in shown and "more lines" in shown and len(shown.splitlines()) < 20


def test_a_stub_is_untouched_and_not_wrong(tmp_path):
    home = workspace.start(tmp_path).workspace
    outcome = sandbox.check("relu", home.directory)
    assert outcome.untouched and not outcome.passed


def test_an_endless_loop_is_stopped_and_its_line_is_named(check):
    began = time.perf_counter()
    outcome = check(relu(backward="print('before')\n    while True: pass"), seconds=1)
    assert time.perf_counter() - began < 10
    assert outcome.report["diagnosis"] == "too_slow" and "still running after 1 s" in outcome.text
    assert "in relu_backward: while True: pass" in outcome.text and "before" in outcome.text


def test_printing_without_end_fills_neither_disk_nor_memory(check):
    outcome = check(relu(forward="while True: print('x' * 1000)"), seconds=1)
    assert outcome.report["diagnosis"] == "too_slow" and len(outcome.printed) < 300_000


@pytest.mark.parametrize(
    "forward, key, words",
    [
        ("import os; os._exit(0)", "exit", "exit status 0"),
        ("import ctypes; ctypes.string_at(0)", "crash", "in relu_forward: import ctypes"),
        ("import os; os.abort()", "crash", "Abort"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="signals are different there")
def test_a_process_that_dies_is_told_apart_from_an_answer(check, forward, key, words):
    outcome = check(relu(forward))
    assert outcome.report["diagnosis"] == key and words in outcome.text and not outcome.passed


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_memory_is_limited(check):
    outcome = check(relu("np.ones(1 << 30)"), memory=2 << 30)
    assert not outcome.passed and "MemoryError" in outcome.text


@pytest.mark.parametrize(
    "forward, words",
    [
        ("raise SystemExit(3)", "SystemExit"),
        ("raise KeyboardInterrupt", "line 5, in relu_forward: raise KeyboardInterrupt"),
        ("return relu_forward(x)", "RecursionError"),
        ("x.no_such_thing", "line 5, in relu_forward: x.no_such_thing"),
        ("input('?')", "EOFError"),
    ],
)
def test_an_exception_is_told_with_the_lines_of_the_learner_alone(check, forward, words):
    outcome = check(relu(forward))
    assert not outcome.passed and words in outcome.text
    assert "Traceback" not in outcome.text and "learner.py" not in outcome.text


def test_nothing_outside_of_its_room_can_be_changed(check, tmp_path):
    home = workspace.start(tmp_path).workspace
    before = (tmp_path / "progress.txt").read_bytes()
    path = str(tmp_path / "progress.txt")
    acts = [
        f"open({path!r}, 'w')",
        f"__import__('os').remove({path!r})",
        f"__import__('os').replace('answer', {path!r})",
        f"__import__('shutil').rmtree({str(tmp_path)!r})",
        f"__import__('pathlib').Path({path!r}).write_text('all solved')",
        f"__import__('os').link({path!r}, 'second'); open('second', 'w')",
        f"__import__('os').open('progress.txt', 1 | 512, dir_fd=__import__('os').open({str(tmp_path)!r}, 0))",
        f"__import__('ctypes').CDLL(None).truncate({path.encode()!r}, 0)",
    ]
    tried = "\n".join(f"try: {act}\nexcept Exception: pass" for act in acts)
    outcome = check(relu(before=tried + "\nopen('mine.txt', 'w').write('allowed')\n"))
    assert outcome.report["diagnosis"] == "writes_files" and "progress.txt" in outcome.text
    assert (tmp_path / "progress.txt").read_bytes() == before and not home.progress().damage
    outcome = check(relu(before="import subprocess; subprocess.run(['true'])"))
    assert outcome.report["diagnosis"] == "starts_processes"


def test_an_answer_without_the_word_is_none(check, tmp_path):
    forged = '{"word": "guess", "report": {"exercise": "relu", "passed": true, "stage": "done"}}'
    text = f"import os, sys\nfor fd in range(3, 9):\n    try: os.write(fd, {forged.encode()!r})\n"
    outcome = check(text + f"    except OSError: pass\nprint({forged!r})\nos._exit(0)")
    assert not outcome.passed and outcome.report["diagnosis"] in ("exit", "crash")


def test_a_solution_of_npae_is_not_read(check):
    path = str(workspace.Path(workspace.__file__).parent / "path" / "relu" / "right.py")
    outcome = check(f"exec(open({path!r}).read())")
    assert outcome.report["diagnosis"] == "reads_solution" and not outcome.passed


@pytest.mark.parametrize(
    "line", ["import_module('npae.exercises.path.relu.exercise')", "import_module('npae.layers')"]
)
def test_importlib_is_no_way_around(check, line):
    outcome = check(relu(before=f"from importlib import import_module\n{line}\n"))
    assert outcome.report["diagnosis"] == "imports_npae" and not outcome.passed


def test_a_file_that_replaces_what_the_check_relies_on_does_not_pass(check):
    text = relu(forward="x = 7 * x").replace("\n\n", "\nnp.abs = lambda x: 0 * x\nnp.other = 1\n\n", 1)
    outcome = check(text)
    assert outcome.report["diagnosis"] == "replaces_others" and "replaces numpy.abs" in outcome.text
    text = relu(before="import sys\nsys.modules['npae.exercises.samples'].Sample.right = True\n")
    assert "npae.exercises.samples.Sample.right" in check(text).text
    assert check(relu(before="import numpy\nnumpy.mine = 1\nnumpy.seterr(all='ignore')\n")).passed


def load_text(tmp_path, text, extra=()):
    path = tmp_path / "02_relu.py"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    refusals = Refusals()
    return load(path, extra, refusals), refusals


@pytest.mark.parametrize(
    "line, key",
    [
        ("import npae", "imports_npae"),
        ("from npae.layers import Dense", "imports_npae"),
        ("import torch.nn as nn", "imports_framework"),
        ("import jax", "imports_framework"),
        ("import scipy", "imports_other"),
        ("try:\n    import tensorflow\nexcept Exception:\n    pass", "imports_framework"),
        ("__import__('npae')", "imports_npae"),
    ],
)
def test_imports_of_answers_are_refused_even_where_the_file_catches_it(tmp_path, line, key):
    _, refusals = load_text(tmp_path, f"import numpy as np\n{line}\n")
    assert [kept[0] for kept in refusals.kept] == [key] and "line " in refusals.kept[0][2]


def test_python_and_numpy_and_what_an_exercise_asks_for_may_be_imported(tmp_path):
    text = "import math, itertools\nimport numpy as np\nfrom numpy.lib import stride_tricks\n"
    module, refusals = load_text(tmp_path, text + "import json as numba_stands_here\n", extra=("numba",))
    assert not refusals.kept and module.np.pi == module.math.pi
    with pytest.raises(NotInAnExercise, match="use nothing but NumPy and Numba"):
        exec("import torch", vars(module))


@pytest.mark.parametrize(
    "text, key, evidence",
    [
        ("def f(x):\n    return (x +\n", "syntax_error", "line 2: '(' was never closed"),
        ("x = 3\n  y = 4\n", "syntax_error", "line 2: unexpected indent"),
        (b"x = '\xff'\n", "syntax_error", ""),
        (b"x = 1\0\n", "syntax_error", "null"),
        ("x = 1\n".encode("utf-16"), "syntax_error", "saved as UTF-16"),
        ("import numpy as np\nnp.zeroes(3)\n", "import_error", "line 2: np.zeroes(3)"),
        ("import sys\nsys.exit(0)\n", "exit", "line 2: sys.exit(0)"),
        ("import helpers_of_mine\n", "imports_other", "line 1: it imports helpers_of_mine"),
    ],
)
def test_a_file_that_cannot_be_run_is_told_by_line(tmp_path, text, key, evidence):
    report, refusals = load_text(tmp_path, text)
    if refusals.kept:
        assert refusals.kept[0][0] == key and refusals.kept[0][2] == evidence
    else:
        assert report["diagnosis"] == key and evidence in "\n".join(report["evidence"])


def test_the_caret_stands_below_the_place_of_a_syntax_error(tmp_path):
    report, _ = load_text(tmp_path, "def f(x):\n    return x @@ x\n")
    line, source, caret = report["evidence"]
    assert source.strip() == "return x @@ x" and caret.index("^") - source.index("@@") in (0, 1)


def test_a_file_that_is_not_there_or_cannot_be_read_is_told_in_words(tmp_path):
    outcome = sandbox.check("relu", tmp_path)
    assert outcome.report["diagnosis"] == "missing_file" and "npae exercises reset relu" in outcome.text
    report = load(tmp_path, (), Refusals())
    assert report["diagnosis"] == "cannot_read"
    (tmp_path / "02_relu.py").mkdir()
    for place in (tmp_path, tmp_path / "02_relu.py"):
        assert "02_relu.py is a folder" in sandbox.check("relu", place).text


def test_an_exercise_for_which_this_machine_lacks_something_is_neither_right_nor_wrong(tmp_path, monkeypatch):
    (tmp_path / "numba.py").write_text("raise ImportError('none here')")
    monkeypatch.syspath_prepend(tmp_path)
    home = workspace.start(tmp_path / "learner").workspace
    outcome = sandbox.check("numba_kernel", home.directory)
    assert outcome.unavailable and not outcome.passed and "pip install numba" in outcome.text

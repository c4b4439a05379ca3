"""A learner's file may do anything: it is met with a sentence, and nothing outside of its process changes."""

import json
import os
import sys
import textwrap
import time

import pytest
from slow_cases import slow_but

from npae.exercises import order, sandbox, texts, workspace
from npae.exercises.result import Result

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


@pytest.mark.slow
def test_printing_without_end_fills_neither_disk_nor_memory(check):
    outcome = check(relu(forward="while True: print('x' * 1000)"), seconds=0.5)
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


def test_a_solution_of_npae_is_not_read(check):
    path = str(workspace.Path(workspace.__file__).parent / "path" / "relu" / "right.py")
    outcome = check(f"exec(open({path!r}).read())")
    assert outcome.report["diagnosis"] == "reads_solution" and not outcome.passed


@pytest.fixture
def loaded(tmp_path):
    """Load a text as an exercise, and return the report, {} if nothing is wrong."""

    def run(text, exercise="relu"):
        path = tmp_path / order.file_name(exercise)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        result, _ = sandbox.run(
            exercise, path, 10, sandbox.MEMORY, lambda process: Result(exercise, passed=True)
        )
        return {} if result.passed else result.as_dict()

    return run


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
def test_imports_of_answers_are_refused_even_where_the_file_catches_it(loaded, line, key):
    report = loaded(f"import numpy as np\n{line}\n")
    assert report["diagnosis"] == key and "line " in report["evidence"][0]


def test_python_and_numpy_and_what_an_exercise_asks_for_may_be_imported(loaded):
    text = "import math, itertools\nimport numpy as np\nfrom numpy.lib import stride_tricks\n"
    assert loaded(text) == {} and loaded(text + "from numba import njit\n") == {}
    assert loaded("import torch\n")["diagnosis"] == "imports_framework"
    assert "use nothing but NumPy and Numba" in loaded("import torch, numba\n")["sentence"]


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
def test_a_file_that_cannot_be_run_is_told_by_line(loaded, text, key, evidence):
    report = loaded(text)
    assert report["diagnosis"] == key and evidence in "\n".join(report["evidence"])


def test_the_caret_stands_below_the_place_of_a_syntax_error(loaded):
    line, source, caret = loaded("def f(x):\n    return x @@ x\n")["evidence"]
    assert source.strip() == "return x @@ x" and caret.index("^") - source.index("@@") in (0, 1)


def test_a_file_that_is_not_there_is_told_in_words(tmp_path):
    outcome = sandbox.check("relu", tmp_path)
    assert outcome.report["diagnosis"] == "missing_file" and "npae exercises reset relu" in outcome.text
    (tmp_path / "02_relu.py").mkdir()
    for place in (tmp_path, tmp_path / "02_relu.py"):
        assert "02_relu.py is a folder" in sandbox.check("relu", place).text


@pytest.mark.parametrize("lines", ["raise ValueError({})", "return [{}]", "print({}); return x, x"])
def test_what_a_file_says_does_not_steer_the_terminal(check, lines):
    text = check(relu(lines.format(r"'\x1b[2J\x07\u202e'"))).text
    assert all(c.isprintable() or c == "\n" for c in text), repr(text)


def test_an_exercise_for_which_this_machine_lacks_something_is_neither_right_nor_wrong(tmp_path, monkeypatch):
    (tmp_path / "numba.py").write_text("raise ImportError('none here')")
    monkeypatch.syspath_prepend(tmp_path)
    home = workspace.start(tmp_path / "learner").workspace
    outcome = sandbox.check("numba_kernel", home.directory)
    assert outcome.unavailable and not outcome.passed and "pip install numba" in outcome.text


ENDLESS = {
    "caught": ("try:\n        while True: pass\n    except BaseException: pass", "while True: pass"),
    "exceptions": ("while True:\n            try: int('a')\n            except Exception: pass", "line "),
    "asleep": ("import time; time.sleep(1e6)", "time.sleep(1e6)"),
    "lock": ("import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()", "lock.acquire()"),
    "thread": (
        "import threading; t = threading.Thread(target=threading.Event().wait); t.start(); t.join()",
        "t.join()",
    ),
    "one_long_call": ("sum(iter(int, 1))", "sum(iter(int, 1))"),
    "deaf": (
        "import signal; signal.signal(signal.SIGUSR1, signal.SIG_IGN)\n    while True: pass",
        "relu_forward",
    ),
}


@pytest.mark.skipif(os.name == "nt", reason="signals are different there")
@pytest.mark.parametrize("kind", slow_but(("deaf",), ENDLESS))
def test_whatever_is_endless_ends_in_time_and_its_line_is_told(check, kind):
    forward, words = ENDLESS[kind]
    began = time.perf_counter()
    outcome = check(relu(forward), seconds=0.5)
    assert outcome.report["diagnosis"] == "too_slow" and words in "\n".join(outcome.report["evidence"])
    assert time.perf_counter() - began < 4


def test_an_endless_loop_at_the_top_of_a_file_ends_in_time(check):
    outcome = check("while True:\n    pass\n", seconds=0.5)
    assert (
        outcome.report["diagnosis"] == "too_slow" and "It was in line" in outcome.text and outcome.seconds < 4
    )


@pytest.mark.slow
def test_endless_calls_of_what_npae_hands_over_end_in_time(tmp_path):
    path = tmp_path / "01_numerical_gradient.py"
    path.write_text("def numerical_gradient(f, x, step=1e-5):\n    while True:\n        f(x)\n")
    outcome = sandbox.check("numerical_gradient", path, seconds=0.5)
    assert outcome.report["diagnosis"] == "too_slow" and "in numerical_gradient" in outcome.text
    assert outcome.seconds < 4


NUMBA = """
import numpy as np
from numba import njit

@njit
def conv2d(x, kernel, bias):
    n, c_in, h, w = x.shape
    c_out, _, kh, kw = kernel.shape
    y = np.zeros((n, c_out, h - kh + 1, w - kw + 1), np.float32)
    {body}
    return y
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are different there")
@pytest.mark.slow
def test_an_endless_compiled_loop_is_told_by_its_function(tmp_path):
    path = tmp_path / "22_numba_kernel.py"
    path.write_text(NUMBA.format(body="while n < 1000:\n        y[0, 0, 0, 0] += 1"))
    outcome = sandbox.check("numba_kernel", path, seconds=4)
    assert outcome.report["diagnosis"] == "too_slow"
    assert "It was in conv2d (line 5), which Numba has compiled" in outcome.text


@pytest.mark.skipif(os.name == "nt", reason="signals are different there")
@pytest.mark.slow
def test_a_crash_of_compiled_code_is_told_with_the_index_outside_of_an_array(tmp_path):
    path = tmp_path / "22_numba_kernel.py"
    path.write_text(NUMBA.format(body="for i in range(1 << 40):\n        y[i, 0, 0, 0] = 1"))
    outcome = sandbox.check("numba_kernel", path)
    assert outcome.report["diagnosis"] == "crash" and "an index outside of an array" in outcome.text
    assert "run as plain Python, it stops:" in outcome.text and "IndexError" in outcome.text
    assert "line 11, in conv2d: y[i, 0, 0, 0] = 1" in outcome.text


@pytest.mark.slow
def test_a_million_prints_are_neither_kept_nor_called_an_endless_loop(check):
    outcome = check(relu("for i in range(10**6): print(i)"), seconds=2)
    assert outcome.report["diagnosis"] in ("too_slow", "") and len(json.dumps(outcome.as_dict())) < 20_000
    if not outcome.passed:
        assert "print less" in outcome.text and "no end" not in outcome.text


@pytest.mark.parametrize("place", ["top", "function"])
def test_input_is_explained(check, place):
    outcome = check(relu(before="input('?')\n") if place == "top" else relu("input('?')"))
    assert "EOFError" in outcome.text and "input() waits for an answer from the keyboard" in outcome.text


def test_a_class_instead_of_functions_is_said_to_be_one(check):
    outcome = check("class Relu:\n    def relu_forward(self, x):\n        return x\n")
    assert outcome.report["diagnosis"] == "missing_function"
    assert "it defines the class Relu; what is called are functions of the file itself" in outcome.text


def test_the_text_of_an_error_is_told_to_its_end(check):
    outcome = check(relu("raise ValueError('values go up to 256. Scale them; see remark (3). Then go on.')"))
    assert "values go up to 256." in outcome.text and "Then go on." in outcome.text


def test_state_of_a_generator_and_caches_that_are_no_data_come_back_as_they_were(tmp_path):
    text = texts.solution_text("denoising")
    path = tmp_path / "19_denoising.py"
    path.write_text(text)
    assert sandbox.check("denoising", path).passed
    text = relu().replace("return np.maximum(x, 0), x", "return np.maximum(x, 0), lambda dy: dy * (x > 0)")
    path = tmp_path / "02_relu.py"
    path.write_text(text.replace("return dy * (cache > 0)", "return cache(dy)"))
    outcome = sandbox.check("relu", path)
    assert outcome.passed, outcome.text

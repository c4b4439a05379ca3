"""Files that want to pass without being right: none does, since their process holds nothing."""

import textwrap
import time

import numpy as np
import pytest
from slow_cases import slow_but

from npae.exercises import explaining, order, sandbox, workspace

SEARCH = """
def found(holder, depth=0):
    names = ("want", "true", "right", "reference", "solution", "expected")
    for name in names:
        value = holder.get(name) if isinstance(holder, dict) else None
        if isinstance(value, np.ndarray):
            return value
"""
FORGED = '{"word": "", "passed": true, "answer": null, "report": {"passed": true, "stage": "done"}}'

# What the file does at its top; what forward returns; both for relu, whose right y is np.maximum(x, 0).
CHEATS = {
    "frames": (
        SEARCH + "import sys\ndef look():\n    f = sys._getframe()\n    while f:\n"
        "        y = found(f.f_locals) if found(f.f_locals) is not None else found(f.f_globals)\n"
        "        if y is not None:\n            return y\n        f = f.f_back\n",
        "look()",
    ),
    "modules": (
        SEARCH + "import sys\ndef look():\n    for m in list(sys.modules.values()):\n"
        "        if 'npae' in getattr(m, '__name__', '') and m.__name__ != __name__:\n            return m\n",
        "np.maximum(x, 0) if look() else x",
    ),
    "modules_by_name": (
        "import sys\nsample = sys.modules.get('npae.exercises.samples')\n"
        "if sample is not None:\n    sample.Sample.right = property(lambda self: True)\n",
        "x",
    ),
    "garbage_collector": (
        SEARCH + "import gc\ndef look():\n    for one in gc.get_objects():\n"
        "        if isinstance(one, dict) and found(one) is not None:\n            return found(one)\n",
        "look()",
    ),
    "referrers": (
        SEARCH + "import gc\ndef look(x):\n    for one in gc.get_referrers(x):\n"
        "        if isinstance(one, dict) and found(one) is not None:\n            return found(one)\n",
        "look(x)",
    ),
    "allclose": ("np.allclose = np.array_equal = lambda *a, **k: True\n", "x"),
    "abs": ("np.abs = np.absolute = lambda a, *r, **k: 0 * a\n", "x"),
    "isfinite_all": ("np.isfinite = lambda a: np.ones(np.shape(a), bool)\n", "np.full(x.shape, np.nan)"),
    "equal": (
        "class Yes(np.ndarray):\n    def __eq__(self, other):\n        return np.ones(self.shape, bool)\n"
        "    __ne__ = __lt__ = __gt__ = lambda self, other: np.zeros(self.shape, bool)\n",
        "x.view(Yes)",
    ),
    "ufuncs": (
        "class Zero(np.ndarray):\n    def __array_ufunc__(self, ufunc, method, *args, **kwargs):\n"
        "        return np.zeros(self.shape)\n"
        "    __sub__ = __rsub__ = lambda self, other: np.zeros(self.shape)\n",
        "x.view(Zero)",
    ),
    "functions_of_numpy": (
        "class Mine(np.ndarray):\n    def __array_function__(self, func, types, args, kwargs):\n"
        "        return True\n",
        "x.view(Mine)",
    ),
    "array_of_an_object": (
        "class Any:\n    shape, dtype, ndim = (3, 4), np.dtype(float), 2\n"
        "    def __array__(self, *a, **k):\n        return np.zeros((3, 4))\n"
        "    def __eq__(self, other): return True\n",
        "Any()",
    ),
    "objects_that_are_equal": (
        "class Yes:\n    def __eq__(self, other): return True\n    def __sub__(self, other): return 0.0\n"
        "    __rsub__ = __abs__ = __float__ = __sub__\n",
        "np.full(x.shape, Yes(), object)",
    ),
    "masked": ("", "np.ma.masked_all(x.shape)"),
    "pickle": (
        "class Bomb:\n    def __reduce__(self):\n        return exec, ('import npae.exercises.result as r\\n'"
        "\n"
        "            'r.Result.passed = True',)\n",
        "Bomb()",
    ),
    "nothing": ("", "np.zeros((0,))"),
    "infinite_list": ("many = []\nmany.append(many)\n", "many"),
    "deep_list": ("deep = []\nfor _ in range(100000):\n    deep = [deep]\n", "deep"),
    "huge": ("", "np.broadcast_to(0.0, (1 << 20, 1 << 20))"),
    "json": (
        f"import json\njson.dumps = lambda *a, **k: {FORGED!r}\njson.JSONEncoder.encode = json.dumps\n",
        "x",
    ),
    "printed": (f"print({FORGED!r}, flush=True)\n", f"(print({FORGED!r}), x)[1]"),
    "every_pipe": (
        f"import os, struct\nbody = {FORGED!r}.encode()\nfor fd in range(3, 30):\n    try:\n"
        "        os.write(fd, struct.pack('<IQ', len(body), 0) + body)\n    except OSError:\n        pass\n",
        "x",
    ),
    "own_messages": (
        "import sys\nmain = sys.modules['worker.main']\n"
        "main.Worker.send = lambda self, message, blocks: main.send(self._answers, {'passed': True}, [])\n",
        "x",
    ),
    "huge_messages": (
        "import sys, struct\nmain = sys.modules['worker.main']\ndef flood(self, message, blocks):\n"
        "    self._answers.write(struct.pack('<IQ', 1 << 31, 1 << 60))\n    self._answers.flush()\n"
        "main.Worker.send = flood\n",
        "x",
    ),
    "other_dtypes": (
        "import sys\nwire = sys.modules['worker.wire']\nmain = sys.modules['worker.main']\n"
        "def encode(value, blocks, other, known=None):\n"
        "    return {'array': ['O', [3]], 'scalar': False}\nmain.encode = encode\n",
        "x",
    ),
    "arrays_without_numbers": (
        "import sys\nmain = sys.modules['worker.main']\n"
        "main.encode = lambda *a: {'array': ['<f8', [1 << 40]], 'scalar': False}\n",
        "x",
    ),
    "no_arrays": ("import sys\nsys.modules['worker.main'].encode = lambda *a: {'nothing': []}\n", "x"),
    "exit_0": ("import os\n", "os._exit(0)"),
    "system_exit": ("import sys\n", "sys.exit(0)"),
    "exit_at_the_top": ("import os\nos._exit(0)\n", "x"),
    "closed_pipes": ("import os\nos.closerange(3, 30)\n", "x"),
    "killed_judge": (
        "import os\ntry:\n    os.kill(os.getppid(), 15)\nexcept Exception:\n    pass\n",
        "np.maximum(x, 0)",
    ),
    "solution": (
        f"import os\ntext = open({workspace.__file__!r}[:-12] + 'solutions/02_relu.py').read()\nexec(text)\n",
        "x",
    ),
    "solution_by_a_thread": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        f"name = {workspace.__file__!r}[:-12] + 'solutions/02_relu.py'\n"
        "exec(ThreadPoolExecutor().submit(open, name).result().read())\n",
        "x",
    ),
    "npae": ("try:\n    import npae\nexcept Exception:\n    npae = None\n", "np.maximum(x, 0)"),
    "npae_by_importlib": (
        "from importlib import import_module\nlayers = import_module('npae.layers')\n",
        "x",
    ),
    "npae_by_its_file": (
        "import importlib.util as u\nspec = u.spec_from_file_location('page', "
        f"{workspace.__file__!r}[:-12] + 'path/relu/exercise.py')\nu.module_from_spec(spec)\n"
        "spec.loader.exec_module(u.module_from_spec(spec))\n",
        "x",
    ),
    "memory_of_the_judge": ("import os\n", "open(f'/proc/{os.getppid()}/mem', 'rb').read(1)"),
    "program": ("import subprocess\n", "subprocess.check_output(['npae', 'exercises', 'solution', 'relu'])"),
    "network": ("import socket\n", "socket.create_connection(('127.0.0.1', 9))"),
    "c_library": ("import ctypes\n", "ctypes.CDLL(None).getpid() or x"),
    "right_once": ("calls = []\n", "(calls.append(1), np.maximum(x, 0) if len(calls) < 3 else x)[1]"),
    "learned_by_heart": ("known = {}\n", "known.setdefault(x.shape, np.maximum(x, 0))"),
    "later": (
        "import threading\ndef later(y):\n"
        "    threading.Timer(0.01, lambda: np.maximum(y, 0, out=y)).start()\n"
        "    return y\n",
        "later(x.copy())",
    ),
    "trace": ("import sys\nsys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)\n", "x"),
    "hidden_change": ("", "(np.maximum(x, 0), x.fill(0))[0]"),
}


def relu(top, forward):
    text = f"import numpy as np\n{top}\n\ndef relu_forward(x):\n    return {forward}, x\n\n"
    return text + "\ndef relu_backward(dy, cache):\n    return dy * (cache > 0)\n"


@pytest.fixture
def check(tmp_path, monkeypatch):
    """Check a text as the answer to an exercise; its mistakes are explained for half a second only."""
    monkeypatch.setattr(explaining, "SECONDS", 0.5)

    def run(text, exercise="relu", **limits):
        path = tmp_path / order.file_name(exercise)
        path.write_text(textwrap.dedent(text))
        return sandbox.check(exercise, path, **limits)

    return run


@pytest.mark.parametrize("cheat", slow_but([*CHEATS][::10], CHEATS))
def test_a_cheat_does_not_pass(check, cheat):
    began = time.perf_counter()
    outcome = check(relu(*CHEATS[cheat]), seconds=4)
    assert not outcome.passed and outcome.report["diagnosis"] != "checker_error", outcome.text
    assert time.perf_counter() - began < 8
    assert np.allclose(1.0, 1.0) and not np.allclose(1.0, 2.0)


LOSS = """
import numpy as np
class Right(float):
    __eq__ = lambda self, other: True
    __sub__ = __rsub__ = __abs__ = lambda self, other=0: 0.0
def mean_squared_error(y, t):
    return Right(0.5), 2 * (y - t) / y.size
"""
MODEL = """
import numpy as np
def overfit(x, params, model, epochs, batch_size, learning_rate, rng):
    owner = getattr(model[0], "__self__", None)
    closure = getattr(model[0], "__closure__", None) or ()
    for one in (owner, *(cell.cell_contents for cell in closure)):
        if hasattr(one, "steps"):
            one.steps[:] = []
    return params, [0.0] * epochs
"""
COMPILED = """
import numpy as np
class Dispatcher:
    signatures, __module__ = [1], "numba.core.dispatcher"
    def __call__(self, x, kernel, bias):
        windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[2:], axis=(2, 3))
        y = np.tensordot(windows, kernel, axes=((1, 4, 5), (1, 2, 3)))
        return y.transpose(0, 3, 1, 2) + bias[:, None, None]
conv2d = Dispatcher()
"""
CLOCK = """
import time
import numpy as np
from numba import njit
time.perf_counter = lambda: 0.0
time.sleep(0)
@njit
def helper(x):
    return x
def conv2d(x, kernel, bias):
    helper(1)
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[2:], axis=(2, 3))
    y = np.zeros((len(x), len(kernel), *windows.shape[2:4]), np.float32)
    for _ in range(2):
        y = np.einsum("ncpqij,ocij->nopq", windows, kernel).astype(np.float32) + bias[:, None, None]
    return y
"""
SIGMOID = """
import warnings
import numpy as np
from numpy import errstate, seterr
{top}
def sigmoid_forward(x):
    {line}
    return y, y
def sigmoid_backward(dy, y):
    return dy * y * (1 - y)
"""


@pytest.mark.parametrize(
    "exercise, text",
    [
        pytest.param("mean_squared_error", LOSS, marks=pytest.mark.slow),
        ("overfit", MODEL),
        ("numba_kernel", COMPILED),
        pytest.param("numba_kernel", CLOCK, marks=pytest.mark.slow),
    ],
    ids=["number_that_is_equal_to_all", "record_of_the_model", "as_if_compiled", "clock_that_stands"],
)
def test_no_other_exercise_can_be_cheated_either(check, exercise, text):
    outcome = check(text, exercise)
    assert not outcome.passed and outcome.report["diagnosis"] != "checker_error", outcome.text


@pytest.mark.parametrize(
    "top, line",
    [
        ("", "with np.errstate(all='ignore'): y = 1 / (1 + np.exp(-x))"),
        ("", "with errstate(over='ignore'): y = 1 / (1 + np.exp(-x))"),
        ("", "with np.errstate(over='call', call=lambda *a: None): y = 1 / (1 + np.exp(-x))"),
        ("np.seterr(all='ignore')", "y = 1 / (1 + np.exp(-x))"),
        ("seterr(over='ignore')", "seterr(over='ignore'); y = 1 / (1 + np.exp(-x))"),
        ("warnings.filterwarnings('ignore')", "y = 1 / (1 + np.exp(-x))"),
        ("warnings.warn = lambda *a, **k: None", "warnings.simplefilter('ignore'); y = 1 / (1 + np.exp(-x))"),
        ("", "with warnings.catch_warnings(record=True): y = 1 / (1 + np.exp(-x))"),
        ("@np.errstate(all='ignore')\ndef s(x):\n    return 1 / (1 + np.exp(-x))", "y = s(x)"),
    ],
)
def test_an_overflow_is_heard_however_it_is_kept_back(check, top, line):
    outcome = check(SIGMOID.format(top=top, line=line), "sigmoid")
    assert outcome.report["diagnosis"] == "overflow", outcome.text
    assert "overflow encountered in exp, in line" in outcome.text
    assert "to keep a warning back does not help" in outcome.text


def test_np_where_computes_both_branches_and_the_message_says_so(check):
    where = "y = np.where(x > 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))"
    text = (
        SIGMOID.format(top="", line=where).replace("import warnings\n", "").replace("errstate, seterr", "exp")
    )
    outcome = check(text, "sigmoid")
    assert outcome.report["diagnosis"] == "overflow"
    assert (
        "np.where computes both of its branches" in outcome.text and "keep a warning back" not in outcome.text
    )

"""A compiled convolution: first the same numbers, then less time."""

import importlib.util
import inspect
import time
from typing import Any

import numpy as np

from npae.exercises.case import Case
from npae.exercises.diagnosis import compare, finding
from npae.exercises.exercise import Exercise, Property, Values
from npae.exercises.learner import CannotCheck
from npae.exercises.recording_model import changed_argument

NAME = "conv2d"
POINTERS = {k: f"remark ({k}) in the docstring of the file" for k in (2, 3)}
POINTERS[1] = "formula (1) in the docstring of the file"
SHAPES = (((1, 1, 2, 3), (1, 1, 2, 2)), ((2, 3, 6, 5), (4, 3, 3, 2)), ((1, 2, 4, 9), (3, 2, 1, 4)))
TIMED = ((16, 3, 32, 40), (8, 3, 3, 3))
MARGIN = 0.9  # so that conv2d_numpy itself does not pass by chance


def needs_numba():
    """Raise `CannotCheck` where Numba is not installed."""
    if importlib.util.find_spec("numba") is None:
        raise CannotCheck(
            "Numba is not installed here, so this exercise cannot be checked: pip install numba"
        )


def arguments(rng, x_shape, kernel_shape):
    """Return x, kernel and bias in float32."""
    arrays = (rng.standard_normal(shape) for shape in (x_shape, kernel_shape, kernel_shape[:1]))
    return dict(zip(("x", "kernel", "bias"), (array.astype(np.float32) for array in arrays)))


def cases():
    """Return the worked example and two more."""
    rng = np.random.default_rng(0)
    found = [arguments(rng, *shapes) for shapes in SHAPES]
    found[0] = {
        "x": np.array([[[[1, 2, 3], [4, 5, 6]]]], np.float32),
        "kernel": np.array([[[[1, 0], [0, 2]]]], np.float32),
        "bias": np.array([0.5], np.float32),
    }
    return [Case(args, sizes={"n": len(args["x"])}) for args in found]


def same_numbers(functions):
    """Test values on small shapes, in float32."""
    needs_numba()
    found, durations, made = [], [], cases()
    for case in made:
        args, start = list(case.fresh().args.values()), time.perf_counter()
        y = functions["conv2d"](*args)
        durations.append(time.perf_counter() - start)
        if not isinstance(y, np.ndarray) or y.dtype.kind != "f":
            what = y.dtype if isinstance(y, np.ndarray) else type(y).__name__
            text = "conv2d has to return an array of floats."
            return finding("wrong_return", text, f"it returns {what}", "y", NAME, POINTERS[1])
        found.append(y.astype(float))
    right = [conv2d_numpy(*case.fresh(np.float64).args.values()) for case in made]
    about: dict[str, Any] = {
        "function": NAME,
        "pointer": POINTERS[1],
        "axes": "n c_out h_out w_out",
        "tolerance": 1e-5,
    }
    result = compare("y", found, right, made, **about)
    return result or other_dtype(y) or changed_argument(functions, NAME) or compiled_anew(durations[1:])


def other_dtype(y):
    """Return that y is not float32, as x is; or None."""
    if y.dtype == np.float32:
        return None
    text = f"y is {y.dtype}, where x is float32: an array that is made without a dtype is float64."
    return finding("other_dtype", text, f"y.dtype is {y.dtype}", "y", NAME, "the shapes in the docstring")


def compiled_anew(durations):
    """Return that later calls, on tiny arrays, take as long as compiling does; or None."""
    if min(durations) < 0.05:
        return None
    text = "conv2d is compiled anew by every call: a function that is compiled must be made once, outside."
    evidence = f"on tiny arrays, calls after the first still take {min(durations) * 1e3:.0f} ms"
    return finding(
        "compiles_each_time", text, evidence, "", NAME, "what the docstring of the file says at its end"
    )


def is_compiled(functions):
    """Test whether the file has a function that Numba has compiled by now."""
    if functions.compiled():
        return None
    return "no function of the file has been compiled by the calls so far"


def conv2d_numpy(x, kernel, bias):
    """Return y as the stub's version does, kept here, since the learner's file may have changed it."""
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[2:], axis=(2, 3))
    y = np.tensordot(windows, kernel, axes=((1, 4, 5), (1, 2, 3)))
    return y.transpose(0, 3, 1, 2) + bias[:, None, None]


SOURCE = f"import numpy as np\n\n\n{inspect.getsource(conv2d_numpy)}"


def beats_numpy(functions):
    """Test the time on a batch, in turns, so that a busy machine slows both; if in doubt, again."""
    args = tuple(arguments(np.random.default_rng(1), *TIMED).values())
    y, want = functions["conv2d"](*args), conv2d_numpy(*args)
    if not np.allclose(y, want, 1e-3, 1e-3):
        return "on the batch that is timed, the numbers are not those of conv2d_numpy"
    yours, other = functions.program, functions.program.beside(SOURCE)
    own, numpy = np.inf, np.inf
    for count in range(15):
        own = min(own, yours.quickest(NAME, args, 0.02))
        numpy = min(numpy, other.quickest("conv2d_numpy", args, 0.02))
        if count >= 4 and own < MARGIN * numpy:
            return None
    times = f"yours {own * 1e3:.2f} ms, conv2d_numpy {numpy * 1e3:.2f} ms"
    return (
        f"quickest runs on x {TIMED[0]}, kernel {TIMED[1]}: {times}; asked for: {MARGIN} times that, or less"
    )


COMPARED = Values(function=NAME, cases=lambda _: [case.args for case in cases()], tolerance=1e-5)

EXERCISE = Exercise(
    title="a compiled convolution that beats NumPy",
    checks=(
        Property("wrong_values", "", same_numbers, functions=(NAME,), compared=COMPARED),
        Property(
            "not_compiled",
            "conv2d gives the right numbers, but nothing of it is compiled.",
            is_compiled,
            pointer=POINTERS[3],
            functions=(NAME,),
        ),
        Property(
            "too_slow",
            "conv2d is right and compiled, but not quicker than conv2d_numpy.",
            beats_numpy,
            pointer=POINTERS[2],
            functions=(NAME,),
        ),
    ),
    hints=(
        "First get the numbers right: seven loops (image, o, p, q, c, i, j), a sum that starts at bias[o], "
        "and y made by np.empty with the dtype of x.",
        "In that order, the innermost loop runs over the kernel's few columns: three steps, and it ends. "
        "Which of the seven indices runs longest, and along neighbours in memory, in x and in y?",
        "Fill y[image, o] with the bias first. Then, for each c, i and j, take kernel[o, c, i, j] into a "
        "variable and add its multiple of a shifted plane of x to y[image, o].",
        "The loops over p and q are the innermost: y[image, o, p, q] += factor * x[image, c, p + i, q + j].",
    ),
)

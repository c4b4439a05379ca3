"""The numerical gradient, where nothing is known about f but what it answers."""

import numpy as np

from npae.exercises.exercise import Exercise, Values


def shaped(shape, formula):
    """Return f(x) that answers `formula(x)` and refuses any x that has not the given shape."""

    def f(x):
        if np.shape(x) != shape:
            raise ValueError(f"f was called with an array of shape {np.shape(x)}; its x has shape {shape}")
        return float(formula(np.asarray(x, dtype=np.float64)))

    return f


def smooth(rng, shape, step):
    """Return f, x and step. The cubes in f make the answer depend on the step, as formula (1) has it."""
    a, b = rng.standard_normal((2, *shape))
    f = shaped(shape, lambda x: (a * x**3).sum() + (b * x * np.roll(x, 1)).sum() + 3.0)
    return {"f": f, "x": rng.standard_normal(shape), "step": step}


def cases(rng):
    """Return arguments of several calls, with small steps and large ones."""
    sizes = (((5,), 1e-5), ((2, 3), 0.25), ((1, 4), 0.5), ((2, 1, 3), 0.1))
    found = [smooth(rng, shape, step) for shape, step in sizes]
    found[1]["x"][0, 1] = 0  # no entry is left out
    return found


def integers(rng):
    """Return arguments of calls in which x holds integers."""
    return [{**smooth(rng, shape, 0.25), "x": rng.integers(1, 5, shape)} for shape in ((4,), (2, 3))]


def by_default(rng):
    """Return arguments of calls without a step, which is then 1e-5."""
    without = [smooth(rng, shape, 1e-5) for shape in ((4,), (3, 2))]
    return [{"f": case["f"], "x": case["x"]} for case in without]


EXAMPLE = {"f": shaped((2,), lambda x: x[0] ** 2 + 3 * x[0] * x[1]), "x": np.array([2.0, 1.0]), "step": 0.5}


def checked(pointer, **settings):
    """Return one check of the function; `settings` say where it is looked at."""
    return Values(
        function="numerical_gradient",
        outputs=("gradient",),
        pointers={"gradient": pointer},
        tolerance=1e-7,
        dtypes=("float64",),
        **settings,
    )


EXERCISE = Exercise(
    title="numerical gradient: measure a slope by moving a little",
    checks=(
        checked("formulas (1) and (2) in the docstring of the file", example=EXAMPLE, cases=cases),
        checked("remark (3) in the docstring of the file: x may hold integers", cases=integers),
        checked("formula (1) in the docstring of the file: without a step, it is 1e-5", cases=by_default),
    ),
    hints=(
        "f is a black box: all that you can do is call it. For one entry of the gradient, two calls "
        "are enough.",
        "np.ndindex(x.shape) walks over all indices of an array of any shape, and x[index] is one entry.",
        "Moving an entry of x itself is dangerous: it has to be put back, also before the next entry moves. "
        "A copy, x.astype(np.float64), is safe, and it holds fractions even where x holds integers.",
        "For each index: make a copy, set its entry to x[index] + step, call f; set it to x[index] - step, "
        "call f; write the difference divided by (2 * step) into an array of zeros that has the shape of x.",
    ),
)

"""Exercise 1: the numerical gradient, where nothing is known about f but what it answers."""

import numpy as np

from npae.exercises.exercise import Case, Exercise, Values, Wrong


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
    neighbours = lambda x: (b * x * np.roll(x, 1)).sum()
    f = shaped(shape, lambda x: (a * x**3).sum() + neighbours(x) + 3.0)
    return {"f": f, "x": rng.standard_normal(shape), "step": step}


def cases(rng):
    """Return arguments of several calls, with small steps and large ones."""
    sizes = (((5,), 1e-5), ((2, 3), 0.25), ((1, 4), 0.5), ((2, 1, 3), 0.1))
    return [smooth(rng, shape, step) for shape, step in sizes]


def integers(rng):
    """Return arguments of calls in which x holds integers."""
    return [{**smooth(rng, shape, 0.25), "x": rng.integers(1, 5, shape)} for shape in ((4,), (2, 3))]


def by_default(rng):
    """Return arguments of calls without a step, which is then 1e-5."""
    without = [smooth(rng, shape, 1e-5) for shape in ((4,), (3, 2))]
    return [{"f": case["f"], "x": case["x"]} for case in without]


def with_step(c, step=1e-5):
    """Return the right gradient where no step, or another one, is given."""
    return central(Case({**c.args, "step": step}))


def measured(c, quotient):
    """Return the array of ``quotient(e)``, where e is `step` at one entry and 0 at all others."""
    entries = np.zeros(np.shape(c.x))
    for index in np.ndindex(entries.shape):
        e = np.zeros(entries.shape)
        e[index] = c.step
        entries[index] = quotient(e)
    return entries


def central(c):
    """Return what formula (1) says."""
    return measured(c, lambda e: (c.f(c.x + e) - c.f(c.x - e)) / (2 * c.step))


def slope(c, e, step):
    """Return the central quotient along the direction of e, with a step of one's own."""
    e = e / c.step * step
    return (c.f(c.x + e) - c.f(c.x - e)) / (2 * step)


def not_put_back(c, shift, leave):
    """Return the quotients of someone who leaves each entry ``leave`` steps off before the next one moves."""
    x, entries = np.array(c.x, dtype=np.float64), np.zeros(np.shape(c.x))
    for index in np.ndindex(entries.shape):
        start = x[index]
        x[index] = start + c.step
        up = c.f(x)
        x[index] = start - shift * c.step
        entries[index] = (up - c.f(x)) / (2 * c.step)
        x[index] = start + leave * c.step
    return entries


def rows_at_once(c):
    """Return the quotients of someone who walks over the first axis only."""
    slopes = np.zeros(np.shape(c.x))
    for i in range(len(slopes)):
        e = np.zeros(slopes.shape)
        e[i] = c.step
        slopes[i] = (c.f(c.x + e) - c.f(c.x - e)) / (2 * c.step)
    return slopes


def truncated_moves(c):
    """Return the quotients when x + step is written into an array of integers, which cuts it off."""
    cut = lambda e: c.f(np.trunc(c.x + e)) - c.f(np.trunc(c.x - e))
    return measured(c, lambda e: cut(e) / (2 * c.step))


WRONG = (
    Wrong(
        "one_sided",
        lambda c: measured(c, lambda e: (c.f(c.x + e) - c.f(c.x)) / c.step),
        "x[i] is moved up only: a difference on one side, whose error shrinks with step, not with step².",
    ),
    Wrong(
        "one_sided",
        lambda c: measured(c, lambda e: (c.f(c.x) - c.f(c.x - e)) / c.step),
        "x[i] is moved down only: a difference on one side, whose error shrinks with step, not with step².",
    ),
    Wrong(
        "one_sided",
        lambda c: measured(c, lambda e: (c.f(c.x + e) - c.f(c.x)) / (2 * c.step)),
        "the second f belongs to x itself (did x[i] only come back?): it has to be one step below.",
    ),
    Wrong(
        "half_step",
        lambda c: measured(c, lambda e: (c.f(c.x + e / 2) - c.f(c.x - e / 2)) / c.step),
        "x[i] moves by half a step each way: formula (1) moves it by a whole one.",
    ),
    Wrong(
        "step_ignored",
        lambda c: measured(c, lambda e: slope(c, e, 1e-5)),
        "the numbers do not change with step: it seems to be fixed inside.",
    ),
    Wrong(
        "all_entries_at_once",
        lambda c: np.full(np.shape(c.x), (c.f(c.x + c.step) - c.f(c.x - c.step)) / (2 * c.step)),
        "all entries of x move together, and each gets the slope of them all.",
    ),
    Wrong(
        "rows_at_once",
        rows_at_once,
        "x[i] moves with all that is in it: where x has rows, a whole row moves and gets one slope.",
    ),
    Wrong(
        "not_divided",
        lambda c: measured(c, lambda e: c.f(c.x + e) - c.f(c.x - e)),
        "the two values of f are subtracted, but the difference is not divided by the way between them.",
    ),
    Wrong(
        "product_for_quotient",
        lambda c: measured(c, lambda e: (c.f(c.x + e) - c.f(c.x - e)) / 2 * c.step),
        "the difference is divided by 2 and then multiplied by step: in Python, a / 2 * step is (a / "
        "2) * step.",
    ),
    Wrong(
        "not_put_back",
        lambda c: not_put_back(c, 1, -1),
        "an entry that has been measured stays moved down while the next one is measured.",
    ),
    Wrong(
        "not_put_back",
        lambda c: not_put_back(c, 1, 1),
        "an entry that has been measured stays moved up while the next one is measured.",
    ),
    Wrong(
        "sum_for_difference",
        lambda c: measured(c, lambda e: (c.f(c.x + e) + c.f(c.x - e)) / (2 * c.step)),
        "the two values of f are added; what counts is by how much they differ.",
    ),
    Wrong(
        "flat", lambda c: central(c).ravel(), "the gradient is one long row: it should have the shape of x."
    ),
)

WRONG_WITH_INTEGERS = (
    Wrong(
        "integer_arithmetic",
        truncated_moves,
        "x holds integers, and x[i] + step was written into an array of integers, which drops the fraction.",
    ),
    Wrong(
        "integer_arithmetic",
        lambda c: np.trunc(central(c)),
        "x holds integers, and the gradient was put into an array of integers, which drops the fractions.",
    ),
    Wrong(
        "integer_arithmetic",
        lambda c: np.trunc(truncated_moves(c)),
        "x holds integers, and both the moved x and the gradient were put into arrays of integers.",
    ),
)


EXAMPLE = {"f": shaped((2,), lambda x: x[0] ** 2 + 3 * x[0] * x[1]), "x": np.array([2.0, 1.0]), "step": 0.5}

EXERCISE = Exercise(
    name="numerical_gradient",
    title="numerical gradient: measure a slope by moving a little",
    checks=(
        Values(
            function="numerical_gradient",
            outputs=("gradient",),
            example=EXAMPLE,
            cases=cases,
            reference=central,
            wrong={"gradient": WRONG},
            pointers={"gradient": "formulas (1) and (2) in the docstring of the file"},
            tolerance=1e-7,
            dtypes=("float64",),
        ),
        Values(
            function="numerical_gradient",
            outputs=("gradient",),
            cases=integers,
            reference=central,
            wrong={"gradient": WRONG_WITH_INTEGERS},
            pointers={"gradient": "remark (3) in the docstring of the file: x may hold integers"},
            tolerance=1e-7,
            dtypes=("float64",),
        ),
        Values(
            function="numerical_gradient",
            outputs=("gradient",),
            cases=by_default,
            reference=with_step,
            wrong={
                "gradient": tuple(
                    Wrong(
                        "other_default",
                        lambda c, step=step: with_step(c, step),
                        f"the default of step seems to be {step:g}.",
                    )
                    for step in (1.0, 0.1, 1e-2, 1e-3)
                )
            },
            pointers={
                "gradient": "formula (1) in the docstring of the file: step is 1e-5 where none is given"
            },
            tolerance=1e-7,
            dtypes=("float64",),
        ),
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

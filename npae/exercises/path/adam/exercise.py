"""Adam, short to write, and with more ways of being slightly wrong than any other step."""

import numpy as np

from npae.exercises.exercise import Exercise, Values

DEFAULTS = {"learning_rate": 1e-3, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}

ODD = {"learning_rate": 0.1, "beta_1": 0.7, "beta_2": 0.85, "epsilon": 0.3}


def case(rng, shape, **settings):
    """Return a parameter, the gradients of four steps, and the settings that are handed over by name."""
    return {
        "param": rng.standard_normal(shape),
        "grads": rng.standard_normal((4, *shape)),
        "settings": settings,
    }


def cases(rng):
    """Return several runs; each setting is far from its default, so that ignoring it shows."""
    return [
        case(rng, (1, 3), **ODD),
        case(rng, (2, 4), learning_rate=0.5, beta_1=0.5, beta_2=0.95, epsilon=0.1),
        case(rng, (3, 2), learning_rate=0.03, beta_1=0.8, beta_2=0.6, epsilon=0.5),
    ]


def by_default(rng):
    """Return a run to which no setting is handed over; its gradients are tiny, so that epsilon is seen."""
    run = case(rng, (2, 3))
    return [{**run, "param": run["param"] * 1e-3, "grads": run["grads"] * 1e-6}]


def pairs(rng):
    """Return runs of two parameters that take their steps in turn."""
    return [
        {"first": case(rng, shape, **ODD), "second": case(rng, shape, **ODD)} for shape in ((1, 3), (2, 2))
    ]


def run(functions, param, grads, settings):
    """Return the learner's parameter after each step, one row a step."""
    state, path = None, []
    for grad in grads:
        param, state = functions["adam_step"](param, grad, state, **settings)
        path.append(np.array(param))
    return np.array(path)


def run_pair(functions, first, second):
    """Return the learner's two parameters after each step, when they take their steps in turn."""
    params, states, path = [first["param"], second["param"]], [None, None], []
    for grads in zip(first["grads"], second["grads"]):
        for i, grad in enumerate(grads):
            params[i], states[i] = functions["adam_step"](params[i], grad, states[i], **ODD)
        path.append(np.array(params))
    return np.array(path)


POINTERS = {"param": "formulas (1) to (4) in the docstring of the file, and its worked example"}


def checked(**settings):
    """Return one check of the function; `settings` say where it is looked at."""
    return Values(function="adam_step", returns="(param, state)", **settings)


EXERCISE = Exercise(
    title="Adam: from gradients to better parameters",
    checks=(
        checked(
            call=run,
            outputs=("param",),
            example={
                "param": np.array([1.0]),
                "grads": np.array([[0.5], [-1.0]]),
                "settings": {**DEFAULTS, "learning_rate": 0.1},
            },
            cases=cases,
            axes={"param": "step row column"},
            pointers=POINTERS,
        ),
        checked(
            call=run,
            outputs=("param",),
            cases=by_default,
            axes={"param": "step row column"},
            pointers={"param": "the first line of adam_step as you got it, with its defaults"},
        ),
        checked(
            call=run_pair,
            outputs=("params",),
            cases=pairs,
            pointers={"params": "remark (5) in the docstring of the file: what state is for"},
        ),
    ),
    hints=(
        "Four lines of formulas become about seven lines of code. What has to be known from the step before?",
        "Where state is None, make it: m and v are zeros, with the shape of param, and t is 0. Then "
        "count t up "
        "before it is used.",
        "Give m_hat and v_hat names of their own, so that m and v stay what (1) and (2) made them.",
        "Return the new parameter and the tuple (m, v, t); param - ... makes a new array, param -= "
        "... changes "
        "the caller's.",
    ),
)

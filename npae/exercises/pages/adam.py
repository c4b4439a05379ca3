"""Exercise 8: Adam, short to write, and with more ways of being slightly wrong than any other step."""

from types import SimpleNamespace

import numpy as np

from npae.exercises.exercise import Exercise, Values, Wrong
from npae.exercises.pages.adam_slips import DEFAULTS, SLIPS, adam, averages, corrected, way

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


def run(functions, c):
    """Return the learner's parameter after each step, one row a step."""
    param, state, path = c.param, None, []
    for grad in c.grads:
        param, state = functions.adam_step(param, grad, state, **c.settings)
        path.append(np.array(param))
    return np.array(path)


def run_pair(functions, c):
    """Return the learner's two parameters after each step, when they take their steps in turn."""
    params, states, path = [c.first["param"], c.second["param"]], [None, None], []
    for grads in zip(c.first["grads"], c.second["grads"]):
        for i, grad in enumerate(grads):
            params[i], states[i] = functions.adam_step(params[i], grad, states[i], **ODD)
        path.append(np.array(params))
    return np.array(path)


def shared(c, all_of_it, restarts=False):
    """Return the paths of two parameters that share t, and where ``all_of_it`` m and v as well.

    What is shared may restart where state is None, that is with the first step of each.
    """
    s, path, t = SimpleNamespace(**ODD), [], 0
    params, m, v = [c.first["param"], c.second["param"]], [0.0, 0.0], [0.0, 0.0]
    for round, grads in enumerate(zip(c.first["grads"], c.second["grads"])):
        for i, g in enumerate(grads):
            k = 0 if all_of_it else i
            if restarts and round == 0:
                t, m[k], v[k] = 0, 0.0, 0.0
            t += 1
            m[k], v[k] = averages(m[k], v[k], g, s)
            params[i] = params[i] - s.learning_rate * way(g, *corrected(m[k], v[k], t, s), s, t)
        path.append(np.array(params))
    return np.array(path)


WRONG = (
    *(Wrong(key, lambda c, slip=slip: adam(c, **slip), sentence) for key, sentence, slip in SLIPS),
    Wrong(
        "step_for_param",
        lambda c: np.diff(adam(c), axis=0, prepend=c.param[None]),
        "what is returned is the step alone: it was not taken from the parameter.",
    ),
)

OTHER_DEFAULTS = tuple(
    Wrong(
        "other_default", lambda c, slip=slip: adam(c, **slip), f"the default of {name} seems to be {value:g}."
    )
    for name, value in (
        ("learning_rate", 1e-2),
        ("beta_1", 0.99),
        ("beta_2", 0.99),
        ("epsilon", 1e-8),
        ("epsilon", 1e-6),
    )
    for slip in ({name: value},)
)

WRONG_PAIR = tuple(
    Wrong(
        "state_shared",
        lambda c, what=what, restarts=restarts: shared(c, what == "m, v and t", restarts),
        f"two parameters that take their steps in turn share {what}: that is kept somewhere outside state.",
    )
    for what in ("m, v and t", "t")
    for restarts in (False, True)
)

POINTERS = {"param": "formulas (1) to (4) in the docstring of the file, and its worked example"}

EXERCISE = Exercise(
    name="adam",
    title="Adam: from gradients to better parameters",
    checks=(
        Values(
            function="adam_step",
            outputs=("param",),
            call=run,
            returns="(param, state)",
            example={
                "param": np.array([1.0]),
                "grads": np.array([[0.5], [-1.0]]),
                "settings": {**DEFAULTS, "learning_rate": 0.1},
            },
            cases=cases,
            reference=adam,
            axes={"param": "step row column"},
            wrong={"param": WRONG},
            pointers=POINTERS,
        ),
        Values(
            function="adam_step",
            outputs=("param",),
            call=run,
            returns="(param, state)",
            cases=by_default,
            reference=adam,
            axes={"param": "step row column"},
            wrong={"param": OTHER_DEFAULTS},
            pointers={"param": "the first line of adam_step as you got it, with its defaults"},
        ),
        Values(
            function="adam_step",
            outputs=("params",),
            call=run_pair,
            returns="(param, state)",
            cases=pairs,
            reference=lambda c: np.stack(
                [adam(SimpleNamespace(**one)) for one in (c.first, c.second)], axis=1
            ),
            wrong={"params": WRONG_PAIR},
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

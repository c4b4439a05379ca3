"""Corruption, judged by many draws; the step, judged by what it does to a model."""

import numpy as np

from npae.exercises.case import Case
from npae.exercises.diagnosis import compare, finding
from npae.exercises.exercise import Exercise, Property
from npae.exercises.path.denoising.noise import gaussian_is_right, mask_is_right
from npae.exercises.recording_model import Model, changed_argument, flat, is_like, with_order

STEP = "denoising_step"
POINTERS = {k: f"formula ({k}) in the docstring of the file" for k in range(1, 8)}


class Corruption:
    """Noise in every entry; every call is written down."""

    def __init__(self):
        self.calls: list[dict] = []

    def __call__(self, x, rng):
        """Return a damaged copy of x."""
        own = not isinstance(rng, np.random.Generator)
        noise = (np.random.default_rng(0) if own else rng).normal(0.1, 0.3, np.shape(x))
        self.calls.append({"x": np.array(x, float), "rng": rng, "noisy": np.asarray(x, float) + noise})
        return self.calls[-1]["noisy"].copy()


class Session:
    """Two steps, one after the other, on the same images and with the same generator."""

    def __init__(self, functions, n, pixels, learning_rate):
        rng = np.random.default_rng(5)
        self.x, self.learning_rate, self.rng = rng.uniform(0.1, 0.9, (n, pixels)), learning_rate, rng
        self.rounds = []
        for _ in range(2):
            model, corrupt = Model(pixels, 2, np.random.default_rng(7)), Corruption()
            answer = functions["denoising_step"](
                self.x.copy(),
                {key: value.copy() for key, value in model.params.items()},
                (model.forward, model.backward),
                corrupt,
                rng,
                learning_rate,
            )
            self.rounds.append((model, corrupt, answer))


def sessions(functions):
    """Return two sessions of different sizes."""
    return [Session(functions, 3, 4, 0.5), Session(functions, 2, 5, 0.1)]


def wrong(key, sentence, evidence, formula, quantity=""):
    """Return what is wrong with the step."""
    return finding(key, sentence, evidence, quantity, STEP, POINTERS[formula])


def form(model, answer):
    """Return what is wrong with the form of the answer, or None."""
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        return wrong(
            "wrong_return", "denoising_step has to return loss, new_params.", f"it returns {answer!r:.60}", 7
        )
    loss, params = answer
    if isinstance(loss, dict) and not isinstance(params, dict):
        return wrong("wrong_order", "loss comes first, then new_params.", "what comes first is a dict", 7)
    if np.ndim(loss) or not isinstance(loss, (float, int, np.number, np.ndarray)):
        return wrong(
            "wrong_return", "the loss has to be one number.", f"it is {type(loss).__name__}", 5, "loss"
        )
    if not is_like(params, model):
        text = "new_params has to be a dict with the keys of params, and arrays of the same shapes."
        return wrong("wrong_return", text, f"it is {type(params).__name__}", 7, "new_params")
    return None


def sees_noise(functions):
    """Test what the model is handed."""
    earlier: list[np.ndarray] = []
    for session in sessions(functions):
        for model, corrupt, answer in session.rounds:
            result = input_of(session, model, corrupt, earlier) or form(model, answer)
            if result is not None:
                return result
            earlier += [call["noisy"] for call in corrupt.calls]
    return changed_argument(functions, STEP)


def input_of(session, model, corrupt, earlier):
    """Return what is wrong with the images that the model learned from, or None."""
    if not model.seen:
        return wrong(
            "no_forward", "forward is never called: the model sees nothing.", "calls of forward: 0", 4
        )
    if not model.steps:
        return wrong(
            "no_backward", "backward is never called: nothing can be learned.", "calls of backward: 0", 7
        )
    got, noisies = model.steps[-1]["x"], [call["noisy"] for call in corrupt.calls]
    if got.shape != session.x.shape:
        shapes = f"x has shape {session.x.shape}, forward was called with {got.shape}"
        return wrong("other_input", "the model is not handed the whole batch.", shapes, 4)
    if any(np.array_equal(got, noisy) for noisy in earlier):
        text = "the noise was drawn once and kept: every call of the step has to draw anew."
        return wrong(
            "noise_drawn_once", text, "the second step hands the model the noisy images of the first", 3
        )
    other = [call["rng"] for call in corrupt.calls if call["rng"] is not session.rng]
    if other:
        own, no = "a generator of its own, with the same draws every time", "something that is no generator"
        text = f"what corrupt is handed is not rng, but {own if is_generator(other[0]) else no}."
        return wrong("other_rng", text, f"handed was {type(other[0]).__name__}", 3)
    if any(not np.array_equal(call["x"], session.x) for call in corrupt.calls):
        text = "images were damaged that were not the clean ones (damaged already, perhaps)."
        return wrong("corrupted_twice", text, f"corrupt was called {times(corrupt)}", 4)
    if not any(np.array_equal(got, noisy) for noisy in noisies):
        text = "the model is handed something else than what corrupt returned."
        return wrong("", text, f"corrupt was called {times(corrupt)}", 4)
    return None


def is_generator(thing):
    """Return whether random numbers can be drawn from it."""
    return isinstance(thing, np.random.Generator)


def times(corrupt):
    """Return how often it was called, in words."""
    return "once" if len(corrupt.calls) == 1 else f"{len(corrupt.calls)} times"


def steps_of(functions):
    """Return of each step: its case, session, record by the model, loss and new parameters."""
    found = []
    for session in sessions(functions):
        sizes = {"n": len(session.x), "elements": session.x.size, "features": session.x.shape[1]}
        for model, _, (loss, params) in session.rounds:
            found.append((Case({"x": session.x}, sizes=sizes), session, model.steps[-1], loss, params))
    return found


def compares_with_clean(functions):
    """Test the loss, and the gradient that goes into backward."""
    cases, losses, gradients = [], [], []
    for case, session, step, loss, _ in steps_of(functions):
        error = step["y"] - session.x
        cases.append(case)
        losses.append((loss, np.mean(error**2)))
        gradients.append((step["dy"], 2 * error / error.size))
    return compare(
        "loss", [a for a, _ in losses], [b for _, b in losses], cases, function=STEP, pointer=POINTERS[5]
    ) or compare(
        "dy",
        [a for a, _ in gradients],
        [b for _, b in gradients],
        cases,
        function=STEP,
        pointer=POINTERS[6],
        axes="n pixels",
    )


def descends(functions):
    """Test the new parameters."""
    steps = steps_of(functions)
    right = [
        flat(step["params"]) - session.learning_rate * flat(step["grads"]) for _, session, step, _, _ in steps
    ]
    after, cases = [flat(params) for *_, params in steps], [case for case, *_ in steps]
    return with_order(compare("new_params", after, right, cases, function=STEP, pointer=POINTERS[7]))


EXERCISE = Exercise(
    title="corruption, and a step of training on it",
    checks=(
        Property("wrong_mask", "", mask_is_right, functions=("mask",)),
        Property("wrong_noise", "", gaussian_is_right, functions=("gaussian",)),
        Property("other_input", "", sees_noise, functions=(STEP,)),
        Property("wrong_loss", "", compares_with_clean, functions=(STEP,)),
        Property("wrong_update", "", descends, functions=(STEP,)),
    ),
    hints=(
        "A number drawn uniformly from 0 to 1 is below p with probability p. rng.random(shape) draws as "
        "many as there are entries; np.where chooses between two arrays.",
        "rng.standard_normal(shape) draws from N(0, 1). What does multiplying by stddev do to it? Clip at "
        "the end.",
        "In the step there are three arrays of the same shape: x, noisy and y. Two of them meet in the "
        "loss, one of them goes into forward. Say aloud which, and why.",
        "loss and dy are those of mean_squared_error, with y and the clean x. Then a dict comprehension over "
        "the keys of params: params[key] - learning_rate * grads[key].",
    ),
)

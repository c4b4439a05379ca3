"""A training loop, judged by every batch, gradient and step that it takes with a model."""

from typing import Any

import numpy as np

from npae.exercises.case import Case
from npae.exercises.diagnosis import compare, finding
from npae.exercises.exercise import Exercise, Property
from npae.exercises.path.overfit.right import backward, forward, ten_images
from npae.exercises.recording_model import Model, changed_argument, flat, is_like, with_order

NAME = "overfit"
POINTERS = {k: f"formula ({k}) in the docstring of the file" for k in range(1, 6)}
POINTERS[1] = "remark (1) in the docstring of the file"
BAR = 0.01


class Training:
    """One training by the learner's loop, and everything that the model saw of it."""

    def __init__(self, functions, n, pixels, epochs, batch_size, learning_rate, seed=3):
        self.x = np.random.default_rng(4).uniform(0, 1, (n, pixels))
        self.epochs, self.batch_size, self.learning_rate = epochs, batch_size, learning_rate
        self.model = Model(pixels, 2, np.random.default_rng(9))
        params = {key: value.copy() for key, value in self.model.params.items()}
        model, rng = (self.model.forward, self.model.backward), np.random.default_rng(seed)
        settings = epochs, batch_size, learning_rate
        self.answer = functions["overfit"](self.x.copy(), params, model, *settings, rng)
        self.steps = self.model.steps

    @property
    def sizes(self) -> list[int]:
        """The sizes that the batches of one epoch have to have."""
        n, size = len(self.x), self.batch_size
        return [min(size, n - start) for start in range(0, n, size)]

    def rows(self, step) -> list[int]:
        """Return which images a batch holds, -1 for what is none of them."""
        found = []
        for row in np.atleast_2d(step["x"]):
            same: Any = np.flatnonzero((self.x == row).all(axis=1)) if row.shape == self.x.shape[1:] else []
            found.append(int(same[0]) if len(same) else -1)
        return found

    def epochs_of_rows(self) -> list[list[int]]:
        """Return the images in the order in which each epoch saw them."""
        rows = [self.rows(step) for step in self.steps]
        per = len(self.sizes)
        return [sum(rows[k * per : (k + 1) * per], []) for k in range(self.epochs)]


def trainings(functions):
    """Return two trainings; in the first, the last batch of every epoch is smaller than the others."""
    return [Training(functions, 7, 4, 4, 3, 0.4), Training(functions, 6, 5, 3, 2, 0.1)]


def wrong(key, sentence, evidence, formula, quantity=""):
    """Return what is wrong with the loop."""
    return finding(key, sentence, evidence, quantity, NAME, POINTERS[formula])


def form_is_right(functions):
    """Test what comes back."""
    ones = trainings(functions)
    for one in ones:
        answer = one.answer
        if not isinstance(answer, (tuple, list)) or len(answer) != 2:
            text = f"it returns {type(answer).__name__}"
            return wrong("wrong_return", "overfit has to return params, losses.", text, 5)
        if isinstance(answer[1], dict) and not isinstance(answer[0], dict):
            return wrong("wrong_order", "params come first, then losses.", "what comes second is a dict", 5)
        if not is_like(answer[0], one.model):
            text = "params have to be a dict with the keys and shapes that they had in the beginning."
            return wrong("wrong_return", text, f"it is {type(answer[0]).__name__}", 4, "params")
        if not one.steps:
            return wrong("no_backward", "backward is never called: nothing can be learned.", "calls: 0", 4)
        result = batches_of(one, ones) or losses_form(one)
        if result is not None:
            return result
    return draws_of(functions) or changed_argument(functions, NAME)


def losses_form(one):
    """Return what is wrong with the list of losses as a list, or None."""
    losses = one.answer[1]
    if not isinstance(losses, (list, tuple, np.ndarray)):
        return wrong(
            "wrong_return", "losses have to be a list.", f"it is {type(losses).__name__}", 5, "losses"
        )
    if any(np.ndim(loss) or not isinstance(loss, (float, int, np.number, np.ndarray)) for loss in losses):
        return wrong(
            "wrong_return", "losses have to be a list of numbers.", "some entries are none", 5, "losses"
        )
    if len(losses) == one.epochs:
        return None
    count = f"epochs = {one.epochs}, batches in each = {len(one.sizes)}, losses returned: {len(losses)}"
    if len(losses) == one.epochs * len(one.sizes):
        text = "losses has an entry for every batch; there is to be one for every epoch."
        return wrong("loss_per_batch", text, count, 5, "losses")
    return wrong("wrong_return", "losses has to have one entry for every epoch.", count, 5, "losses")


def dropped(one):
    """Return the sizes of the batches if the smaller ones are left out."""
    return [size for size in one.sizes if size == one.batch_size] * one.epochs


def batches_of(one, ones):
    """Return what is wrong with the images that the batches hold, or None."""
    rows = [one.rows(step) for step in one.steps]
    sizes, wanted = [len(each) for each in rows], one.sizes * one.epochs
    seen = f"{len(one.x)} images, batch_size = {one.batch_size}, {one.epochs} epochs; sizes of the batches: "
    seen += ", ".join(map(str, sizes[:8])) + (" ..." if len(sizes) > 8 else "")
    order = "images in the order in which they came: " + " | ".join(
        ", ".join(map(str, each)) for each in rows[:8]
    )
    if any(-1 in each for each in rows):
        text = "the model was handed something that is none of the images."
        return wrong("other_images", text, [seen, order], 2)
    if sizes != wanted:
        key, text = "wrong_batches", "the batches have other sizes than they should."
        if all([len(each["x"]) for each in other.steps] == dropped(other) for other in ones):
            key, text = "last_batch_dropped", "the last batch of an epoch, which is smaller, is left out."
        elif sizes == [len(one.x)] * len(sizes):
            key, text = "whole_batch", "every step takes all of the images at once: batch_size plays no part."
        elif sizes == wanted[: len(one.sizes)]:
            key, text = "one_epoch_only", "there was one epoch only."
        elif sizes == [1] * len(sizes):
            key, text = "one_by_one", "every step takes a single image: batch_size plays no part."
        elif len(sizes) == len(wanted) and max(sizes) - min(sizes) < 2:
            text = "the batches are equally large, up to one image; all but the last are to hold batch_size."
        elif set(sizes) == {one.batch_size}:
            key, text = (
                "wrong_batches",
                "all batches have the same size, but an epoch has not as many as it should.",
            )
        return wrong(key, text, seen, 1)
    return orders_of(one, rows, order)


def orders_of(one, rows, shown):
    """Return what is wrong with the order of the images, or None."""
    everything, epochs = list(range(len(one.x))), one.epochs_of_rows()
    if any(sorted(epoch) != everything for epoch in epochs):
        first = [epoch[: one.batch_size] for epoch in epochs]
        repeated = all(set(each) <= set(first[0]) for each in rows[: len(one.sizes)])
        if repeated:
            text = "every step of an epoch takes the same few images: the others are never seen."
            return wrong("first_batch_only", text, shown, 1)
        text = "an epoch sees some images twice, and others not at all: batches are to be cut from one order."
        return wrong("drawn_with_replacement", text, shown, 1)
    if one.epochs < 4:  # too few to tell chance from intention
        return None
    if all(epoch == everything for epoch in epochs):
        text = "the images come in the order in which they lie in x: nothing is shuffled."
        return wrong("not_shuffled", text, shown, 1)
    if all(epoch == epochs[0] for epoch in epochs):
        text = "the order was drawn once: all epochs have the same; each is to have one of its own."
        return wrong("shuffled_once", text, shown, 1)
    if all(sorted(epoch[: one.batch_size]) == everything[: one.batch_size] for epoch in epochs):
        text = "the batches always hold the same images: only the order inside them is drawn anew."
        return wrong("shuffled_inside", text, shown, 1)
    return None


def draws_of(functions):
    """Return whether the order comes from somewhere else than rng, or None."""
    one, same, other = (Training(functions, 7, 4, 4, 3, 0.4, seed).epochs_of_rows() for seed in (3, 3, 8))
    if one == same != other:
        return None
    text = "the order does not come from rng: " + (
        "like generators give different orders."
        if one != same
        else "different generators give the same order."
    )
    return wrong("rng_not_used", text, "three trainings, with default_rng of 3, 3 and 8", 1)


def case_of(x):
    """Return the case of a batch, or of all images."""
    return Case({"x": x}, sizes={"n": len(x), "elements": x.size, "features": x.shape[1]})


def gradients_are_right(functions):
    """Test what goes into backward."""
    steps = [step for one in trainings(functions) for step in one.steps]
    right = [2 * (step["y"] - step["x"]) / step["x"].size for step in steps]
    cases = [case_of(step["x"]) for step in steps]
    given = [step["dy"] for step in steps]
    return compare("dy", given, right, cases, function=NAME, pointer=POINTERS[3], axes="n pixels")


def updates_are_right(functions):
    """Test the way of the parameters from step to step, and those that come back."""
    cases, afters, right = [], [], []
    for one in trainings(functions):
        befores = [flat(step["params"]) for step in one.steps]
        afters += [*befores[1:], flat(one.answer[0])]
        right += [at - one.learning_rate * flat(step["grads"]) for at, step in zip(befores, one.steps)]
        cases += [case_of(step["x"]) for step in one.steps]
    return with_order(compare("params", afters, right, cases, function=NAME, pointer=POINTERS[4]))


def losses_are_right(functions):
    """Test the losses of the epochs."""
    ones, right = trainings(functions), []
    for one in ones:
        means = np.array([np.mean((step["y"] - step["x"]) ** 2) for step in one.steps])
        right.append(means.reshape(one.epochs, -1) @ one.sizes / len(one.x))
    cases = [Case({"x": one.x}, sizes={"n": len(one.x), "batches": len(one.sizes)}) for one in ones]
    got = [np.array(one.answer[1], float) for one in ones]
    return compare("losses", got, right, cases, function=NAME, pointer=POINTERS[5])


def below_the_bar(functions):
    """Train on the ten digits."""
    images, params = ten_images(), Model(25, 12, np.random.default_rng(0)).params
    rng = np.random.default_rng(0)
    params, losses = functions["overfit"](images, params, (forward, backward), 400, 4, 0.5, rng)
    loss = np.mean((forward(images, params)[0] - images) ** 2)
    if loss < BAR:
        return None
    return f"loss of the first epoch {losses[0]:.4f}, of the last {losses[-1]:.4f}, in the end {loss:.4f}"


EXERCISE = Exercise(
    title="a training loop: ten images by heart",
    checks=(
        Property("wrong_return", "", form_is_right, functions=(NAME,)),
        Property("wrong_gradient", "", gradients_are_right, functions=(NAME,)),
        Property("wrong_update", "", updates_are_right, functions=(NAME,)),
        Property("wrong_losses", "", losses_are_right, functions=(NAME,)),
        Property(
            "not_overfit",
            f"every single step is right, and yet ten digits are not learned to a loss below {BAR}.",
            below_the_bar,
            functions=(NAME,),
            again=False,
        ),
    ),
    hints=(
        "Two loops: over the epochs, and inside it over range(0, len(x), batch_size). What is drawn anew in "
        "the outer one, what is done in the inner one?",
        "rng.permutation(len(x)) gives an order; x[order[start : start + batch_size]] is a batch, and a "
        "slice that goes beyond the end is just shorter.",
        "Begin with params = dict(params), and give each key a new array in every step: params[key] = "
        "params[key] - ..., since params[key] -= ... would change the arrays of the caller.",
        "The loss of an epoch: start at 0, add len(batch) * loss for every batch, and divide by len(x) at "
        "the end.",
    ),
)

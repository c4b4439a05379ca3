"""The chain rule through a model, checked by layers that write down how they are called."""

from typing import Any

import numpy as np

from npae.exercises.case import Case
from npae.exercises.diagnosis import compare, finding
from npae.exercises.exercise import Exercise, Gradients, Property
from npae.exercises.path.sequential.recording_layers import NAMES, Layers
from npae.exercises.recording_model import changed_argument

FORWARD, BACKWARD = "sequential_forward", "sequential_backward"
POINTERS = {k: f"formula ({k}) in the docstring of the file" for k in (1, 2, 3)}


def run_forward(functions):
    """Return the layers after a call of the learner's forward, and what it returned."""
    layers = Layers()
    return layers, functions["sequential_forward"](layers.x.copy(), layers.triples())


def is_pair(answer):
    """Return whether it is a tuple of two, or a list of two."""
    return isinstance(answer, (tuple, list)) and len(answer) == 2


def listed(order):
    """Return layers' numbers as people count them."""
    return ", ".join(str(k + 1) if k is not None else "?" for k in order) or "none"


def forward_is_right(functions):
    """Test which layers forward calls, on what, and what it returns."""
    layers, answer = run_forward(functions)
    order, (acts, _, _) = [layer for layer, _ in layers.calls], layers.right()

    def wrong(key, sentence, evidence):
        return finding(key, sentence, evidence, "y", FORWARD, POINTERS[1])

    called = f"layers 1, 2, 3, 4 are to be called; called were: {listed(order)}"
    if not is_pair(answer):
        return wrong(
            "wrong_return",
            "sequential_forward has to return y and a cache.",
            f"it returns {type(answer).__name__}",
        )
    if order == [3, 2, 1, 0]:
        return wrong("order_reversed", "forward runs through the layers from the last to the first.", called)
    if order != [0, 1, 2, 3]:
        missing = sorted({0, 1, 2, 3} - set(order))
        key = "layer_skipped" if missing else "layer_twice"
        text = "forward leaves layers out." if missing else "forward calls layers more often than once."
        return wrong(key, text, called)
    if all(np.array_equal(x, layers.x) for _, x in layers.calls):
        text = "every layer is handed x itself; each one is to get what the one before it has made."
        return wrong("not_chained", text, "layers 2, 3 and 4 were called with x")
    changed = changed_argument(functions, FORWARD)
    if not isinstance(answer[0], np.ndarray):
        return wrong("wrong_return", "y has to be an array.", f"it is {type(answer[0]).__name__}")
    case = Case({"x": layers.x})
    return changed or compare(
        "y", [answer[0]], [acts[4]], [case], function=FORWARD, pointer=POINTERS[1], axes="n features"
    )


def run_backward(functions):
    """Return the layers after forward and backward, and what the latter returned."""
    layers, (_, cache) = run_forward(functions)
    return layers, functions["sequential_backward"](layers.dy.copy(), cache)


def caches_are_right(functions):
    """Test in which order backward calls the layers, and with whose cache."""
    layers, answer = run_backward(functions)
    names, tickets = [call[0] for call in layers.calls_back], [call[1] for call in layers.calls_back]

    def wrong(key, sentence, evidence, quantity=""):
        return finding(key, sentence, evidence, quantity, BACKWARD, POINTERS[2])

    order = "scale, shift, wave, scale"
    called = f"backward of {order} is to be called, in this order; called were: {', '.join(names) or 'none'}"
    if not names:
        return wrong("no_backward", "no layer's backward is called.", called)
    if names == ["scale", "wave", "shift", "scale"] and tickets == [0, 1, 2, 3]:
        return wrong("not_reversed", "backward runs through the layers from the first to the last.", called)
    if len(names) != 4 or names != ["scale", "shift", "wave", "scale"]:
        key = "layer_skipped" if len(names) < 4 else "layer_twice" if len(names) > 4 else "wrong_layers"
        text = {
            "layer_skipped": "backward leaves layers out; one without params has a derivative, too.",
            "layer_twice": "backward calls layers more often than once.",
            "wrong_layers": "backward calls the layers in another order than from the last to the first.",
        }[key]
        return wrong(key, text, called)
    caches = f"the caches of layers 4, 3, 2, 1 belong there; handed over were those of: {listed(tickets)}"
    if tickets == [0, 1, 2, 3]:
        text = (
            "backward takes the layers from the last to the first, but the caches from the first to the last."
        )
        return wrong("caches_not_reversed", text, caches)
    if tickets in ([3, 2, 1, 3], [0, 2, 1, 0]):
        text = "two layers share their functions, and the cache of one has taken the place of the other's."
        return wrong("cache_overwritten", text, caches)
    if tickets != [3, 2, 1, 0]:
        return wrong("other_cache", "a layer's backward is not handed the cache of its own forward.", caches)
    if not is_pair(answer):
        text = "sequential_backward has to return dx and the list of gradients."
        return wrong("wrong_return", text, f"it returns {type(answer).__name__}")
    return None


def chain_is_right(functions):
    """Test which dy each layer gets, and which one comes out as dx."""
    layers, (dx, _) = run_backward(functions)
    _, ds, _ = layers.right()
    dys = [dy for _, _, dy in layers.calls_back]
    if all(np.array_equal(dy, layers.dy) for dy in dys):
        text = "every layer is handed the first dy; each one is to get what the layer after it sends back."
        return finding(
            "dy_not_chained", text, "layers 3, 2 and 1 were called with dy", "dx", BACKWARD, POINTERS[2]
        )
    about: dict[str, Any] = {"function": BACKWARD, "pointer": POINTERS[2], "axes": "n features"}
    case = Case({"x": layers.x})
    for k, dy in zip((3, 2, 1, 0), dys):
        name = f"dy of {NAMES[k]}"
        result = compare(name, [dy], [ds[k + 1]], [case], **about)
        if result is not None:
            return result
    if not isinstance(dx, np.ndarray):
        text = "dx has to be an array: what the first layer sends back."
        return finding("wrong_return", text, f"it is {type(dx).__name__}", "dx", BACKWARD, POINTERS[2])
    return compare("dx", [dx], [ds[0]], [case], **about)


def grads_are_right(functions):
    """Test form and order of the list of gradients."""
    layers, (_, grads) = run_backward(functions)
    right = layers.right()[2]

    def wrong(key, sentence, evidence):
        return finding(key, sentence, evidence, "grads", BACKWARD, POINTERS[3])

    if isinstance(grads, dict):
        text = "grads is one dict; layers that name their params alike overwrite each other there."
        return wrong("grads_merged", text, f"it has the keys {', '.join(map(str, grads))}")
    if not isinstance(grads, (list, tuple)) or not all(isinstance(each, dict) for each in grads):
        text = "grads has to be a list with one dict for each layer."
        return wrong("wrong_return", text, f"it is {type(grads).__name__}")
    keys = [sorted(each) for each in grads]
    wanted = [sorted(each) for each in right]
    shown = "keys wanted: {}; returned: {}".format(
        *(", ".join(str(each) for each in k) for k in (wanted, keys))
    )
    if keys == wanted[::-1]:
        return wrong(
            "grads_reversed", "the gradients stand in the order of backward, last layer first.", shown
        )
    if len(grads) < 4 and keys in ([k for k in wanted if k], [k for k in wanted if k][::-1]):
        return wrong(
            "grads_skipped", "layers without params have no place in grads; theirs is an empty dict.", shown
        )
    if len(grads) != 4 or keys != wanted:
        return wrong(
            "wrong_return", "grads has to hold one dict for each layer, with the keys of its params.", shown
        )
    got = [np.asarray(each[key], float) for each, known in zip(grads, right) for key in known]
    want = [np.asarray(value, float) for each in right for value in each.values()]
    names = ("grads[0]['factor']", "grads[2]['offset']", "grads[2]['stretch']", "grads[3]['factor']")
    for name, one, other in zip(names, got, want):
        result = compare(name, [one], [other], [Case()], function=BACKWARD, pointer=POINTERS[3])
        if result is not None:
            return result
    return None


def no_layers(functions):
    """Test the empty list."""
    x, dy = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    answer = functions["sequential_forward"](x, [])
    back = functions["sequential_backward"](dy, answer[1]) if is_pair(answer) else None
    if not is_pair(answer) or back is None or not is_pair(back):
        return f"forward returns {type(answer).__name__}, backward {type(back).__name__}"
    (y, _), (dx, grads) = answer, back
    if np.array_equal(y, x) and np.array_equal(dx, dy) and isinstance(grads, (list, tuple)) and not grads:
        return None
    return f"y = {y} for x = {x}; dx = {dx} for dy = {dy}; grads = {grads}"


# Layers that change the shape: the last word.


def dense(x, kernel, bias):
    """Return y, cache of a dense layer."""
    return x @ kernel + bias, (x, kernel)


def dense_back(dy, cache):
    """Go back through `dense`."""
    x, kernel = cache
    return dy @ kernel.T, {"kernel": x.T @ dy, "bias": dy.sum(axis=0)}


def tanh(x):
    """Return y, cache of tanh."""
    y = np.tanh(x)
    return y, y


def tanh_back(dy, cache):
    """Go back through `tanh`."""
    return dy * (1 - cache**2), {}


def values(functions, x, kernel_1, bias_1, kernel_2, bias_2):
    """Return what the learner's forward makes of two dense layers with tanh between them."""
    first, last = {"kernel": kernel_1, "bias": bias_1}, {"kernel": kernel_2, "bias": bias_2}
    layers = [(dense, dense_back, first), (tanh, tanh_back, {}), (dense, dense_back, last)]
    return functions["sequential_forward"](x, layers)


def gradients(functions, dy, cache):
    """Return the learner's gradients one after the other."""
    dx, grads = functions["sequential_backward"](dy, cache)
    lost = len(grads) < 3  # as with a cache that the first backward has emptied
    return dx, *(np.nan if lost else grads[k][name] for k in (0, 2) for name in ("kernel", "bias"))


def cases(rng):
    """Return stacks of two dense layers with tanh between them."""
    draw, found = rng.standard_normal, []
    for n, size, hidden, out in ((3, 4, 2, 5), (1, 2, 3, 4), (2, 3, 4, 1)):
        arrays = {"x": draw((n, size)), "kernel_1": draw((size, hidden)), "bias_1": draw(hidden)}
        found.append({**arrays, "kernel_2": draw((hidden, out)), "bias_2": draw(out)})
    return found


GRADS = {
    "grads[0]['kernel']": "kernel_1",
    "grads[0]['bias']": "bias_1",
    "grads[2]['kernel']": "kernel_2",
    "grads[2]['bias']": "bias_2",
}

EXERCISE = Exercise(
    title="the chain rule through a whole model: two loops",
    checks=(
        Property("wrong_layers", "", forward_is_right, functions=(FORWARD,)),
        Property("other_cache", "", caches_are_right, functions=(FORWARD, BACKWARD)),
        Property("dy_not_chained", "", chain_is_right, functions=(FORWARD, BACKWARD)),
        Property("wrong_return", "", grads_are_right, functions=(FORWARD, BACKWARD)),
        Property(
            "no_layers",
            "a model without layers is to give x back, and dy with an empty list.",
            no_layers,
            pointer=POINTERS[1],
            functions=(FORWARD, BACKWARD),
        ),
        Gradients(
            forward=values,
            backward=gradients,
            gradients={"dx": "x", **GRADS},
            cases=cases,
            axes={"x": "n features", "y": "n units"},
            pointers={"y": POINTERS[1], "dx": POINTERS[2], **dict.fromkeys(GRADS, POINTERS[3])},
        ),
    ),
    hints=(
        "Forward overwrites one variable again and again. What has to be remembered of each layer on the "
        "way?",
        "Backward needs, of every layer, its backward function and the cache of its own forward, both from "
        "the end.",
        "Walking backwards, the gradients are found in the wrong order. list.insert(0, ...) or [::-1] puts "
        "it right.",
        "Keep a list of pairs (backward, layer_cache) as the cache. Backward: for each pair in reversed "
        "order, dy, grads = backward(dy, layer_cache); what dy is after the last of them is dx.",
    ),
)

"""Four small layers that write down how a model's forward and backward call them."""

from __future__ import annotations

import numpy as np

from npae.exercises.case import copied

NAMES = ("layer 1 (scale)", "layer 2 (wave)", "layer 3 (shift)", "layer 4 (scale)")


class Ticket:
    """The cache of a layer: it knows whose it is."""

    def __init__(self, layer, x):
        self.layer, self.x = layer, x


class Layers:
    """Four layers of which the first and the last share their functions; every call is written down."""

    def __init__(self):
        self.x = np.array([[0.5, 1.2], [-0.3, 0.8], [0.9, -1.1]])
        self.dy = np.array([[1.0, -0.6], [0.4, 1.7], [-1.3, 0.2]])
        self.params = [
            {"factor": np.array(1.5)},
            {},
            {"offset": np.array([0.3, -0.2]), "stretch": np.array(0.8)},  # in another order than in `shift`
            {"factor": np.array(-0.7)},
        ]
        self.calls, self.calls_back = [], []

    def triples(self):
        """Return the layers as the learner's functions are handed them."""
        pairs = ((self.scale, self.scale_back), (self.wave, self.wave_back), (self.shift, self.shift_back))
        return [(*pairs[k % 3], copied(params)) for k, params in enumerate(self.params)]

    def scale(self, x, factor):
        """Multiply."""
        return self._called(0 if factor > 0 else 3, x, factor * x)

    def wave(self, x):
        """Take the sine."""
        return self._called(1, x, np.sin(x))

    def shift(self, x, stretch, offset):
        """Stretch and add."""
        return self._called(2, x, stretch * x + offset)

    def scale_back(self, dy, cache):
        """Go back through `scale`."""
        layer = self._called_back("scale", dy, cache)
        if layer not in (0, 3):
            return dy, {"factor": np.array(0.0)}
        return self.params[layer]["factor"] * dy, {"factor": np.sum(dy * cache.x)}

    def wave_back(self, dy, cache):
        """Go back through `wave`."""
        layer = self._called_back("wave", dy, cache)
        return (np.cos(cache.x) * dy if layer == 1 else dy), {}

    def shift_back(self, dy, cache):
        """Go back through `shift`."""
        layer = self._called_back("shift", dy, cache)
        x = cache.x if layer == 2 else np.zeros_like(dy)
        return self.params[2]["stretch"] * dy, {"offset": np.sum(dy, axis=0), "stretch": np.sum(dy * x)}

    def _called(self, layer, x, y):
        self.calls.append((layer, np.array(x)))
        return y, Ticket(layer, np.array(x))

    def _called_back(self, name, dy, cache):
        layer = cache.layer if isinstance(cache, Ticket) else None
        self.calls_back.append((name, layer, np.array(dy)))
        return layer

    def right(self):
        """Return the activations a_0 to a_4, the gradients d_0 to d_4, and grads."""
        (a, _, c, d), x = self.params, self.x
        acts = [x, a["factor"] * x]
        acts += [np.sin(acts[1]), c["stretch"] * np.sin(acts[1]) + c["offset"]]
        acts += [d["factor"] * acts[3]]
        d3 = d["factor"] * self.dy
        d2 = c["stretch"] * d3
        d1 = d2 * np.cos(acts[1])
        grads = [
            {"factor": np.sum(d1 * x)},
            {},
            {"offset": d3.sum(axis=0), "stretch": np.sum(d3 * acts[2])},
            {"factor": np.sum(self.dy * acts[3])},
        ]
        return acts, [a["factor"] * d1, d1, d2, d3, self.dy], grads

"""Lesson 2 of 8, ten minutes: a dense layer, several neurons for several examples, and its three gradients.

The weights of c neurons are the columns of a matrix, the kernel, and n examples are the rows of x:

    y = x @ kernel + bias          x (n, c_in), kernel (c_in, units), bias (units,), y (n, units)

The loss sends back dy = dL/dy. A weight multiplies one input in every example, so it collects a term from
each:

    dkernel[k, u] = sum_i x[i, k] dy[i, u]         dkernel = x.T @ dy
    dbias[u]      = sum_i dy[i, u]                 dbias   = dy.sum(axis=0)
    dx[i, k]      = sum_u dy[i, u] kernel[k, u]    dx      = dy @ kernel.T      to the layer before this one

Look for: in a sum, the index that is missing on the left. A gradient has the shape of what it is a gradient
of, and that alone tells which factor is transposed.
"""

from pathlib import Path

import numpy as np

import npae
from npae import gradcheck, plotting


def main(out: str = "runs/lessons") -> Path:
    print(__doc__)
    npae.set_backend("numpy")
    random = np.random.default_rng(2)
    x, t = random.normal(size=(3, 4)).round(1), random.normal(size=(3, 2)).round(1)
    layer = npae.Dense(2)
    layer.build((4,), rng=2, dtype=np.float64)
    kernel = layer.params["kernel"]

    print("1. Three products, and the same from npae:")
    y, cache = layer.forward(x)
    loss, dy = npae.MeanSquaredError()(y, t)  # dy = 2 (y - t) / 6: the loss is a mean of six squares
    by_hand = {"dx": dy @ kernel.T, "dkernel": x.T @ dy, "dbias": dy.sum(axis=0)}
    dx, grads = layer.backward(dy, cache)
    assert dx is not None  # it is None with need_dx=False, as for the first layer of a model
    by_npae = {"dx": dx, "dkernel": grads["kernel"], "dbias": grads["bias"]}
    for name, array in by_hand.items():
        print(f"  {name} {array.shape}, at most {np.abs(array - by_npae[name]).max():.0e} away from npae's")
        np.testing.assert_allclose(array, by_npae[name], rtol=1e-12)

    print("\n2. The gradient of one weight, with a term for each of the three examples:")
    traced = npae.trace(layer, x, "dense/kernel,1,0", t=t, loss="mse")
    print(traced)
    np.testing.assert_allclose(traced.number, by_hand["dkernel"][1, 0], rtol=1e-12)
    assert traced.adds_up and len(traced.terms()) == 3

    print("\n3. Every entry of the three gradients beside finite differences, for another activation:")
    report = gradcheck.check_layer(npae.Dense(2, activation="tanh"), (4,))
    print(gradcheck.as_table([report]))
    assert report.passed

    path = Path(out) / "2_dense_layer.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    maps = {"x.T": x.T, "dy": dy, "dkernel = x.T @ dy": by_hand["dkernel"], "dx = dy @ kernel.T": dx}
    rows = [(name, array[None]) for name, array in maps.items()]
    plotting.term_maps(path, rows, [""], "Backward through a dense layer: red above 0, blue below")
    print(f"\nFigure: {path}. Multiply row 1 of x.T by column 0 of dy, and find the result in dkernel.")
    print("Question: dkernel and dbias are sums over the examples. Where is the division by their number?")
    print("Answer: in answers.md, beside this file; see MeanSquaredError in npae/objectives/losses.py.")
    return path


if __name__ == "__main__":
    main()

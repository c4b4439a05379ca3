"""Lesson 5 of 8, ten minutes: pooling and up-sampling, and where the gradient goes.

Max-pooling keeps the largest value of every 2 x 2 window; up-sampling repeats every value in a 2 x 2 block.
They have no weights, and yet they decide which numbers of the layers before them learn anything. Behind each
other they are the smallest autoencoder there is: 16 numbers, 4 numbers, 16 numbers.

    max-pooling    y = x_k, the largest                 dx_k = dy for that k, 0 for the others
    mean pooling   y = (x_0 + x_1 + x_2 + x_3) / 4      dx_k = dy / 4 for all k
    up-sampling    y_0 = y_1 = y_2 = y_3 = x            dx = dy_0 + dy_1 + dy_2 + dy_3

Look for: a number that was copied gets the sum of the gradients of its copies; a number that was not the
largest gets none; the sum of all gradients is the same before and behind each of these layers.
"""

from pathlib import Path

import numpy as np

import npae
from npae import plotting
from npae.inside.record import record


def main(out: str = "runs/lessons") -> Path:
    print(__doc__)
    npae.set_backend("numpy")
    x = np.array([[[[0.1, 0.9, 0.2, 0.3], [0.4, 0.3, 0.8, 0.1], [0.0, 0.2, 0.5, 0.6], [0.7, 0.1, 0.4, 0.3]]]])
    model = npae.Sequential([npae.MaxPool2D(2), npae.UpSampling2D(2)])
    model.build((1, 4, 4), dtype=np.float64)

    print("1. Up-sampling, backward: a number that was copied four times gets the sum of four gradients.")
    print("One of them is 0: where 0.9 itself stood, its copy is right already.")
    copied = npae.trace(model, x, "max_pool2d,0,0,0", loss="mse", backward=True)
    print(copied)
    print("\n2. Max-pooling, backward: 0.9 won its window and gets all of it; 0.4 lost, and gets nothing.")
    won = npae.trace(model, x, "input,0,0,1", loss="mse", backward=True)
    lost = npae.trace(model, x, "input,0,1,0", loss="mse", backward=True)
    print(f"{won}\n{lost}")
    assert copied.adds_up and won.adds_up and lost.adds_up
    assert len(copied.terms()) == 3 and won.number == copied.number and lost.number == 0

    print("\n3. The sums of all gradients, from the loss back to the input:")
    found = record(model, x, loss="mse")  # one forward and one backward pass, with all that they compute
    dy, dcode, dx = (found.gradients[name] for name in ("up_sampling2d", "max_pool2d", "input"))
    mean_pooling = npae.AveragePooling2D(2)
    mean_pooling.build((1, 4, 4), dtype=np.float64)
    spread, _ = mean_pooling.backward(dcode, mean_pooling.forward(x)[1])
    assert spread is not None
    for name, gradient in [("output", dy), ("4 numbers", dcode), ("input", dx), ("mean pooling", spread)]:
        print(f"  {name:12} {gradient.sum():.6f}, in {np.count_nonzero(gradient)} of {gradient.size} numbers")
        np.testing.assert_allclose(gradient.sum(), dy.sum(), rtol=1e-12)
    np.testing.assert_allclose(spread, np.kron(dcode[0, 0], np.full((2, 2), 0.25))[None, None], rtol=1e-12)

    path = Path(out) / "5_pooling.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    maps = {"x": x, "dL/dy": dy, "dL/dx": dx, "dL/dx, mean pooling": spread}
    rows = [(name, array[0]) for name, array in maps.items()]
    plotting.term_maps(path, rows, [""], "The input, and the gradient on its way back to it (red: above 0)")
    print(f"\nFigure: {path}")
    print("Question: will the weights that made a losing number never learn? And with windows that overlap?")
    print("Answer: in answers.md, beside this file; see MaxPool2D in npae/layers/max_pool2d.py.")
    return path


if __name__ == "__main__":
    main()

"""Lesson 7 of 8, twenty minutes, most of them in the browser: a code of two numbers, as a map.

With a code of two numbers, every image is a point in a plane, and every point of the plane is an image,
whether or not a digit has ever been there. This lesson uses npae's commands, which you can type as well: a
recipe trains the model, `npae trace` shows where a number of the code comes from, and `npae explore --html`
writes a page that works offline: drag a point through the plane and watch the digit.

Look for: which digits are neighbours; what is between two of them; the empty regions, and what they decode
to; how few of the ten units before the code are above 0.
"""

from pathlib import Path

import numpy as np

import npae
from npae import datasets, plotting
from npae.console.cli import main as command
from npae.inside.record import in_float64


def main(out: str = "runs/lessons", epochs: int = 10) -> Path:
    print(__doc__)
    npae.set_backend("numpy")
    run = f"{out}/7_latent2d"
    commands = [
        ["train", "latent2d", "--epochs", str(epochs), "--out", run, "--backend", "numpy"],
        ["trace", run, "--at", "code,0", "--image", "7", "--backend", "numpy"],
        ["explore", run, "--html", "--backend", "numpy"],
    ]
    for arguments in commands:
        print("\n$ npae", *arguments)
        assert command(arguments) == 0

    print("\nThe same model in Python: how must the first test image's code move to show the second one?")
    digits = datasets.load(preferred="mnist")
    test, _ = npae.Batches(digits.test_images, shape=(784,), offset=-0.5).batch(slice(1000))
    model, _ = npae.load_model(f"{run}/model.npz")
    assert isinstance(model, npae.Autoencoder)
    codes, decoder = model.encode(test), in_float64(model.decoder)
    here, wanted = codes[:1].astype(np.float64), test[1:2].astype(np.float64)
    print(f"  it is at {here[0].round(3)}, and the code of the second at {codes[1].round(3)}")
    slopes = []
    for number in (0, 1):
        traced = npae.trace(decoder, here, f"input,{number}", t=wanted, loss="mse", backward=True)
        assert traced.adds_up
        slopes.append(traced.number)
        print(traced)

    def loss(code: np.ndarray) -> float:
        return npae.MeanSquaredError()(decoder.forward(code)[0], wanted)[0]

    moves = 1e-6 * np.eye(2)  # a finite difference along each number of the code
    differences = [(loss(here + move) - loss(here - move)) / 2e-6 for move in moves]
    print(f"  by finite differences: {differences[0]:.6g} and {differences[1]:.6g}")
    np.testing.assert_allclose(slopes, differences, rtol=1e-4, atol=1e-8)
    nearer = here - 1e-3 * np.array([slopes]) / np.linalg.norm(slopes)
    print(f"  a small step against the gradient: the loss falls from {loss(here):.8f} to {loss(nearer):.8f}")
    towards = float((nearer - here)[0] @ (codes[1] - here[0]))
    print(f"  it leads {'towards' if towards > 0 else 'away from'} the second code")
    assert loss(nearer) < loss(here)

    path = Path(out) / "7_latent_space.png"
    low, high = np.quantile(codes, [0.01, 0.99], axis=0)
    across, down = np.linspace(low, high, 20).T
    grid = np.stack(np.meshgrid(across, down[::-1]), axis=-1).reshape(-1, 2).astype(np.float32)
    images = model.decode(grid).reshape(20, 20, 28, 28) + 0.5  # the recipe's pixels are from -0.5 to 0.5
    plotting.manifold(path, images, across, down[::-1], "What each point of the plane decodes to")
    print(f"\nFigure: {path}; beside it, {run}/codes.png shows where the digits are.")
    print(f"Now open {run}/explore.html in a browser: drag the point, draw a digit, click a pixel.")
    print("Question: must such a step lead towards the second code? And what prevents gaps in the plane?")
    print("Answer: in answers.md, beside this file; gaps are what lesson 8 is about.")
    return path


if __name__ == "__main__":
    main()

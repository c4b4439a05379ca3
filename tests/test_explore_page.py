"""The page of `npae explore --html` computes in a browser what npae computes: every recipe, every layer."""

import json
import os
import re
import shutil
import subprocess
from html import unescape

import numpy as np
import pytest
from slow_cases import slow_but

import npae
from npae.console.cli import main
from npae.inside import explore
from npae.recipes import RECIPES
from npae.recipes.stored import load_run

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
pytestmark = pytest.mark.skipif(
    BROWSER is None, reason="no Chromium to run the page: apt-get install chromium"
)

CHECK = """
const model = readModel(document.getElementById("model").textContent), inputs = JSON.parse(INPUTS);
const found = inputs.map((x) => {
  const first = forward(model.encoder, x), second = forward(model.decoder, last(first).slice(0, model.code));
  const dcode = new Float64Array(last(first).length);
  dcode.set(backward(model.decoder, second, last(second).map((_, k) => Math.sin(k))));
  return [last(first), last(second), backward(model.encoder, first, dcode)].map((array) => Array.from(array));
});
document.body.textContent = "found " + JSON.stringify(found) + " end";
"""


def opened(path, *options):
    """Return what the browser shows of a page when its scripts have run."""
    command = [
        BROWSER,
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=20000",
        *options,
        "--dump-dom",
    ]
    done = subprocess.run([*command, path.as_uri()], capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def in_browser(model, x, folder):
    """Return codes, outputs and gradients by the input that the browser computes, of images x."""
    text = json.dumps(explore.description(model)).replace("<", "\\u003c")
    script = explore.text_of("network.js") + CHECK.replace(
        "INPUTS", json.dumps(json.dumps(x.reshape(len(x), -1).tolist()))
    )
    page = folder / "check.html"
    page.write_text(
        f'<body><script type="application/json" id="model">{text}</script><script>{script}</script></body>'
    )
    found = re.search(r"found (.*) end", opened(page), re.DOTALL)
    assert found, "the page did not compute"
    return [np.array(part) for part in zip(*json.loads(unescape(found[1])))]


def by_npae(model, x):
    """Return the same by npae: the gradient is that of sum(sin(k) * output k)."""
    code, first = model.encoder.forward(x)
    width = int(np.prod(model.decoder.input_shape))
    taken = code if width == code[0].size else np.ascontiguousarray(code[:, :width])
    y, second = model.decoder.forward(taken)
    dy = np.tile(np.sin(np.arange(y[0].size)), (len(x), 1)).reshape(y.shape).astype(y.dtype)
    dcode = np.zeros_like(code)
    dcode.reshape(len(x), -1)[:, :width] = model.decoder.backward(dy, second)[0].reshape(len(x), -1)
    dx, _ = model.encoder.backward(dcode, first)
    return [part.reshape(len(x), -1) for part in (code, y, dx)]


def assert_same(model, x, folder):
    for name, got, wanted in zip(
        ("code", "output", "gradient"), in_browser(model, x, folder), by_npae(model, x)
    ):
        scale = max(1.0, np.abs(wanted).max())
        assert np.abs(got - wanted).max() < 1e-5 * scale, name


@pytest.mark.parametrize("name", slow_but(("conv", "sparse", "variational"), RECIPES))
def test_every_recipe_computes_the_same_in_a_browser(name, tmp_path, rng):
    recipe = RECIPES[name]
    model = recipe.build()
    model.build(recipe.input_shape, rng)
    x = rng.random((2, *recipe.input_shape)).astype(np.float32)
    assert_same(model, x, tmp_path)


def test_every_further_layer_computes_the_same_in_a_browser(tmp_path, rng):
    encoder = npae.Sequential(
        [
            npae.Conv2D(3, (3, 2), (2, 1), ((1, 0), (2, 1)), activation="elu", use_bias=False),
            npae.BatchNormalization(),
            npae.MaxPool2D((3, 2), (2, 2), "same"),
            npae.LeakyReLU(0.1),
            npae.GaussianNoise(0.5),
        ]
    )
    decoder = npae.Sequential(
        [
            npae.UpSampling2D((2, 3)),
            npae.AveragePooling2D(3, 2, 1),
            npae.AveragePooling2D((2, 3), 1, 1, count_include_pad=True),
            npae.Conv2DTranspose(2, (3, 4), (2, 3), 1, output_padding=1, activation="leaky_relu"),
            npae.Conv2DTranspose(1, 3, 1, "same", activation="tanh"),
            npae.Dropout(0.5),
            npae.ELU(0.7),
        ]
    )
    model = npae.Autoencoder(encoder, decoder)
    model.build((2, 9, 11), rng)
    for value in model.params.values():
        value += 0.3 * rng.random(value.shape)
    assert_same(model, rng.standard_normal((3, 2, 9, 11)).astype(np.float32), tmp_path)


def test_the_page_of_a_run_starts_without_an_error_and_stays_small(tmp_path, small_synthetic, capsys):
    out = str(tmp_path / "run")
    train = [
        "train",
        "conv",
        "--data",
        "synthetic",
        "--limit",
        "64",
        "--epochs",
        "1",
        "--quiet",
        "--out",
        out,
    ]
    assert main(train) == 0
    assert main(["explore", out, "--html"]) == 0
    path = tmp_path / "run" / "explore.html"
    shown = opened(path)
    assert "Code: unit" in shown and "Output at row 14, column 14" in shown
    assert "encoder/conv2d (Conv2D)" in re.search(r'<table id="layers">.*</table>', shown, re.DOTALL)[0]
    weights = sum(value.size for value in npae.load_model(tmp_path / "run" / "model.npz")[0].params.values())
    assert os.path.getsize(path) < 4 * weights + 300_000
    text = path.read_text(encoding="utf-8")
    assert "default-src 'none'" in text and not re.search(r'(?:src|href)="', text)


def test_the_page_of_a_run_in_colour_without_labels_shows_its_images(tmp_path, rng):
    np.save(tmp_path / "mine.npy", rng.integers(0, 256, (20, 3, 8, 12), np.uint8))
    out = tmp_path / "run"
    train = ["train", "colour-denoiser", "--data", str(tmp_path / "mine.npy"), "--epochs", "1", "--quiet"]
    assert main([*train, "--out", str(out)]) == 0
    assert main(["explore", str(out), "--html"]) == 0
    path = out / "explore.html"
    shown = opened(path)
    assert "Code: unit" in shown and "Output at row 4, column 6" in shown and ">1 (?)<" in shown
    script = "document.body.textContent = 'found ' + JSON.stringify(samples.map((x) => [...x])) + ' end'"
    path.write_text(path.read_text(encoding="utf-8") + f"<script>{script}</script>", encoding="utf-8")
    found = np.array(json.loads(re.search("found (.*) end", opened(path))[1]))
    images = load_run(out).test_batches(corruption=None).batch(slice(None))[1]
    np.testing.assert_allclose(found, images.reshape(len(images), -1), atol=1e-6)


def test_a_layer_that_the_page_does_not_know_is_named(rng):
    class Strange(npae.ReLU.__mro__[2]):
        def build_shape(self, input_shape):
            return input_shape

        def forward(self, x, rng=None):
            return x, None

    model = npae.Autoencoder(npae.Sequential([Strange()]), npae.Sequential([npae.Dense(3)]))
    model.build((3,), rng)
    with pytest.raises(ValueError, match="cannot compute a Strange, the layer encoder.strange"):
        explore.description(model)

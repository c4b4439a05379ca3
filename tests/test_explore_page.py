"""The page of `npae explore --html` computes in a browser what npae computes: every recipe, every layer."""

import contextlib
import json
import math
import os
import re
import select
import shutil
import signal
import subprocess
import time
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from slow_cases import slow_but

import npae
from npae.console.cli import main
from npae.datasets import Dataset
from npae.inside import explore
from npae.recipes import RECIPES
from npae.recipes.folder import Settings
from npae.recipes.run import Run
from npae.recipes.stored import load_run

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
HEADLESS = ("--headless", "--no-sandbox", "--disable-gpu")  # the first is for a browser with a window
LIMIT = 60  # seconds that a browser has for one answer
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
    command = [BROWSER, *HEADLESS, "--virtual-time-budget=20000", *options, "--dump-dom"]
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


class Browser:
    """A browser that is told what to do by its own protocol, in messages that end in a zero byte.

    It reads file 3 and writes file 4. No wait is longer than `LIMIT`, and none lasts when the browser ends.
    """

    def __init__(self, *command):
        given = 'exec "$0" "$@" 3<&0 4>&1 < /dev/null > /dev/null'
        self.process = subprocess.Popen(
            ["sh", "-c", given, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.answers, self.count, self.session = b"", 0, {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(LIMIT)
        for pipe in (self.process.stdin, self.process.stdout):
            pipe.close()

    def tell(self, method, **params):
        """Send a command, and return its result."""
        self.count += 1
        message = {"id": self.count, "method": method, "params": params, **self.session}
        with contextlib.suppress(BrokenPipeError):  # then it does not answer, either
            os.write(self.process.stdin.fileno(), json.dumps(message).encode() + b"\0")
        until = time.monotonic() + LIMIT
        while True:
            first, end, others = self.answers.partition(b"\0")
            if not end:
                self.answers += self.received(until, method)
                continue
            self.answers = others
            if (answer := json.loads(first)).get("id") == self.count:
                assert "result" in answer, f"{method}: {answer}"
                return answer["result"]

    def received(self, until, method):
        """Return the next bytes from the browser."""
        source = self.process.stdout.fileno()
        ready, _, _ = select.select([source], [], [], max(0, until - time.monotonic()))
        assert ready, f"no answer to {method} within {LIMIT} s"
        part = os.read(source, 1 << 20)
        assert part, f"the browser has ended, instead of an answer to {method}"
        return part

    def open(self, path):
        page = self.tell("Target.createTarget", url=path.as_uri(), width=1280, height=900)
        self.session = self.tell("Target.attachToTarget", **page, flatten=True)
        until = time.monotonic() + LIMIT
        while not self.value("document.readyState === 'complete' && location.protocol === 'file:'"):
            assert time.monotonic() < until, f"{path.name} is not complete after {LIMIT} s"
            time.sleep(0.1)

    def value(self, expression):
        answer = self.tell("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def seconds(self):
        """Return the processor time of all processes of the browser."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                ticks += (int(fields[3]) == self.process.pid) * (int(fields[11]) + int(fields[12]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def mouse(self, kind, x, y):
        self.tell("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc tells a browser's processor time")
@pytest.mark.parametrize("canvas", ["plane", "input"])
def test_a_drag_shows_thirty_frames_a_second_on_one_core(canvas, tmp_path, rng):
    """Of the largest recipe, in time of the processor: other programs may need the cores as well."""
    images = rng.integers(0, 256, (40, 64, 64), np.uint8)
    dataset = Dataset("own", images, None, images[:20], None, source="", sha256="")
    run = Run(RECIPES["defects"], Settings("defects"), dataset, tmp_path)
    page = explore.write_page(run, tmp_path / "page.html")
    with Browser(BROWSER, *HEADLESS, "--remote-debugging-pipe") as browser:
        browser.open(page)
        browser.value(f"document.getElementById('{canvas}').scrollIntoView()")
        box = f"document.getElementById('{canvas}').getBoundingClientRect()"
        left, top, width = (browser.value(f"{box}.{name}") for name in ("left", "top", "width"))
        browser.value(
            "var frames = 0; const show = paintImage;"
            "paintImage = (id, x) => { frames += id === 'input' || id === 'decoded'; show(id, x); };"
        )
        browser.mouse("mousePressed", left + width / 2, top + width / 2)
        for k in range(200):
            if k == 50:  # by now, the page is compiled
                frames, began = browser.value("frames"), browser.seconds()
            angle = 0.05 * k
            x, y = 0.5 + 0.4 * math.cos(angle), 0.5 + 0.4 * math.sin(1.3 * angle)
            browser.mouse("mouseMoved", left + width * x, top + width * y)
        frames, seconds = browser.value("frames") - frames, browser.seconds() - began
    print(f"{canvas}: {frames} frames in {seconds:.2f} s of one core")
    assert frames > 100
    assert frames > 30 * seconds


@pytest.mark.parametrize(
    "command, message", [("true", "has ended"), ("sleep 99", "no answer to Browser.getVersion within 1 s")]
)
def test_a_browser_that_does_not_answer_ends_the_test(command, message, monkeypatch):
    monkeypatch.setitem(globals(), "LIMIT", 1)
    with pytest.raises(AssertionError, match=message), Browser("sh", "-c", command) as browser:
        browser.tell("Browser.getVersion")
    assert browser.process.poll() is not None


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

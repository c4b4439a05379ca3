"""The page of a run, and runs side by side."""

import dataclasses
from html.parser import HTMLParser

import numpy as np
import pytest
from slow_cases import slow_but

from npae import datasets
from npae.console.cli import main
from npae.datasets import Dataset, synthetic_digits
from npae.inside.html import page, table
from npae.inside.report import Record, read_record, write_comparison
from npae.recipes import get_recipe
from npae.recipes.folder import Settings


@pytest.fixture(autouse=True)
def quick_sections(monkeypatch):
    monkeypatch.setattr("npae.inside.anatomy.ROUNDS", 1)
    monkeypatch.setattr("npae.inside.anatomy.SECONDS", 0.0)
    monkeypatch.setattr("npae.inside.doctor.PROBE", 10)
    monkeypatch.setattr("npae.inside.doctor.AGAIN", 40)


@pytest.fixture(scope="module")
def digits():
    """A few images for all runs."""
    return Dataset("synthetic", *synthetic_digits(64, 20), source="", sha256="0" * 64, synthetic=True)


@pytest.fixture(scope="module")
def runs(tmp_path_factory, digits):
    """Train two short runs, and return their folders."""
    folder = tmp_path_factory.mktemp("runs")
    options = ["--epochs", "2", "--batch-size", "16", "--quiet"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets, "load", lambda *args, **kwargs: digits)
        for recipe in ("dense", "conv"):
            assert main(["train", recipe, *options, "--out", str(folder / recipe)]) == 0
    return folder


class Page(HTMLParser):
    """Notes elements, addresses and text; asserts that elements are closed in order."""

    EMPTY = ("meta", "img")

    def __init__(self, text):
        super().__init__()
        self.open, self.addresses, self.tags, self.words = [], [], [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href")]
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.EMPTY:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def test_a_report_holds_everything_and_asks_the_network_for_nothing(runs, digits, monkeypatch, capsys):
    monkeypatch.setattr(datasets, "load", lambda *args, **kwargs: digits)
    assert main(["report", str(runs / "conv")]) == 0
    path = capsys.readouterr().out.strip()
    with open(path, encoding="utf-8") as file:
        text = file.read()
    parsed = Page(text)
    words = " ".join(parsed.words)
    for expected in (
        "npae train conv --data",
        "--seed 0",
        "val",
        "encoder/conv2d_1",
        "8 x 14 x 14",
        "3,217",
        "numpy",
        "Anatomy of a training step",
        "16 x 28 x 28",
        "dL/dy",
        "Doctor",
        "too few epochs",
        "Evidence: ",
    ):
        assert expected in words
    assert "script" not in parsed.tags
    assert parsed.addresses and all(address.startswith("data:image/png") for address in parsed.addresses)
    assert len(text) < 3_000_000


def test_published_numbers_stand_beside_those_of_the_same_data_and_epochs(runs):
    record = read_record(runs / "conv")
    whole = dataclasses.replace(record.settings, limit=None)
    record = record._replace(settings=whole, metadata={"dataset": {"name": "mnist"}})
    assert record._replace(history={"loss": [0.08] * 10}).published["val_loss"] == 0.0756
    deep = record._replace(settings=dataclasses.replace(whole, recipe="deep"), history={"loss": [0.08] * 50})
    assert deep.published == {"test_squared_error_per_image": 3.0, "test_squared_error_per_image_pca": 13.87}
    assert deep._replace(history={"loss": [0.08] * 49}).published == {}
    assert deep._replace(metadata={"dataset": {"name": "fashion-mnist"}}).published == {}


def test_a_report_without_the_data_says_so(runs, capsys, tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (40, 28, 28), np.uint8)
    np.save(tmp_path / "images.npy", images)
    run, page = tmp_path / "run", tmp_path / "page.html"
    train = ["train", "dense", "--data", str(tmp_path / "images.npy"), "--epochs", "1", "--out", str(run)]
    assert main([*train, "--quiet"]) == 0
    (tmp_path / "images.npy").unlink()
    assert main(["report", str(run), "--out", str(page)]) == 0
    words = " ".join(Page(page.read_text(encoding="utf-8")).words)
    assert words.count("This needs the data of the training, which could not be read:") == 2
    assert words.count("images.npy") > 2 and "training loss" in words and "encoder/dense (Dense)" in words


def test_comparison_has_a_column_for_each_run(runs, capsys, tmp_path):
    out = tmp_path / "both.html"
    assert main(["compare", str(runs / "dense"), str(runs / "conv"), "--html", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["recipe", "dense", "conv"]
    assert any(line.startswith("validation loss") and len(line.split()) == 4 for line in lines)
    assert Page(out.read_text(encoding="utf-8")).tags.count("img") == 2


@pytest.mark.parametrize("content", ["", "[1]", '{"loss": ', "[" * 100_000, "\0"])
def test_damaged_metrics_are_told_in_a_line(runs, tmp_path, capsys, content):
    for name in ("model.npz", "history.csv"):
        (tmp_path / name).write_bytes((runs / "dense" / name).read_bytes())
    (tmp_path / "metrics.json").write_text(content, encoding="utf-8")
    assert main(["report", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "metrics.json" in line
    assert not (tmp_path / "report.html").exists()


def test_metrics_of_other_types_are_shown_or_left_out(runs, digits, tmp_path, monkeypatch):
    monkeypatch.setattr(datasets, "load", lambda *args, **kwargs: digits)
    for name in ("model.npz", "history.csv"):
        (tmp_path / name).write_bytes((runs / "dense" / name).read_bytes())
    metrics = '{"settings": 3, "dataset": [], "findings": 5, "versions": "x", "test_loss": true, "<b>": 1e999'
    metrics += f', "huge": {"9" * 400}}}'
    (tmp_path / "metrics.json").write_text(metrics, encoding="utf-8")
    (tmp_path / "a.png").write_bytes(b"no picture")
    assert main(["report", str(tmp_path)]) == 0
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;" in text and "a.png is too large for this page, or no picture" in text


def test_text_is_escaped():
    text = page("<x>", [table(["a<b"], [["<script>alert(1)</script>"]])])
    assert "<script>" not in text and "<x>" not in text


LOSSES = (
    ([2.0], 30, 4),
    ([float("nan")], 2, 2),
    ([0.0, 0.0], 2, 2),
    ([1e-8, *[float("inf")] * 898, 1e8], 2, 2),
    ([-1e300, 1e300], 2, 2),
    ([1e-300, 1e300], 2, 2),
    ([1e38], 2, 2),
    ([5e-324, 1.0], 2, 2),
)


@pytest.mark.parametrize("values, runs, figures", slow_but(LOSSES[3:5], LOSSES))
def test_runs_of_any_losses_are_compared(values, runs, figures, tmp_path):
    recipe = get_recipe("dense")
    model, settings, metadata = recipe.build(), Settings("dense"), {"dataset": {"name": "mnist"}}
    model.build(recipe.input_shape)
    history = {"loss": values, "val_loss": [1.0]}
    records = [Record(tmp_path / str(k), model, settings, metadata, {}, history) for k in range(runs)]
    text = write_comparison(records, tmp_path / "page.html").read_text(encoding="utf-8")
    assert Page(text).tags.count("img") == figures

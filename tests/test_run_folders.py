"""The folder of a run when things are odd: damaged files, two runs in one place, other data, no terminal."""

import dataclasses
import io
import json
import re
import sys

import numpy as np
import pytest
from slow_cases import slow_but

import npae
from npae import datasets, plotting
from npae.console.cli import main
from npae.datasets import sources
from npae.training.events import TrainingState

TRAIN = ["--limit", "60", "--epochs", "1", "--data", "synthetic"]


@pytest.fixture
def run_folder(tmp_path, small_synthetic, trained_once):
    return trained_once(["train", "conv", *TRAIN], tmp_path / "run")


def last_line(capsys):
    return capsys.readouterr().err.strip().splitlines()[-1]


@pytest.mark.parametrize(
    "settings", [None, "conv", {"recipe": "dense"}, {"recipe": "conv", "colour": "red"}, {"recipe": ["conv"]}]
)
@pytest.mark.parametrize(
    "command", [["evaluate"], ["plot"], ["denoise"], ["train", "conv", "--resume", "--out"]]
)
def test_a_folder_that_a_program_wrote_is_told_in_a_line(
    command, settings, tmp_path, capsys, small_synthetic
):
    model = npae.Sequential([npae.Dense(784)])
    model.build((784,))
    metadata = (
        {"settings": settings, "dataset": {"name": "synthetic", "sha256": "0" * 64}} if settings else {}
    )
    npae.save_model(tmp_path / "model.npz", model, metadata)
    npae.save_checkpoint(tmp_path / "checkpoint.npz", model, npae.Adam(), {}, metadata)
    assert main([*command, str(tmp_path), *(["a.png"] if command == ["denoise"] else [])]) == 1
    captured = capsys.readouterr().err
    assert captured.startswith("npae: error: ") and captured.count("\n") == 1 and str(tmp_path) in captured


@pytest.mark.parametrize(
    "text, words",
    [
        (None, "No such file"),
        ("", "expected a line like epoch,loss"),
        ("epoch,val_loss\n1,0.5\n", "expected a line like epoch,loss"),
        ("epoch,loss\n1,much\n", "could not convert"),
        ("epoch,loss\n1\n", "row 1 has 1 columns"),
    ],
)
def test_a_damaged_history_keeps_nobody_from_measuring(run_folder, text, words, capsys):
    (run_folder / "history.csv").unlink()
    if text is not None:
        (run_folder / "history.csv").write_text(text)
    assert main(["evaluate", str(run_folder)]) == 0
    assert main(["plot", str(run_folder)]) == 1
    assert "history.csv cannot be read as a history" in (line := last_line(capsys)) and words in line


def test_pictures_of_one_name_keep_their_results_apart(run_folder, tmp_path):
    for folder, level in (("a", 0.0), ("b", 1.0)):
        (tmp_path / folder).mkdir()
        plotting.save_image(tmp_path / folder / "seven.png", np.full((28, 28), level))
    pictures = [str(tmp_path / folder / "seven.png") for folder in "ab"]
    assert (
        main(["denoise", str(run_folder), *pictures, "--out", str(tmp_path / "out"), "--threads", "1"]) == 0
    )
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {f"seven{n}-{what}.png" for n in ("", "-2") for what in ("reconstructed", "comparison")}


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("failure", [KeyboardInterrupt, ValueError("the loss became nan")])
def test_an_earlier_run_is_back_if_no_epoch_was_complete(run_folder, failure, monkeypatch, capsys):
    def fit(*args, **kwargs):
        raise failure

    before = contents(run_folder)
    monkeypatch.setattr("npae.training.kept.fit", fit)
    status = 130 if failure is KeyboardInterrupt else 1
    assert main(["train", "conv", *TRAIN, "--out", str(run_folder)]) == status
    assert ("the earlier run is back" if failure is KeyboardInterrupt else "nan") in last_line(capsys)
    assert contents(run_folder) == before and not run_folder.with_name("run.1").exists()


def test_an_earlier_run_is_back_though_a_part_of_the_next_one_had_begun(
    tmp_path, small_synthetic, monkeypatch
):
    folder = tmp_path / "run"
    options = ["train", "keras-denoiser", *TRAIN, "--out", str(folder), "--quiet"]  # a part comes first
    folder.mkdir()
    (folder / "metrics.json").write_text("an earlier run")

    def fit(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("npae.training.kept.fit", fit)
    assert main(options) == 130
    assert contents(folder) == {"metrics.json": b"an earlier run"} and not (tmp_path / "run.1").exists()


def test_an_earlier_run_is_left_alone_where_it_cannot_or_need_not_be_moved(run_folder, monkeypatch, capsys):
    before = contents(run_folder)
    monkeypatch.chdir(run_folder)
    for out in (".", str(run_folder)):
        assert main(["train", "conv", *TRAIN, "--out", out]) == 1
        assert "cannot be moved aside while you are in it" in last_line(capsys)
    monkeypatch.chdir(run_folder.parent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("npae.kernels.backend._chosen", None)
        patch.setenv("NPAE_BACKEND", "nonsense")
        assert main(["train", "conv", *TRAIN, "--out", str(run_folder)]) == 1
    assert "unknown backend 'nonsense'" in last_line(capsys)
    assert contents(run_folder) == before and not run_folder.with_name("run.1").exists()


def test_a_linked_folder_stays_a_link(run_folder, tmp_path):
    (tmp_path / "link").symlink_to(run_folder)
    before = (run_folder / "model.npz").read_bytes()
    assert main(["train", "conv", *TRAIN, "--seed", "3", "--out", str(tmp_path / "link"), "--quiet"]) == 0
    assert (tmp_path / "link").is_symlink() and (run_folder / "metrics.json").is_file()
    assert (tmp_path / "run.1" / "model.npz").read_bytes() == before


@pytest.mark.parametrize("limit", slow_but((1,), (1, 4)))
@pytest.mark.parametrize("recipe", ["dense", "conv", "strided-denoiser", "latent2d", "transposed-denoiser"])
def test_a_few_images_are_enough(recipe, limit, tmp_path, small_synthetic, capsys):
    options = ["--limit", str(limit), "--epochs", "1", "--threads", "1", "--out", str(tmp_path / "run")]
    assert main(["train", recipe, *options, "--quiet"]) == 0, capsys.readouterr().err
    assert json.loads((tmp_path / "run" / "metrics.json").read_text())["threads"] == 1


def test_metrics_are_written_even_if_a_figure_fails(tmp_path, small_synthetic, monkeypatch):
    monkeypatch.setattr(plotting, "loss_curves", lambda *args, **kwargs: np.ones(2).reshape(3))
    assert main(["train", "conv", *TRAIN, "--out", str(tmp_path / "run"), "--quiet"]) == 1
    assert json.loads((tmp_path / "run" / "metrics.json").read_text())["val_loss"] > 0


def test_other_data_than_those_of_the_training_are_noticed(run_folder, small_synthetic, monkeypatch, capsys):
    other = dataclasses.replace(small_synthetic, sha256="1" * 64)
    monkeypatch.setattr("npae.datasets.load", lambda *args, **kwargs: other)
    assert main(["evaluate", str(run_folder)]) == 1 and "is other data" in last_line(capsys)
    assert main(["plot", str(run_folder)]) == 1 and "is other data" in last_line(capsys)
    assert main(["evaluate", str(run_folder), "--data", "synthetic"]) == 0
    assert "is other data" in last_line(capsys)
    assert main(["train", "conv", "--resume", "--epochs", "2", "--out", str(run_folder)]) == 1
    assert "is other data" in last_line(capsys)


def test_data_of_ones_own_are_found_again_from_another_folder(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    arrays = datasets.synthetic_digits(20, 10)
    np.savez("mine.npz", **dict(zip(("x_train", "y_train", "x_test", "y_test"), arrays)))
    assert main(["train", "dense", "--data", "mine.npz", "--epochs", "1", "--out", "run", "--quiet"]) == 0
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert main(["evaluate", "../run"]) == 0


def test_quiet_tells_of_synthetic_digits_and_nothing_else(tmp_path, monkeypatch, capsys):
    draw = sources.synthetic_digits
    monkeypatch.setattr(sources, "synthetic_digits", lambda seed: draw(20, 10, seed))
    monkeypatch.setattr(sources, "_places", lambda name: [])
    assert main(["train", "dense", "--epochs", "1", "--out", str(tmp_path / "run"), "--quiet"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "" and re.fullmatch("npae: the digits are synthetic, .*\n", captured.err)


def test_a_closed_standard_output_is_no_failure(tmp_path, small_synthetic, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["train", "dense", *TRAIN, "--out", str(tmp_path / "run")]) == 0


@pytest.mark.parametrize("columns", [20, 50, 80, 200])
def test_progress_never_writes_a_line_wider_than_the_terminal(columns, monkeypatch):
    out = io.StringIO()
    out.isatty = lambda: True
    monkeypatch.setenv("COLUMNS", str(columns))
    progress, model = npae.Progress(out), npae.Sequential([])
    state = TrainingState(model, npae.Adam(), npae.History(), epochs=100, steps=10000, epoch=1)
    progress.on_epoch_begin(state)
    progress.SECONDS_BETWEEN_UPDATES = 0
    state.after_step(5000, (0.25,))
    progress.on_step_end(state)
    progress.on_train_end(state)
    lines = re.split(r"[\r\n]", out.getvalue().replace("\x1b[2K", ""))
    assert max(map(len, lines)) < columns and out.getvalue().endswith("\n")
    assert ("[=" in lines[-2]) == (columns >= 80)

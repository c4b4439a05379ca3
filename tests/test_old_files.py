"""Files that npae 0.1.0 wrote open, measure and resume; those of a newer npae are refused in a line."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import npae
from npae.console.cli import main
from npae.recipes.folder import read_history

OLD = Path(__file__).parent / "data" / "v0_1_0"
EXPECTED = json.loads((OLD / "expected.json").read_text())


def test_a_model_gives_the_outputs_that_it_gave():
    model, metadata = npae.load_model(OLD / "model.npz")
    with np.load(OLD / "outputs.npz") as known:
        np.testing.assert_allclose(model.reconstruct(known["x"]), known["y"], rtol=1e-12)
    assert metadata == {"note": "written by npae 0.1.0"}


def test_a_checkpoint_goes_on_as_it_did():
    model = npae.Autoencoder(
        npae.Sequential([npae.Dense(4, "relu")]), npae.Sequential([npae.Dense(12, "sigmoid")])
    )
    model.build((12,), 5)
    optimizer, data = npae.Adam(), np.random.default_rng(4).random((50, 12)).astype(np.float32)
    history, metadata = npae.load_checkpoint(OLD / "checkpoint.npz", model, optimizer)
    assert len(history["loss"]) == 2 and metadata == {"note": "after two epochs"}
    arguments = dict(batch_size=16, optimizer=optimizer, history=npae.History(history))
    npae.fit(model, data, epochs=4, validation_data=data[:10], **arguments)
    with np.load(OLD / "checkpoint_continued.npz") as known:
        for name, value in model.params.items():
            np.testing.assert_allclose(value, known[name.replace("/", ".")], rtol=1e-4, atol=1e-6)


@pytest.fixture
def old(tmp_path):
    for name in ("run", "interrupted"):
        shutil.copytree(OLD / name, tmp_path / name)
    return tmp_path


DATA = ["--data", str(OLD / "digits.npz")]


def test_a_run_is_measured_and_drawn_and_resumed(old, capsys):
    assert main(["evaluate", str(old / "run"), *DATA]) == 0
    assert "test_mse" in capsys.readouterr().out
    command = ["train", "conv", "--epochs", "4", "--resume", "--quiet", *DATA, "--out", str(old / "run")]
    assert main(command) == 0
    assert read_history(old / "run" / "history.csv")["val_loss"] == pytest.approx(EXPECTED["run"], rel=1e-4)


def test_a_run_that_was_interrupted_in_a_part_goes_on(old):
    folder = old / "interrupted"
    assert main(["train", "keras-denoiser", "--resume", "--quiet", *DATA, "--out", str(folder)]) == 0
    for path, key in ((folder, "interrupted"), (folder / "parts" / "clean", "part")):
        assert read_history(path / "history.csv")["val_loss"] == pytest.approx(EXPECTED[key], rel=1e-4)


def test_a_newer_format_is_told_in_a_line(tmp_path, old, capsys):
    with np.load(old / "run" / "model.npz") as archive:
        entries = dict(archive)
    entries["header"] = np.array(str(entries["header"]).replace('"format": 1', '"format": 3'))
    np.savez(old / "run" / "model.npz", **entries)
    assert main(["evaluate", str(old / "run"), *DATA]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "its format is 3; this version of npae reads format 1 and 2" in said
    assert "a newer npae wrote it" in said

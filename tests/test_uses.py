"""What autoencoders are for, from the command line: anomalies, a walk through codes, a film of them."""

import csv
import dataclasses
import json
import os
import signal

import numpy as np
import pytest
from slow_cases import slow_but

import npae
from npae.console.cli import main
from npae.plotting import codes
from npae.recipes.anomaly import Detector, Trial, detectors, try_one
from npae.recipes.anomaly_report import lesson, table
from npae.recipes.codes import Plane
from npae.training.kept import Compute

TRAIN = ["--limit", "60", "--epochs", "1", "--data", "synthetic", "--quiet"]
ANOMALY = ["anomaly", "--model", "dense", "--code", "4", "--data", "synthetic", "--epochs", "1"]


def last_line(capsys):
    return capsys.readouterr().err.strip().splitlines()[-1]


@pytest.fixture
def bars(small_synthetic):
    """Two classes: a bar that stands and a bar that lies, somewhere."""
    rng = np.random.default_rng(1)
    images, labels = np.zeros((200, 28, 28), np.uint8), np.arange(200, dtype=np.uint8) % 2
    for image, label, place in zip(images, labels, rng.integers(4, 22, 200)):
        (image if label else image.T)[place : place + 3, 4:24] = 255
    halves = dict(train_images=images[:100], train_labels=labels[:100])
    return dataclasses.replace(small_synthetic, **halves, test_images=images[100:], test_labels=labels[100:])


@pytest.mark.parametrize("alone", slow_but([True], [True, False]))
def test_what_a_detector_has_not_seen_scores_high(bars, alone, tmp_path):
    trial = try_one(bars, Detector("dense", 16, alone, epochs=150), 1, 0, Compute(), tmp_path, {})
    assert trial.auc > 0.99
    np.testing.assert_array_equal(trial.anomalous, (bars.test_labels == 1) != alone)
    places, outputs = trial.outputs[True]
    assert trial.anomalous[places].all() and outputs.shape == (10, 784)


@pytest.mark.slow
def test_anomaly_writes_a_table_numbers_and_figures(tmp_path, small_synthetic, capsys):
    folder = tmp_path / "anomaly"
    assert main([*ANOMALY, "--out", str(folder)]) == 0
    names = {"scores-dense-4-anomaly", "scores-dense-4-normal", "images-dense-4-anomaly"}
    figures = {f"{name}.png" for name in names | {"images-dense-4-normal", "auc", "lesson"}}
    assert {path.name for path in folder.iterdir()} == {"metrics.json", "anomaly.csv", "parts"} | figures
    numbers = json.loads((folder / "metrics.json").read_text())
    assert [column["normal"] for column in numbers["detectors"]] == ["all classes but one", "one class"]
    rows = list(csv.DictReader((folder / "anomaly.csv").open()))
    aucs = numbers["detectors"][1]["roc_auc"]
    assert [row["class"] for row in rows] == list(aucs) == list("0123456789")
    assert float(rows[3]["dense-4-normal-auc"]) == pytest.approx(aucs["3"], rel=1e-5)
    out = capsys.readouterr().out
    assert "[20/20] dense, code of 4, 9 as the only normal class: ROC-AUC" in out
    assert f"{numbers['detectors'][1]['mean_roc_auc']:.3f}" in out and numbers["lesson"] in out


def test_anomaly_never_overwrites_and_an_interrupt_is_one_line(
    tmp_path, monkeypatch, small_synthetic, capsys
):
    folder = tmp_path / "anomaly"
    folder.mkdir()
    (folder / "metrics.json").write_text("an earlier run")

    def interrupted(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr("npae.recipes.anomaly.try_one", interrupted)
        assert main([*ANOMALY, "--out", str(folder)]) == 130
    assert (
        last_line(capsys)
        == f"npae: interrupted; nothing is written to {folder}, and the earlier run is back there"
    )
    assert (folder / "metrics.json").read_text() == "an earlier run"
    monkeypatch.setattr("npae.recipes.anomaly_report.draw", lambda *args: None)
    assert main([*ANOMALY, "--out", str(folder), "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    assert (tmp_path / "anomaly.1" / "metrics.json").read_text() == "an earlier run"


def test_an_interrupt_loses_one_training_at_most(tmp_path, monkeypatch, small_synthetic, capsys):
    trained, left, folder, unbroken = [], [3], tmp_path / "anomaly", tmp_path / "unbroken"

    def counted(dataset, column, label, *rest):
        if len(trained) in left:
            raise KeyboardInterrupt
        trained.append((column.name, label))
        return try_one(dataset, column, label, *rest)

    monkeypatch.setattr("npae.recipes.anomaly.try_one", counted)
    monkeypatch.setattr("npae.recipes.anomaly_report.draw", lambda *args: None)
    for _ in range(2):  # the second one is a new run, and what the first one has left is not lost
        trained.clear()
        assert main([*ANOMALY, "--quiet", "--out", str(folder)]) == 130
    line = f"npae: interrupted; 3 of 20 trainings are in {folder}; --resume continues from there"
    assert last_line(capsys) == f"{line}, and the earlier run is now {folder}.1"
    assert len(list((tmp_path / "anomaly.1" / "parts").iterdir())) == 3
    left.clear()
    assert main(["anomaly", "--resume", "--out", str(folder)]) == 0
    assert len(trained) == len(set(trained)) == 20
    out = capsys.readouterr().out
    assert "3 of 20 trainings are done" in out and "[ 4/20] dense, code of 4, 3 as the anomaly" in out
    assert main([*ANOMALY, "--quiet", "--out", str(unbroken)]) == 0 and len(trained) == 40
    assert (folder / "anomaly.csv").read_text() == (unbroken / "anomaly.csv").read_text()
    assert main(["anomaly", "--resume", "--out", str(folder), "--quiet"]) == 0 and len(trained) == 40


@pytest.mark.slow  # test_interrupts.py has signals within a training
def test_a_signal_within_a_training_of_anomaly_loses_nothing(tmp_path, monkeypatch, small_synthetic, capsys):
    folder, unbroken, taken, places = tmp_path / "anomaly", tmp_path / "unbroken", [], []
    options = [*ANOMALY, "--quiet", "--epochs", "2"]
    after_step = npae.Checkpoint.on_step_end

    def signalled(self, state):
        taken.append((os.path.basename(self.directory), state.epoch, state.step))
        if places and places[0] == taken[-1]:
            signal.raise_signal(signal.SIGTERM)
        after_step(self, state)

    monkeypatch.setattr("npae.recipes.anomaly_report.draw", lambda *args: None)
    monkeypatch.setattr("npae.recipes.anomaly.BATCH", {False: 16, True: 2})
    monkeypatch.setattr(npae.Checkpoint, "on_step_end", signalled)
    assert main([*options, "--out", str(unbroken)]) == 0
    steps = len(taken)
    taken.clear()
    places += [("dense-4-anomaly-0", 1, 1), ("dense-4-anomaly-1", 2, 2)]
    for done, more in enumerate(([], ["--resume"])):
        assert main([*options, "--out", str(folder), *more]) == 143
        kept = f"{done} of 20 trainings and a part of the next one are in {folder}"
        assert last_line(capsys) == f"npae: interrupted; {kept}; --resume continues from there"
        places.pop(0)
    assert main(["anomaly", "--resume", "--out", str(folder), "--quiet"]) == 0
    assert len(taken) == len(set(taken)) == steps
    assert (folder / "anomaly.csv").read_text() == (unbroken / "anomaly.csv").read_text()
    assert not [path for path in (folder / "parts").iterdir() if path.is_dir()]


def test_anomaly_goes_on_only_as_it_began(tmp_path, monkeypatch, small_synthetic, capsys):
    def interrupted(dataset, column, label, *rest):
        if label == 1:
            raise KeyboardInterrupt
        return try_one(dataset, column, label, *rest)

    out = ["--out", str(tmp_path / "run")]
    assert main(["anomaly", "--resume", *out]) == 1
    assert "no detectors to resume from; leave out --resume" in last_line(capsys)
    monkeypatch.setattr("npae.recipes.anomaly.try_one", interrupted)
    assert main([*ANOMALY, *out]) == 130
    assert main(["anomaly", "--resume", "--code", "5", *out]) == 1
    assert "began with --code 4, and cannot continue with --code 5" in last_line(capsys)
    other = dataclasses.replace(small_synthetic, sha256="1" * 64)
    monkeypatch.setattr("npae.datasets.load", lambda *args, **kwargs: other)
    assert main(["anomaly", "--resume", *out]) == 1
    assert "is other data (SHA-256 000000000000 and 111111111111)" in last_line(capsys)
    part = tmp_path / "run" / "parts" / "dense-4-anomaly-0.npz"
    part.write_bytes(part.read_bytes()[:1000])
    assert main(["anomaly", "--resume", *out]) == 1 and f"{part} cannot be read" in last_line(capsys)


@pytest.mark.parametrize(
    "options, words",
    [
        (["--code", "3"], "--code 3 needs a model"),
        (["--limit", "4"], "every class must be in the training and in the test set"),
    ],
)
def test_what_anomaly_cannot_do_is_one_clear_line(options, words, tmp_path, small_synthetic, capsys):
    command = ["anomaly", *options, "--data", "synthetic", "--out", str(tmp_path / "out")]
    assert main(command) == 1 and words in last_line(capsys)
    assert not (tmp_path / "out").exists()


def test_the_lesson_is_that_simple_images_reconstruct_too_well(bars):
    anomalous = bars.test_labels == 1
    scores = np.where(anomalous, 1.0, 3.0)
    columns = detectors("dense", 4)
    trials = [Trial(1, scores, anomalous, 0.0, {}, 1.0), Trial(1, -scores, ~anomalous, 0.9, {}, 1.0)]
    found = {column: [trial] for column, trial in zip(columns, trials)}
    told = lesson(found, bars)
    assert told.startswith(
        "Simple images have small errors: the dense model with a code of 4 was not trained on"
    )
    assert "error per image is 1.0 for that class and 3.0 for the others: ROC-AUC 0.00" in told
    assert told.endswith("dense with a code of 4, 1 as the only normal class: 0.90.")
    alone = {columns[0]: found[columns[0]]}
    assert lesson(alone, bars).endswith("often helps, but no other detector was better.")
    lines = table(found, bars).splitlines()
    assert lines[3].split() == ["1", "0.000", "0.900"] and len({len(line) for line in lines}) == 1
    found[columns[0]] = [Trial(1, 4 - scores, anomalous, 1.0, {}, 1.0)]
    assert lesson(found, bars).startswith("The hardest anomaly")
    found[columns[0]] = [Trial(1, 1000 * scores, anomalous, 0.0, {}, 1.0)]
    assert "learned too little" in lesson(found, bars)


def test_a_plane_through_codes_goes_there_and_back(rng):
    flat = rng.normal(size=(50, 2)).astype(np.float32)
    plane = Plane(flat)
    assert plane.points(flat) is not None and plane.share == 1
    np.testing.assert_array_equal(plane.codes(plane.points(flat)), flat)
    codes = (flat @ rng.normal(size=(2, 12))).reshape(50, 3, 2, 2).astype(np.float32)
    plane = Plane(codes)  # they lie in a plane of their space
    assert plane.share == pytest.approx(1, abs=1e-4) and plane.points(codes).shape == (50, 2)
    np.testing.assert_allclose(plane.codes(plane.points(codes)), codes, atol=1e-3)
    assert plane.codes(np.zeros((4, 2))).dtype == np.float32
    assert Plane(np.concatenate([codes, rng.normal(size=codes.shape)])).share < 0.99
    with pytest.raises(ValueError, match="a single number"):
        Plane(flat[:, :1])


@pytest.mark.parametrize("recipe", slow_but(["conv"], ["conv", "variational-dense"]))
def test_explore_draws_four_figures_of_any_autoencoder(recipe, tmp_path, small_synthetic, capsys):
    assert main(["train", recipe, *TRAIN, "--out", str(tmp_path)]) == 0
    assert main(["explore", str(tmp_path), "--pair", "3", "5", "--pair", "0", "0"]) == 0
    names = ["interpolations.png", "map.png", "codes.png", "neighbours.png"]
    assert capsys.readouterr().out.split() == [str(tmp_path / "explore" / name) for name in names]
    assert all((tmp_path / "explore" / name).stat().st_size > 500 for name in names)
    assert main(["explore", str(tmp_path), "--pair", "3", "60"]) == 1
    assert "no test image 60; they count from 0 to 59" in last_line(capsys)


@pytest.mark.slow
def test_a_film_keeps_the_codes_of_every_epoch_and_goes_on_with_them(tmp_path, monkeypatch, small_synthetic):
    monkeypatch.setattr(codes, "STEPS", 1)
    options = ["train", "latent2d", "--limit", "60", "--data", "synthetic", "--quiet", "--animate"]
    assert main([*options, "--epochs", "2", "--out", str(tmp_path / "whole")]) == 0
    assert main([*options, "--epochs", "1", "--out", str(tmp_path / "parts")]) == 0
    resumed = ["train", "latent2d", "--epochs", "2", "--quiet", "--animate", "--resume"]
    assert main([*resumed, "--out", str(tmp_path / "parts")]) == 0
    files = [sorted((tmp_path / name / "unfold").iterdir()) for name in ("whole", "parts")]
    assert [path.name for path in files[0]] == [f"epoch-000{k}.npy" for k in range(3)]
    for whole, part in zip(*files):
        assert np.load(whole).shape == (60, 2) and whole.read_bytes() == part.read_bytes()
    film = tmp_path / "parts" / "unfold.gif"
    before = film.read_bytes()
    film.unlink()
    files[1][2].with_name("epoch-0003.npy").write_bytes(
        files[1][2].read_bytes()
    )  # no checkpoint came after it
    assert main(["plot", str(tmp_path / "parts")]) == 0
    assert film.read_bytes() == before and before.startswith(b"GIF89a")


def test_a_film_that_has_no_complete_epoch_leaves_nothing(tmp_path, monkeypatch, small_synthetic):
    def interrupted(*args):
        raise KeyboardInterrupt

    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "metrics.json").write_text("an earlier run")
    monkeypatch.setattr("npae.training.callbacks.Progress.on_epoch_begin", interrupted)
    command = ["train", "latent2d", "--limit", "60", "--data", "synthetic", "--epochs", "1", "--animate"]
    assert main([*command, "--out", str(folder)]) == 130
    assert [path.name for path in folder.iterdir()] == ["metrics.json"]
    assert not (tmp_path / "run.1").exists()


def test_a_code_that_is_not_two_numbers_cannot_be_filmed_and_nothing_is_trained(
    tmp_path, small_synthetic, capsys
):
    assert main(["train", "conv", *TRAIN, "--animate", "--out", str(tmp_path / "run")]) == 1
    assert "the code of conv is 8 x 7 x 7" in last_line(capsys)
    assert not (tmp_path / "run").exists()

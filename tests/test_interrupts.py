"""Signals end npae in a line, with the step saved; a folder has one run, and a killed one blocks nobody."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from tiny_data import write_npz

import npae
from npae.console import cli
from npae.console.cli import main
from npae.files.lock import NAME, InUse, locked
from npae.interrupts import SIGNALS, Interrupted, postponed, raised
from npae.training.batches import Batches
from npae.training.checkpoints import read_archive
from npae.training.kept import Compute, Plan, train_in

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and locks are different there")
DATA = np.random.default_rng(0).random((30, 12), np.float32)


@pytest.fixture(autouse=True)
def usual_handlers():
    """Give signals their usual handlers: a shell starts what runs in the background with some ignored."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in SIGNALS}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def started(*arguments, **options):
    def usual():  # a shell starts what runs in the background with SIGINT ignored, and a child inherits that
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)

    command = [sys.executable, "-m", "npae", *map(str, arguments)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=usual, **options)


@pytest.mark.parametrize(
    "number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_at_the_start_is_a_line_and_its_status(number, status):
    process = started("list", stdout=subprocess.DEVNULL)
    maps, deadline = Path(f"/proc/{process.pid}/maps"), time.monotonic() + 20
    while time.monotonic() < deadline and maps.exists() and "numpy" not in maps.read_text():
        time.sleep(0.001)  # until npae imports NumPy
    process.send_signal(number)
    said = process.communicate(timeout=60)[1]
    assert (process.returncode, said) in [(status, "npae: interrupted\n"), (0, "")]


@pytest.mark.parametrize(
    "number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_in_training_saves_the_step_and_a_resumed_run_has_the_bits_of_an_unbroken_one(
    number, status, tmp_path, capsys, monkeypatch
):
    data = str(write_npz(tmp_path / "digits.npz", "mnist"))
    options = ["train", "conv", "--data", data, "--epochs", "3", "--batch-size", "2", "--quiet"]
    assert main([*options, "--out", str(tmp_path / "whole")]) == 0
    after_step = npae.Checkpoint.on_step_end

    def signalled(self, state):
        if (state.epoch, state.step) == (2, 2):
            signal.raise_signal(number)
        after_step(self, state)

    folder = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(npae.Checkpoint, "on_step_end", signalled)
        assert main([*options, "--out", str(folder)]) == status
    said = capsys.readouterr().err
    assert said == (
        f"npae: interrupted; 1 of 3 epochs and 2 steps are in {folder}; "
        f"npae train conv --out {folder} --resume continues from there\n"
    )
    assert sorted(path.name for path in folder.iterdir()) == ["checkpoint.npz", "history.csv"]
    assert main(["train", "conv", "--resume", "--epochs", "1", "--out", str(folder)]) == 1
    assert "has 2 epochs already" in capsys.readouterr().err
    assert main(["train", "conv", "--resume", "--quiet", "--out", str(folder)]) == 0
    found, right = (read_archive(tmp_path / name / "model.npz")[1] for name in ("run", "whole"))
    assert all(np.array_equal(found[name], value) for name, value in right.items())


def model():
    built = npae.Autoencoder(
        npae.Sequential([npae.GaussianNoise(0.1), npae.Dense(5, "relu"), npae.Dropout(0.2)]),
        npae.Sequential([npae.Dense(12, "sigmoid")]),
    )
    built.build((12,), 1)
    return built


class Cursors(npae.Callback):
    """Writes a checkpoint after every step."""

    def __init__(self, folder):
        self.folder = folder

    def on_step_end(self, state):
        path = self.folder / f"{state.epoch}-{state.step}.npz"
        values = {name: list(column) for name, column in state.history.values.items()}
        npae.save_checkpoint(path, state.model, state.optimizer, values, {"cursor": state.cursor()})


@pytest.mark.parametrize("optimizer", [npae.Adam, lambda: npae.SGD(0.1, 0.9)])
@pytest.mark.parametrize("threads", [1, 3])
def test_a_training_continues_from_every_step_to_the_same_bits(tmp_path, backend, optimizer, threads):
    whole = model()
    arguments = dict(epochs=2, batch_size=8, validation_data=DATA[:9], threads=threads)
    corruption = npae.Batches(DATA, corruption=lambda x, rng: x + rng.normal(0, 0.1, x.shape).astype(x.dtype))
    right = npae.fit(whole, corruption, optimizer=optimizer(), callbacks=[Cursors(tmp_path)], **arguments)
    places = sorted(tmp_path.iterdir())
    assert len(places) == 8
    for path in places:
        other, new = model(), optimizer()
        values, metadata = npae.load_checkpoint(path, other, new)
        history = npae.History(values)
        npae.fit(other, corruption, optimizer=new, history=history, cursor=metadata["cursor"], **arguments)
        assert all(np.array_equal(value, whole.params[name]) for name, value in other.params.items()), path
        assert history["loss"] == right["loss"] and history["val_loss"] == right["val_loss"]


@pytest.mark.parametrize(
    "change",
    [
        {"batch_size": 9},
        {"order": 1},
        {"epoch": 2},
        {"step": 0},
        {"step": 5},
        {"step": 1.0},
        {"totals": [1.0, 1.0]},
        {"totals": [float("nan")]},
        {"seconds": -1},
        {"streams": []},
        {"streams": [{}, {}]},
        {"streams": None},
    ],
)
def test_a_place_that_does_not_belong_to_the_training_is_refused(change, tmp_path):
    npae.fit(model(), DATA, batch_size=8, callbacks=[Cursors(tmp_path)])
    _, metadata = npae.load_checkpoint(tmp_path / "1-2.npz", model(), npae.Adam())
    npae.fit(model(), DATA, batch_size=8, cursor=metadata["cursor"])
    with pytest.raises(ValueError, match="the place within an epoch does not belong to this training"):
        npae.fit(model(), DATA, batch_size=8, cursor={**metadata["cursor"], **change})


def test_within_an_epoch_a_checkpoint_is_written_every_five_minutes(tmp_path, monkeypatch):
    now, written = [0.0], []
    monkeypatch.setattr("npae.training.callbacks.time.monotonic", lambda: now[0])
    save = npae.save_checkpoint
    monkeypatch.setattr(
        "npae.training.callbacks.save_checkpoint",
        lambda path, *rest: (written.append(rest[-1].get("cursor", {}).get("step")), save(path, *rest)),
    )

    class Slow(npae.Callback):
        def on_step_end(self, state):
            now[0] += 170.0

    npae.fit(model(), DATA, batch_size=5, epochs=2, callbacks=[Slow(), npae.Checkpoint(tmp_path)])
    assert written == [2, 4, 6, None] * 2


def test_an_epoch_that_is_signalled_while_it_validates_is_saved_whole(tmp_path):
    class Signal(npae.Callback):
        def on_epoch_end(self, state):
            signal.raise_signal(signal.SIGTERM)

    plan, data = Plan("mse", 3, 8, 1e-3, 0, npae.Adam), (Batches(DATA), None)
    with pytest.raises(Interrupted) as caught:
        train_in(tmp_path, model(), data, plan, {}, Compute(1), callbacks=[Signal()])
    history, metadata = npae.load_checkpoint(tmp_path / "checkpoint.npz", model(), npae.Adam())
    assert caught.value.number == signal.SIGTERM and len(history["loss"]) == 1 and metadata == {}


def test_a_second_ctrl_c_ends_at_once_and_handlers_are_put_back():
    before = [signal.getsignal(number) for number in SIGNALS]
    with pytest.raises(Interrupted), postponed() as noted:
        signal.raise_signal(signal.SIGTERM)
        assert noted().number == signal.SIGTERM
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("not reached")
    assert [signal.getsignal(number) for number in SIGNALS] == before


@pytest.mark.slow
def test_a_signal_whose_exception_a_destructor_drops_comes_again(capsys):
    class Drops:
        def __del__(self):
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(Interrupted), raised():
        Drops()
        time.sleep(5)
    assert capsys.readouterr().err == ""


def test_a_signal_that_a_library_turns_into_an_error_of_its_own_stays_one(tmp_path, capsys, monkeypatch):
    def drawn(run):
        try:
            signal.raise_signal(signal.SIGHUP)
        except KeyboardInterrupt:
            raise ValueError("Invalid affine transformation matrix") from None

    monkeypatch.setattr("npae.recipes.report.finish", drawn)
    data, folder = write_npz(tmp_path / "digits.npz", "mnist"), tmp_path / "run"
    options = ["train", "conv", "--data", str(data), "--epochs", "1", "--quiet", "--out", str(folder)]
    assert main(options) == 129
    kept = f"npae: interrupted; 1 of 1 epochs are in {folder}; "
    assert capsys.readouterr().err == f"{kept}npae train conv --out {folder} --resume continues from there\n"
    monkeypatch.setattr("npae.console.cli.list_recipes", drawn)
    assert main(["list"]) == 129
    assert capsys.readouterr().err == "npae: interrupted\n"


def test_what_the_caller_ignores_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with raised():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.slow
def test_a_second_run_is_told_who_holds_the_folder(tmp_path, capsys):
    data, folder = write_npz(tmp_path / "digits.npz", "mnist"), tmp_path / "run"
    options = ["train", "conv", "--data", str(data), "--out", str(folder)]
    first = started(*options, "--epochs", "100000", "--quiet")
    try:
        deadline = time.monotonic() + 100
        while not (folder / "checkpoint.npz").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        for more in ([], ["--resume"]):
            assert main([*options, *more, "--epochs", "100000"]) == 1
            said = capsys.readouterr().err
            assert said.count("\n") == 1 and f"is in use by process {first.pid} on " in said, said
            assert "npae" in said and " since " in said
        assert not (tmp_path / "run.1").exists()
    finally:
        first.kill()
        first.communicate()
    assert (folder / NAME).exists()
    for place in (folder, folder / "parts" / "plain"):
        place.mkdir(parents=True, exist_ok=True)
        for name in (".npae-0123.part", ".checkpoint.npz.ab12_xyz.part", "mine.part", ".mine.part"):
            (place / name).write_bytes(b"half a file")
    assert main([*options, "--epochs", "1"]) == 0
    left = [*tmp_path.rglob(".lock"), *tmp_path.rglob("*.part")]
    assert {path.name for path in left} == {"mine.part", ".mine.part"}, "another program's files are left"
    with locked(tmp_path / "run.1"), pytest.raises(InUse), locked(tmp_path / "run.1"):
        pass


def test_a_lock_goes_with_a_renamed_folder_and_is_not_followed_to_another_file(tmp_path):
    folder, other = tmp_path / "a", tmp_path / "other"
    folder.mkdir()
    with locked(folder):
        folder.rename(tmp_path / "b")
        folder.mkdir()
        with locked(folder), pytest.raises(InUse, match="process"), locked(tmp_path / "b"):
            pass
    assert not list(tmp_path.rglob(NAME))
    other.write_text("kept")
    (folder / NAME).symlink_to(other)
    with pytest.raises(OSError), locked(folder):
        pass
    assert other.read_text() == "kept"


def test_an_error_that_a_library_makes_of_a_signal_is_an_interrupt(monkeypatch, capsys):
    def drawing(options):
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        except KeyboardInterrupt:
            raise ValueError("Invalid affine transformation matrix") from None

    monkeypatch.setattr(cli, "list_recipes", drawing)
    assert cli.main(["list"]) == 143
    assert capsys.readouterr().err == "npae: interrupted\n"

"""Every step of a save fails once, in turn: the state before is there, and one line says what happened."""

import builtins
import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from slow_cases import slow_but
from tiny_data import write_npz

import npae
from npae.console.cli import main
from npae.files import lock, writing
from npae.training.checkpoints import read_archive


class Faults:
    """Stands for ``os`` and ``open`` in the modules that write; the k-th call that changes the disk fails."""

    CALLS = ("open", "fsync", "replace", "ftruncate", "pwrite")

    def __init__(self, monkeypatch, k, number):
        self.k, self.number, self.calls = k, number, 0
        monkeypatch.setattr(writing, "os", self)
        monkeypatch.setattr(lock, "os", self)
        monkeypatch.setattr(writing, "open", self.open_file, raising=False)

    def __getattr__(self, name):
        return self.failing(getattr(os, name)) if name in self.CALLS else getattr(os, name)

    def failing(self, function):
        def call(*args, **kwargs):
            self.count()
            return function(*args, **kwargs)

        return call

    def count(self):
        self.calls += 1
        if self.calls == self.k:
            raise OSError(self.number, os.strerror(self.number))

    def open_file(self, path, mode):
        self.count()
        file = builtins.open(path, mode)  # noqa: SIM115  # as the module under test does
        return file if mode == "rb" else FailingFile(file, self)


class FailingFile:
    def __init__(self, file, faults):
        self.file, self.faults = file, faults

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.file.close()
        self.faults.count()

    def write(self, content):
        self.file.write(content[: len(content) // 2])
        self.faults.count()
        self.file.write(content[len(content) // 2 :])

    def flush(self):
        self.faults.count()
        self.file.flush()

    def fileno(self):
        return self.file.fileno()


NUMBERS = [errno.ENOSPC, errno.EIO, errno.EINTR]


@pytest.mark.parametrize("number", NUMBERS, ids=errno.errorcode.get)
def test_a_file_is_the_one_before_or_the_new_one_whatever_fails(number, tmp_path):
    path, k, written = tmp_path / "file", 0, False
    while not written:
        k += 1
        path.write_bytes(b"before")
        with pytest.MonkeyPatch.context() as patch:
            Faults(patch, k, number)
            try:
                with writing.written_whole(path) as file:
                    file.write(b"after" * 1000)
                written = True
            except ValueError as error:
                assert str(error) == f"cannot write {path}: {os.strerror(number)}"
        assert path.read_bytes() in (b"before", b"after" * 1000)
        assert [file.name for file in tmp_path.iterdir()] == ["file"]
    assert path.read_bytes() == b"after" * 1000 and k > 7


def state(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in sorted(folder.rglob("*.npz"))
        if path.name in ("model.npz", "checkpoint.npz")
    }


@pytest.mark.parametrize("number", slow_but((errno.ENOSPC,), NUMBERS), ids=errno.errorcode.get)
def test_a_run_survives_a_fault_in_every_step_of_its_saves(number, tmp_path, capsys, monkeypatch):
    data = str(write_npz(tmp_path / "digits.npz", "mnist"))
    monkeypatch.setattr("npae.console.cli.say", lambda line: None)
    monkeypatch.setattr("npae.recipes.report.finish", lambda run: None)  # the figures come after the model

    def train(folder, *more):
        options = ["--data", data, "--out", str(folder), "--threads", "1", "--quiet", "--batch-size", "4"]
        return main(["train", "conv", *options, *more])

    assert train(tmp_path / "whole", "--epochs", "2") == 0
    assert train(tmp_path / "one", "--epochs", "1") == 0
    right = read_archive(tmp_path / "whole" / "model.npz")[1]
    k, status = 0, 1
    while status:
        k += 1
        folder = tmp_path / "run"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(tmp_path / "one", folder)
        capsys.readouterr()
        with pytest.MonkeyPatch.context() as patch:
            Faults(patch, k, number)
            status = train(folder, "--epochs", "2", "--resume")
        said = capsys.readouterr().err
        assert status in (0, 1) and said.count("\n") == status, said
        assert not status or (said.startswith("npae: error: cannot write") and os.strerror(number) in said)
        if k % 5 == 0 or not status:  # each is resumed in the same way; a few show that it works
            assert train(folder, "--epochs", "2", "--resume") == 0
            found = read_archive(folder / "model.npz")[1]
            assert all(np.array_equal(found[name], value) for name, value in right.items())
        read_archive(folder / "checkpoint.npz")
        assert not [path for path in folder.rglob("*") if path.name.endswith((".part", ".lock"))]
    assert k > 30


def test_a_new_run_that_cannot_be_written_gives_the_earlier_one_its_name_back(tmp_path, capsys):
    data = str(write_npz(tmp_path / "digits.npz", "mnist"))
    folder = tmp_path / "run"
    options = ["train", "conv", "--data", data, "--out", str(folder), "--epochs", "1", "--quiet"]
    assert main(options) == 0
    before = state(folder)
    for k in range(1, 12):
        with pytest.MonkeyPatch.context() as patch:
            Faults(patch, k, errno.ENOSPC)
            assert main(options) == 1
        assert state(folder) == before and not (tmp_path / "run.1").exists(), k


def test_a_disk_that_gives_back_other_bytes_keeps_the_file_before(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"before")

    def damaged(place, mode):
        file = builtins.open(place, mode)  # noqa: SIM115
        if mode == "rb":
            Path(place).write_bytes(b"aftex")
        return file

    monkeypatch.setattr(writing, "open", damaged, raising=False)
    with pytest.raises(ValueError, match="gave back other bytes"), writing.written_whole(path) as file:
        file.write(b"after")
    assert path.read_bytes() == b"before"


def test_a_checkpoint_that_is_not_finite_is_never_written(tmp_path):
    model, optimizer = npae.Sequential([npae.Dense(2)]), npae.Adam()
    model.build((3,))
    path = tmp_path / "checkpoint.npz"
    npae.save_checkpoint(path, model, optimizer, {"loss": [1.0]})
    before = path.read_bytes()
    model.params["dense/kernel"][0, 0] = np.nan
    with pytest.raises(ValueError, match="params/dense/kernel holds NaN or infinite values; the checkpoint"):
        npae.save_checkpoint(path, model, optimizer, {"loss": [1.0, 1.0]})
    assert path.read_bytes() == before

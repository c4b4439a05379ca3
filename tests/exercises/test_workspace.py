"""The learner's folder: nothing in it is ever lost, and its progress survives whatever is done to it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from npae.exercises import sandbox, texts, workspace
from npae.exercises.catalogue import ORDER
from npae.exercises.workspace import Mark, Workspace, parse_progress


@pytest.fixture
def home(tmp_path):
    return workspace.start(tmp_path / "learner").workspace


def test_start_writes_every_exercise_the_progress_and_the_tests(home):
    names = sorted(path.name for path in home.directory.iterdir())
    assert len([name for name in names if re.fullmatch(r"\d\d_\w+\.py", name)]) == len(ORDER)
    assert {"01_numerical_gradient.py", "24_numba_kernel.py", "progress.txt", "test_exercises.py"} < set(
        names
    )
    assert "NotImplementedError" in home.file("dense").read_text()


def test_start_again_writes_what_is_missing_and_nothing_else(home):
    home.file("dense").write_text("my work")
    (home.directory / "test_exercises.py").write_text("my tests")
    home.file("relu").unlink()
    home.mark("sigmoid", Mark().after(passed=True))
    again = workspace.start(home.directory)
    assert again.written == ["02_relu.py"] and len(again.kept) == len(ORDER)
    assert home.file("dense").read_text() == "my work"
    assert (home.directory / "test_exercises.py").read_text() == "my tests"
    assert home.progress().solved == ["sigmoid"]


@pytest.fixture
def earlier(home):
    """Return a folder as it was written before two of today's exercises were there, with other numbers."""
    new = ("softmax_crossentropy", "batch_normalization")
    old = [name for name in ORDER if name not in new]
    lines = [f"# 1 of {len(old)} solved; next: numerical_gradient"]
    for number, name in enumerate(old, start=1):
        home.file(name).rename(home.directory / f"{number:02d}_{name}.py")
        status = "solved  2026-11-20" if name == "conv2d" else "open    -"
        lines.append(f"{number:02d} {name:<20} {status} checks 1 hints 0")
    for name in new:
        home.file(name).unlink()
    (home.directory / "progress.txt").write_text("\n".join(lines) + "\n")
    return home


def test_a_folder_with_the_numbers_of_an_earlier_path_keeps_working(earlier):
    assert earlier.file("conv2d").name == "11_conv2d.py" and earlier.file("dense").name == "05_dense.py"
    assert not earlier.progress().damage and earlier.progress().solved == ["conv2d"]
    assert workspace.start(earlier.directory).written == [
        "08_softmax_crossentropy.py",
        "17_batch_normalization.py",
    ]
    assert "still to be written" in sandbox.check("conv2d", earlier.directory).text
    earlier.mark("relu", Mark().after(passed=True))
    assert earlier.progress().solved == ["relu", "conv2d"] and not earlier.progress().damage


def test_start_does_not_write_through_a_link_that_leads_nowhere(home):
    home.file("relu").unlink()
    home.file("relu").symlink_to(home.directory / "elsewhere.py")
    assert workspace.start(home.directory).written == []
    assert not (home.directory / "elsewhere.py").exists()


def test_a_folder_that_cannot_be_made_is_an_error_in_words(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ValueError, match="cannot make the folder"):
        workspace.start(tmp_path / "file")


def test_marks_go_from_open_to_solved_to_broken_and_keep_the_day():
    mark = Mark().after(passed=False)
    assert (mark.status, mark.day, mark.checks) == ("open", "-", 1)
    solved = mark.after(passed=True)
    assert solved.status == "solved" and re.fullmatch(r"\d{4}-\d\d-\d\d", solved.day)
    broken = Mark("solved", "2020-02-02", 1).after(passed=False)
    assert (broken.status, broken.day) == ("broken", "2020-02-02")
    assert broken.after(passed=True) == Mark("solved", "2020-02-02", 3)


def test_the_progress_is_text_that_says_what_it_means_and_is_read_back(home):
    home.mark("relu", Mark("solved", "2026-11-20", 3, 1))
    text = (home.directory / "progress.txt").read_text()
    assert f"1 of {len(ORDER)} solved; next: numerical_gradient" in text
    assert "02 relu                  solved  2026-11-20  checks   3  hints 1\n" in text
    assert home.progress() == parse_progress(text) and not home.progress().damage
    assert home.progress().marks["relu"] == Mark("solved", "2026-11-20", 3, 1)


@pytest.mark.parametrize(
    "damage, words",
    [
        (lambda text: "", f"{len(ORDER)} lines are missing"),
        (lambda text: text.replace("05 dense", "05 dance"), "line 8 cannot be read and dense is missing"),
        (lambda text: text.replace("checks   0", "checks many", 1), "numerical_gradient is missing"),
        (
            lambda text: text + "05 dense                 solved  2026-11-20  checks   1  hints 0\n",
            f"line {len(ORDER) + 4}",
        ),
        (lambda text: text[: len(text) // 2], "are missing"),
        (lambda text: "\0\1" + text, "line 1 cannot be read"),
        (lambda text: text.replace("\n", "\r\n\r\n").replace("# ", "## ") + "\ufffd", "line"),
    ],
)
def test_of_a_damaged_progress_all_that_can_be_read_is_kept(home, damage, words):
    home.mark("relu", Mark("solved", "2026-11-20", 3, 1))
    path = home.directory / "progress.txt"
    damaged = damage(path.read_text())
    path.write_bytes(damaged.encode())
    assert words in home.progress().damage
    kept = "02 relu  " in damaged
    assert (home.progress().solved == ["relu"]) is kept
    home.mark("tanh", Mark(checks=1))
    assert not home.progress().damage and home.progress().marks["tanh"].checks == 1
    assert (home.progress().solved == ["relu"]) is kept
    assert (home.directory / "progress.damaged.txt").read_bytes() == damaged.encode()


def test_what_was_known_before_is_put_back_where_the_file_was_damaged_since(home):
    home.mark("relu", Mark("solved", "2026-11-20", 3, 1))
    before = home.progress()
    (home.directory / "progress.txt").write_bytes(b"\xff\xfe garbage")
    home.mark("tanh", Mark(checks=1), before)
    assert home.progress().solved == ["relu"] and home.progress().marks["tanh"].checks == 1


def test_a_missing_progress_is_written_anew_and_a_folder_in_its_place_is_an_error(home):
    path = home.directory / "progress.txt"
    path.unlink()
    assert home.progress().damage == "it is missing"
    home.write(home.progress())
    assert not home.progress().damage
    path.unlink()
    path.mkdir()
    with pytest.raises(ValueError, match="is a folder"):
        home.write(home.progress())


def test_a_write_that_fails_leaves_the_progress_of_before(home, monkeypatch):
    home.mark("relu", Mark("solved", "2026-11-20", 3, 1))

    def fails(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(ValueError, match="No space left"):
        home.mark("tanh", Mark().after(passed=True))
    monkeypatch.undo()
    assert home.progress().solved == ["relu"]
    assert not [path for path in home.directory.iterdir() if path.suffix == ".part"]


def test_marks_of_commands_at_the_same_time_are_all_kept(home):
    text = "import sys; from dataclasses import replace; from npae.exercises.workspace import Workspace\n"
    text += (
        "for _ in range(20): Workspace(sys.argv[1]).mark('relu', lambda m: replace(m, checks=m.checks + 1))"
    )
    command = [sys.executable, "-c", text, str(home.directory)]
    several = [subprocess.Popen(command, cwd=Path(workspace.__file__).parents[2]) for _ in range(3)]
    assert [one.wait() for one in several] == [0, 0, 0]
    assert home.progress().marks["relu"].checks == 60 or os.name != "posix"


def test_what_cannot_be_moved_is_told_in_words(home):
    home.file("relu").write_text("my work")
    (home.directory / "kept").write_text("a file in the place of the folder")
    with pytest.raises(ValueError, match="cannot move .*02_relu.py to .*kept"):
        home.reset("relu")
    assert home.file("relu").read_text() == "my work"


def test_reset_keeps_every_earlier_work(home):
    stub = home.file("dense").read_bytes()
    assert home.reset("dense") is None and not (home.directory / "kept").exists()
    for number, text in enumerate(["first", "second"], start=1):
        home.file("dense").write_text(text)
        home.mark("dense", Mark("solved", "2026-11-20", 3, 2))
        kept = home.reset("dense")
        assert kept == home.directory / "kept" / f"05_dense.{number}.py" and kept.read_text() == text
        assert home.file("dense").read_bytes() == stub
        assert home.progress().marks["dense"] == Mark(hints=2)
    home.file("dense").unlink()
    assert home.reset("dense") is None and home.file("dense").read_bytes() == stub


def test_the_folder_is_found_from_inside_from_below_and_from_above(home, monkeypatch, tmp_path):
    (home.directory / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(home.directory)
    assert workspace.find().file("relu").samefile(home.file("relu"))
    monkeypatch.chdir(home.directory / "deep" / "er")
    assert workspace.find().file("relu").samefile(home.file("relu"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="npae exercises start writes them"):
        workspace.find()
    home.directory.rename(tmp_path / workspace.FOLDER)
    assert workspace.find().file("relu").is_file()
    with pytest.raises(ValueError, match="holds no exercises"):
        workspace.find(tmp_path)


def test_every_exercise_has_a_stub_and_a_solution():
    for name in ORDER:
        stub, solution = texts.stub_text(name), texts.solution_text(name)
        assert "raise NotImplementedError" in stub and "raise NotImplementedError" not in solution
    assert Workspace("here").file("dense").name == "05_dense.py"

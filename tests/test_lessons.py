"""The lessons run as they are, draw their figures, and notice a layer whose gradient is wrong."""

import importlib.util
import re
from pathlib import Path

import pytest
from slow_cases import slow_but

import npae

FOLDER = Path(__file__).parents[1] / "examples"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
ANSWERS = (FOLDER / "lessons" / "answers.md").read_text(encoding="utf-8")
LESSONS = sorted((FOLDER / "lessons").glob("*.py"))
EPOCHS = {"3": 15, "6": 40, "7": 1, "8": 15}  # of a few digits, two or three steps each

pytestmark = pytest.mark.filterwarnings("ignore:npae")


def lesson(path):
    spec = importlib.util.spec_from_file_location(f"lesson_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "path",
    slow_but([path for path in LESSONS if path.stem[0] not in "678"], LESSONS),  # these train for long
    ids=lambda path: path.stem,
)
def test_a_lesson_runs_with_all_its_checks(path, tmp_path, small_synthetic, capsys):
    epochs = {"epochs": EPOCHS[path.stem[0]]} if path.stem[0] in EPOCHS else {}
    figure = lesson(path).main(str(tmp_path / "figures"), **epochs)
    shown = capsys.readouterr().out
    assert figure.stem == path.stem and figure.read_bytes().startswith(b"\x89PNG")
    assert f"Figure: {figure}" in shown and "adds up" in shown and "does not add up" not in shown
    assert shown.count("Question: ") == shown.count("Answer: ") == 1
    assert all(len(line) <= 110 for line in shown.replace(str(tmp_path), "").splitlines())


@pytest.mark.parametrize(
    ("number", "layer"),
    [
        ("1", npae.Dense),
        ("2", npae.Dense),
        ("4", npae.Conv2D),
        ("5", npae.MaxPool2D),
        ("5", npae.UpSampling2D),
    ],
)
def test_a_lesson_notices_a_wrong_gradient(number, layer, tmp_path, monkeypatch):
    backward = layer.backward

    def wrong(self, dy, cache, need_dx=True):
        dx, grads = backward(self, dy, cache, need_dx)
        return 1.001 * dx, {key: 1.001 * grad for key, grad in grads.items()}

    (path,) = (path for path in LESSONS if path.stem.startswith(number))
    monkeypatch.setattr(layer, "backward", wrong)
    with pytest.raises(AssertionError):
        lesson(path).main(str(tmp_path))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_stands_in_the_path_with_its_minutes_and_has_an_answer(path):
    (row,) = (line for line in README.splitlines() if f"](lessons/{path.name})" in line)
    (minutes,) = re.findall(r"^Lesson \d of 8, (\w+) minutes", lesson(path).__doc__)
    assert row.rstrip(" |").endswith({"ten": "10", "fifteen": "15", "twenty": "20"}[minutes])
    assert len(re.findall(rf"^## {path.stem[0]}\. ", ANSWERS, re.MULTILINE)) == 1


@pytest.mark.parametrize(("folder", "text"), [(FOLDER, README), (FOLDER / "lessons", ANSWERS)])
def test_the_links_lead_somewhere(folder, text):
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (folder / target).exists(), target

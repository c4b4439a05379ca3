"""The reward: recipes train on the learner's own functions, to the same losses as on npae's."""

import json
import signal
from pathlib import Path

import numpy as np
import pytest
from slow_cases import slow_but
from whole_batch import loss_and_gradients

from npae.console.cli import main
from npae.exercises import order, plug, texts, workspace
from npae.exercises.catalogue import ORDER
from npae.exercises.plug import Learner, LearnersRun
from npae.exercises.twin import LearnersAdam, LearnersLoss, exercises_of, twin_of
from npae.kernels.backend import use_backend
from npae.objectives.losses import BinaryCrossentropy
from npae.recipes import get_recipe
from npae.recipes.folder import Settings
from npae.recipes.stored import load_run
from npae.training.kept import Compute

TRAIN = ["--limit", "32", "--epochs", "2", "--data", "synthetic", "--batch-size", "8", "--quiet"]


@pytest.fixture
def home(tmp_path):
    """A learner's folder in which everything is solved."""
    started = workspace.start(tmp_path / "learner").workspace
    for name in ORDER:
        started.file(name).write_text(texts.solution_text(name))
    return started


@pytest.fixture
def trusted(monkeypatch):
    """Leave out the checks of what is plugged in, where a test is about something else."""
    monkeypatch.setattr(Learner, "prove", lambda self, exercises, report: None)


@pytest.mark.parametrize("recipe", ["dense", "conv"])
def test_gradients_on_the_learners_functions_are_those_of_npae(recipe, home, rng):
    recipe = get_recipe(recipe)
    model = recipe.build()
    model.build(recipe.input_shape, rng, np.float64)
    x = rng.uniform(0, 1, (3, *recipe.input_shape))
    function = Learner(home.directory).function
    with use_backend("numpy"):
        value, grads = loss_and_gradients(model, recipe.loss, x, x, examples=2 * len(x))
    twin, loss = twin_of(model, function), LearnersLoss(BinaryCrossentropy(), function)
    own_value, own_grads = loss_and_gradients(twin, loss, x, x, examples=2 * len(x))
    assert own_value == pytest.approx(value, rel=1e-12) and own_grads.keys() == grads.keys()
    for name, grad in grads.items():
        np.testing.assert_allclose(own_grads[name], grad, rtol=1e-9, atol=1e-13, err_msg=name)


def test_the_learners_adam_steps_as_npaes_does(home, rng):
    from npae.training.optimizers import Adam

    own, ours = LearnersAdam(Learner(home.directory).function), Adam()
    a = rng.standard_normal(7)
    b = a.copy()
    for _ in range(5):
        grads = rng.standard_normal(7)
        own.update(a, grads)
        ours.update(b, grads)
        np.testing.assert_allclose(a, b, rtol=1e-12)


@pytest.mark.parametrize("recipe, noise", slow_but([("dense", True)], [("dense", True), ("conv", False)]))
def test_it_trains_to_the_same_losses_and_leaves_a_run_like_any_other(
    recipe, noise, home, trusted, small_synthetic, tmp_path, capsys
):
    further = ["--noise"] if noise else []
    assert main(["train", recipe, *TRAIN, *further, "--out", str(tmp_path / "npae")]) == 0
    layers = ["--layers", str(home.directory)]
    assert main(["train", recipe, *TRAIN, *further, *layers, "--out", str(tmp_path / "own")]) == 0
    ours, own = (json.loads((tmp_path / name / "metrics.json").read_text()) for name in ("npae", "own"))
    for name in ("loss", "val_loss", "test_mse"):
        assert own[name] == pytest.approx(ours[name], rel=1e-4)
    assert "adam" in own["layers"]["sha256"] and "layers" not in ours
    assert main(["evaluate", str(tmp_path / "own")]) == 0
    assert main(["plot", str(tmp_path / "own")]) == 0
    weights = [load_run(tmp_path / name).model.params for name in ("npae", "own")]
    for name, value in weights[0].items():
        np.testing.assert_allclose(weights[1][name], value, atol=1e-4)


def test_it_says_whose_work_it_is(home, trusted, small_synthetic, tmp_path):
    said = []
    settings = Settings("conv", data="synthetic", epochs=1, limit=20)
    run = LearnersRun(
        get_recipe(settings.recipe),
        settings,
        small_synthetic,
        tmp_path / "run",
        home.directory,
        Compute(report=said.append),
    )
    run.train()
    yours = next(line for line in said if line.startswith("yours:"))
    for name in ("padding_and_strides", "relu", "max_pool2d", "up_sampling2d", "binary_crossentropy", "adam"):
        assert name in yours
    assert any(line.startswith("npae's:") for line in said)
    assert exercises_of(get_recipe("dense").build()) == ["dense", "relu", "binary_crossentropy", "adam"]


def test_what_is_not_solved_is_named_before_anything_is_moved(home, small_synthetic, tmp_path, capsys):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "metrics.json").write_text("{}")
    home.file("relu").write_bytes(texts.stub_text("relu").encode())
    home.file("adam").unlink()
    layers = ["--layers", str(home.directory), "--out", str(tmp_path / "run")]
    assert main(["train", "dense", *TRAIN, *layers]) == 1
    error = capsys.readouterr().err
    assert "relu and adam" in error and "not solved" in error and "npae exercises check relu" in error
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["metrics.json"]


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["latent2d", "--layers", "."], "--layers is not for latent2d"),
        (["dense", "--layers", "nowhere"], "nowhere holds no exercises"),
        (["dense", "--layers", ".", "--resume"], "--layers does not work with --resume"),
    ],
)
def test_what_cannot_be_is_an_error_in_words(home, arguments, words, small_synthetic, capsys, monkeypatch):
    monkeypatch.chdir(home.directory)
    assert main(["train", *arguments, *TRAIN]) == 1
    assert words in capsys.readouterr().err


def test_an_error_in_a_learners_function_is_told_by_line(home, trusted, small_synthetic, tmp_path, capsys):
    home.file("dense").write_text("def dense_forward(x, kernel, bias):\n    return x @ kernel.no_such, x\n")
    layers = ["--layers", str(home.directory), "--out", str(tmp_path / "run")]
    assert main(["train", "dense", *TRAIN, *layers]) == 1
    error = capsys.readouterr().err
    assert "your dense_forward stops with an error (05_dense.py, line 2" in error and "Traceback" not in error
    home.file("dense").write_text("def dense_forward(x, kernel, bias):\n    return x, x\n")
    assert main(["train", "dense", *TRAIN, *layers]) == 1
    assert "y of your dense has shape (4, 784), but (4, 32) is needed" in capsys.readouterr().err


@pytest.mark.parametrize(
    "place, said",
    [
        ((1, 2), "no epoch was complete"),
        (
            (2, 2),
            "1 of 2 epochs are in {folder}; what came after is lost, and --resume cannot continue: the state "
            "of your adam is not on disk",
        ),
    ],
)
def test_a_signal_says_what_is_lost(
    place, said, home, trusted, small_synthetic, tmp_path, capsys, monkeypatch
):
    def signalled(self, state):
        if (state.epoch, state.step) == place:
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(plug._Patience, "on_step_end", signalled)
    folder = tmp_path / "run"
    assert main(["train", "dense", *TRAIN, "--layers", str(home.directory), "--out", str(folder)]) == 143
    assert capsys.readouterr().err == f"npae: interrupted; {said.format(folder=folder)}\n"
    assert list(folder.iterdir()) == [] or (folder / "model.npz").exists()


def test_a_slow_training_is_foretold(home, trusted, small_synthetic, tmp_path, monkeypatch):
    monkeypatch.setattr(plug, "SLOW_EPOCH", 0.0)
    said = []
    settings = Settings("dense", data="synthetic", epochs=2, limit=20, batch_size=10)
    run = LearnersRun(
        get_recipe(settings.recipe),
        settings,
        small_synthetic,
        tmp_path,
        home.directory,
        Compute(report=said.append),
    )
    run.train()
    assert sum("--limit 2000 makes it shorter" in line for line in said) == 1


def test_a_float64_answer_is_taken_back_to_the_dtype_of_the_model(home, trusted, small_synthetic, tmp_path):
    text = texts.solution_text("dense").replace("y = x @ kernel", "y = x.astype(float) @ kernel")
    home.file("dense").write_text(text)
    settings = Settings("dense", data="synthetic", epochs=1, limit=20)
    run = LearnersRun(
        get_recipe(settings.recipe), settings, small_synthetic, tmp_path, home.directory, Compute(report=len)
    )
    run.train()
    assert {value.dtype for value in run.model.params.values()} == {np.dtype("float32")}


@pytest.mark.long
def test_the_whole_path_by_the_command_line_alone(tmp_path, small_synthetic, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["exercises", "start"]) == 0
    monkeypatch.chdir(tmp_path / "npae-exercises")
    for name in ORDER:
        said = capsys.readouterr().out
        assert main(["exercises", "solution", name, "--spoil"]) == 0
        Path(order.file_name(name)).write_text(capsys.readouterr().out)
        assert main(["exercises", "check"]) == 0, f"{said}\n{capsys.readouterr().out}"
    assert f"All {len(ORDER)} exercises are solved" in capsys.readouterr().out
    assert main(["train", "conv", "--layers", ".", *TRAIN, "--out", "own"]) == 0
    assert main(["train", "conv", *TRAIN, "--out", "ours"]) == 0
    own, ours = (json.loads((Path(name) / "metrics.json").read_text()) for name in ("own", "ours"))
    assert own["val_loss"] == pytest.approx(ours["val_loss"], rel=1e-4)
    assert own["loss"] == pytest.approx(ours["loss"], rel=1e-4)

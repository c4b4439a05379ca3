"""The further models of a run: trained once, never lost, never taken for another."""

import dataclasses
import io
import json

import numpy as np
import pytest

from npae import Autoencoder, Batches, Dense, Objective, Progress, Sequential, VariationalAutoencoder, one_hot
from npae.console.cli import main
from npae.datasets import bernoulli, gaussian_noise, random_shift
from npae.objectives.losses import BinaryCrossentropy
from npae.objectives.penalties import L1, KullbackLeibler
from npae.recipes import RECIPES
from npae.recipes.folder import Settings
from npae.recipes.recipe import MNIST, Later, Recipe
from npae.recipes.run import Run
from npae.recipes.stored import load_run
from npae.training.checkpoints import load_model, save_model
from npae.training.fit import fit
from npae.training.kept import Compute


def small(shape=MNIST):
    return Autoencoder(Sequential([Dense(8, "sigmoid")]), Sequential([Dense(784, "sigmoid")]))


def plain(run):
    return run.part("plain", small, loss="mse", epochs=1, data=lambda: run.batches(corruption=None))


def classifier(run, epochs=3):
    images, labels = run.dataset.train_images, run.dataset.train_labels
    data = Batches(images.reshape(len(images), -1), one_hot(labels))

    def build():
        return Sequential([run.model.encoder, Dense(10)])

    return run.part("classifier", build, loss="softmax_crossentropy", epochs=epochs, data=data, seed_offset=1)


def before(run):
    run.model.set_params(plain(run).params)


def measure(run):
    x, _ = run.test_images()
    return {
        "mean_code": float(run.model.encode(x).mean()),
        "mean_plain_code": float(plain(run).encode(x).mean()),
    }


def draw(run):
    classifier(run)


TOY = Recipe(
    name="toy",
    summary="",
    source="",
    build=small,
    input_shape=(784,),
    dataset="mnist",
    loss=Objective("binary_crossentropy", L1(1e-3)),
    epochs=2,
    batch_size=100,
    draw=draw,
    learning_rate=lambda epoch, epochs: 1e-3 / epoch,
    corruption=gaussian_noise(0.2),
    before=before,
    measure=measure,
)


@pytest.fixture
def toy(monkeypatch, small_synthetic):
    monkeypatch.setitem(RECIPES, "toy", TOY)
    return small_synthetic


@pytest.fixture
def folder(toy, tmp_path, trained_once):
    return trained_once(["train", "toy", "--data", "synthetic"], tmp_path / "run")


def weights(run):
    return {name: value.copy() for name, value in run.model.params.items()}


def test_a_run_leaves_its_parts_with_checkpoint_history_and_model(folder):
    for name, epochs in (("plain", 1), ("classifier", 3)):
        part = folder / "parts" / name
        assert {path.name for path in part.iterdir()} == {"model.npz", "history.csv"}
        assert len((part / "history.csv").read_text().splitlines()) == 1 + epochs
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["mean_code"] > 0 and metrics["mean_plain_code"] > 0
    assert metrics["objective"] == "Objective(BinaryCrossentropy(), L1(0.001))"
    assert metrics["test_loss"] == pytest.approx(metrics["test_reconstruction"] + metrics["test_l1"])
    assert metrics["test_nats_per_image"] == pytest.approx(784 * metrics["test_reconstruction"])
    assert metrics["test_bce_per_pixel"] == metrics["test_reconstruction"] > metrics["test_entropy_floor"]
    assert (folder / "history.csv").read_text().startswith("epoch,loss,val_loss,reconstruction,l1,val_")


def test_parts_come_back_from_their_files(folder, monkeypatch, capsys):
    monkeypatch.setattr("npae.training.kept.fit", None)
    assert main(["evaluate", str(folder)]) == 0 and main(["plot", str(folder)]) == 0
    captured = capsys.readouterr()
    assert "mean_plain_code" in captured.out and captured.err == ""


def test_a_missing_part_is_trained_again_with_a_line_and_is_the_same(folder, capsys):
    before = plain(load_run(folder)).params
    for file in (folder / "parts" / "plain").iterdir():
        file.unlink()
    assert main(["evaluate", str(folder)]) == 0
    said = capsys.readouterr().err.splitlines()
    assert "plain has no finished model; it is trained now" in said[0]
    assert any(line.startswith("plain: epoch 1/1") for line in said)
    assert all(np.array_equal(value, before[name]) for name, value in plain(load_run(folder)).params.items())


@pytest.mark.parametrize(
    ("link", "command"),
    [
        ("parts", ["train", "toy", "--resume", "--epochs", "4", "--out"]),
        ("parts/classifier", ["train", "toy", "--resume", "--epochs", "4", "--out"]),
        ("unfold", ["train", "toy", "--resume", "--epochs", "4", "--out"]),
        ("parts/plain", ["evaluate"]),
        ("parts/classifier", ["plot"]),
        ("explore", ["explore"]),
    ],
)
def test_nothing_is_written_through_a_link_in_a_run(folder, tmp_path, link, command, capsys):
    elsewhere, path = tmp_path / "elsewhere", folder / link
    elsewhere.mkdir()
    (elsewhere / ".npae-0.part").touch()  # a killed process leaves such files, which the next run removes
    if path.exists():
        path.rename(tmp_path / "kept")
    path.symlink_to(elsewhere)
    assert main([*command, str(folder)]) == 1
    assert f"{link} is a link; npae writes a run's files into" in capsys.readouterr().err
    assert [each.name for each in elsewhere.iterdir()] == [".npae-0.part"]


def test_an_interrupted_part_goes_on_where_it_was(toy, tmp_path):
    def new(name, progress=None):
        return Run(TOY, Settings("toy", data="synthetic"), toy, tmp_path / name, Compute(progress=progress))

    class Interrupts(Progress):
        def labelled(self, label):
            return self

        def on_epoch_begin(self, state):
            if state.epoch == 3:
                raise KeyboardInterrupt
            super().on_epoch_begin(state)

    whole, broken = new("whole"), new("broken", Interrupts(io.StringIO()))
    with pytest.raises(KeyboardInterrupt):
        classifier(broken)
    part = tmp_path / "broken" / "parts" / "classifier"
    assert len((part / "history.csv").read_text().splitlines()) == 3 and not (part / "model.npz").exists()
    resumed = new("broken")
    params = classifier(whole).params
    assert all(np.array_equal(value, params[name]) for name, value in classifier(resumed).params.items())
    assert len(resumed.part_history("classifier")["loss"]) == 3


def test_an_interrupt_before_the_first_epoch_loses_no_part(toy, tmp_path, monkeypatch, capsys):
    out = tmp_path / "run"
    arguments = ["train", "toy", "--data", "synthetic", "--out", str(out)]

    trained = []

    def fit_parts_only(model, *args, epochs, **kwargs):
        if epochs == 2:
            raise KeyboardInterrupt
        trained.append(epochs)
        return fit(model, *args, epochs=epochs, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr("npae.training.kept.fit", fit_parts_only)
        assert main([*arguments, "--quiet"]) == 130
    assert "the parts of the run are in" in capsys.readouterr().err
    assert not (out / "checkpoint.npz").exists()
    assert main(["evaluate", str(out)]) == 1
    assert "continue it with npae train --resume" in capsys.readouterr().err
    assert trained == [1]
    assert main([*arguments, "--resume"]) == 0
    out = capsys.readouterr().out
    assert "epoch 2/2" in out and "classifier: " in out and "plain: " not in out
    assert main([*arguments]) == 0 and (tmp_path / "run.1" / "parts" / "plain" / "model.npz").is_file()


def test_parts_are_no_checkpoint_of_a_run_that_has_lost_its_own(folder, capsys):
    (folder / "checkpoint.npz").unlink()
    assert main(["train", "toy", "--out", str(folder), "--resume"]) == 1
    assert "holds no checkpoint.npz to resume from" in capsys.readouterr().err


def test_the_epochs_of_a_part_follow_those_of_the_run(folder, capsys, tmp_path):
    arguments = ["train", "toy", "--data", "synthetic", "--out", str(folder), "--resume", "--epochs", "4"]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert "plain: epoch 2/2" in out and "classifier: epoch 6/6" in out and "epoch 4/4" in out
    assert "\nepoch 2/4" not in out
    whole = tmp_path / "whole"
    assert main(["train", "toy", "--data", "synthetic", "--out", str(whole), "--epochs", "4", "--quiet"]) == 0
    ours, theirs = (plain(load_run(path)).params for path in (folder, whole))
    assert all(np.array_equal(value, theirs[name]) for name, value in ours.items())


def test_a_model_of_somebody_elses_is_no_part(folder):
    run = load_run(folder)
    path = run.path("parts") / "plain" / "model.npz"
    save_model(path, run.model)
    with pytest.raises(ValueError, match="npae train did not write it"):
        plain(run)


def test_a_recipe_has_one_thing_that_makes_its_targets():
    with pytest.raises(ValueError, match="toy: sample and augment both set the targets"):
        dataclasses.replace(TOY, sample=bernoulli(), augment=random_shift(1))


def test_pretraining_comes_before_the_first_epoch_only(toy, tmp_path, monkeypatch):
    calls = []
    monkeypatch.setitem(
        RECIPES, "toy", dataclasses.replace(TOY, before=lambda run: calls.append(run.directory))
    )
    arguments = ["train", "toy", "--data", "synthetic", "--out", str(tmp_path / "run"), "--quiet"]
    assert main([*arguments, "--epochs", "1"]) == 0 and len(calls) == 1
    assert main([*arguments, "--epochs", "2", "--resume"]) == 0 and len(calls) == 1


def test_pretrained_weights_are_where_the_training_begins(toy, tmp_path):
    started = []

    class Watch(Progress):
        def on_epoch_begin(self, state):
            started.append({name: value.copy() for name, value in state.model.params.items()})
            super().on_epoch_begin(state)

        def labelled(self, label):
            return Progress(io.StringIO())

    run = Run(TOY, Settings("toy", data="synthetic"), toy, tmp_path, Compute(threads=1))
    run.train([Watch(io.StringIO())])
    expected = plain(run).params
    assert all(np.array_equal(value, expected[name]) for name, value in started[0].items())


def test_a_part_is_a_copy_of_the_layers_it_is_made_of(folder):
    run = load_run(folder)
    kept, made = weights(run), classifier(run)
    made.params["sequential/dense/kernel"][...] = 0
    assert all(np.array_equal(value, kept[name]) for name, value in run.model.params.items())


@pytest.mark.parametrize(
    "change, words",
    [
        (dict(loss="binary_crossentropy"), "another objective: MeanSquaredError"),
        (dict(learning_rate=0.1), "another learning rate: <?lambda>?, not 0.1"),
        (dict(batch_size=7), "another batch size: 100, not 7"),
        (dict(seed_offset=5), "another seed: 0, not 5"),
        (dict(epochs=1, name="no/path"), "letters and digits"),
        (
            dict(data=Later(None, gaussian_noise(0.3))),
            "another corruption: None, not {'name': 'gaussian_noise'",
        ),
    ],
)
def test_a_part_that_was_trained_otherwise_is_not_taken(folder, change, words):
    arguments = {"name": "plain", "loss": "mse", "epochs": 1, "data": Later(None), **change}
    with pytest.raises(ValueError, match=words):
        load_run(folder).part(arguments.pop("name"), small, **arguments)


def test_a_part_of_other_layers_is_not_taken_and_one_of_an_earlier_version_is(folder):
    def other():
        return Autoencoder(Sequential([Dense(8, "relu")]), Sequential([Dense(784, "sigmoid")]))

    arguments = dict(loss="mse", epochs=1)
    noisy = Later(None, gaussian_noise(0.3))
    with pytest.raises(ValueError, match="holds a model of another architecture; remove that folder"):
        load_run(folder).part("plain", other, **arguments, data=Later(None))
    path = folder / "parts" / "plain" / "model.npz"
    model, metadata = load_model(path)
    assert metadata["part"].pop("corruption", "missing") is None
    save_model(path, model, metadata)  # as it was before corruptions were written down
    assert isinstance(load_run(folder).part("plain", small, **arguments, data=noisy), Autoencoder)


def test_more_epochs_than_asked_for_and_other_data_are_told(folder, toy):
    with pytest.raises(ValueError, match="holds a model of 3 epochs, more than 1"):
        classifier(load_run(folder), epochs=1)
    now = dataclasses.replace(toy, sha256="1" * 64)
    before = load_run(folder)
    other = Run(before.recipe, before.settings, now, folder, model=before.model, trained_on=toy.sha256)
    assert isinstance(plain(other), Autoencoder)  # it is there, and may be measured on other data
    with pytest.raises(ValueError, match="trained on the run's own data only"):
        other.part("another", small)


def test_a_variational_recipe_is_sampled_anew_in_training_and_once_for_the_test(tmp_path, monkeypatch, toy):
    def build(shape):
        return VariationalAutoencoder(Sequential([Dense(4)]), Sequential([Dense(784, "sigmoid")]))

    loss = Objective(BinaryCrossentropy(per="image"), KullbackLeibler())
    changes = dict(build=build, loss=loss, sample=bernoulli(), before=None, measure=None)
    recipe = dataclasses.replace(TOY, **changes, corruption=None, draw=lambda run: None)
    monkeypatch.setitem(RECIPES, "toy", recipe)
    out = tmp_path / "run"
    assert main(["train", "toy", "--data", "synthetic", "--out", str(out), "--quiet"]) == 0
    run = load_run(out)
    inputs, targets = run.test_images()
    assert inputs is targets and set(np.unique(inputs)) == {0, 1}
    assert np.array_equal(inputs, run.test_images()[0])
    batches = run.train_batches()
    drawn = [batches.batch(slice(None), np.random.default_rng(seed))[0] for seed in (0, 1)]
    assert not np.array_equal(*drawn)
    noisy, clean = run.test_batches(corruption=gaussian_noise(0.2)).batch(slice(None))
    assert set(np.unique(clean)) == {0, 1} and len(np.unique(noisy)) > 1000
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["sample"] == {"name": "bernoulli"} and metrics["test_kl"] > 0
    assert metrics["val_loss"] == pytest.approx(metrics["test_loss"])
    assert 784 * metrics["test_bce_per_pixel"] == pytest.approx(metrics["test_reconstruction"])
    with pytest.raises(ValueError, match="drawn once"):
        dataclasses.replace(recipe, corruption=gaussian_noise(0.1), drawn_once=True)

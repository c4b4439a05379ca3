"""Denoisers and stacks run to their end on synthetic digits, and do what their pages say."""

import dataclasses
import json

import numpy as np
import pytest

from npae import datasets, plotting
from npae.console.cli import main
from npae.datasets import Dataset, random_shift, read_image, synthetic_digits
from npae.measures import metrics
from npae.model import Sequential
from npae.recipes import RECIPES, keras_denoiser, masking_denoiser, stacked_denoiser
from npae.recipes.stored import load_run
from npae.training.batches import Batches
from npae.training.callbacks import half_cosine
from npae.training.checkpoints import load_model
from npae.training.evaluation import predict


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return a function that trains a recipe by the command line, once, and returns run and metrics."""
    digits = Dataset("synthetic", *synthetic_digits(1000, 200), source="", sha256="0" * 64, synthetic=True)
    folders = tmp_path_factory.mktemp("runs")

    def train(name, *options):
        folder = folders / name
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(datasets, "load", lambda *args, **kwargs: digits)
            if not folder.exists():
                few = ["--epochs", "1", *options]
                assert main(["train", name, *few, "--out", str(folder), "--quiet"]) == 0
            return load_run(folder), json.loads((folder / "metrics.json").read_text())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stacked_denoiser, "UNITS", (90, 80, 70))  # three thousand units have large checkpoints
        yield train


def figures(run):
    return {path.name for path in run.directory.glob("*.png")}


def parts(run):
    return {path.name for path in (run.directory / "parts").iterdir()}


@pytest.mark.slow
def test_masking_denoiser_compares_three_kinds_of_noise_with_none(trained):
    run, numbers = trained("masking-denoiser", "--batch-size", "25")
    assert figures(run) == {"loss.png", "reconstructions.png", "noise_levels.png", "filters.png"}
    assert parts(run) == {"plain", "salt-and-pepper", "gaussian"}
    for kind in ("salt-and-pepper", "gaussian"):
        assert numbers[f"{kind}_denoised_psnr_db"] > numbers[f"{kind}_noisy_psnr_db"] + 3
        assert 0 < numbers[f"{kind}_noisy_ssim"] < 1
    clean, _ = masking_denoiser.clean_images(run, 100)
    images = masking_denoiser.stages(run, "masking", 0.5, clean)
    outputs = {name: metrics.mean_squared_error(image, images["before"]) for name, image in images.items()}
    assert outputs["before"] == 0 and len(set(outputs.values())) == 3  # two models, and not one of them twice


def test_the_kinds_of_noise_have_one_interface_and_leave_nothing_out_at_level_0(rng):
    x = rng.uniform(0, 1, (3, 784)).astype(np.float32)
    for kind in masking_denoiser.KINDS.values():
        assert np.array_equal(kind(0.0)(x, rng), x)
        assert 5 < metrics.psnr(kind(0.5)(x, rng), x) < 15


@pytest.mark.slow
def test_stacked_denoiser_begins_with_its_layers_and_ends_as_classifiers(trained):
    run, numbers = trained("stacked-denoiser", "--limit", "400")
    assert figures(run) == {"loss.png", "reconstructions.png", "filters.png", "labels.png"}
    names = {f"{start}-{share}-0" for start in ("pretrained", "scratch") for share in (100, 10, 1)}
    assert parts(run) >= names | {"layer-1", "layer-2", "layer-3"}
    model, _ = load_model(run.directory / "parts" / "pretrained-100-0" / "model.npz")
    images = Batches(run.dataset.test_images.reshape(-1, 784))
    found = predict(model, images).argmax(axis=1)
    errors = 100 * np.mean(found != run.dataset.test_labels)
    assert numbers["test_error_pretrained_100"] == pytest.approx(errors)


@pytest.mark.parametrize("count, share, labels", [(60000, 1, 600), (54, 10, 5), (54, 1, 1)])
def test_a_share_of_few_images_has_a_label_at_least(count, share, labels):
    assert stacked_denoiser.labelled(count, share) == labels


def test_the_stack_unrolled_is_its_layers_one_inside_the_other(trained):
    run, _ = trained("stacked-denoiser", "--limit", "400")
    stacked_denoiser.before(run)  # put the weights of the layers back
    first, second, third = stacked_denoiser.layers(run)
    x, _ = run.test_images(5)
    inner = second.decode(third.decode(third.encode(second.encode(first.encode(x)))))
    assert np.allclose(run.model.reconstruct(x), first.decode(inner), atol=1e-6)


def test_both_starts_of_a_classifier_see_the_same_labels_and_the_share_that_they_should(trained, monkeypatch):
    run, _ = trained("stacked-denoiser", "--limit", "400")
    seen = []

    def part(name, build, *, data=None, **options):
        if not name.startswith("layer"):
            seen.append((data(), options.get("learning_rate")))
        return Sequential([])

    monkeypatch.setattr(run, "part", part)
    for start in stacked_denoiser.STARTS:
        stacked_denoiser.classifier(run, start, 10)
    (one, rate), (other, other_rate) = seen
    assert np.array_equal(one.x, other.x) and np.array_equal(one.y, other.y) and rate == other_rate
    assert len(np.unique(one.x, axis=0)) == 40
    monkeypatch.setattr(run, "settings", dataclasses.replace(run.settings, seed=1))
    stacked_denoiser.classifier(run, "from scratch", 10)
    assert not np.array_equal(seen[-1][0].x, one.x)


def test_classes_that_a_classifier_cannot_tell_are_refused_before_anything_is_trained(
    tmp_path, small_synthetic, monkeypatch, capsys
):
    labels = small_synthetic.train_labels + np.uint8(1)
    monkeypatch.setattr(
        datasets, "load", lambda *args, **kwargs: dataclasses.replace(small_synthetic, train_labels=labels)
    )
    monkeypatch.setattr("npae.training.kept.fit", None)
    assert main(["train", "stacked-denoiser", "--out", str(tmp_path / "run"), "--quiet"]) == 1
    assert "labels must be from 0 to 9, not 1 to 10" in capsys.readouterr().err


@pytest.mark.slow
def test_deep_is_measured_against_as_many_principal_components(trained):
    run, numbers = trained("deep")
    assert figures(run) == {"loss.png", "reconstructions.png", "digits.png"}
    assert 10 < numbers["test_squared_error_per_image_pca"] < numbers["test_squared_error_per_image"]
    assert 0.8 < numbers["test_5nn_accuracy_pca"] <= 1


def test_deep_needs_no_more_than_a_few_images(tmp_path, small_synthetic):
    few = ["--limit", "3", "--epochs", "1", "--quiet"]
    assert main(["train", "deep", *few, "--out", str(tmp_path)]) == 0


@pytest.mark.slow
def test_keras_denoiser_goes_on_from_the_model_of_the_clean_epochs(trained):
    run, numbers = trained("keras-denoiser", "--batch-size", "10")
    assert figures(run) == {"loss.png", "reconstructions.png", "clean.png", "clean_loss.png"}
    clean = keras_denoiser.clean(run)
    keras_denoiser.before(run)
    assert all(np.array_equal(value, clean.params[name]) for name, value in run.model.params.items())
    images = Batches(run.dataset.test_images, shape=(1, 28, 28))
    assert np.array_equal(predict(run.model, images), predict(clean, images))
    assert numbers["clean_test_loss"] < numbers["test_loss"]
    assert numbers["test_psnr_db"] > numbers["noisy_test_psnr_db"]


def test_a_shift_moves_the_whole_image_by_at_most_as_many_pixels(rng):
    x = np.zeros((200, 5 * 7), np.float32)
    x[:, 2 * 7 + 3] = rng.uniform(0.5, 1, 200)  # one pixel in the middle of 5 x 7
    moved = random_shift(1, (5, 7))(x, rng).reshape(-1, 5, 7)
    assert np.array_equal(moved.max(axis=(1, 2)), x.max(axis=1)) and np.all((moved > 0).sum(axis=(1, 2)) == 1)
    places = set(zip(*np.nonzero(moved)[1:]))
    assert places == {(down, across) for down in (1, 2, 3) for across in (2, 3, 4)}
    assert not random_shift(5, (5, 7))(np.ones((1, 35), np.float32), np.random.default_rng(3)).all()
    with pytest.raises(ValueError, match="pixels must be an integer of at least 0, not 0.5"):
        random_shift(0.5)


@pytest.mark.slow
def test_deep_moves_the_training_images_and_not_the_test_images(trained):
    run, _ = trained("deep")
    x, t = run.train_batches().batch(slice(50), np.random.default_rng(0))
    plain = run.train_images()[:50]
    assert np.array_equal(x, t) and not np.array_equal(x, plain)
    assert 0 < np.count_nonzero((x == plain).all(axis=1)) < 25  # one in nine stays where it is
    _, targets = run.test_images(50)
    assert np.array_equal(np.rint(255 * run.pixels(targets)), run.dataset.test_images[:50])


def test_rates_begin_at_their_peak_and_fall():
    rate = half_cosine(1e-3)
    values = [rate(epoch, 20) for epoch in range(1, 21)]
    assert values[0] == 1e-3 and np.all(np.diff(values) < 0) and 0 < values[-1] < 1e-5
    assert "0.001" in rate.__name__  # a part that was trained under another peak is not taken for this one
    steps = [keras_denoiser.learning_rate(epoch, 100) for epoch in (1, 80, 81, 100)]
    assert steps == [1e-3, 1e-3, 1e-4, 1e-4]


def test_the_published_sizes():
    for name, inputs in (("deep", (784,)), ("stacked-denoiser", (784,)), ("masking-denoiser", (784,))):
        model = RECIPES[name].build()
        model.build(inputs)
        widths = [layer.units for _, layer in model.leaves()]
        encoder = widths[: len(widths) // 2]
        assert widths == [*encoder, *encoder[-2::-1], 784]


CHART = {"before": ([0, 1], [3.0, 1.0]), "after": ([0, 1, 2], [3.0, 2.0, 1.5])}


@pytest.mark.slow
@pytest.mark.figures
def test_panels_of_lines_are_drawn_in_a_table(tmp_path):
    columns, rows = (
        [("masking", "share"), ("gaussian", "stddev")],
        [("PSNR", [CHART] * 2), ("SSIM", [CHART] * 2)],
    )
    one = read_image(plotting.line_panels(tmp_path / "one.png", columns, rows[:1], "t"))
    two = read_image(plotting.line_panels(tmp_path / "two.png", columns, rows, "t"))
    assert one.shape[1] == two.shape[1] and two.shape[0] > 1.5 * one.shape[0] and two.min() < 0.5


@pytest.mark.parametrize(
    "rows, words",
    [
        ([], "1 to 4 columns and rows, not 1 and 0"),
        ([("PSNR", [{}])], "1 to 7 series, not 0"),
        ([("PSNR", [CHART] * 2)], "PSNR: 1 charts of .'before', 'after'. are needed"),
        ([("PSNR", [CHART]), ("SSIM", [{"before": ([0], [1])}])], "SSIM: 1 charts"),
        (
            [("PSNR", [{"before": ([0, 1], [1])}])],
            r"before: x must be \(n,\), y \(n,\) or \(runs, n\); got \(2,\) and \(1, 1\)",
        ),
    ],
)
def test_panels_that_cannot_be_drawn_are_told_in_words(rows, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        plotting.line_panels(tmp_path / "a.png", [("masking", "share")], rows, "t")

"""`npae denoise` and `npae score` on ten pictures of the kinds that people have."""

import csv
import dataclasses

import numpy as np
import pytest
from pictures import noisy, page, photo, write_pictures
from PIL import Image
from slow_cases import slow_but

from npae import plotting
from npae.console.cli import main
from npae.datasets import prepare_image, read_picture, synthetic_digits, washers
from npae.datasets.images import fit
from npae.datasets.known import from_arrays
from npae.layers import Conv2D, Conv2DTranspose, Dense, Flatten, Reshape
from npae.measures.metrics import psnr
from npae.measures.surprise import error_map, scores
from npae.model import Autoencoder, Sequential
from npae.recipes import RECIPES, defects
from npae.recipes.denoise import Cleaner
from npae.recipes.folder import Settings
from npae.recipes.run import Run
from npae.recipes.score import errors_of
from npae.training.architecture import for_inputs

SMALL = ["--limit", "60", "--epochs", "1", "--quiet", "--threads", "1"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Train a recipe once, on a few images."""
    done = {}

    def run(recipe, *options):
        key = (recipe, options)
        if key not in done:
            folder = tmp_path_factory.mktemp("run")
            data = ["--data", "synthetic"] if RECIPES[recipe].dataset.endswith("mnist") else []
            with pytest.MonkeyPatch.context() as patch:
                for name in ("synthetic_digits", "scenes", "washers"):
                    draw = getattr(__import__("npae.datasets", fromlist=[name]), name)
                    patch.setattr(f"npae.datasets.sources.{name}", lambda draw=draw, **kw: draw(60, 30, **kw))
                assert main(["train", recipe, *data, *SMALL, *options, "--out", str(folder)]) == 0
            done[key] = folder
        return done[key]

    return run


@pytest.fixture(scope="module")
def ten(tmp_path_factory):
    return write_pictures(tmp_path_factory.mktemp("pictures"))


@pytest.mark.parametrize(
    "recipe, options",
    [
        pytest.param("conv", ("--noise",), marks=pytest.mark.slow),
        pytest.param("colour-denoiser", (), marks=pytest.mark.slow),
        ("dense", ("--noise",)),
    ],
)
def test_every_result_has_the_size_and_the_mode_of_its_picture(
    recipe, options, trained, ten, tmp_path, capsys
):
    folder, colour = trained(recipe, *options), recipe == "colour-denoiser"
    shown = {name: path for name, path in ten.items() if colour or name != "photo.png"}  # which takes longest
    command = ["denoise", str(folder), *map(str, shown.values()), "--out", str(tmp_path), "--threads", "1"]
    assert main(command) == 0
    lines = dict(zip(shown, capsys.readouterr().out.splitlines()))
    assert len(lines) == len(shown) == len(list(tmp_path.glob("*-comparison.png")))
    for name, line in lines.items():
        before, after = read_picture(shown[name]), read_picture(line.split("  (")[0])
        digit = "a digit" in line
        assert digit == (not colour and name in ("off-centre.png", "dark-on-light.png")), line
        assert after.shape == (before.shape[:2] if digit else before.shape)
    assert ("inverted" in lines["dark-on-light.png"]) == (not colour)
    how = "resized to 28 x 28 and back" if recipe == "dense" else "at its own size, in 4 tiles"
    assert how in lines["wide.png"] and (not colour or "in 35 tiles" in lines["photo.png"])


def test_nothing_is_overwritten(trained, ten, tmp_path, capsys):
    command = ["denoise", str(trained("colour-denoiser")), str(ten["five.png"]), "--out", str(tmp_path)]
    assert main(command) == 0
    first = (tmp_path / "five-denoised.png").read_bytes()
    (tmp_path / "five-2-comparison.png").write_text("a file of yours")
    assert main(command) == 0
    assert "five-3-denoised.png" in capsys.readouterr().out.splitlines()[-1]
    assert (tmp_path / "five-denoised.png").read_bytes() == first
    assert (tmp_path / "five-2-comparison.png").read_text() == "a file of yours"


@pytest.mark.figures
@pytest.mark.parametrize("name", slow_but((), [b"\xff.png", b"\x1b[2J$x^.png", "💥.png".encode()]))
def test_a_picture_may_have_any_name(name, trained, tmp_path, capsys, recwarn, monkeypatch):
    monkeypatch.setattr("npae.datasets.sources.washers", lambda **kw: washers(60, 30, **kw))
    picture = str(tmp_path / name.decode(errors="surrogateescape"))
    Image.new("L", (64, 3), 99).save(picture)
    for command in ("denoise", "score"):
        assert main([command, str(trained("defects")), picture, "--out", str(tmp_path / "out")]) == 0
    captured = capsys.readouterr()
    assert all(c.isprintable() or c == "\n" for c in captured.out + captured.err) and not recwarn.list
    (row,) = (tmp_path / "out" / "scores.csv").read_bytes().splitlines()[1:]
    assert row.startswith(picture.encode(errors="surrogateescape"))


def test_a_run_that_is_no_denoiser_says_so(trained, ten, tmp_path, capsys):
    assert main(["denoise", str(trained("conv")), str(ten["five.png"]), "--out", str(tmp_path)]) == 0
    assert "is no denoiser: conv was trained without noise" in capsys.readouterr().err
    main(["denoise", str(trained("conv", "--noise")), str(ten["five.png"]), "--out", str(tmp_path)])
    assert capsys.readouterr().err == ""


def test_what_a_picture_shows_can_be_said(trained, ten, tmp_path, capsys):
    command = ["denoise", "--out", str(tmp_path), "--threads", "1", "--as"]
    assert main([*command, "picture", str(trained("conv", "--noise")), str(ten["off-centre.png"])]) == 0
    assert "at its own size" in capsys.readouterr().out
    assert main([*command, "digit", str(trained("conv", "--noise")), str(ten["photo.jpg"])]) == 0
    assert "a digit" in capsys.readouterr().out
    assert main([*command, "digit", str(trained("colour-denoiser")), str(ten["photo.jpg"])]) == 1
    assert "was not trained on digits" in capsys.readouterr().err
    blank = tmp_path / "blank.png"
    Image.new("L", (60, 60)).save(blank)
    assert main([*command, "digit", str(trained("conv", "--noise")), str(blank)]) == 1
    assert "blank.png: the image is empty" in capsys.readouterr().err


def untrained(shape):
    """Return a cleaner whose model gives back what it gets, up to the borders, as convolutions of 1 do."""
    model = Autoencoder(
        Sequential([Conv2D(1, 1, kernel_initializer="zeros")]),
        Sequential([Conv2D(shape[0], 3, padding="same", kernel_initializer="zeros")]),
    )
    model.build(shape, 0)
    model.encoder.layers[0].params["kernel"][...] = 1
    model.decoder.layers[0].params["kernel"][:, :, 1, 1] = 1
    return model


@pytest.mark.parametrize("size", [(1, 1), (5, 5), (31, 700), (600, 601), (257, 64)])
def test_tiles_are_blended_without_seams(size, trained, monkeypatch):
    cleaner = Cleaner(trained("conv", "--noise"), threads=1)
    cleaner.model = untrained((1, 28, 28))
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    result, how = cleaner.clean(pixels)
    assert np.array_equal(result, pixels) and ("tiles" in how) == (max(size) > 500)


def test_tiles_do_not_see_their_own_edges(trained):
    """A picture that was cut into tiles differs hardly from the same picture at once."""
    cleaner = Cleaner(trained("colour-denoiser"), threads=1)
    pixels = noisy(photo(500, 300), 0.05)
    cut, how = cleaner.clean(pixels)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("npae.recipes.denoise.TILE", 512)
        whole, _ = cleaner.clean(pixels)
    assert "tiles" in how and np.abs(cut.astype(int) - whole).max() <= 1


def test_a_model_for_other_sizes_shares_the_weights():
    model = Autoencoder(
        Sequential([Conv2D(2, 3, strides=2, padding="same")]),
        Sequential([Conv2DTranspose(1, 3, strides=2, padding="same")]),
    )
    model.build((1, 8, 8), 0)
    twin = for_inputs(model, (1, 12, 20))
    assert twin.built() == ((1, 12, 20), (1, 12, 20)) and model.built() == ((1, 8, 8), (1, 8, 8))
    assert all(twin.params[name] is value for name, value in model.params.items())
    dense = Autoencoder(Sequential([Flatten(), Dense(3)]), Sequential([Dense(64), Reshape((1, 8, 8))]))
    dense.build((1, 8, 8), 0)
    with pytest.raises(ValueError, match="encoder/dense has parameters for inputs of the shape"):
        for_inputs(dense, (1, 12, 20))


@pytest.mark.parametrize("stddev", [0.0, 0.15, 0.3])
@pytest.mark.parametrize("inverted", [False, True])
def test_a_digit_is_found_in_noise_and_put_back_into_its_place(stddev, inverted):
    digit = synthetic_digits(1, 0)[0][0]
    clean = page(digit, 160, 230, 20, 90, 4)
    clean = 255 - clean if inverted else clean
    found = fit(noisy(clean, stddev) / 255 if stddev else clean / 255)
    assert found.uniform and found.inverted == inverted
    wanted = prepare_image(clean, fit_digit=True).astype(float)
    assert np.corrcoef(found.image.ravel(), wanted.ravel())[0, 1] > 0.9
    back = found.back(found.image / 255)
    assert back.shape == (160, 230) and psnr(back[None], clean[None] / 255) > (20 if stddev else 22)


def test_a_photograph_is_no_digit():
    assert not fit(photo(90, 120).mean(axis=2) / 255).uniform


def test_a_score_is_high_where_a_defect_is():
    t = np.zeros((3, 64, 48))
    y = t + 0.01
    y[1, 20:24, 30:34] += 0.5
    maps = error_map(y, t)
    assert maps.shape == t.shape and scores(maps).argmax() == 1
    assert np.unravel_index(maps[1].argmax(), (64, 48)) in [
        (r, c) for r in range(20, 24) for c in range(30, 34)
    ]
    assert np.allclose(maps[0], 1e-4)
    coloured = error_map(np.stack([y, t], axis=1), np.stack([t, t], axis=1))
    assert np.allclose(coloured, maps / 2)
    with pytest.raises(ValueError, match="images of one shape"):
        error_map(y, t[:1])


@pytest.mark.slow
def test_score_writes_a_table_and_figures_and_overwrites_nothing(trained, tmp_path, capsys, monkeypatch):
    images, labels = washers(2, 30)[2:4]
    names = []
    for label in (0, 1, 2):
        names.append(tmp_path / f"{label}.png")
        plotting.save_image(names[-1], images[labels == label][0])
    names.append(tmp_path / "photo.jpg")
    Image.fromarray(photo(90, 200)).save(names[-1])
    monkeypatch.setattr("npae.datasets.sources.washers", lambda **kw: washers(60, 30, **kw))
    command = [
        "score",
        str(trained("defects")),
        *map(str, names),
        "--out",
        str(tmp_path / "out"),
        "--threads",
        "1",
    ]
    assert main(command) == 0, capsys.readouterr().err
    out = capsys.readouterr().out
    assert (
        str(names[3]) in out.splitlines()[1] and "100.0%" in out.splitlines()[1]
    )  # a landscape is no washer
    assert "scores of 60 training images: median" in out
    rows = list(csv.DictReader((tmp_path / "out" / "scores.csv").open()))
    assert [row["picture"] for row in rows] == [str(name) for name in names]
    assert float(rows[3]["share_of_training_images_below"]) == 1 and float(rows[0]["score"]) > 0
    assert main(command) == 0
    written = {path.name for path in (tmp_path / "out").iterdir()}
    kinds = ("scores.csv", "scores.png", "distribution.png")
    assert written == {*kinds, *(name.replace(".", "-2.") for name in kinds)}


def test_score_fits_digits_and_refuses_what_it_cannot_read(trained, ten, tmp_path, capsys, small_synthetic):
    folder = trained("conv")
    few = dataclasses.replace(small_synthetic, sha256=sha_of(folder))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("npae.datasets.load", lambda *args, **kwargs: few)
        command = ["score", str(folder), "--out", str(tmp_path / "out"), "--threads", "1"]
        assert main([*command, str(ten["off-centre.png"]), str(ten["dark-on-light.png"])]) == 0
        assert main([*command, str(ten["five.png"]), str(tmp_path / "no.png")]) == 1
    assert "no.png: there is no such file" in capsys.readouterr().err


def sha_of(folder):
    from npae.recipes.stored import load_trained

    return load_trained(folder)[2]["dataset"]["sha256"]


def test_the_recipe_of_defects_names_classes_that_it_has_not_seen(tmp_path):
    arrays = washers(40, 40)
    data = from_arrays(
        "washers",
        dict(zip(("train_images", "train_labels", "test_images", "test_labels"), arrays)),
        "washers",
        class_names=arrays[4],
    )
    run = Run(RECIPES["defects"], Settings("defects"), data, tmp_path)
    numbers = defects.measure(run)
    assert set(numbers) == {"roc_auc", "roc_auc_chip", "roc_auc_scratch", "roc_auc_stain"}
    maps, outputs = errors_of(run, data.test_images)
    assert maps.shape == outputs.shape == (40, 64, 64)
    good = dataclasses.replace(data, test_labels=np.zeros(40, np.uint8))
    assert defects.measure(Run(RECIPES["defects"], Settings("defects"), good, tmp_path)) == {}

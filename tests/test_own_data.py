"""Data of one's own: what a folder or a file means is said plainly; the ambiguous and hostile is refused."""

import os

import numpy as np
import pytest
from PIL import Image, ImageOps
from slow_cases import slow_but

from npae.console.cli import main
from npae.datasets import Dataset, load, read_picture, washers, write_idx
from npae.datasets.known import from_arrays
from npae.datasets.own import image_layout, value_range
from npae.datasets.pictures import picture_size
from npae.recipes import RECIPES
from npae.recipes.folder import Settings
from npae.recipes.recipe import MNIST
from npae.recipes.run import Run
from npae.training.fit import fit

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (20, 6, 9), np.uint8)
COLOUR = RNG.integers(0, 256, (20, 6, 9, 3), np.uint8)
LABELS = (np.arange(20) % 3).astype(np.uint8)
NO_LABELS = {"train_labels": None, "test_labels": None}


def quiet(line: str) -> None:
    pass


def read(path, **options) -> Dataset:
    return load(path, report=quiet, **options)


def all_images(data: Dataset) -> np.ndarray:
    return np.concatenate([data.train_images, data.test_images])


def in_order(images: np.ndarray) -> np.ndarray:
    """Return images in an order that depends on their pixels alone."""
    return images[np.lexsort(images.reshape(len(images), -1).T)]


def save_pictures(folder, images, names=None):
    folder.mkdir(parents=True, exist_ok=True)
    for k, image in enumerate(images):
        Image.fromarray(image).save(folder / (names[k] if names else f"{k:02d}.png"))
    return folder


FIRST = COLOUR.transpose(0, 3, 1, 2)
ARRAYS = {
    "grey bytes": (GREY, GREY),
    "a channel first": (GREY[:, None], GREY),
    "a channel last": (GREY[..., None], GREY),
    "colours last": (COLOUR, FIRST),
    "colours first": (FIRST, FIRST),
    "unit floats": ((GREY / 255).astype(np.float32), GREY),
    "floats to 255": (GREY.astype(np.float64), GREY),
    "float16": ((GREY // 2).astype(np.float16), GREY // 2),
    "int64": (COLOUR.astype(np.int64), FIRST),
    "booleans": (GREY > 99, (GREY > 99) * np.uint8(255)),
    "Fortran's order": (np.asfortranarray(COLOUR), FIRST),
    "big-endian": (GREY.astype(">f4"), GREY),
}


@pytest.mark.parametrize("kind", ARRAYS)
def test_an_array_of_any_layout_becomes_bytes_with_channels_first(tmp_path, kind):
    array, right = ARRAYS[kind]
    np.save(tmp_path / "a.npy", array)
    data = read(tmp_path / "a.npy")
    assert (len(data.train_images), len(data.test_images)) == (18, 2) and data.train_images.dtype == np.uint8
    assert np.array_equal(in_order(all_images(data)), in_order(right))
    assert data.train_labels is None and data.image_shape == (3 if right.ndim == 4 else 1, 6, 9)
    np.savez(tmp_path / "a.npz", x=array, y=LABELS)
    again = read(tmp_path / "a.npz")
    assert np.array_equal(again.train_images, data.train_images) and set(again.test_labels) <= {0, 1, 2}
    place = [int(np.flatnonzero((right == image).reshape(20, -1).all(1))[0]) for image in again.train_images]
    assert np.array_equal(again.train_labels, LABELS[place])


@pytest.mark.parametrize(
    "shape, message",
    [
        ((8, 6, 3), "one picture in colour, or 8 grey ones that are 3 pixels wide"),
        ((8, 3, 6, 3), "the channels can be the second axis or the last"),
        ((8, 1, 6, 3), "the channels can be the second axis or the last"),
        ((8, 5, 6, 7), "no axis has 1 or 3 channels"),
        ((8, 6, 6, 4), "leave out the fourth channel"),
        ((8, 784), r"reshape it to \(8, 28, 28\) if that"),
        ((8,), "expected"),
        ((0, 6, 6), "it is empty"),
        ((8, 1 << 13, 1 << 12), "more than the 16,777,216 pixels"),
        ((1, 6, 6), "has 1 image; at least two are needed"),
    ],
)
def test_ambiguous_shapes_are_refused(tmp_path, shape, message):
    with pytest.raises(ValueError, match=message):
        image_layout(shape, "the array")
        np.save(tmp_path / "a.npy", np.zeros(shape, np.uint8))
        read(tmp_path / "a.npy")


@pytest.mark.parametrize(
    "values, message",
    [
        ([0.0, np.nan], "must be finite"),
        ([0.0, np.inf], "must be finite"),
        ([-0.5, 0.5], "from -0.5 to 0.5; expected 0 to 1, or 0 to 255; scale them"),
        ([0.0, 1.3], "from 0 to 1.3; expected 0 to 1, or 0 to 255"),
        ([0, 300], "from 0 to 300; expected 0 to 255"),
        ([-1, 5], "expected 0 to 255"),
        ([0, 1], "they are all black; convert them to bool, or multiply"),
        (["a", "b"], "expected numbers"),
    ],
)
def test_the_range_of_values_is_said_plainly(values, message):
    with pytest.raises(ValueError, match=message):
        value_range(np.array(values), "images")


def test_floats_are_told_how_they_are_taken(tmp_path):
    lines = []
    np.save(tmp_path / "a.npy", GREY / 255)
    load(tmp_path / "a.npy", report=lines.append)
    np.save(tmp_path / "a.npy", GREY.astype(float))
    load(tmp_path / "a.npy", report=lines.append)
    assert ["from 0 to 1" in lines[0], "from 0 to 255" in lines[1]] == [True, True] and len(lines) == 2


def test_names_in_an_npz_file(tmp_path):
    file = tmp_path / "a.npz"
    np.savez(
        file, train_images=GREY, train_labels=LABELS[:, None], test_images=GREY[:4], test_labels=LABELS[:4]
    )
    medical = read(file)
    assert np.array_equal(medical.train_images, GREY) and np.array_equal(medical.test_labels, LABELS[:4])
    np.savez(file, x_train=GREY, x_test=GREY[:4])
    assert read(file).train_labels is None
    np.savez(file, images=GREY, labels=np.array(["a", "ç", "b"])[LABELS])
    named = read(file)
    assert named.class_names == ("a", "b", "ç") and set(named.train_labels) == {0, 1, 2}
    np.savez(file, images=GREY, labels=1000 * LABELS.astype(int))
    assert read(file).class_names == ("0", "1000", "2000")
    np.savez(file, anything=GREY)
    assert len(all_images(read(file))) == 20
    for arrays, message in (
        ({"x": GREY, "images": GREY}, "it holds images and x, and only one of them can be the images"),
        ({"a": GREY, "b": LABELS}, "it holds a, b; expected x_train"),
        ({"x": GREY, "y": LABELS[:7]}, "has 20 train images and 7 train labels"),
        ({"x": GREY, "y": LABELS / 2}, "hold float64"),
        ({"x_train": GREY, "y_train": LABELS, "x_test": GREY}, "labels of its training images alone"),
        ({"x_train": GREY, "x_test": GREY[:, :5]}, "differ: 6 x 9 pixels, grey, .* and 5 x 9"),
        ({"x": np.array([{}])}, "Object arrays cannot be loaded"),
    ):
        np.savez(file, **arrays)
        with pytest.raises(ValueError, match=message):
            read(file)


def test_idx_files_of_any_size_alone_or_with_the_names_of_mnist(tmp_path):
    write_idx(tmp_path / "mine.idx", COLOUR)
    write_idx(tmp_path / "mine.gz", COLOUR)
    plain, packed = read(tmp_path / "mine.idx"), read(tmp_path / "mine.gz")
    assert np.array_equal(plain.train_images, packed.train_images) and plain.sha256 == packed.sha256
    folder = tmp_path / "folder"
    folder.mkdir()
    write_idx(folder / "train-images-idx3-ubyte.gz", GREY)
    assert len(read(folder).test_images) == 2
    write_idx(folder / "train-labels-idx1-ubyte", LABELS)
    assert len(read(folder).train_labels) == 18


def test_a_folder_of_pictures_and_of_classes_and_with_a_test_set_of_its_own(tmp_path):
    flat = read(save_pictures(tmp_path / "flat", GREY))
    assert np.array_equal(in_order(all_images(flat)), in_order(GREY)) and flat.train_labels is None
    for k, name in enumerate(("cat", "dog")):
        save_pictures(tmp_path / "classes" / name, COLOUR[k * 10 : k * 10 + 10])
    classes = read(tmp_path / "classes")
    assert classes.class_names == ("cat", "dog") and classes.image_shape == (3, 6, 9)
    for image, label in zip(classes.train_images, classes.train_labels):
        assert any(np.array_equal(image, other) for other in FIRST[10 * label : 10 * label + 10])
    save_pictures(tmp_path / "split" / "train" / "good", GREY[:10])
    save_pictures(tmp_path / "split" / "test" / "good", GREY[10:15])
    save_pictures(tmp_path / "split" / "test" / "bad", GREY[15:])
    (tmp_path / "split" / "ground_truth").mkdir()
    lines = []
    split = load(tmp_path / "split", report=lines.append)
    assert (len(split.train_images), len(split.test_images)) == (10, 10) and "ground_truth" in lines[0]
    assert split.class_names == ("bad", "good") and set(split.train_labels) == {1}
    assert set(split.train_images[:, 0, 0]) == set(GREY[:10, 0, 0])
    assert read(tmp_path / "split").sha256 == split.sha256  # the split and the order are fixed


def test_sizes_are_changed_on_request_in_folders_and_arrays(tmp_path, monkeypatch):
    save_pictures(tmp_path / "mixed", [GREY[0], GREY[1, :5], COLOUR[0]])
    with pytest.raises(
        ValueError, match=r"00.png has 6 x 9 pixels .*01.png has 5 x 9; give a common size, for"
    ):
        read(tmp_path / "mixed")
    assert read(tmp_path / "mixed", size=(4, 7)).image_shape == (3, 4, 7)
    np.save(tmp_path / "a.npy", COLOUR)
    assert read(tmp_path / "a.npy", size=(12, 18)).image_shape == (3, 12, 18)
    with pytest.raises(ValueError, match="would hold 20 images of 4096 x 4096 pixels"):
        read(tmp_path / "a.npy", size=(4096, 4096))
    for size in ("8x8", (4,), (0, 4), (4.5, 4), (1 << 40, 1), (4, 1 << 24)):
        for function in (read, read_picture):
            with pytest.raises(ValueError, match="size"):
                function(tmp_path / "mixed" / "00.png", size=size)
    monkeypatch.setattr("npae.datasets.sources.washers", lambda seed: washers(20, 10, seed))
    small = load("washers", size=(16, 16))
    assert small.name == "washers at 16 x 16" and small.image_shape == (1, 16, 16)
    flat = np.full((10, 40, 60), 77, np.uint8)
    np.save(tmp_path / "a.npy", flat)
    assert (all_images(read(tmp_path / "a.npy", size=(9, 13))) == 77).all()


def circle(folder):
    (folder / "x.png").symlink_to(folder / "x.png")


def upwards(folder):
    (folder / "a" / "up").symlink_to(folder)


def bomb(folder):
    from benchmarks.fuzz import png

    (folder / "a" / "big.png").write_bytes(png(1 << 20, 1 << 20, b""))


HOSTILE = {
    "a pipe": (lambda folder: os.mkfifo(folder / "a" / "pipe.png"), "pipe.png is not a file"),
    "too many pixels": (bomb, "big.png cannot be read as an image: "),
    "a link to itself": (lambda folder: circle(folder / "a"), "x.png"),
    "a link to the folder above": (upwards, "up is a folder in the folder of a class"),
    "an empty class": (
        lambda folder: (folder / "empty").mkdir(),
        "empty is the folder of a class, and holds no",
    ),
    "a damaged picture": (
        lambda folder: (folder / "a" / "z.jpg").write_bytes(b"\xff\xd8\xff\xe0"),
        "z.jpg cannot",
    ),
    "a cut picture": (
        lambda folder: (folder / "b" / "cut.png").write_bytes((folder / "b" / "00.png").read_bytes()[:90]),
        "cut.png cannot be read",
    ),
    "another format": (
        lambda folder: (folder / "a" / "gif.png").write_bytes(b"GIF89a" + bytes(60)),
        "neither PNG",
    ),
    "a name with an escape": (
        lambda folder: (folder / "a" / "\x1b[2J.png").touch(),
        r"x1b\[2J.png', a name with",
    ),
    "a class with a new line": (lambda folder: (folder / "c\nd").mkdir(), r"'c\\nd', a name with control"),
    "pictures beside classes": (
        lambda folder: Image.fromarray(GREY[0]).save(folder / "lost.png"),
        "has pictures .lost.png. beside folders .a.",
    ),
    "a folder named as a picture": (
        lambda folder: (folder / "a" / "p.png").mkdir(),
        "p.png is a folder in the",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_folder_is_refused_in_one_line_that_names_the_file(tmp_path, kind, capsys):
    spoil, message = HOSTILE[kind]
    folder = tmp_path / "data"
    for name in ("a", "b"):
        save_pictures(folder / name, GREY[:3])
    assert len(all_images(read(folder))) == 6
    spoil(folder)
    with pytest.raises(ValueError, match=message):
        read(folder)
    assert main(["train", "conv", "--data", str(folder), "--out", str(tmp_path / "run"), "--quiet"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("npae: error: ") and error.count("\n") == 1 and "\x1b" not in error
    assert not (tmp_path / "run").exists()


def test_what_is_no_picture_is_left_out_and_told(tmp_path):
    folder = save_pictures(tmp_path / "data", GREY[:4])
    for name in ("notes.txt", "labels.csv", ".DS_Store"):
        (folder / name).write_text("words")
    lines = []
    assert len(all_images(load(folder, report=lines.append))) == 4
    assert lines == [
        f"npae: left out of {folder}: labels.csv, notes.txt (pictures are named .png, .jpg, .jpeg)"
    ]
    with pytest.raises(ValueError, match="is a single picture; give the folder"):
        read(folder / "00.png")


def test_pictures_of_every_mode_are_read_as_they_are_seen(tmp_path):
    file, rgb = tmp_path / "a.png", COLOUR[0]
    deep = GREY[0].astype(np.uint16) * 257
    clear = np.dstack([rgb, np.zeros((6, 9), np.uint8)])
    for picture, right in (
        (Image.fromarray(rgb), rgb),
        (Image.fromarray(GREY[0]), GREY[0]),
        (Image.fromarray(deep), GREY[0]),
        (Image.fromarray(clear), np.full_like(rgb, 255)),
        (Image.fromarray(GREY[0] > 99), (GREY[0] > 99) * np.uint8(255)),
        (Image.fromarray(rgb).quantize(256), None),
    ):
        picture.save(file)
        found = read_picture(file)
        assert np.array_equal(found, np.asarray(picture.convert("RGB")) if right is None else right)
    exif = Image.Exif()
    exif[274] = 6  # the camera was turned
    Image.fromarray(rgb).save(file, exif=exif)
    assert np.array_equal(read_picture(file), np.rot90(rgb, -1))
    assert read_picture(file, colour=False, size=(4, 4)).shape == (4, 4)


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
@pytest.mark.parametrize("orientation", range(1, 10))
def test_a_picture_is_turned_as_its_camera_was_whatever_else_the_camera_says(name, orientation, tmp_path):
    file, exif = tmp_path / name, Image.Exif()
    exif[274], exif[37500] = orientation, b"of the maker" * 4000
    Image.fromarray(np.kron(COLOUR[0], np.ones((8, 8, 1), np.uint8))).save(file, exif=exif)
    right = np.asarray(ImageOps.exif_transpose(Image.open(file)))
    assert np.array_equal(read_picture(file), right)
    assert picture_size(file) == (*right.shape[:2], True)


GREY_28, COLOUR_16, COLOUR_48, COLOUR_40 = (28, 28), (3, 16, 16), (3, 32, 48), (3, 40, 40)
# A dense model of larger images has millions of parameters, and some recipes train several.
OF_FLAT_IMAGES = [name for name, recipe in RECIPES.items() if len(recipe.input_shape) == 1]
OTHERS = [name for name in RECIPES if name not in OF_FLAT_IMAGES]
WIDE = ("stacked-denoiser", "masking-denoiser", "deep", "overcomplete")  # a thousand units
SEVERAL = ("sparse", "contractive", "variational-dense", "keras-denoiser")  # trainings
TRAINED = [(name, COLOUR_48) for name in OTHERS] + [(name, COLOUR_16) for name in OF_FLAT_IMAGES]


@pytest.mark.parametrize(
    "name, shape",
    slow_but(
        [case for case in TRAINED if case[0] not in (*WIDE, *SEVERAL, "variational", "latent2d")], TRAINED
    ),
)
def test_every_recipe_trains_on_images_of_ones_own_without_labels(name, shape, tmp_path, capsys):
    images = np.random.default_rng(1).integers(0, 256, (12, *shape), np.uint8)
    np.save(tmp_path / "mine.npy", images)
    run = tmp_path / "run"
    options = ["--data", str(tmp_path / "mine.npy"), "--epochs", "1", "--batch-size", "6", "--threads", "1"]
    assert main(["train", name, *options, "--out", str(run)]) == 0, capsys.readouterr().err
    out = capsys.readouterr().out
    size = f"{shape[-2]} x {shape[-1]} pixels, {'grey' if len(shape) == 2 else 'in colour'}"
    assert f"11 training and 1 test images of {size}, without labels (what needs labels is left out)" in out
    assert list(run.glob("*.png")) and (run / "metrics.json").is_file()


@pytest.mark.parametrize(
    "name, shape",
    slow_but([("dense", COLOUR_40)], [(name, shape) for name in RECIPES for shape in (GREY_28, COLOUR_40)]),
)
def test_a_recipe_makes_a_step_on_images_of_other_sizes(name, shape, tmp_path):
    images = np.random.default_rng(1).integers(0, 256, (2, *shape), np.uint8)
    data = from_arrays("mine", {"train_images": images, "test_images": images[:1]} | NO_LABELS, "mine")
    run = Run(RECIPES[name], Settings(name), data, tmp_path)
    history = fit(run.model, run.train_batches(), loss=run.recipe.loss, epochs=1, threads=1)
    assert np.isfinite(history.values["loss"][0])
    assert run.pixels(run.model.reconstruct(run.test_images()[0])).shape == (1, *shape)


@pytest.mark.slow
def test_a_run_on_ones_own_images_is_measured_and_drawn_again(tmp_path, capsys):
    images = np.random.default_rng(1).integers(0, 256, (30, 3, 12, 16), np.uint8)
    np.save(tmp_path / "mine.npy", images)
    options = [
        "--data",
        str(tmp_path / "mine.npy"),
        "--epochs",
        "1",
        "--quiet",
        "--out",
        str(tmp_path / "run"),
    ]
    assert main(["train", "conv", *options, "--size", "8x20"]) == 0
    for command in ("evaluate", "plot", "explore"):
        assert main([command, str(tmp_path / "run")]) == 0, capsys.readouterr().err
    assert (
        main(["train", "conv", "--epochs", "2", "--resume", "--quiet", "--out", str(tmp_path / "run")]) == 0
    )


@pytest.mark.parametrize(
    "recipe, size, words",
    [
        (
            "conv",
            "30x29",
            "conv cannot give back images of 30 x 29 pixels; the nearest size that it can is --size 32x28",
        ),
        ("transposed-denoiser", "3", "the nearest size that it can is --size 4x4"),
        ("variational", "62", "--size 64x64"),
        ("defects", "62", "--size 64x64"),
        ("colour-denoiser", "31x33", "--size 32x34"),
    ],
)
def test_a_size_that_an_architecture_cannot_take_is_refused_with_the_nearest(
    recipe, size, words, tmp_path, capsys
):
    np.save(tmp_path / "mine.npy", GREY)
    options = [
        "--data",
        str(tmp_path / "mine.npy"),
        "--size",
        size,
        "--out",
        str(tmp_path / "run"),
        "--quiet",
    ]
    assert main(["train", recipe, *options]) == 1
    assert words in capsys.readouterr().err and not (tmp_path / "run").exists()


def test_a_recipe_is_as_published_for_images_of_mnist():
    for recipe in RECIPES.values():
        if recipe.dataset in ("mnist", "fashion-mnist"):
            own = recipe.for_images(MNIST)
            assert own.input_shape == recipe.input_shape and own.augment == recipe.augment


@pytest.mark.parametrize("size", ["0", "x", "12x", "1x2x3", "5000", "-3", "a"])
def test_a_wrong_size_is_wrong_usage(size, capsys):
    with pytest.raises(SystemExit):
        main(["train", "conv", "--size", size])
    assert "--size must be N or HEIGHTxWIDTH" in capsys.readouterr().err

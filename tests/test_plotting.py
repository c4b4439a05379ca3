"""Every figure is a whole, readable PNG of a README's size, or an error that says why not."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import matplotlib
import numpy as np
import pytest
from matplotlib.image import imread, imsave

from npae import plotting

RNG = np.random.default_rng(0)
IMAGES = RNG.random((12, 28, 28), dtype=np.float32)
CODES = RNG.normal(size=(200, 2))
LABELS = np.arange(200) % 10
HISTORY = {"loss": [0.22, 0.1, 0.09], "val_loss": [0.11, 0.09, 0.08], "seconds": [3, 3, 3]}

PANELS = [("ours", CODES, 0.04), ("PCA", -CODES, None)]
PUBLISHED = {"loss": [0.22, 0.1], "val_loss": {10: 0.0756}}
IN_TWO_ROWS = [("original", IMAGES), ("reconstructed", IMAGES)]
FIGURES = {
    "two rows": lambda path: plotting.image_rows(path, IN_TWO_ROWS, title="t"),
    "column titles": lambda path: plotting.image_rows(path, IN_TWO_ROWS, ["Ankle boot"] * 5, columns=5),
    "grid": lambda path: plotting.image_grid(path, IMAGES, title="fewer than fifty"),
    "scatter": lambda path: plotting.code_scatter(path, PANELS, LABELS, "t"),
    "one panel": lambda path: plotting.code_scatter(path, PANELS[:1], LABELS, "t", list("abcdefghij")),
    "loss": lambda path: plotting.loss_curves(path, HISTORY, "t", "nats per pixel", floor=0.058),
    "one epoch": lambda path: plotting.loss_curves(path, {"loss": [0.2]}, "t", "nats per pixel"),
    "log": lambda path: plotting.loss_curves(path, {"loss": [90, 5, 0.01]}, "t", "MSE per pixel", log=True),
    "published": lambda path: plotting.loss_curves(path, HISTORY, "t", "nats per pixel", reference=PUBLISHED),
    "comparison": lambda path: plotting.comparison(path, IMAGES[0], IMAGES[1, :20], ("$a$", "clean"), "t"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_whole_pngs_of_a_readable_size(name, tmp_path):
    path = tmp_path / "figure.png"
    # What a person has set for their own figures changes neither the size nor the backend of these.
    with matplotlib.rc_context({"savefig.bbox": "tight", "savefig.dpi": 30, "figure.dpi": 30}):
        assert FIGURES[name](str(path)) == path
    height, width, _ = imread(path).shape
    assert 1000 <= width <= 1600 and 150 <= height <= 1100
    assert [file.name for file in tmp_path.iterdir()] == ["figure.png"]


@pytest.mark.parametrize("shape", [(12, 28, 28), (12, 1, 28, 28), (12, 784)])
def test_images_of_any_layout_draw_the_same_figure(shape, tmp_path):
    as_bytes = np.rint(255 * IMAGES).astype(np.uint8)
    plain = plotting.image_rows(tmp_path / "plain.png", [("x", as_bytes)])
    other = plotting.image_rows(tmp_path / "other.png", [("x", (as_bytes / 255).reshape(shape))])
    assert plain.read_bytes() == other.read_bytes()


def test_images_share_one_scale_and_keep_their_pixels(tmp_path):
    dim, bright = np.full((2, 2, 3), 0.25), np.full((2, 2, 3), 2.0)
    drawn = imread(plotting.image_rows(tmp_path / "rows.png", [("", dim), ("", bright)]))[:, :, 0]
    area = 2 * (2 * 20) * (3 * 20)  # two images of 2x3, each pixel twenty wide
    assert np.isclose(drawn, 64 / 255, atol=0.005).sum() == area
    assert np.isclose(drawn, 1).sum() == drawn.size - area  # what exceeds the scale is white


def test_drawing_from_threads_gives_the_same_bytes(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        paths = list(pool.map(lambda k: FIGURES["loss"](tmp_path / f"{k}.png"), range(8)))
    assert len({path.read_bytes() for path in paths}) == 1


def test_labels_that_would_overlap_are_spread():
    points = plotting._spread(np.array([[0.5, 0.5], [0.5, 0.5], [0.51, 0.5], [0.9, 0.1]]), 0.05)
    gaps = np.linalg.norm(points[:, None] - points, axis=2)[np.triu_indices(4, 1)]
    assert gaps.min() > 0.045
    np.testing.assert_allclose(points[3], [0.9, 0.1], atol=1e-5)


BAD = {
    "one row": lambda path: plotting.image_rows(path, []),
    r"\(n, h, w\).*\(3, 5, 28, 28\)": lambda path: plotting.image_grid(path, np.zeros((3, 5, 28, 28))),
    r"\(n, h, w\).*\(3, 10\)": lambda path: plotting.image_grid(path, np.zeros((3, 10))),
    "x: .*uint8.*int64": lambda path: plotting.image_rows(path, [("x", np.zeros((3, 28, 28), np.int64))]),
    "divide by 255": lambda path: plotting.image_rows(path, [("x", 255 * IMAGES)]),
    "finite": lambda path: plotting.image_grid(path, IMAGES * np.nan),
    "20 images": lambda path: plotting.image_rows(path, [("x", IMAGES)], columns=20),
    "of one size": lambda path: plotting.image_rows(path, [("x", IMAGES), ("y", IMAGES[:, :20])]),
    "as many titles": lambda path: plotting.image_rows(path, [("x", IMAGES)], ["just one"]),
    "rows, columns": lambda path: plotting.image_grid(path, IMAGES, (0, 10)),
    r"ours: codes.*\(9, 2\)": lambda path: plotting.code_scatter(path, PANELS, LABELS[:9], "t"),
    "PCA: codes": lambda path: plotting.code_scatter(path, [("PCA", CODES * np.inf, None)], LABELS, "t"),
    "labels": lambda path: plotting.code_scatter(path, PANELS, LABELS + 1, "t"),
    "1 to 3 panels": lambda path: plotting.code_scatter(path, [], LABELS, "t"),
    "at least one epoch": lambda path: plotting.loss_curves(path, {"loss": []}, "t", "y"),
    "as many": lambda path: plotting.loss_curves(path, {"loss": [1], "val_loss": [1, 2]}, "t", "y"),
    "above 0": lambda path: plotting.loss_curves(path, {"loss": [1, 0]}, "t", "y", log=True),
    "reference": lambda path: plotting.loss_curves(path, HISTORY, "t", "y", reference={"accuracy": [1]}),
    "two titles": lambda path: plotting.comparison(path, IMAGES[0], IMAGES[1], ("one",), "t"),
}


@pytest.mark.parametrize("message", BAD)
def test_bad_input_is_named_and_writes_nothing(message, tmp_path):
    with pytest.raises(ValueError, match=message):
        BAD[message](tmp_path / "figure.png")
    assert not list(tmp_path.iterdir())


def test_a_path_that_cannot_be_written_is_an_error_that_names_it(tmp_path):
    with pytest.raises(OSError, match="no folder .*missing"):
        FIGURES["one epoch"](tmp_path / "missing" / "figure.png")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(OSError, match="cannot write .*folder.png"):
        FIGURES["one epoch"](tmp_path / "folder.png")
    with pytest.raises(ValueError, match="must end in .png, not .*figure.jpg"):
        FIGURES["one epoch"](tmp_path / "figure.jpg")
    assert [file.name for file in tmp_path.rglob("*")] == ["folder.png"]


def test_a_write_that_fails_keeps_the_old_figure_and_leaves_nothing(tmp_path, monkeypatch):
    path = plotting.save_image(tmp_path / "figure.png", IMAGES[0])
    before = path.read_bytes()

    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(plotting.os, "replace", full)
    with pytest.raises(OSError, match="figure.png: No space left"):
        FIGURES["one epoch"](path)
    assert [file.name for file in tmp_path.iterdir()] == ["figure.png"] and path.read_bytes() == before


@pytest.mark.parametrize("shape", [(28, 28), (1, 28, 28), (784,)])
def test_a_saved_image_is_plain_grey_and_reads_back_exactly(shape, tmp_path):
    pixels = np.arange(784, dtype=np.uint8).reshape(28, 28)
    path = plotting.save_image(tmp_path / "image.png", pixels.reshape(shape))
    assert imread(path).shape == (28, 28)  # no colour channels
    read = plotting.read_image(path)
    assert read.dtype == np.float32
    np.testing.assert_array_equal(np.rint(255 * read), pixels)


def test_colours_are_read_as_luminance_and_transparency_as_white(tmp_path):
    red, green, blue, black, nothing = (1, 0, 0, 1), (0, 1, 0, 1), (0, 0, 1, 1), (0, 0, 0, 1), (0, 0, 0, 0)
    pixels = np.array([[red, green, blue], [black, nothing, (1, 1, 1, 1)]], dtype=float)
    imsave(tmp_path / "colours.png", pixels)
    read = plotting.read_image(tmp_path / "colours.png")
    np.testing.assert_allclose(read, [[0.299, 0.587, 0.114], [0, 1, 1]], atol=1e-6)


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("missing.png", None, "no such file"),
        ("empty.png", b"", "empty"),
        ("words.png", b"these are words", "format is not known"),
        ("broken.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "cannot be read"),
        ("", None, "not a file"),
    ],
)
def test_what_is_no_image_is_an_error_that_names_the_file(name, content, message, tmp_path):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        plotting.read_image(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


def test_pyplot_is_never_imported(tmp_path):
    code = (
        "import sys; from npae import plotting\n"
        f"plotting.loss_curves({str(tmp_path / 'loss.png')!r}, {{'loss': [1, 2]}}, 't', 'y')\n"
        f"plotting.code_scatter({str(tmp_path / 'codes.png')!r}, [('a', [[0, 1]], None)], [0], 't')\n"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0

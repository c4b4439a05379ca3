"""Every figure is a whole, readable PNG of a README's size, or an error that says why not."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.image import imread, imsave
from matplotlib.legend import Legend
from matplotlib.text import Text
from slow_cases import slow_but

from benchmarks import charts
from npae import plotting
from npae.datasets import read_image
from npae.plotting import canvas, codes
from npae.plotting import charts as number_charts

pytestmark = pytest.mark.figures


RNG = np.random.default_rng(0)
IMAGES = RNG.random((12, 28, 28), dtype=np.float32)
COLOUR = np.random.default_rng(4).random((10, 3, 24, 28), dtype=np.float32)
MAPS = [("a", COLOUR[0], COLOUR[1], COLOUR[2, 0]), ("b", COLOUR[3], COLOUR[4], 9 * COLOUR[5, 0])]
CODES = RNG.normal(size=(200, 2))
LABELS = np.arange(200) % 10
HISTORY = {"loss": [0.22, 0.1, 0.09], "val_loss": [0.11, 0.09, 0.08], "seconds": [3, 3, 3]}

PANELS = [("ours", CODES, 0.04), ("PCA", -CODES, None)]
PUBLISHED = {"loss": [0.22, 0.1], "val_loss": {10: 0.0756}}
IN_TWO_ROWS = [("original", IMAGES), ("reconstructed", IMAGES)]
ELBO = {
    "loss": [9, 8],
    "val_loss": [9, 8],
    "reconstruction": [7, 6],
    "val_reconstruction": [7, 6],
    "kl": [2, 2],
}
ELBO_TERMS = [("loss", "-ELBO"), ("reconstruction", "reconstruction"), ("kl", "KL divergence from N(0, 1)")]
LINES = {"ours": ([1, 10, 100], [30.0, np.nan, 3]), "three runs": ([1, 10], [[9.0, 2], [8, 3], [9, 4]])}
TICKS = {1: "1 %", 100: "all\nlabels"}
BARS = {"linear probe": [0.9, 0.4, np.nan], "nearest neighbours": [0.95, 0.5, 0.8]}
SCORES = {"normal": RNG.gamma(5, 3, 900), "anomalous": RNG.gamma(9, 4, 100)}
GROUPS = [("7", [IMAGES[:1], IMAGES[:4]]), ("9", [IMAGES[5:6], IMAGES[6:10]])]
MARKED = [[[True], [False] * 4], [[False], [True] * 4]]
KERNEL = RNG.normal(size=(30, 8))
LONG = "A name that is so long that it cannot stand in a single line beside others of its kind"
STAGE = "trained without any noise"
PAIR = [IMAGES[:1], IMAGES[:10]]
FIRST = {key: values[:1] for key, values in ELBO.items()}
MANY = {name: RNG.random(10) for name in ("one anomaly, deep, code of 2", "one anomaly", "one normal")}
PAIRS = {
    f"{a}, {b} the data": ([1, 2, 3], [1e-6, 1e-2, 10]) for a in ("plain", "deep") for b in ("on", "off")
}
CHARTS = [
    (name, [{"before": ([0, 1], [3.0, 1.0]), "after": ([0, 1], [3.0, 2])}] * 3) for name in ("PSNR", "SSIM")
]
PEERS = {"npae": 1.0, "pytorch-channels-last": 20.0, "keras-tensorflow": 0}
RUNGS = [
    (name, LONG, [0.002 * 20**k, 0.001 * 20**k]) for k, name in enumerate(("loops", "NumPy", "Numba", "fast"))
]
PEAKS = {"peak, multiply-adds in registers": 250.0, "matrix product in NumPy": 240.0}
GROWTH = {"npae": ([16, 128, 2048], [1, 8, 130.0]), "~ batch": ([16, 2048], [1, 128.0])}
FIGURES = {
    "two rows": lambda path: plotting.image_rows(path, IN_TWO_ROWS, title="t"),
    "column titles": lambda path: plotting.image_rows(path, IN_TWO_ROWS, ["Ankle boot"] * 5, columns=5),
    "grid": lambda path: plotting.image_grid(path, IMAGES, title="fewer than fifty"),
    "scatter": lambda path: plotting.code_scatter(path, PANELS, LABELS, "t"),
    "one panel": lambda path: plotting.code_scatter(path, PANELS[:1], LABELS, "t", list("abcdefghij")),
    "loss": lambda path: plotting.loss_curves(path, HISTORY, "t", "nats per pixel", floor=0.058),
    "one epoch": lambda path: plotting.loss_curves(path, {"loss": [0.2]}, "t", "nats per pixel"),
    "published": lambda path: plotting.loss_curves(path, HISTORY, "t", "nats per pixel", reference=PUBLISHED),
    "error maps": lambda path: plotting.error_maps(path, MAPS, "t"),
    "colours": lambda path: plotting.image_rows(path, [("a", COLOUR), ("grey", COLOUR[:, 0])], title="t"),
    "wide pictures": lambda path: plotting.comparison(
        path, [("a", COLOUR[0, :, :4]), ("b", IMAGES[0, :4])], "t"
    ),
    "comparison": lambda path: plotting.comparison(path, [("$a$", IMAGES[0]), ("b", IMAGES[1, :20])], "t"),
    "objective": lambda path: plotting.objective_curves(path, ELBO, ELBO_TERMS, "t", "nats per image"),
    "one term": lambda path: plotting.objective_curves(path, {"loss": [2]}, [("loss", "loss")], "t", "nats"),
    "lines": lambda path: plotting.lines(path, LINES, "t", "noise", "PSNR, dB", references={"published": 20}),
    "log lines": lambda path: plotting.lines(path, LINES, "t", "labels", "error, %", log="xy", ticks=TICKS),
    "bars": lambda path: plotting.bars(path, BARS, ["pixels", "PCA", "code"], "t", "accuracy", base=0.5),
    "bars without numbers": lambda path: plotting.bars(path, {"one": [1, -2]}, ["a", "b"], "t", "y", form=""),
    "histogram": lambda path: plotting.histograms(path, [("", SCORES)], "t", "squared error"),
    "ten histograms": lambda path: plotting.histograms(path, [("a digit", SCORES)] * 10, "t", "x", bins=20),
    "thumbnails": lambda path: plotting.code_thumbnails(path, CODES[:12], IMAGES, LABELS[:12], "t"),
    "groups": lambda path: plotting.image_groups(path, ["from", "to"], GROUPS, "t", marked=MARKED),
    "filters": lambda path: plotting.filters(path, [("plain", RNG.normal(size=(784, 100)))], "t"),
    "four filters": lambda path: plotting.filters(path, [("w", KERNEL)] * 4, "t", shape=(6, 5), count=9),
    "map": lambda path: plotting.manifold(path, IMAGES.reshape(3, 4, 28, 28), range(4), [2, 1, 0], "t"),
    "pairs of lines": lambda path: plotting.lines(path, PAIRS, LONG, LONG, "y", log="y", variants=2),
    "table of charts": lambda path: plotting.line_panels(path, [(LONG, LONG)] * 3, CHARTS, LONG),
    "three scatters": lambda path: plotting.code_scatter(path, [(LONG, CODES, 0.04)] * 3, LABELS, LONG),
    "many bars": lambda path: plotting.bars(path, MANY, list("0123456789"), LONG, "ROC-AUC", base=0.5),
    "long names": lambda path: plotting.bars(
        path, {LONG: [1, 2]}, [LONG, LONG], LONG, "y", references={LONG: 1}
    ),
    "long labels": lambda path: plotting.image_rows(
        path, [(STAGE, IMAGES)] * 3, ["a heading"] * 10, title=LONG
    ),
    "long headings": lambda path: plotting.image_groups(path, ["image", LONG], [(STAGE, PAIR)] * 3, LONG),
    "long terms": lambda path: plotting.objective_curves(path, ELBO, [("kl", LONG)] * 4, LONG, "nats"),
    "one epoch of terms": lambda path: plotting.objective_curves(path, FIRST, ELBO_TERMS, "t", "nats"),
    "one epoch, published": lambda path: plotting.loss_curves(path, FIRST, LONG, "y", 3.0, PUBLISHED),
    "peers": lambda path: charts.bar_panels(path, LONG, LONG, {f"a\n{k}": PEERS for k in range(6)}, "ms"),
    "ladder": lambda path: charts.ladder(path, LONG, LONG, RUNGS, ["forward", "both"], PEAKS, "GFLOP/s"),
    "scaling": lambda path: charts.curve_panels(path, LONG, LONG, [("x", "ms", GROWTH)] * 4),
}


@pytest.fixture
def kept(monkeypatch):
    """Keep the figures that are drawn, and what lies on each other in them."""
    figures = []

    def render(figure, render=canvas.render):
        figure.touching = touching(figure)  # before a saved one is cut
        figures.append(figure)
        return render(figure)

    monkeypatch.setattr(canvas, "render", render)
    return figures


@pytest.mark.parametrize("name", slow_but([*FIGURES][::8], FIGURES))
def test_figures_are_whole_pngs_of_a_readable_size(name, tmp_path, kept):
    path = tmp_path / "figure.png"
    # What a person has set for their own figures changes neither the size nor the look of these.
    with matplotlib.rc_context({"savefig.bbox": None, "savefig.dpi": 30, "figure.dpi": 30, "font.size": 40}):
        assert FIGURES[name](path) == path
    height, width, _ = imread(path).shape
    assert 500 <= width <= 1320 and 150 <= height <= 1500
    assert [file.name for file in tmp_path.iterdir()] == ["figure.png"]
    assert not kept[0].touching


def touching(figure):
    """Texts, legends and axes that lie on each other or reach out of the figure, in words."""
    figure.get_tightbbox()  # moves texts to where they are drawn
    renderer, sheet = FigureCanvasAgg(figure).get_renderer(), figure.bbox
    boxes = [(f"axes {k}", axes, axes) for k, axes in enumerate(figure.axes) if axes.axison]
    boxes += [("legend", legend, None) for legend in figure.findobj(Legend)]
    hidden = {text for legend in figure.findobj(Legend) for text in legend.findobj(Text)}
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            drawn = axis._update_ticks() if axes.axison else []  # those beyond the limits are not drawn
            every = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
            hidden |= {label for tick in every if tick not in drawn for label in (tick.label1, tick.label2)}
    for text in figure.findobj(Text):
        seen = text.get_visible() and text.get_text().strip() and (text.axes is None or text.axes.axison)
        if seen and text not in hidden:
            boxes.append((repr(text.get_text()), text, text.axes))
    extents = [artist.get_window_extent(renderer) for _, artist, _ in boxes]
    found = []
    for k, ((name, artist, axes), box) in enumerate(zip(boxes, extents)):
        if not (box.x0 >= -1 and box.y0 >= -1 and box.x1 <= sheet.width + 1 and box.y1 <= sheet.height + 1):
            found.append(f"{name} leaves the figure")
        for (other_name, other_artist, other_axes), other in zip(boxes[:k], extents):
            across = min(box.x1, other.x1) - max(box.x0, other.x0)
            down = min(box.y1, other.y1) - max(box.y0, other.y0)
            inside = artist is other_axes or other_artist is axes  # a text in its own axes
            if across > 1 and down > 1 and not inside:
                found.append(f"{name} touches {other_name}")
    return found


def test_what_touches_is_found(tmp_path, kept):
    with plotting.sheet(tmp_path / "a.png", "title", 300) as body:
        axes = body.subplots()
        axes.text(0.5, 0.5, "one")
        axes.text(0.5, 0.5, "two")
        body.text(2, 0.5, "outside", in_layout=False)
    assert set(kept[0].touching) == {"'outside' leaves the figure", "'two' touches 'one'"}


@pytest.mark.parametrize("shape", [(12, 28, 28), (12, 1, 28, 28), (12, 784)])
def test_images_of_any_layout_draw_the_same_figure(shape, tmp_path):
    as_bytes = np.rint(255 * IMAGES).astype(np.uint8)
    plain = plotting.image_rows(tmp_path / "plain.png", [("x", as_bytes)])
    other = plotting.image_rows(tmp_path / "other.png", [("x", (as_bytes / 255).reshape(shape))])
    assert plain.read_bytes() == other.read_bytes()


def test_images_share_one_scale(tmp_path, kept):
    dim, bright = np.full((2, 2, 3), 0.25), np.full((2, 2, 3), 2.0)
    plotting.image_rows(tmp_path / "rows.png", [("dim", dim), ("bright", bright)])
    axes = kept[0].axes[0]
    pixels = axes.images[0].get_array()
    assert axes.images[0].get_clim() == (0, 1) and pixels.shape[2] == 3
    assert (pixels == 0.25).sum() == dim.size * 3 and (pixels == 1).sum() == pixels.size - dim.size * 3
    assert [label.get_text() for label in axes.get_yticklabels()] == ["dim", "bright"]


@pytest.mark.slow
def test_drawing_from_threads_gives_the_same_bytes(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        paths = list(pool.map(lambda k: FIGURES["loss"](tmp_path / f"{k}.png"), range(4)))
    assert len({path.read_bytes() for path in paths}) == 1


def test_labels_that_would_overlap_are_spread():
    points = codes.spread(np.array([[0.5, 0.5], [0.5, 0.5], [0.51, 0.5], [0.9, 0.1]]), 0.05)
    gaps = np.linalg.norm(points[:, None] - points, axis=2)[np.triu_indices(4, 1)]
    assert gaps.min() > 0.045
    np.testing.assert_allclose(points[3], [0.9, 0.1], atol=1e-5)
    heap = codes.spread(np.full((10, 2), 0.5), 0.05)  # as at the beginning of a film
    gaps = np.linalg.norm(heap[:, None] - heap, axis=2)[np.triu_indices(10, 1)]
    assert gaps.min() > 0.045 and np.abs(heap - 0.5).max() < 0.1


def test_groups_keep_pixels_and_frame_what_is_marked(tmp_path, kept):
    images = np.full((3, 2, 3), 0.25)
    rows = [("", [images[:1], images[:2]]), ("", [images[:1], images[:2]])]
    marked = [[[False], [False, True]], [[False], [False, False]]]
    plotting.image_groups(tmp_path / "groups.png", ["", ""], rows, marked=marked)
    pixels = kept[0].axes[0].images[0].get_array()
    red = np.isclose(pixels, [213 / 255, 94 / 255, 0], atol=0.005).all(axis=2)
    assert (pixels == 0.25).all(axis=2).sum() == 6 * 2 * 3  # six images of 2 x 3
    assert red.sum() == 4 * 5 - 2 * 3  # one frame


def test_filters_are_grey_at_zero_and_symmetric(tmp_path, kept):
    kernel = np.array([[-2.0], [0], [1], [2]])
    plotting.filters(tmp_path / "filters.png", [("w", kernel)], "t")
    axes = kept[0].axes[0]
    np.testing.assert_allclose(axes.images[0].get_array(), [[0, 0.5], [0.75, 1]], atol=1e-3)
    assert axes.get_title(loc="left") == "w\nblack −2, white 2"


def test_a_map_has_its_images_where_their_codes_are(tmp_path, kept):
    images = np.zeros((2, 2, 28, 28))
    images[0, 1] = 1  # top right
    plotting.manifold(tmp_path / "map.png", images, [0, 1], [1, 0], "t")
    shown = kept[0].axes[0].images[0]
    assert shown.get_extent() == [-0.5, 1.5, -0.5, 1.5] and shown.origin == "upper"
    assert shown.get_array()[:28, 28:].min() == 1 and shown.get_array().sum() == 28 * 28


def test_lines_are_means_with_bars_from_least_to_largest(tmp_path, kept):
    runs = [[4.0, 1.0], [np.nan, 2.0], [np.nan, 6.0]]  # the first point was measured once
    plotting.lines(tmp_path / "lines.png", {"x": ([1, 2], runs)}, "t", "x", "y")
    mean, low, high = kept[0].axes[0].lines
    assert mean.get_ydata().tolist() == [4, 3]
    assert low.get_ydata().tolist() == [4, 1] and high.get_ydata().tolist() == [4, 6]


def test_variants_share_a_colour_and_differ_in_dashes(tmp_path, kept):
    FIGURES["pairs of lines"](tmp_path / "lines.png")
    looks = [(line.get_color(), line.get_linestyle()) for line in kept[0].axes[0].lines]
    assert looks[0][0] == looks[1][0] != looks[2][0] == looks[3][0]
    assert looks[0][1] == looks[2][1] == "-" and looks[1][1] == looks[3][1] == "--"
    ticks = [text.get_text() for text in kept[0].axes[0].get_yticklabels()]
    assert "10⁻⁶" in ticks and "10⁰" in ticks  # one format for small and large


def test_charts_of_a_column_have_one_range_and_those_of_a_row_too(tmp_path, kept):
    psnr = [{"x": ([0.1, 0.9], [30.0, 10])}, {"x": ([0.1, 0.5], [20.0, 10])}]
    ssim = [{"x": ([0.0, 0.9], [1.0, 0.1])}, {"x": ([0.0, 0.5], [1.0, 0.2])}]
    rows = [("PSNR", psnr), ("SSIM", ssim)]
    plotting.line_panels(tmp_path / "a.png", [("masking", "share"), ("gaussian", "σ")], rows, "t")
    one, two, three, four = kept[0].axes
    assert one.get_xlim() == three.get_xlim() and two.get_xlim() == four.get_xlim()
    assert one.get_ylim() == two.get_ylim() and three.get_ylim() == four.get_ylim()


def test_losses_are_told_in_one_format_and_the_published_ones_lie_above(tmp_path, kept):
    history = {"loss": [0.2, 0.07599], "val_loss": [0.1, 0.075]}
    plotting.loss_curves(tmp_path / "a.png", history, "t", "y", reference={"loss": [0.2, 0.0764]})
    (legend,) = kept[0].findobj(Legend)
    names = [text.get_text() for text in legend.get_texts()]
    assert names[:2] == ["training, 0.0760 at the end", "validation, 0.0750 at the end"]
    assert names[2] == "published, training, 0.0764 after 2"
    training, validation, published = kept[0].axes[0].lines
    assert published.get_zorder() > max(training.get_zorder(), validation.get_zorder())


def test_a_single_epoch_is_drawn_as_bars(tmp_path, kept):
    FIGURES["one epoch, published"](tmp_path / "a.png")
    axes = kept[0].axes[0]
    assert [bar.get_height() for bar in axes.patches] == [9, 9]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["training", "validation"]


def test_histograms_share_bins_and_compare_shares():
    edges = number_charts.shared_bins([("", SCORES)], 10, None)
    assert edges[0] == min(values.min() for values in SCORES.values()) and len(edges) == 11
    assert edges[-1] == max(np.quantile(values, 0.99) for values in SCORES.values())
    assert number_charts.shared_bins([("", {"x": np.ones(3)})], 1, None).tolist() == [1, 2]


def test_thumbnails_do_not_cover_each_other(rng):
    places = rng.random((300, 2))
    taken = places[codes._with_room(places, np.array([0.1, 0.05]))]
    gaps = np.abs(taken[:, None] - taken)[np.triu_indices(len(taken), 1)]
    assert ((gaps[:, 0] >= 0.1) | (gaps[:, 1] >= 0.05)).all() and len(taken) > 30
    assert taken.min() > 0.02 and (taken[:, 0] <= 0.95).all()  # none sticks out


def test_an_animation_is_a_gif_that_ends_where_the_codes_are(tmp_path, monkeypatch):
    monkeypatch.setattr(codes, "STEPS", 2)
    captions = ["epoch 0, before training", "epoch 1, test loss 0.05"]
    path = tmp_path / "film.gif"
    with matplotlib.rc_context({"savefig.bbox": "tight", "savefig.dpi": 30}):
        assert plotting.code_animation(path, [CODES / 9, CODES], LABELS, captions, "t") == path
    assert path.read_bytes().startswith(b"GIF89a") and 10_000 < path.stat().st_size < 1_000_000
    frames = list(codes.film(np.stack([CODES / 9, CODES]), captions))
    assert len(frames) == codes.STEPS + 1 and frames[0][1] == captions[0]
    np.testing.assert_array_equal(frames[0][0], CODES / 9)
    np.testing.assert_array_equal(frames[-1][0], CODES)


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
    "reference": lambda path: plotting.loss_curves(path, HISTORY, "t", "y", reference={"accuracy": [1]}),
    "1 to 4 terms": lambda path: plotting.objective_curves(path, ELBO, [], "t", "y"),
    'history needs "l1"': lambda path: plotting.objective_curves(path, ELBO, [("l1", "L1")], "t", "y"),
    "1 to 7 series": lambda path: plotting.lines(path, {}, "t", "x", "y"),
    "ours: x must be": lambda path: plotting.lines(path, {"ours": ([1, 2], [1])}, "t", "x", "y"),
    "logarithmic axes": lambda path: plotting.lines(path, LINES, "t", "x", "y", log="z"),
    "logarithmic x needs .*above 0": lambda path: plotting.lines(
        path, {"ours": ([0], [1])}, "t", "x", "y", log="x"
    ),
    "2 groups need as many": lambda path: plotting.bars(path, {"a": [1]}, ["a", "b"], "t", "y"),
    "1 to 12 panels": lambda path: plotting.histograms(path, [], "t", "x"),
    "at least one bin": lambda path: plotting.histograms(path, [("", SCORES)], "t", "x", bins=0),
    "b: every panel needs": lambda path: plotting.histograms(path, [("a", SCORES), ("b", {})], "t", "x"),
    "a, x: values": lambda path: plotting.histograms(path, [("a", {"x": [np.nan]})], "t", "x"),
    "12 labels need as many": lambda path: plotting.code_thumbnails(
        path, CODES[:12], IMAGES[:9], LABELS[:12], "t"
    ),
    "one row and one heading; got 2": lambda path: plotting.image_groups(path, [], GROUPS),
    "same 1 groups": lambda path: plotting.image_groups(path, ["a"], GROUPS),
    "1 to 4 panels": lambda path: plotting.filters(path, [], "t"),
    r"w: a kernel.*\(30, 8\)": lambda path: plotting.filters(path, [("w", KERNEL)], "t"),
    "3 rows and 3 columns": lambda path: plotting.manifold(path, IMAGES, range(3), range(3), "t"),
    "must have one size": lambda path: plotting.error_maps(path, [("a", *COLOUR[:2], COLOUR[2, 0, 1:])], "t"),
    "at least two epochs": lambda path: plotting.code_animation(path, [CODES], LABELS, ["e"], "t"),
    "must end in .gif": lambda path: plotting.code_animation(path, [CODES] * 2, LABELS, "ab", "t"),
    "at most 1e.100, not 1e.308": lambda path: plotting.code_animation(
        path.with_suffix(".gif"), [CODES, np.full_like(CODES, 1e308, dtype=float)], LABELS, "ab", "t"
    ),
    "2 or more images, not 1": lambda path: plotting.comparison(path, [("one", IMAGES[0])], "t"),
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

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="figure.png: No space left"):
        FIGURES["one epoch"](path)
    assert [file.name for file in tmp_path.iterdir()] == ["figure.png"] and path.read_bytes() == before


@pytest.mark.parametrize("shape", [(28, 28), (1, 28, 28), (784,)])
def test_a_saved_image_is_plain_grey_and_reads_back_exactly(shape, tmp_path):
    pixels = np.arange(784, dtype=np.uint8).reshape(28, 28)
    path = plotting.save_image(tmp_path / "image.png", pixels.reshape(shape))
    assert imread(path).shape == (28, 28)  # no colour channels
    read = read_image(path)
    assert read.dtype == np.float32
    np.testing.assert_array_equal(np.rint(255 * read), pixels)


def test_colours_are_read_as_luminance_and_transparency_as_white(tmp_path):
    red, green, blue, black, nothing = (1, 0, 0, 1), (0, 1, 0, 1), (0, 0, 1, 1), (0, 0, 0, 1), (0, 0, 0, 0)
    pixels = np.array([[red, green, blue], [black, nothing, (1, 1, 1, 1)]], dtype=float)
    imsave(tmp_path / "colours.png", pixels)
    read = read_image(tmp_path / "colours.png")
    np.testing.assert_allclose(read, [[0.299, 0.587, 0.114], [0, 1, 1]], atol=1e-6)


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("missing.png", None, "no such file"),
        ("empty.png", b"", "empty"),
        ("words.png", b"these are words", "neither PNG nor JPEG"),
        ("broken.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "cannot be read"),
        ("", None, "is a folder"),
    ],
)
def test_what_is_no_image_is_an_error_that_names_the_file(name, content, message, tmp_path):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        read_image(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


def test_pyplot_is_never_imported(tmp_path):
    code = (
        "import sys; from npae import plotting\n"
        f"plotting.loss_curves({str(tmp_path / 'loss.png')!r}, {{'loss': [1, 2]}}, 't', 'y')\n"
        f"plotting.code_scatter({str(tmp_path / 'codes.png')!r}, [('a', [[0, 1]], None)], [0], 't')\n"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0

"""The figures: arrays in, a PNG (or a GIF) out; the only package of npae that imports matplotlib."""

from npae.plotting.animation import code_animation
from npae.plotting.canvas import COLOURS, DPI, GREY, HEADING, INK, MARKERS, PALE, TEXT
from npae.plotting.codes import code_scatter, code_thumbnails
from npae.plotting.curves import loss_curves, objective_curves
from npae.plotting.images import comparison, image_grid, image_rows, read_image, save_image
from npae.plotting.panels import line_panels
from npae.plotting.series import bars, histograms, lines
from npae.plotting.tiles import filters, image_groups, manifold

__all__ = [
    "COLOURS",
    "DPI",
    "GREY",
    "HEADING",
    "INK",
    "MARKERS",
    "PALE",
    "TEXT",
    "bars",
    "code_animation",
    "code_scatter",
    "code_thumbnails",
    "comparison",
    "filters",
    "histograms",
    "image_grid",
    "image_groups",
    "image_rows",
    "line_panels",
    "lines",
    "loss_curves",
    "manifold",
    "objective_curves",
    "read_image",
    "save_image",
]

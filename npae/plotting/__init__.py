"""The figures: arrays in, a PNG (or a GIF) out; the only package of npae that imports matplotlib."""

from npae.plotting.canvas import GREY, HEADING, INK, PALE, TEXT, WIDTH, legend, log_axis, number, sheet, wrap
from npae.plotting.charts import bars, histograms, line_panels, lines
from npae.plotting.codes import code_animation, code_scatter, code_thumbnails
from npae.plotting.curves import loss_curves, objective_curves
from npae.plotting.images import read_image, save_image
from npae.plotting.tiles import comparison, filters, image_grid, image_groups, image_rows, manifold

__all__ = [
    "GREY",
    "HEADING",
    "INK",
    "PALE",
    "TEXT",
    "WIDTH",
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
    "legend",
    "line_panels",
    "lines",
    "log_axis",
    "loss_curves",
    "manifold",
    "number",
    "objective_curves",
    "read_image",
    "save_image",
    "sheet",
    "wrap",
]

"""The figures: functions from arrays to a PNG or GIF file; only this package imports matplotlib.

All functions take ``path`` first and return it. It ends in .png (for an animation, .gif), and its folder must
exist. ``title`` is above the figure. Invalid data raise ValueError, a failed write raises OSError; neither
leaves a file. Images are (n, h, w), (n, 1, h, w), (n, 3, h, w) in colour, or (n, h * w) with h = w, uint8
0..255 or floats 0..1. All images have the same scale: 0 is black, 1 is white.
"""

from npae.plotting.canvas import COLOURS, GREY, INK, TEXT, WIDTH, legend, log_axis, sheet, wrap
from npae.plotting.charts import bars, histograms, line_panels, lines
from npae.plotting.codes import code_animation, code_scatter, code_thumbnails
from npae.plotting.curves import loss_curves, objective_curves
from npae.plotting.images import save_image
from npae.plotting.insides import named_bars, term_maps
from npae.plotting.tiles import (
    comparison,
    error_maps,
    filters,
    image_grid,
    image_groups,
    image_rows,
    manifold,
)

__all__ = [
    "COLOURS",
    "GREY",
    "INK",
    "TEXT",
    "WIDTH",
    "bars",
    "code_animation",
    "code_scatter",
    "code_thumbnails",
    "comparison",
    "error_maps",
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
    "named_bars",
    "objective_curves",
    "save_image",
    "sheet",
    "term_maps",
    "wrap",
]

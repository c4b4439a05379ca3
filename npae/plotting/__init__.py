"""The figures: arrays in, a PNG (or a GIF) out; the only package of npae that imports matplotlib.

What all functions have in common: ``path`` comes first; it ends in .png (a film's in .gif), lies in a folder
that exists, and is returned. ``title`` stands above everything. What cannot be drawn raises ValueError, what
cannot be written OSError, and either leaves no file. Images are (n, h, w), (n, 1, h, w) or (n, h * w) with
h = w, uint8 0..255 or floats 0..1; all are shown on one scale, 0 black and 1 white.
"""

from npae.plotting.canvas import GREY, INK, TEXT, WIDTH, legend, log_axis, sheet, wrap
from npae.plotting.charts import bars, histograms, line_panels, lines
from npae.plotting.codes import code_animation, code_scatter, code_thumbnails
from npae.plotting.curves import loss_curves, objective_curves
from npae.plotting.images import read_image, save_image
from npae.plotting.tiles import comparison, filters, image_grid, image_groups, image_rows, manifold

__all__ = [
    "GREY",
    "INK",
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
    "objective_curves",
    "read_image",
    "save_image",
    "sheet",
    "wrap",
]

"""What figures of codes share: the colours, names and places of up to ten classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from npae.plotting.canvas import INK, TEXT, add_axes


def name_classes(labels: np.ndarray, class_names: Sequence[str] | None) -> tuple[np.ndarray, list[str]]:
    """Labels as an array and the names of the classes, or a ValueError."""
    labels = np.asarray(labels)
    count = 10 if class_names is None else len(class_names)
    if not 1 <= count <= 10:
        raise ValueError(f"a scatter has colours for 1 to 10 classes, not {count}")
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or not np.isin(labels, np.arange(count)).all():
        got = f"{labels.dtype} {labels.shape}"
        raise ValueError(f"labels must be integers from 0 to {count - 1}, of shape (n,); got {got}")
    return labels, [str(k) if class_names is None else f"{k} {class_names[k]}" for k in range(count)]


def class_colours(count: int) -> dict:
    """What a scatter of so many classes is coloured by."""
    colours = ListedColormap(colormaps["tab10"].colors[:count])
    return {"cmap": colours, "norm": BoundaryNorm(np.arange(count + 1) - 0.5, count)}


def planar(name: str, codes: np.ndarray, count: int) -> np.ndarray:
    """Codes as float64 (count, 2), or a ValueError that names them."""
    codes = np.asarray(codes, dtype=np.float64)
    if codes.shape != (count, 2) or not count or not np.isfinite(codes).all():
        raise ValueError(f"{name}: codes must be finite, of shape ({count}, 2), not {codes.shape}")
    return codes


def colour_bar(figure: Figure, points, names: Sequence[str], box: tuple) -> None:
    """Name the colours of classes beside a panel."""
    scale = figure.colorbar(points, add_axes(figure, *box), ticks=range(len(names)))
    scale.set_ticklabels(names)
    scale.outline.set_visible(False)
    scale.ax.minorticks_off()
    scale.ax.tick_params(labelsize=TEXT, labelcolor=INK, length=0)


def write_classes(panel: Axes, codes: np.ndarray, labels: np.ndarray) -> list:
    """Write each class's number near the median of its codes, on axes with their final limits."""
    classes = np.unique(labels)
    corners = np.array([panel.get_xlim(), panel.get_ylim()]).T
    centres = np.array([np.median(codes[labels == k], axis=0) for k in classes])
    centres = spread((centres - corners[0]) / (corners[1] - corners[0]), 30 / panel.bbox.width)
    look = {"ha": "center", "va": "center", "fontsize": TEXT + 1, "fontweight": "bold", "color": INK}
    look["path_effects"] = [withStroke(linewidth=3, foreground="white")]
    return [
        panel.text(*centre, str(k), transform=panel.transAxes, **look) for k, centre in zip(classes, centres)
    ]


def spread(points: np.ndarray, distance: float) -> np.ndarray:
    """Points (n, 2), those that are closer than ``distance`` pushed apart."""
    turns = np.arange(len(points))
    # Two in one place would not know where to go.
    points = points + 1e-6 * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    for _ in range(100):
        gaps = points[:, None] - points
        lengths = np.linalg.norm(gaps, axis=2, keepdims=True) + np.eye(len(points))[:, :, None]
        pushes = (gaps / lengths * np.maximum(distance - lengths, 0) / 2).sum(axis=1)
        points = points + np.clip(pushes, -distance / 4, distance / 4)  # many at once would throw it far away
    return points

"""Writes pages of HTML that need no network and no script: text, tables, curves, pictures."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence

from npae import markup
from npae.markup import text as escape

STYLE = """
:root { color-scheme: light dark; --ink: #1c1e21; --paper: #fdfdfc; --faint: #6b7075; --line: #d9dadc;
  --series-0: #1f5fa8; --series-1: #c2410c; --series-2: #0f766e; --series-3: #7c3aed; --series-4: #6b7075; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e3; --paper: #17191c; --faint: #9aa0a6;
  --line: #36393d; --series-0: #7db3f0; --series-1: #fb9a62; --series-2: #5eead4; --series-3: #c4a5fd;
  --series-4: #9aa0a6; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 68rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
table { overflow-wrap: normal; }
h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
p.lead { color: var(--faint); } pre, code { font: .9em/1.4 ui-monospace, monospace; }
pre { overflow-x: auto; border: 1px solid var(--line); padding: .7rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; font-weight: bold; }
td:not(:first-child) { white-space: nowrap; }
figure { margin: 1.5rem 0; } figcaption { color: var(--faint); }
figure img { max-width: 100%; height: auto; background: #fff; border-radius: 4px; }
svg { width: 100%; min-width: 30rem; height: auto; } svg text { fill: var(--faint); font-size: 11px; }
svg line { stroke: var(--line); } .legend span { margin-right: 1.2rem; white-space: nowrap; }
.swatch { display: inline-block; width: 1.4em; height: .25em; vertical-align: middle; margin-right: .4em; }
"""
WIDTH, HEIGHT, LEFT, BOTTOM = 640, 280, 62, 40  # of curves, in the units of the picture
LARGEST = 1e300  # value of a curve: differences of such are finite
SERIES = 5  # colours


def page(title: str, parts: Sequence[str]) -> str:
    """Return a whole page of parts that are HTML already."""
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style></head>\n<body>\n<main>\n"
        + "\n".join(parts)
        + "\n</main>\n</body></html>\n"
    )


def element(name: str, text: str, **attributes: str) -> str:
    """Return an element that holds a text, escaped; ``cls`` is the attribute class."""
    given = "".join(f' {key.replace("cls", "class")}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{given}>{escape(text)}</{name}>"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table that scrolls where the screen is narrower."""
    return f'<div class="scroll">{markup.table(header, rows)}</div>'


def picture(png: bytes, text: str) -> str:
    """Return a picture with its caption, which is also its description for screen readers."""
    data = base64.b64encode(png).decode("ascii")
    caption = element("figcaption", text)
    return f'<figure><img alt="{escape(text)}" src="data:image/png;base64,{data}">{caption}</figure>'


def curves(series: Mapping[str, Mapping[int, float]], label: str) -> str:
    """Return curves over epochs as a drawing with a legend; of several scales of values, a logarithmic one.

    Parameters
    ----------
    series : dict of dict
        For each name: the value of each epoch. Values that are not finite, or beyond `LARGEST`, are left out.
    label : str
        What the values are.
    """
    finite = {
        name: {epoch: value for epoch, value in sorted(some.items()) if abs(value) <= LARGEST}
        for name, some in series.items()
    }
    values = [value for some in finite.values() for value in some.values()]
    if not values:
        return ""
    low, high, last = min(values), max(values), max(epoch for some in finite.values() for epoch in some)
    logarithmic = low > 0 and high > 10 * low
    scale = math.log10 if logarithmic else float
    bottom, top = scale(low), scale(high)
    top = top if top > bottom else bottom + max(1, abs(bottom))

    def x(epoch: float) -> str:
        return f"{LEFT + (WIDTH - LEFT - 12) * (epoch - 1) / max(1, last - 1):.1f}"

    def y(value: float) -> str:
        return f"{10 + (HEIGHT - BOTTOM - 10) * (1 - (scale(value) - bottom) / (top - bottom)):.1f}"

    drawn = [f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 4}" text-anchor="middle">epoch</text>']
    for value in _ticks(low, high, logarithmic):
        drawn.append(f'<line x1="{LEFT}" x2="{WIDTH - 12}" y1="{y(value)}" y2="{y(value)}"/>')
        drawn.append(f'<text x="{LEFT - 6}" y="{y(value)}" dy="4" text-anchor="end">{value:.4g}</text>')
    for epoch in range(1, last + 1, -(-last // 10)):
        place = f'x="{x(epoch)}" y="{HEIGHT - BOTTOM + 18}"'
        drawn.append(f'<text {place} text-anchor="middle">{epoch}</text>')
    legend = []
    for k, (name, some) in enumerate(finite.items()):
        colour, points = f"var(--series-{k % SERIES})", [(x(each), y(some[each])) for each in some]
        line = " ".join(map(",".join, points))
        drawn.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for cx, cy in points if len(points) <= 25 else ():
            drawn.append(f'<circle cx="{cx}" cy="{cy}" r="2.5" fill="{colour}"/>')
        legend.append(f'<span><span class="swatch" style="background:{colour}"></span>{escape(name)}</span>')
    described = escape(f"{label} over epochs: {', '.join(finite)}")
    svg = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{described}">{"".join(drawn)}</svg>'
    caption = escape(label) + (", logarithmic" if logarithmic else "")
    parts = f'<p class="legend">{"".join(legend)}</p><div class="scroll">{svg}</div>'
    return f"<figure>{parts}<figcaption>{caption}</figcaption></figure>"


def _ticks(low: float, high: float, logarithmic: bool) -> list[float]:
    """Return a few round numbers from low to high."""
    if logarithmic:
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        many = [digit * 10.0**power for power in powers for digit in (1, 2, 5)]
        found = [tick for tick in many if low <= tick <= high]
        return found if len(found) < 8 else [tick for tick in found if math.log10(tick).is_integer()]
    rough = (high - low) / 4
    rough = rough if rough > 1 / LARGEST else 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(digit * power for digit in (1, 2, 5, 10) if digit * power >= rough)
    first, last = math.ceil(low / step), math.floor(high / step + 1e-9)
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)]

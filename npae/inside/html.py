"""Writes pages of HTML that need no network and no script: text, tables, pictures."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from npae import markup
from npae.markup import text as escape

STYLE = """
:root { color-scheme: light dark; --ink: #1c1e21; --paper: #fdfdfc; --faint: #6b7075; --line: #d9dadc;
  --focus: #1f5fa8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e3; --paper: #17191c; --faint: #9aa0a6;
  --line: #36393d; --focus: #7db3f0; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 68rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
p.lead, figcaption { color: var(--faint); } pre, code { font: .9em/1.4 ui-monospace, monospace; }
pre, .scroll { overflow-x: auto; } pre { border: 1px solid var(--line); padding: .7rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; font-weight: bold; }
td:not(:first-child) { white-space: nowrap; }
figure { margin: 1.5rem 0; } .side figure { margin: 0; }
figure img { max-width: 100%; height: auto; background: #fff; border-radius: 4px; }
.side { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
canvas { max-width: 100%; border: 1px solid var(--line); touch-action: none; }
canvas:focus-visible { outline: 3px solid var(--focus); }
canvas.image { width: 252px; height: auto; image-rendering: pixelated; background: #000; }
select, button { font: inherit; margin-right: .8rem; }
#sliders label { display: grid; grid-template-columns: 7rem 1fr 5rem; gap: .5rem; align-items: center; }
"""


def page(title: str, parts: Sequence[str], policy: str = "img-src data:") -> str:
    """Return a whole page of parts that are HTML already; ``policy`` is what else the browser may load."""
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    policy = f"default-src 'none'; style-src 'unsafe-inline'; {policy}"
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

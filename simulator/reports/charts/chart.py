"""A picture with its finding, a description for those who cannot see it, and its numbers as a table.

Drawn by matplotlib as SVG with text kept as text; the same figures give the same bytes.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from simulator.figures import Provenance
from simulator.reports.palette import GRID, INK, MUTED, themed, variables
from simulator.reports.table import Table

STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tenfold",
    "text.parse_math": False,  # "$5,000 to $6,000" is money, not a formula
    "font.family": "DejaVu Sans",  # the one that comes with matplotlib: layout must not depend on the machine
    "font.size": 10.5,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.facecolor": "none",
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "hatch.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
}
HALF, WIDE = 6.3, 8.4
"""Inches: beside another chart, or alone in its row. The page scales both to about their own size."""
FONTS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class Chart:
    """`title` states the finding, not the metric; `drawing` is an `<svg>` whose colours are the page's variables."""

    key: str
    title: str
    description: str
    drawing: str
    table: Table
    provenance: tuple[Provenance, ...]

    def file(self) -> str:
        """The drawing as a file of its own: with namespaces, and with the colours that a page would give."""
        style = f"<style>{variables()}svg{{background:var(--paper)}}</style>"
        head = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        body = self.drawing.replace("<svg ", f"<svg {head} ", 1)
        return '<?xml version="1.0" encoding="utf-8"?>\n' + body.replace("</desc>", f"</desc>{style}", 1)


@contextmanager
def style() -> Iterator[None]:
    """Matplotlib's settings while a chart is drawn; nothing leaks into the caller's."""
    import matplotlib

    with matplotlib.rc_context(STYLE):
        yield


def panels(rows: int, columns: int, *, height: float, width: float = HALF, **options: Any) -> tuple[Any, Any]:
    """A figure and its grid of axes (always two-dimensional); sizes in inches over all rows and columns."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def drawing(figure: Any, *, key: str, title: str, description: str) -> str:
    """The figure as `<svg>` that can stand beside others in one page."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = buffer.getvalue()
    body = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    box = re.search(r'viewBox="([^"]+)"', body)
    body = body[body.index(">") + 1 :]
    return themed(_head(key, title, description, box[1] if box else "") + _own_names(body, key))


def _head(key: str, title: str, description: str, box: str) -> str:
    labels = f'role="img" aria-labelledby="{key}-title {key}-desc"'
    texts = f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(description)}</desc>'
    return f'<svg class="chart" {labels} viewBox="{box}">{texts}'


def _own_names(body: str, key: str) -> str:
    """Ids are global in a page: a hidden chart would hide the clip paths that it shares with a visible one."""
    body = re.sub(r'\bid="', f'id="{key}-', body)
    body = re.sub(r'href="#', f'href="#{key}-', body)
    body = body.replace("url(#", f"url(#{key}-")
    return body.replace("'DejaVu Sans'", FONTS)

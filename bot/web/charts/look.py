"""How all pictures look: their size, colours and letters. Imports matplotlib, so only drawing may import this."""

from io import BytesIO

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

WIDTH, HEIGHT, DPI = 800, 400, 100
#: A dark slate, which neither glares in Slack's dark theme nor looks broken in the light one; contrast 7 and more.
PANEL, TEXT, FAINT, GRID = "#22272e", "#e6edf3", "#adbac7", "#373e47"
LINE, LIMIT, MARK = "#6cb6ff", "#ff938a", "#daaa3f"

mpl.rcParams.update(
    {
        "font.family": "DejaVu Sans",
        "font.size": 13,
        "text.color": TEXT,
        "axes.labelcolor": FAINT,
        "xtick.color": FAINT,
        "ytick.color": FAINT,
        # A sender's `$` is no mathematics.
        "text.parse_math": False,
    }
)


def panel() -> tuple[Figure, Axes]:
    """An empty picture with the place for its lines, titles above."""
    figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor=PANEL)
    return figure, figure.add_axes((0.085, 0.13, 0.885, 0.68), facecolor=PANEL)


def plain_axes(axes: Axes) -> None:
    axes.grid(axis="y", color=GRID, linewidth=1)
    axes.tick_params(length=0, pad=6)
    for side in axes.spines.values():
        side.set_visible(False)


def titles(figure: Figure, title: str, measure: str, corner: str) -> None:
    figure.text(0.02, 0.935, _cut(title, 54), fontsize=16, fontweight="bold", va="center")
    figure.text(0.02, 0.865, _cut(measure, 60), fontsize=13, color=FAINT, va="center")
    figure.text(0.98, 0.865, corner, fontsize=12, color=FAINT, va="center", ha="right")


def to_png(figure: Figure) -> bytes:
    picture = BytesIO()
    figure.savefig(picture, format="png", facecolor=PANEL)
    return picture.getvalue()


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"

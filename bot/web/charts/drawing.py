"""Draws one chart. Imports matplotlib, so only the drawing process may import this."""

from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from riskengine.charts import Chart

WIDTH, HEIGHT, DPI = 800, 400, 100
#: A dark slate, which neither glares in Slack's dark theme nor looks broken in the light one; contrast 7 and more.
PANEL, TEXT, FAINT, GRID = "#22272e", "#e6edf3", "#adbac7", "#373e47"
LINE, LIMIT, BEGAN = "#6cb6ff", "#ff938a", "#daaa3f"
#: Room above and below the line, as a share of what is shown.
ROOM = 0.18

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


def draw(chart: Chart) -> bytes:
    """The chart as a PNG of 800 x 400."""
    figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor=PANEL)
    axes = figure.add_axes((0.085, 0.13, 0.885, 0.68), facecolor=PANEL)
    _line(axes, chart)
    _scales(axes, chart)
    _limit(axes, chart)
    _began(axes, chart)
    _titles(figure, chart)
    picture = BytesIO()
    figure.savefig(picture, format="png", facecolor=PANEL)
    return picture.getvalue()


def _line(axes: Axes, chart: Chart) -> None:
    times = _times(chart)
    values = [float("nan") if value is None else value for value in chart.values]
    limits = [float("nan") if limit is None else limit for limit in chart.limits]
    axes.plot(times, values, color=LINE, linewidth=2.6, solid_capstyle="round", zorder=3)
    # A value between two gaps would be no line at all.
    alone = [n for n, value in enumerate(chart.values) if value is not None and _is_alone(chart, n)]
    axes.plot([times[n] for n in alone], [values[n] for n in alone], "o", color=LINE, markersize=5, zorder=3)
    wrong = [(v > limit) if chart.fires_above else (v < limit) for v, limit in zip(values, limits, strict=True)]
    axes.fill_between(times, values, limits, where=wrong, interpolate=True, color=LIMIT, alpha=0.28, linewidth=0)


def _is_alone(chart: Chart, number: int) -> bool:
    beside = [chart.values[n] for n in (number - 1, number + 1) if 0 <= n < len(chart.values)]
    return all(value is None for value in beside)


def _scales(axes: Axes, chart: Chart) -> None:
    known = [each for each in (*chart.values, *chart.limits) if each is not None]
    low, high = (min(0.0, *known), max(known)) if known else (0.0, 1.0)
    room = (high - low) * ROOM or 1.0
    axes.set_ylim(low - (room if low < 0 else 0), high + room)
    times = _times(chart)
    axes.set_xlim(times[0], times[-1])
    zone = ZoneInfo(chart.time_zone)
    axes.xaxis.set_major_locator(AutoDateLocator(tz=zone, minticks=4, maxticks=7))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(DateFormatter("%H:%M", tz=zone))  # type: ignore[no-untyped-call]
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.grid(axis="y", color=GRID, linewidth=1)
    axes.tick_params(length=0, pad=6)
    for side in axes.spines.values():
        side.set_visible(False)


def _limit(axes: Axes, chart: Chart) -> None:
    """A dashed line, labelled at its left end where the eye begins."""
    times = _times(chart)
    steps = [(t, limit) for t, limit in zip(times, chart.limits, strict=True) if limit is not None]
    if not steps:
        return
    axes.plot(*zip(*steps, strict=True), color=LIMIT, linewidth=2, linestyle=(0, (6, 4)), zorder=2)
    axes.annotate(
        chart.limit_label,
        steps[0],
        # On the side of what is wrong, where the line is not while all is well.
        xytext=(6, 6 if chart.fires_above else -18),
        textcoords="offset points",
        color=LIMIT,
        fontsize=14,
        fontweight="bold",
        zorder=5,
    )


def _began(axes: Axes, chart: Chart) -> None:
    """Where the alert began, told beside the line on the side where there is room."""
    first, last = chart.moments[0], chart.moments[-1]
    if not first <= chart.began_at <= last:
        return
    at = _time(chart.began_at)
    axes.axvline(at, color=BEGAN, linewidth=2, linestyle=(0, (1, 2)), zorder=2)
    is_right = (chart.began_at - first) > (last - first) / 2
    clock = chart.began_at.astimezone(ZoneInfo(chart.time_zone))
    axes.annotate(
        f"began {clock:%H:%M}",
        (at, 1),
        xycoords=("data", "axes fraction"),
        xytext=(-7 if is_right else 7, -4),
        textcoords="offset points",
        ha="right" if is_right else "left",
        va="top",
        color=BEGAN,
        fontsize=14,
        fontweight="bold",
        zorder=5,
    )


def _times(chart: Chart) -> list[float]:
    return [_time(moment) for moment in chart.moments]


def _time(moment: datetime) -> float:
    """A moment on matplotlib's axis, in days."""
    return float(date2num(moment))  # type: ignore[no-untyped-call]


def _titles(figure: Figure, chart: Chart) -> None:
    unit = f", {chart.unit}" if chart.unit else ""
    figure.text(0.02, 0.935, _cut(chart.title, 54), fontsize=16, fontweight="bold", va="center")
    figure.text(0.02, 0.865, _cut(f"{chart.measure}{unit}", 60), fontsize=13, color=FAINT, va="center")
    figure.text(0.98, 0.865, chart.time_zone, fontsize=12, color=FAINT, va="center", ha="right")


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"

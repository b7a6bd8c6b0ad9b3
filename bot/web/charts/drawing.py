"""Draws one chart. Imports matplotlib, so only the drawing process may import this."""

from datetime import datetime
from zoneinfo import ZoneInfo

from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DateFormatter, date2num
from matplotlib.ticker import MaxNLocator

from bot.web.charts.look import LIMIT, LINE, MARK, panel, plain_axes, titles, to_png
from bot.web.charts.spend import draw_spend
from riskengine.charts import Chart
from riskengine.pictures import Drawable

#: Room above and below the line, as a share of what is shown.
ROOM = 0.18


def draw(chart: Drawable) -> bytes:
    """The chart as a PNG of 800 x 400."""
    return _draw_alert(chart) if isinstance(chart, Chart) else draw_spend(chart)


def _draw_alert(chart: Chart) -> bytes:
    figure, axes = panel()
    _line(axes, chart)
    _scales(axes, chart)
    _limit(axes, chart)
    _began(axes, chart)
    unit = f", {chart.unit}" if chart.unit else ""
    titles(figure, chart.title, f"{chart.measure}{unit}", chart.time_zone)
    return to_png(figure)


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
    plain_axes(axes)


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
    axes.axvline(at, color=MARK, linewidth=2, linestyle=(0, (1, 2)), zorder=2)
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
        color=MARK,
        fontsize=14,
        fontweight="bold",
        zorder=5,
    )


def _times(chart: Chart) -> list[float]:
    return [_time(moment) for moment in chart.moments]


def _time(moment: datetime) -> float:
    """A moment on matplotlib's axis, in days."""
    return float(date2num(moment))  # type: ignore[no-untyped-call]

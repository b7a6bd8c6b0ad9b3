"""Draws a month's spending. Imports matplotlib, so only the drawing process may import this."""

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from bot.web.charts.look import LIMIT, LINE, MARK, PANEL, panel, plain_axes, titles, to_png
from riskengine.areas.cost.trend import Ending, SpendTrend

#: Room above what is shown, as a share of it.
ROOM = 0.16
#: Of two labels at the right end, in shares of the picture's height: nearer ones would stand in each other.
APART = 0.09
#: Days between two numbers below the picture.
WEEK = 7


def draw_spend(trend: SpendTrend) -> bytes:
    """The month as a PNG of the size of all pictures."""
    figure, axes = panel()
    top = _top(trend)
    axes.set_ylim(0, top)
    axes.set_xlim(0, trend.days)
    _spent(axes, trend)
    if trend.ending:
        _fan(axes, trend, trend.ending)
    _budget(axes, trend, top)
    _scales(axes, trend)
    titles(figure, trend.title, _measure(trend), trend.time_zone)
    return to_png(figure)


def _top(trend: SpendTrend) -> float:
    end = trend.ending
    shown = [*trend.spent_usd, trend.budget_usd or 0.0, *([end.usd, end.high or 0.0] if end else [])]
    return max(shown) * (1 + ROOM) or 1.0


def _measure(trend: SpendTrend) -> str:
    if trend.ending is None:
        return "dollars spent since the month began"
    low, high = trend.ending.low, trend.ending.high
    near = f"ends near {_usd(trend.ending.usd)}"
    return near if low is None or high is None else f"{near}, 9 times in 10 between {_usd(low)} and {_usd(high)}"


def _spent(axes: Axes, trend: SpendTrend) -> None:
    axes.plot(trend.at_days, trend.spent_usd, color=LINE, linewidth=3, solid_capstyle="round", zorder=4)
    axes.fill_between(trend.at_days, trend.spent_usd, color=LINE, alpha=0.16, linewidth=0)
    axes.plot(trend.at_days[-1:], trend.spent_usd[-1:], "o", color=LINE, markersize=8, zorder=5)


def _fan(axes: Axes, trend: SpendTrend, ending: Ending) -> None:
    """From now to the month's end: the expected way dashed, the interval as a fan round it."""
    span = [trend.at_days[-1], float(trend.days)]
    now = trend.spent_usd[-1]
    if ending.low is not None and ending.high is not None:
        axes.fill_between(span, [now, ending.low], [now, ending.high], color=MARK, alpha=0.22, linewidth=0)
    axes.plot(span, [now, ending.usd], color=MARK, linewidth=2.4, linestyle=(0, (5, 3)), zorder=3)
    axes.plot(span[1:], [ending.usd], "o", color=MARK, markersize=8, zorder=5, clip_on=False)


def _budget(axes: Axes, trend: SpendTrend, top: float) -> None:
    """A dashed line, labelled at its left end, where the month's own line is not yet."""
    if trend.budget_usd is None:
        return
    axes.axhline(trend.budget_usd, color=LIMIT, linewidth=2, linestyle=(0, (6, 4)), zorder=2)
    axes.annotate(
        f"budget {_usd(trend.budget_usd)}",
        (0, trend.budget_usd),
        xytext=(6, 6 if trend.budget_usd < top * (1 - APART) else -18),
        textcoords="offset points",
        color=LIMIT,
        fontsize=14,
        fontweight="bold",
        zorder=6,
        bbox={"facecolor": PANEL, "edgecolor": "none", "pad": 1, "alpha": 0.7},
    )


def _scales(axes: Axes, trend: SpendTrend) -> None:
    # The middle of a day bears its number.
    firsts = range(0, trend.days, WEEK)
    axes.set_xticks([day + 0.5 for day in firsts], [str(day + 1) for day in firsts])
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda usd, _: _usd(usd)))
    plain_axes(axes)


def _usd(amount: float) -> str:
    """Short enough for an axis: `$950`, `$1.5k`, `$12k`, `$3.2`."""
    if amount >= 10_000:  # noqa: PLR2004 - from here on a tenth of a thousand is noise
        return f"${amount / 1000:,.0f}k"
    if amount >= 1_000:  # noqa: PLR2004 - a thousand
        return f"${amount / 1000:.3g}k"
    return f"${amount:.0f}" if amount >= 10 or not amount else f"${amount:.2g}"  # noqa: PLR2004 - two digits do

"""Pictures are drawn by a process of their own, which dies, idles and fails without harm."""

import asyncio
import os
import signal
import struct
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.web.charts.artist import Artist, DrawingFailed
from riskengine.areas.cost.trend import SpendTrend
from riskengine.charts import Chart

ROOT = Path(__file__).parents[3]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def chart(**changes) -> Chart:
    plain = {
        "title": "slow_responses · glm-4.5",
        "measure": "mean response time",
        "unit": "s",
        "moments": tuple(NOON + timedelta(minutes=each) for each in range(61)),
        "values": tuple(1 + each / 10 for each in range(61)),
        "limits": (3.0,) * 61,
        "limit_label": "limit 3 s",
        "fires_above": True,
        "began_at": NOON + timedelta(minutes=25),
        "time_zone": "Europe/Berlin",
    }
    return Chart.model_validate({**plain, **changes})


@pytest.fixture
async def artist():
    made = Artist(idle_after=timedelta(seconds=30), patience=timedelta(seconds=60))
    yield made
    await made.close()


def size(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", png[16:24])


NOTHING = (None,) * 61


async def test_every_chart_is_a_picture_of_one_size(artist):
    charts = {
        "plain": chart(),
        "below": chart(fires_above=False),
        "no data": chart(values=NOTHING),
        "no limit": chart(limits=NOTHING, limit_label="limit no data"),
        "nothing at all": chart(values=NOTHING, limits=NOTHING),
        "points": chart(values=tuple(1.0 if each % 3 == 0 else None for each in range(61))),
        "flat zero": chart(values=(0.0,) * 61, limits=(0.0,) * 61),
        "huge": chart(values=(1e12,) * 61),
        "began before": chart(began_at=NOON - timedelta(hours=3)),
        "long": chart(title="x" * 500, measure="y" * 500, limit_label="z" * 80),
        "hostile": chart(title="$\\frac{a}{$ <b> \x00 \U0001f4a5", measure="$x^$", limit_label="$$"),
    }
    pictures = {name: await artist.draw(each) for name, each in charts.items()}
    assert {name: size(each) for name, each in pictures.items()} == dict.fromkeys(charts, (800, 400))
    assert len(set(pictures.values())) == len(charts)


def trend(**changes) -> SpendTrend:
    plain = {
        "title": "March 2026: $120.00 so far",
        "days": 31,
        "at_days": tuple(float(each) for each in range(11)),
        "spent_usd": tuple(12.0 * each for each in range(11)),
        "budget_usd": 400.0,
        "ending": {"usd": 372.0, "low": 340.0, "high": 410.0},
        "time_zone": "Europe/Berlin",
    }
    return SpendTrend.model_validate({**plain, **changes})


async def test_every_month_is_a_picture_of_the_same_size(artist):
    months = {
        "plain": trend(),
        "no budget": trend(budget_usd=None),
        "no ending": trend(ending=None),
        "no interval": trend(ending={"usd": 372.0, "low": None, "high": None}),
        "over": trend(budget_usd=100.0),
        "nothing": trend(at_days=(0.0,), spent_usd=(0.0,), budget_usd=None, ending=None),
        "huge": trend(spent_usd=(1e9,) * 11),
        "last day": trend(at_days=(0.0, 31.0), spent_usd=(0.0, 400.0)),
        "hostile": trend(title="$\\frac{a}{$ <b> \x00 \U0001f4a5"),
    }
    pictures = {name: await artist.draw(each) for name, each in months.items()}
    assert {name: size(each) for name, each in pictures.items()} == dict.fromkeys(months, (800, 400))
    assert len(set(pictures.values())) == len(months)


async def test_a_chart_that_cannot_be_drawn_does_not_stop_the_next(artist):
    with pytest.raises(DrawingFailed, match="No time zone found"):
        await artist.draw(chart(time_zone="Mars/Olympus"))
    pid = artist.pid
    await artist.draw(chart())
    assert artist.pid == pid


async def test_one_that_was_killed_is_started_again(artist):
    await artist.draw(chart())
    first = artist.pid
    os.kill(first, signal.SIGKILL)
    assert size(await artist.draw(chart())) == (800, 400)
    assert artist.pid not in {first, None}


async def test_it_ends_when_idle_and_comes_back():
    made = Artist(idle_after=timedelta(milliseconds=100), patience=timedelta(seconds=60))
    await made.draw(chart())
    async with asyncio.timeout(20):
        while made.pid is not None:
            await asyncio.sleep(0.02)
    assert size(await made.draw(chart())) == (800, 400)
    await made.close()
    assert made.pid is None


async def test_one_that_takes_too_long_is_ended():
    made = Artist(idle_after=timedelta(seconds=30), patience=timedelta(milliseconds=1))
    with pytest.raises(DrawingFailed, match=r"not drawn in 0\.001 s"):
        await made.draw(chart())
    assert made.pid is None
    await made.close()


async def test_it_learns_no_secret(artist, monkeypatch):
    monkeypatch.setenv("RISKBOT_SLACK__BOT_TOKEN", "xoxb-secret")
    await artist.draw(chart())
    assert b"xoxb-secret" not in Path(f"/proc/{artist.pid}/environ").read_bytes()


async def test_without_a_place_for_caches_it_takes_a_temporary_one(artist, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
    assert size(await artist.draw(chart())) == (800, 400)
    environment = Path(f"/proc/{artist.pid}/environ").read_bytes().decode()
    made = next(Path(each.partition("=")[2]) for each in environment.split("\0") if each.startswith("MPLCONFIGDIR="))
    assert made.is_dir()
    await artist.close()
    assert not made.exists()


def test_matplotlib_is_not_imported_where_presses_are_answered():
    code = "import sys, bot.wiring, bot.cli; print({*sys.modules} & {*'matplotlib numpy PIL'.split()})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

"""Logs are one entry a line and never show a secret, wherever it came in."""

import io
import json
import logging
import sys
import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.logs import JsonFormatter, configure_logging, redact

SECRET = "CANARYcanary0123456789"
#: Each shape of secret, with the canary in the part that must go.
SHAPES = {
    "bot token": f"xoxb-1-2-{SECRET}",
    "user token": f"xoxp-1-2-{SECRET}",
    "workspace token": f"xoxa-2-{SECRET}",
    "refresh token": f"xoxr-{SECRET}",
    "legacy token": f"xoxs-{SECRET}",
    "configuration token": f"xoxe.xoxp-1-{SECRET}",
    "app token": f"xapp-1-A1-{SECRET}",
    "provider key": f"sk-{SECRET}",
    "project key": f"sk-proj-{SECRET}",
    "key after an escape": f"a\\nsk-{SECRET}",
    "key in an address": f"q=%3Dsk-{SECRET}",
    "bearer": f"Authorization: Bearer {SECRET}",
    "bearer in a dict": f"{{'authorization': 'bearer {SECRET}'}}",
    "basic": f"Authorization: Basic {SECRET}==",
    "jwt": f"eyJhbGciOiJIUzI1NiJ9.eyJ{SECRET}.{SECRET}",
    "long jwt": f"eyJhbGciOiJIUzI1NiJ9.{'a' * 20_000}{SECRET}.{SECRET}",
    "own token": f"rb_ab12cd.{SECRET}",
    "database": f"postgresql+asyncpg://riskbot:{SECRET}@db.example.com:5432/riskbot",
    "database, odd password": f"postgresql://riskbot:a/b@{SECRET}@db/riskbot",
    "database without user": f"redis://:{SECRET}@cache:6379/0",
    "response_url": f"https://hooks.slack.com/actions/T123/456/{SECRET}",
    "command response_url": f"https://hooks.slack.com/commands/T123/456/{SECRET}",
    "webhook": f"https://hooks.slack.com/services/T123/B456/{SECRET}",
    "socket ticket": f"wss://wss-primary.slack.com/link/?ticket={SECRET}&app_id=A1",
    "named in json": f'{{"signing_secret": "{SECRET}", "a": 1}}',
    "named in text": f"password = {SECRET}",
    "named in query": f"https://example.com/?api_key={SECRET}&a=1",
}
HARMLESS = [
    "task-force-alphabeta asked for risk-engineering",
    "input_tokens=1200 max_tokens: 4096",
    "the bearer token is missing",
    "GET http://127.0.0.1:8400/v1/alerts?status=firing",
    "postgresql+asyncpg://riskbot@db.example.com:5432/riskbot",
    "xox is a game; /actions/checkout",
    "at 12:30 alice@example.com wrote a:b",
]


@pytest.fixture
def written(monkeypatch):
    """Configures logging and gives back what was written; the root logger is as before afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()

    def configure(*, as_json=True, level="DEBUG"):
        configure_logging(level=level, json=as_json, stream=stream)
        return stream

    yield configure
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def log(name="bot.test"):
    return logging.getLogger(name)


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_a_secret_is_removed_from_text(text):
    assert SECRET not in redact(text)
    assert SECRET not in redact(f"before {text} after, and again ({text})")


@pytest.mark.parametrize("text", HARMLESS)
def test_the_rest_stays(text):
    assert redact(text) == text


def test_what_is_left_still_says_which():
    assert redact(SHAPES["own token"]) == "rb_ab12cd.[redacted]"
    assert redact(SHAPES["database"]) == "postgresql+asyncpg://riskbot:[redacted]@db.example.com:5432/riskbot"
    assert redact(SHAPES["socket ticket"]).endswith("ticket=[redacted]&app_id=A1")


def fail(text):
    raise RuntimeError(f"while {text}") from ValueError(text)


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_a_secret_is_removed_wherever_it_comes_in(written, text, as_json):
    stream = written(as_json=as_json)
    log().info(text)
    log().info("arg %s", text)
    log().info("args %(a)s", {"a": text})
    log().info("object %r", {"deep": [text]})
    log().info("extra", extra={"detail": text, "nested": {"list": [text, (text,)]}, "cause": ValueError(text)})
    log().info("stack", stack_info=True)
    try:
        fail(text)
    except RuntimeError:
        log().exception("failed")
    assert SECRET not in stream.getvalue()
    assert "RuntimeError" in stream.getvalue()


def test_extras_named_like_secrets_are_hidden(written):
    stream = written()
    log().info(
        "x", extra={"api_token": SECRET, "cookie": SECRET, "response_url": SECRET, "headers": {"Authorization": SECRET}}
    )
    log().info("x", extra={"input_tokens": 7})
    assert SECRET not in stream.getvalue()
    assert json.loads(stream.getvalue().splitlines()[1])["input_tokens"] == 7


def test_an_entry_is_one_line_of_json(written):
    stream = written()
    log().warning(
        "two\nlines", extra={"action": "approve", "cost_usd": Decimal("1.50"), "ok": True, "ratio": float("nan")}
    )
    (line,) = stream.getvalue().splitlines()
    entry = json.loads(line)
    assert {key: entry[key] for key in ("level", "logger", "message", "action", "cost_usd", "ok", "ratio")} == {
        "level": "WARNING",
        "logger": "bot.test",
        "message": "two\nlines",
        "action": "approve",
        "cost_usd": "1.50",
        "ok": True,
        "ratio": "nan",
    }


def test_the_time_is_the_records_own(written):
    stream = written()
    record = logging.makeLogRecord(
        {"name": "bot", "levelno": logging.INFO, "levelname": "INFO", "msg": "x", "created": 86_400.5}
    )
    logging.getLogger().handle(record)
    assert json.loads(stream.getvalue())["time"] == datetime(1970, 1, 2, 0, 0, 0, 500_000, UTC).isoformat(
        timespec="milliseconds"
    )


def test_an_extra_cannot_pose_as_the_message(written):
    stream = written()
    log().info("real", extra={"time": "never", "level": "none"})
    entry = json.loads(stream.getvalue())
    assert entry["level"] == "INFO"
    assert entry["level_"] == "none"


def test_a_readable_line_cannot_be_forged(written):
    stream = written(as_json=False)
    log().info("first\n2026-01-01 ERROR bot: forged \x1b[31m", extra={"who": "a\nb"})
    (line,) = stream.getvalue().splitlines()
    assert "\x1b" not in line
    assert "first\\n2026" in line
    assert line.endswith("who=a\\nb")


@pytest.mark.parametrize(
    "name", ["slack_sdk.web.async_client", "slack_bolt.AsyncApp", "slack_bolt", "websockets.client"]
)
def test_debug_of_talkative_libraries_never_comes_through(written, name):
    stream = written(level="DEBUG")
    log(name).setLevel(logging.DEBUG)
    try:
        log(name).debug("payload")
        log(name).info("connected")
    finally:
        log(name).setLevel(logging.NOTSET)
    log().debug("ours")
    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["connected", "ours"]


def test_debug_of_the_sdk_through_a_logger_of_ours_is_stopped(written):
    stream = written(level="DEBUG")
    made = {
        "name": "bot.slack",
        "levelno": logging.DEBUG,
        "msg": "x",
        "pathname": "/lib/site-packages/slack_sdk/web/a.py",
    }
    logging.getLogger().handle(logging.makeLogRecord(made))
    assert stream.getvalue() == ""


def test_the_level_holds_and_a_second_call_replaces_the_first(written):
    written(level="INFO")
    stream = written(level="WARNING")
    log().info("quiet")
    log().warning("once")
    assert len(stream.getvalue().splitlines()) == 1


def test_an_entry_that_cannot_be_written_shows_no_arguments(written, capsys):
    written()
    record = log().makeRecord("bot.test", logging.INFO, __file__, 1, "needs %d", (SHAPES["bot token"],), None)
    # Straight to our handler: pytest's own would raise.
    (ours,) = [handler for handler in logging.getLogger().handlers if isinstance(handler.formatter, JsonFormatter)]
    ours.handle(record)
    shown = capsys.readouterr().err
    assert "TypeError" in shown
    assert "test_logs.py" in shown
    assert SECRET not in shown


@pytest.mark.parametrize(
    "hostile",
    ["a" * 300_000, "eyJ" * 100_000, "a://b:" * 50_000, "bearer " * 50_000, "secret" * 50_000, "sk-" * 100_000, "?token=" * 50_000,
     "rb_" * 100_000, "/actions/T" * 30_000, "password" + " " * 200_000, "authorization: " * 20_000, "{" * 200_000],
    ids=lambda text: text[:9],
)  # fmt: skip
def test_hostile_text_costs_no_more_than_its_size(hostile):
    started = time.perf_counter()
    redact(hostile)
    assert time.perf_counter() - started < 5


def test_nothing_is_written_to_standard_output(written, capsys):
    configure_logging(level="INFO", json=True)
    assert sys.stderr is not None
    log().info("to stderr")
    assert capsys.readouterr().out == ""

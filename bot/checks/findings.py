"""One line of `riskbot check`."""

from collections.abc import Awaitable
from enum import StrEnum
from typing import NamedTuple

from bot.errors import RiskbotError


class Verdict(StrEnum):
    OK = "ok"
    FAIL = "FAIL"
    #: It could not be looked at, because what it rests on failed.
    SKIPPED = "skip"


class Line(NamedTuple):
    """What was looked at, what was found, and what to do about it."""

    subject: str
    verdict: Verdict
    detail: str
    next_step: str = ""


def ok(subject: str, detail: str) -> Line:
    return Line(subject, Verdict.OK, detail)


def failed(subject: str, detail: str, next_step: str) -> Line:
    return Line(subject, Verdict.FAIL, detail, next_step)


def skipped(subject: str, because: str) -> Line:
    return Line(subject, Verdict.SKIPPED, f"not looked at: {because}")


async def tried(subject: str, look: Awaitable[Line]) -> Line:
    """The line, or a failed one for an error of ours."""
    try:
        return await look
    except RiskbotError as error:
        return failed(
            subject, error.message, error.hint or "Try again; if it stays, look up the word in Slack's documentation."
        )

"""The fleet: what its orchestrators call in a minute of business time. The same minute always has the same calls.

Nothing here is random to anybody who asks twice, so a demo that was killed tells its calls again under the same ids.
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from bot.demo.spells import Spell, Trouble, endured, failed
from riskengine.telemetry import ModelCall
from riskengine.windows import minute_of, minute_start

DEFAULT_MODEL, STRONGER_MODEL = "glm-4.5", "claude-opus-4-1"
#: Mean of a day.
CALLS_PER_MINUTE = 45
#: Independent calls would vary by the root of their number; an orchestrator that hands work round varies less.
UNEVEN = 0.8
#: Each role fails at most once in so many minutes: by chance alone two failures would fall into one window now and
#: then, and among thirty calls they are above 5 %.
MINUTES_BETWEEN_FAILURES = 7
FAILURES = (("RateLimitError", 429), ("ServiceUnavailableError", 503), ("Timeout", 504))


class Role(NamedTuple):
    """What an agent of the fleet does with a model."""

    name: str
    #: Calls that its agents can make in a minute; it takes part in the fleet's by this measure.
    most_per_minute: int
    read_tokens: int
    written_tokens: int
    #: One call in so many minutes goes to the stronger model; 0 for none.
    escalates_each_minutes: int


class Model(NamedTuple):
    """How fast a model answers, and its price in USD per million tokens: read, from the cache, written."""

    name: str
    first_token_seconds: float
    written_tokens_per_second: float
    read_usd: Decimal
    cached_usd: Decimal
    written_usd: Decimal


ROLES = (
    Role("architect", 17, 2_100, 112, escalates_each_minutes=4),
    Role("implementer", 32, 1_300, 106, escalates_each_minutes=0),
    Role("critic", 21, 1_700, 88, escalates_each_minutes=5),
)
MOST_PER_MINUTE = sum(role.most_per_minute for role in ROLES)
#: Team → its share of the calls.
TEAMS = {"checkout": 0.45, "search": 0.35, "support": 0.20}
#: Provider of the default model → its share of the calls.
PROVIDERS = {"openrouter": 0.65, "direct_api": 0.35}
STRONGER_PROVIDER = "bedrock"
_DEFAULT = Model(DEFAULT_MODEL, 0.38, 92, Decimal("0.60"), Decimal("0.11"), Decimal("2.20"))
_STRONGER = Model(STRONGER_MODEL, 1.3, 55, Decimal(15), Decimal("1.50"), Decimal(75))
#: A loop's calls in a minute, and the tokens of each.
RUNAWAY_PER_MINUTE, RUNAWAY_READS, RUNAWAY_WRITES = 3, 195_000, 2_000
#: Of a critic's calls on the default model: how many ask what was asked before, and how many different questions.
REPEATED_SHARE, REPEATED_QUESTIONS = 0.05, 12
#: A task for the stronger model is a longer one.
_STRONGER_WRITES = 4


def calls_of(minute: int, spells: Sequence[Spell] = ()) -> list[ModelCall]:
    """The calls that start in a minute, counted from 1970, in their order; spells change some of them."""
    random = Random(f"fleet {minute}")  # noqa: S311 - no secret
    rate = calls_per_minute(minute)
    count = min(MOST_PER_MINUTE, max(0, round(random.gauss(rate, UNEVEN * math.sqrt(rate)))))
    moments = sorted(random.uniform(0, 60) for _ in range(count))
    roles = random.sample(ROLES, count, counts=[role.most_per_minute for role in ROLES])
    first_of = {role: roles.index(role) for role in reversed(roles)}
    calls = []
    for number, (seconds, role) in enumerate(zip(moments, roles, strict=True)):
        is_first = first_of[role] == number
        call = _call(random, minute, number, seconds, role, escalated=is_first and _escalates(role, minute))
        calls.append(_failed(call, random) if is_first and _fails(role, minute) else call)
    changed = [after for call in calls if (after := endured(call, spells)) is not None]
    return [*changed, *(call for spell in spells for call in _runaway(minute, spell))]


def _runaway(minute: int, spell: Spell) -> list[ModelCall]:
    """What a loop asks that reads far too much each time; so few calls that they change no mean of anybody's."""
    if spell.trouble is not Trouble.RUNAWAY or not spell.begins_at <= minute_start(minute) < spell.ends_at:
        return []
    return [
        ModelCall(
            id=f"demo-runaway-{minute}-{number}",
            at=minute_start(minute) + timedelta(seconds=number * 60 / RUNAWAY_PER_MINUTE),
            model=spell.model,
            provider=STRONGER_PROVIDER,
            role=spell.whose,
            team="search",
            task_id=f"runaway-{minute}",
            duration_seconds=2.8,
            time_to_first_token_seconds=1.2,
            input_tokens=RUNAWAY_READS,
            output_tokens=RUNAWAY_WRITES,
            cost_usd=_cost_usd(_STRONGER, RUNAWAY_READS, 0, RUNAWAY_WRITES),
            status_code=200,
            escalated=False,
            request_hash=f"demo-runaway-{minute}-{number}",
        )
        for number in range(RUNAWAY_PER_MINUTE)
    ]


def calls_between(after: datetime, until: datetime, spells: Sequence[Spell] = ()) -> list[ModelCall]:
    """The calls that are over after one moment and by another: an orchestrator tells of a call when it is over."""
    minutes = range(minute_of(after) - 1, minute_of(until) + 1)
    calls = [call for minute in minutes for call in calls_of(minute, spells)]
    return [call for call in calls if after < call.at + timedelta(seconds=call.duration_seconds) <= until]


def calls_per_minute(minute: int) -> float:
    """What is normal: quiet nights and busy afternoons (UTC), with slower and faster waves over them."""
    hour = minute / 60
    day = 0.10 * math.cos(math.tau * (hour - 14.5) / 24)
    waves = 0.04 * math.sin(math.tau * minute / 47) + 0.04 * math.sin(math.tau * minute / 13)
    return CALLS_PER_MINUTE * (1 + day + waves)


def _escalates(role: Role, minute: int) -> bool:
    return bool(role.escalates_each_minutes) and minute % role.escalates_each_minutes == 0


def _fails(role: Role, minute: int) -> bool:
    return (minute + 2 * ROLES.index(role)) % MINUTES_BETWEEN_FAILURES == 0


def _call(random: Random, minute: int, number: int, seconds: float, role: Role, *, escalated: bool) -> ModelCall:
    model = _STRONGER if escalated else _DEFAULT
    read = _around(random, role.read_tokens, 0.7, 30_000)
    cached = round(read * random.choice((0, 0, 0.4, 0.6)))
    written = _around(random, role.written_tokens * (_STRONGER_WRITES if escalated else 1), 0.45, 640)
    first_token = (model.first_token_seconds + read / 24_000) * math.exp(random.gauss(-0.02, 0.2))
    team = random.choices(list(TEAMS), list(TEAMS.values()))[0]
    provider = random.choices(list(PROVIDERS), list(PROVIDERS.values()))[0]
    return ModelCall(
        id=f"demo-{minute}-{number}",
        at=minute_start(minute) + timedelta(seconds=seconds),
        model=model.name,
        provider=STRONGER_PROVIDER if escalated else provider,
        role=role.name,
        team=team,
        task_id=f"{team}-{minute // 4}",
        duration_seconds=round(first_token + written / model.written_tokens_per_second, 3),
        time_to_first_token_seconds=round(first_token, 3),
        input_tokens=read,
        cached_input_tokens=cached,
        output_tokens=written,
        cost_usd=_cost_usd(model, read, cached, written),
        status_code=200,
        escalated=escalated,
        request_hash=_request_hash(minute, number, role, escalated=escalated),
    )


def _request_hash(minute: int, number: int, role: Role, *, escalated: bool) -> str:
    """A critic asks some questions again and again; whatever else is asked is asked once."""
    chance = Random(f"request {minute} {number}")  # noqa: S311 - no secret
    again = role.name == "critic" and not escalated and chance.random() < REPEATED_SHARE
    return f"demo-question-{chance.randrange(REPEATED_QUESTIONS)}" if again else f"demo-request-{minute}-{number}"


def _around(random: Random, mean: int, sigma: float, most: int) -> int:
    """A log-normal count of this mean, but never above `most`."""
    return max(1, min(most, round(mean * math.exp(random.gauss(-sigma * sigma / 2, sigma)))))


def _cost_usd(model: Model, read: int, cached: int, written: int) -> Decimal:
    sums = (read - cached) * model.read_usd + cached * model.cached_usd + written * model.written_usd
    return sums / 1_000_000


def _failed(call: ModelCall, random: Random) -> ModelCall:
    return failed(call, *random.choice(FAILURES))

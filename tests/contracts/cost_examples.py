"""What is said of costs, in every state."""

from collections.abc import Iterator
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Any

from bot.slack import cost_lists
from bot.slack.render import render
from riskengine.areas.cost import digest
from riskengine.areas.cost.budgets import EXCEEDED, Budget, BudgetState, Limit
from riskengine.areas.cost.budgets import Period as BudgetPeriod
from riskengine.areas.cost.forecast import Method, Projection
from riskengine.areas.cost.optimise import Effort, Measure, Saving, Savings
from riskengine.areas.cost.overview import Breakdown, Overview, Part, Standing
from riskengine.areas.cost.periods import Period
from riskengine.areas.cost.spend import Spend
from riskengine.response.controls import Condition, Control, ControlKind, ControlStatus, Effect
from riskengine.series import Dimension
from tests.contracts.texts import HOSTILE, LONG, NOON, note

DAY = NOON.date()
BIG = Spend(Decimal("1234567.891"), 9_876_543, 1_234, 10**12, 10**11, 10**11, 4_321, 10**9)
SMALL = Spend(Decimal("34.2"), 1_204, 12, 3_240_000, 900_000, 240_000)


def state(name: str = "monthly", spent: Spend = SMALL, usd: str = "1500", **more: Any) -> BudgetState:
    period = more.pop("period", BudgetPeriod.MONTH)
    budget = Budget(name=name, period=period, usd=Decimal(usd), scope=more.pop("scope", {}))
    limit = Limit(Decimal(usd), more.pop("raised_until", None))
    return BudgetState(budget, period.span(DAY), limit, spent, more.pop("level", "none"), **more)


def control(kind: ControlKind = ControlKind.RATE_LIMITING, **more: Any) -> Control:
    plain = {
        "id": 7,
        "kind": kind,
        "status": ControlStatus.PROPOSED,
        "condition": Condition.PROJECTED_OVERRUN,
        "reason": "The month is expected to end at $1,810 of $1,500.",
        "effect": Effect(calls_per_minute=60),
        "created_at": NOON,
        "lasts_seconds": 86_400,
        "expires_at": NOON + timedelta(hours=24),
    }
    return Control.model_validate({**plain, **more})


def overview(text: str = "glm-4.5", **more: Any) -> Overview:
    month = state(
        projected=Projection(Decimal(1420), Decimal(1310), Decimal(1560), Method.PROFILE, "weekday profile", 60)
    )
    plain: dict[str, Any] = {
        "at": NOON,
        "standings": (
            Standing(BudgetPeriod.DAY, SMALL.usd, state("daily", usd="50", period=BudgetPeriod.DAY)),
            Standing(BudgetPeriod.WEEK, SMALL.usd, state("weekly", usd="350", period=BudgetPeriod.WEEK)),
            Standing(BudgetPeriod.MONTH, SMALL.usd, month),
        ),
        "projection": month.projected,
        "models": (Part(text, SMALL), Part("claude-opus-5-5", SMALL)),
        "roles": (Part("architect", SMALL), Part("", SMALL)),
        "month": SMALL + SMALL,
        "unpriced": (),
        "controls": (),
        "others": (),
    }
    return Overview(**{**plain, **more})


def _overviews() -> Iterator[tuple[str, Overview]]:
    nothing = tuple(Standing(period, Decimal(0), None) for period in BudgetPeriod)
    yield "nothing", overview(standings=nothing, projection=None, models=(), roles=(), month=Spend())
    yield "on course", overview()
    line = Projection(Decimal(1420), None, None, Method.LINE, "straight line through 1 whole day", 1)
    yield "no interval", overview(projection=line)
    over = state("daily", SMALL, "30", period=BudgetPeriod.DAY, level=EXCEEDED)
    beyond = Projection(Decimal(1810), Decimal(1600), Decimal(1990), Method.PROFILE, "weekday profile", 60)
    several = tuple(control(kind) for kind in ControlKind)
    active = control(status=ControlStatus.ACTIVE, starts_at=NOON, started_by="U0ALICE")
    standings = (Standing(BudgetPeriod.DAY, SMALL.usd, over), *overview().standings[1:])
    yield "over", overview(standings=standings, projection=beyond, controls=several)
    yield "controlled", overview(projection=beyond, controls=(active,))
    for name, text in {"hostile": HOSTILE, "long": LONG}.items():
        parts = tuple(Part(text + str(number), BIG) for number in range(9))
        others = tuple(
            state(f"b{number}", BIG, "1", level=EXCEEDED, scope={Dimension.TEAM: (text[:100].replace("\ud800", ""),)})
            for number in range(9)
        )
        more = {"models": parts, "roles": parts, "month": BIG, "unpriced": parts, "others": others}
        yield name, overview(text, **more, controls=several * 3, projection=beyond)


def _savings() -> Iterator[tuple[str, Savings]]:
    yield "nothing known", Savings((), Decimal(0), Decimal(0), ("batching: optimisation.patient_roles",))
    yield "nothing found", Savings((), Decimal(900), Decimal(30), ())
    for name, text in {"some": "glm-4.5 for critic", "hostile": HOSTILE, "long": LONG}.items():
        found = tuple(Saving(measure, BIG.usd, BIG.calls, Effort.DAYS, "Do it.", (text,) * 9) for measure in Measure)
        yield name, Savings(found, BIG.usd * 5, Decimal("29.6"), (text[:300],))


def _answers(prefix: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for label, each in _overviews():
        yield "costs/status", f"{label} {prefix}", cost_lists.status(each, prefix)
    period = Period("last month", NOON - timedelta(days=30), NOON)
    for label, count, text in (
        ("none", 0, ""),
        ("one", 1, ""),
        ("many", 90, "m"),
        ("hostile", 40, HOSTILE),
        ("long", 90, LONG),
    ):
        parts = tuple(Part(f"{number}{text}" if text else "", BIG) for number in range(count))
        shown = cost_lists.breakdown(
            Breakdown(Dimension.PROVIDER, period, parts, BIG if count else Spend()), UTC, prefix
        )
        yield "costs/breakdown", f"{label} {prefix}", shown
    for label, found in _savings():
        yield "costs/savings", f"{label} {prefix}", cost_lists.savings(found, prefix)
    for label, text in {"plain": "modle", "none": "", "hostile": HOSTILE, "long": LONG}.items():
        for near in ("", "model"):
            yield "costs/wrong_breakdown", f"{label}, {near} {prefix}", cost_lists.wrong_breakdown(text, near, prefix)
            yield "costs/wrong_period", f"{label}, {near} {prefix}", cost_lists.wrong_period(text, near, prefix)
    yield "costs/help", f"help {prefix}", cost_lists.help_text(prefix)


def _budgets() -> Iterator[tuple[str, str, dict[str, Any]]]:
    several = [
        state(f"{number}-" + "b" * 36, BIG, "9", raised_until=NOON, level=EXCEEDED, scope={Dimension.ROLE: (text,) * 3})
        for number in range(40)
        for text in (HOSTILE.replace("\ud800", ""), LONG)
    ]
    for label, states in {"none": [], "one": [state()], "several": several}.items():
        yield "costs/budgets", label, cost_lists.budgets(states, "")
    all_of_them = [control(kind, reason=HOSTILE * 9, status=each) for kind in ControlKind for each in ControlStatus]
    active = control(status=ControlStatus.ACTIVE, started_by="U0ALICE", reason=LONG)
    for label, found in {"none": [], "one": [active], "several": all_of_them * 3}.items():
        yield "costs/controls", label, cost_lists.controls(found, "")


def _notes() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for label, each in _overviews():
        for usual in (None, Decimal(20), SMALL.usd, Decimal(90)):
            told = digest.told(date(2026, 2, 28), SMALL, usual, each)
            for footer, shown in note("costs/digest", told):
                yield "costs/digest", f"{label}, {usual}, {footer}", shown
    for label, text in {"plain": "March 2026", "long": LONG}.items():
        yield "costs/picture", label, render("costs/picture", {"file_id": "F0123456789", "shows": text})


def examples() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for prefix in ("", "rb-" * 7):
        yield from _answers(prefix)
    yield from _budgets()
    yield from _notes()

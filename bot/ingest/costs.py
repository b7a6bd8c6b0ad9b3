"""`/v1/costs`: what was spent, over any time, in whole and told apart by a label."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, TypeAdapter, ValidationError

from bot.ingest.endpoint import Call, Endpoint, Told, checked
from bot.ingest.problems import Invalid
from bot.ingest.text import printable
from bot.ingest.tokens import Scope
from bot.services.costs.desk import CostDesk
from riskengine.areas.cost.spend import Spend
from riskengine.local_days import day_start
from riskengine.moments import EARLIEST, LATEST, Moment
from riskengine.series import Dimension
from riskengine.telemetry import LABEL_LENGTH

TAG = "Costs"
#: Values of one label that a request may choose.
CHOSEN = 100
DAY_LENGTH = len("2026-11-01")
_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


def _plain(usd: Decimal) -> str:
    """All places there are, and no exponent."""
    return format(usd.normalize(), "f")


_When = Annotated[str, Field(max_length=64)]
_Chosen = Annotated[list[Annotated[str, Field(max_length=LABEL_LENGTH)]], Field(max_length=CHOSEN)]
Usd = Annotated[Decimal, PlainSerializer(_plain, return_type=str, when_used="json")]


class CostQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    since: _When | None = Field(
        None,
        alias="from",
        description="First moment, RFC 3339, or a day of the organisation's time zone like 2026-11-01; absent: the "
        "first of this month.",
    )
    until: _When | None = Field(
        None, alias="to", description="The moment, or the day, before which it ends; absent: now."
    )
    model: _Chosen = Field([], description="Only calls of this model; may be repeated. An empty value means none told.")
    role: _Chosen = []
    team: _Chosen = []
    provider: _Chosen = []
    group_by: Dimension | None = Field(None, description="The label whose values are told apart in `groups`.")


class CostSums(BaseModel):
    """Sums over calls; what is unpriced is in no sum of money."""

    total_usd: Usd = Field(description="US dollars, exactly, as a decimal string.")
    calls: int
    input_tokens: int
    output_tokens: int
    unpriced_calls: int = Field(description="Calls whose price nobody knows.")
    unpriced_tokens: int = Field(description="Their tokens, read and written; among the tokens above.")


class CostGroup(CostSums):
    """The calls with one value of the label."""

    key: str = Field(description="The value; empty for calls whose sender told none.")


class Costs(CostSums):
    groups: list[CostGroup] = Field(description="The dearest first; empty without `group_by`.")


class CostApi:
    """Translates, asks the desk, and translates back."""

    def __init__(self, desk: CostDesk) -> None:
        self._desk = desk

    async def show(self, call: Call) -> Costs:
        query = checked(call.query, CostQuery)
        since, until = self._span(query)
        only = {name: values for name in Dimension if (values := getattr(query, name, []))}
        groups = await self._desk.spend(since, until, only=only, group_by=query.group_by)
        whole = sum(groups.values(), Spend())
        if query.group_by is None:
            groups = {}
        dearest = sorted(groups.items(), key=lambda each: (-each[1].usd, each[0]))
        return Costs(**_sums(whole), groups=[CostGroup(key=key, **_sums(spend)) for key, spend in dearest])

    def _span(self, query: CostQuery) -> tuple[datetime, datetime]:
        until = self._moment("to", query.until) if query.until is not None else self._desk.now()
        month = self._desk.today().replace(day=1)
        since = self._moment("from", query.since) if query.since is not None else day_start(month, self._desk.zone)
        if query.since is not None and query.until is not None and since >= until:
            raise Invalid(f"`to` ({printable(query.until)}) must be after `from` ({printable(query.since)}).")
        return since, until

    def _moment(self, name: str, text: str) -> datetime:
        try:
            if len(text) > DAY_LENGTH:
                return self._exact(name, _MOMENT.validate_python(text))
            day = date.fromisoformat(text)
        except (ValidationError, ValueError):
            raise Invalid(
                f"`{name}` ({printable(text)}) is neither a moment like 2026-11-01T12:00:00Z nor a day (2026-11-01).",
                hint="In an address the + of an offset is written %2B.",
            ) from None
        if not EARLIEST.date() < day < LATEST.date():
            raise Invalid(f"`{name}` ({day}) is not between {EARLIEST:%Y} and {LATEST:%Y}.")
        return day_start(day, self._desk.zone)

    def _exact(self, name: str, moment: datetime) -> datetime:
        if not self._desk.is_exact_at(moment):
            raise Invalid(
                f"`{name}` ({moment.isoformat()}) lies so far back that only whole hours are known.",
                hint="Ask from or to a full hour; telemetry.minutes_kept_for says how long minutes are kept.",
            )
        return moment


def _sums(spend: Spend) -> dict[str, Any]:
    return {
        "total_usd": spend.usd,
        "calls": spend.calls,
        "input_tokens": spend.input_tokens,
        "output_tokens": spend.output_tokens,
        "unpriced_calls": spend.unpriced_calls,
        "unpriced_tokens": spend.unpriced_tokens,
    }


def cost_endpoints(desk: CostDesk) -> list[Endpoint]:
    api = CostApi(desk)
    return [
        Endpoint(
            method="GET",
            path="/v1/costs",
            scope=Scope.READ,
            tag=TAG,
            summary="Show what was spent",
            description=(
                "What the calls cost that began from `from` on and before `to`: our price of their tokens in force on "
                "their day; the sender's figure where we have no price; unpriced where there is neither. Exact to the "
                "minute while minutes are kept; before that a span begins and ends with a full hour."
            ),
            handler=api.show,
            query_model=CostQuery,
            answers={200: Told("The sums.", Costs)},
        )
    ]

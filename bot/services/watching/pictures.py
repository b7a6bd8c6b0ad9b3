"""What the picture on an alert's card shows: the rule's own figure of the last hour, from the rollups by minute."""

from decimal import Decimal, InvalidOperation

from bot.services.telemetry.desk import TelemetryDesk
from bot.services.watching.rules_in_force import RulesInForce
from bot.settings import WatchSettings
from bot.store import alert_lookups, rule_states
from bot.store.database import Database, Transaction
from riskengine.charts import Chart, chart_of, reach
from riskengine.metrics import MetricName
from riskengine.response.alerts import Alert, AlertStatus
from riskengine.rollups import Rollup
from riskengine.rules import SOURCE, CompiledRule
from riskengine.series import Dimension

#: Only these need the sketches, which take longer to read.
PERCENTILES = {MetricName.RESPONSE_TIME_P50, MetricName.RESPONSE_TIME_P95, MetricName.RESPONSE_TIME_P99}


class PictureDesk:
    """Answers what is to be drawn."""

    def __init__(
        self, database: Database, telemetry: TelemetryDesk, rules: RulesInForce, settings: WatchSettings, time_zone: str
    ) -> None:
        self._database = database
        self._telemetry = telemetry
        self._rules = rules
        self._settings = settings
        self._time_zone = time_zone

    async def chart(self, group_id: int) -> Chart | None:
        """The last hour of a group's first alert that a rule raised; None when there is none or its rule is gone."""
        alert, known = await self._database.read(lambda tx: _alert_of(tx, group_id))
        compiled = self._rules.rules.named(alert.name) if alert else None
        if alert is None or compiled is None:
            return None
        over = reach(compiled, self._database.clock.now(), self._settings.windows.settle)
        subject = _subject(compiled, alert)
        only = {each: (value,) for each, value in {**compiled.rule.scope, **subject}.items()}
        with_percentiles = bool(PERCENTILES & compiled.condition.names)
        steps = await self._telemetry.steps(over, 1, only=only, percentiles=with_percentiles)
        return chart_of(
            compiled,
            " · ".join(subject.values()),
            {minute: Rollup.total(by_series.values()) for minute, by_series in steps.items()},
            over,
            began_at=alert.started_at,
            baseline=known,
            time_zone=self._time_zone,
        )


def _alert_of(tx: Transaction, group_id: int) -> tuple[Alert | None, Decimal | None]:
    """The alert to draw, those that hold first, and what was normal for it at the last look."""
    detail = alert_lookups.detail(tx, group_id, history_limit=0)
    mine = [alert for alert in detail.alerts if alert.source == SOURCE] if detail else []
    holding = [alert for alert in mine if alert.status != AlertStatus.RESOLVED] or mine
    if not holding:
        return None, None
    figures = rule_states.figures_of(tx, holding[0].name, holding[0].labels)
    return holding[0], _decimal(figures.get(MetricName.BASELINE))


def _decimal(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None


def _subject(compiled: CompiledRule, alert: Alert) -> dict[Dimension, str]:
    """The labels that say for what the rule was judged; the provider is told besides and may change."""
    judged = {dimension for per in compiled.rule.per for dimension in per.dimensions}
    return {each: alert.labels[each] for each in Dimension if each in judged and each in alert.labels}

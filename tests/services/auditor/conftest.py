"""An auditor without patience on each database, and the way to make its patience pass."""

from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from bot.services.auditor.auditor import Auditor
from bot.services.auditor.findings import Terms
from bot.services.auditor.metrics import AuditorMetrics
from bot.settings import AlertDelivery
from bot.settings_upkeep import AuditorSettings
from bot.store.database import Database
from bot.store.due import DueKind

MINUTE = timedelta(minutes=1)
CALM = timedelta(minutes=30)


class Audited:
    """An auditor, and what it counted."""

    def __init__(self, database: Database, settings: AlertDelivery, patience: timedelta) -> None:
        self.registry = CollectorRegistry()
        self.delivery_trouble = ""
        #: Reports that are expected each week.
        self.weekly: frozenset[DueKind] = frozenset()
        self._database = database
        self._settings = settings
        # Its turn comes at each look: what keeps replicas apart has a test of its own.
        self._auditor = AuditorSettings(interval=timedelta(milliseconds=1), patience=patience, calm_after=CALM)
        self.auditor = Auditor(database, self._terms, AuditorMetrics(self.registry))

    def _terms(self) -> Terms:
        return Terms(self._settings, self._auditor, timedelta(seconds=1), self.delivery_trouble, self.weekly)

    async def look(self) -> dict[str, int]:
        return await self.auditor.look()

    def counted(self, check: str, outcome: str = "repaired") -> float:
        labels = {"check": check, "outcome": outcome}
        return self.registry.get_sample_value("riskbot_audit_findings_total", labels) or 0


@pytest.fixture
def pass_time(clock):
    """Real time passes: what leases and the auditor's patience are counted in."""
    return lambda span: clock.follow_database(clock.protocol_now() + span)


@pytest.fixture
def audited(database, settings) -> Audited:
    return Audited(database, settings, timedelta(0))


@pytest.fixture
def patient(database, settings) -> Audited:
    return Audited(database, settings, MINUTE)

"""Builds what approvals need."""

from functools import partial

from bot.scheduling.bells import BellRope
from bot.services.approvals.desk import ApprovalDesk
from bot.services.approvals.prune import ApprovalPruner
from bot.services.approvals.roster import Roster
from bot.services.approvals.terms import ApprovalTerms
from bot.services.budget_raises.follow import follow as follow_raises
from bot.services.escalations.follow import follow
from bot.services.escalations.prune import EscalationPruner, forget_of
from bot.services.permissions import People, Permissions
from bot.settings import Settings
from bot.store import raise_requests
from bot.store.database import Database
from bot.store.escalations import ESCALATION
from bot.store.raise_requests import RAISE_REQUEST
from bot.wiring.upkeep import PRUNE_INTERVAL


def approval_desk(database: Database, people: People, permissions: Permissions, settings: Settings) -> ApprovalDesk:
    roster = Roster(database, people, settings.people)
    return ApprovalDesk(database, permissions, roster, approval_terms(settings))


def approval_upkeep(database: Database, desk: ApprovalDesk, settings: Settings) -> list[BellRope]:
    """The bells by which approvals look after themselves; each kind of subject that may go is one line here."""
    pruner = ApprovalPruner(
        database, settings.approvals, {ESCALATION: forget_of, RAISE_REQUEST: raise_requests.forget_of}
    )
    return [
        BellRope("roles", desk.keep_people_fresh, settings.people.roles_looked_at_every),
        BellRope("prune_approvals", pruner.prune, PRUNE_INTERVAL),
        BellRope("prune_escalations", EscalationPruner(database, settings.approvals).prune, PRUNE_INTERVAL),
    ]


def approval_terms(settings: Settings) -> ApprovalTerms:
    """On what terms approvals are asked for; each kind of subject that follows its requests is one line here."""
    return ApprovalTerms(
        settings.approvals,
        settings.people,
        settings.alerts.trouble_channel,
        followers={
            ESCALATION: partial(follow, ask_need_after=settings.escalation.ask_need_after),
            RAISE_REQUEST: partial(follow_raises, budgets={each.name: each for each in settings.budgets.all}),
        },
        zone=settings.zone,
    )

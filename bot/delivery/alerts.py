"""Loads what a group's card and a digest show, as the rows are at the moment of sending."""

from typing import NamedTuple

from pydantic import BaseModel

from bot.slack.alert_cards import to_card, to_digest
from bot.store import alert_lookups as lookups
from bot.store import pictures
from bot.store.database import Transaction
from bot.store.messages import MessageRow


class Content(NamedTuple):
    """A model for a template, and the revision that it shows."""

    revision: int
    model: BaseModel


def alert_card(tx: Transaction, row: MessageRow) -> Content | None:
    """The group as it is now; None when it is gone."""
    found = lookups.detail(tx, row.subject_id, alerts_limit=50, history_limit=0)
    if found is None:
        return None
    card = to_card(found.group, found.alerts, found.mutes)
    if picture := pictures.shown(tx, row.subject_kind, row.subject_id):
        card = card.model_copy(update={"picture": picture.file_id, "picture_shows": picture.alt_text})
    return Content(found.group.revision, card)


def alert_digest(tx: Transaction, row: MessageRow) -> Content | None:
    """The digest with each group as it is now."""
    groups = lookups.groups_in_digest(tx, row.id)
    return Content(lookups.wanted_revision(tx, row.id), to_digest(row.id, groups)) if groups else None

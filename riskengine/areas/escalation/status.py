"""How an escalation stands: the word that is stored, told to programs, and shown."""

from enum import StrEnum


class EscalationStatus(StrEnum):
    """`pending` until it is decided; all others are final."""

    #: The decision was not to escalate, so nobody was asked.
    NOT_NEEDED = "not_needed"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"

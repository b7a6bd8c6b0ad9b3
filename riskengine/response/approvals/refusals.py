"""Why something was not done to a request: who, when and how it stands, for a sentence that is true and complete."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from riskengine.response.approvals.requests import ApprovalRequest


class Reason(StrEnum):
    """Why a press, or a program's call, changed nothing."""

    #: It is decided, expired or withdrawn.
    OVER = "over"
    #: The pressed card shows an older version of the subject.
    OLD_VERSION = "old_version"
    OWN_REQUEST = "own_request"
    DELEGATE_OF_REQUESTER = "delegate_of_requester"
    #: In no tier of the policy, nor a delegate of anybody who is.
    NO_APPROVER = "no_approver"
    TIER_NOT_OPEN = "tier_not_open"
    #: Slack has not said lately who is in the role.
    NOT_VERIFIED = "not_verified"
    VOTED_ALREADY = "voted_already"
    #: A delegate has spoken for this person already, or another delegate for the same absent one.
    SPOKEN_FOR = "spoken_for"
    COMMENT_MISSING = "comment_missing"
    #: Only the present tier passes on.
    NOT_IN_TIER = "not_in_tier"
    LAST_TIER = "last_tier"
    NOT_REQUESTER = "not_requester"
    NOT_YET_APPROVED = "not_yet_approved"
    #: The approval is older than it may be used.
    LAPSED = "lapsed"
    OTHER_CONTENT = "other_content"
    EXECUTED_ALREADY = "executed_already"


class Refusal(NamedTuple):
    """The request is as it stands now, after whatever was due."""

    reason: Reason
    request: ApprovalRequest
    #: Whoever the reason is about: who voted, who is spoken for, in whose place.
    who: str = ""
    at: datetime | None = None
    #: The name of the tier that is not open yet, or another word that the sentence needs.
    word: str = ""

"""What a caller is told when a request is not served: one JSON shape, the same reference in the answer and the log."""

import logging
import secrets
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, Field
from starlette.responses import Response

from bot.errors import (
    ApprovalImpossible,
    Conflict,
    DatabaseBusy,
    DatabaseUnavailable,
    NotFound,
    PeopleUnreadable,
    RiskbotError,
    WrongUse,
)

LOG = logging.getLogger(__name__)
SERVER_ERROR = 500


class Rejected(BaseModel):
    """One item that was not taken, by its place in the request, counted from 0."""

    index: int
    error: str


class ErrorDetail(BaseModel):
    """What happened, what to do next, and where to look for more."""

    code: str = Field(description="Stable word for programs.")
    message: str
    hint: str = Field(description="What to do next; may be empty.")
    reference: str = Field(description="Stands beside the details in riskbot's log.")
    rejected: list[Rejected] | None = Field(None, description="What was wrong with each item of a batch.")


class ErrorAnswer(BaseModel):
    """The body of every answer that is no success."""

    error: ErrorDetail


class Problem(RiskbotError):
    """The request cannot be served."""

    status = 400
    code = "bad_request"

    def __init__(
        self,
        message: str = "",
        *,
        hint: str = "",
        headers: Mapping[str, str] | None = None,
        rejected: Sequence[Rejected] | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.headers = dict(headers or {})
        self.rejected = list(rejected) if rejected is not None else None


class InvalidJson(Problem):
    """The body is no JSON."""

    code = "invalid_json"
    hint = "Send one JSON document in UTF-8."


class InvalidProtobuf(Problem):
    """The body is no message of the expected kind."""

    code = "invalid_protobuf"
    hint = "Send OTLP's own message, as an exporter for http/protobuf does."


class InvalidCompression(Problem):
    """The body is not what its Content-Encoding says."""

    code = "invalid_compression"
    hint = "Compress the whole body once, and send all of it."


class Unauthenticated(Problem):
    """The request carries no token that works here."""

    status = 401
    code = "unauthenticated"
    hint = "Send `Authorization: Bearer rb_…`; `riskbot token create NAME --scope SCOPE` makes a token."


class Forbidden(Problem):
    """The token lacks the scope that this call takes."""

    status = 403
    code = "forbidden"


class NoSuchPath(Problem):
    """Nothing is served here."""

    status = 404
    code = "not_found"
    hint = "/docs lists every call."


class MethodNotAllowed(Problem):
    """The path does not answer to this method."""

    status = 405
    code = "method_not_allowed"


class BodyTooSlow(Problem):
    """The body did not arrive in time."""

    status = 408
    code = "body_too_slow"
    hint = "Send it again, in smaller pieces if the line is slow."


class BodyTooLarge(Problem):
    """The body is larger than is taken here."""

    status = 413
    code = "body_too_large"
    hint = "Send fewer items at a time."


class UnsupportedMedia(Problem):
    """The body is not of a kind that is taken here."""

    status = 415
    code = "unsupported_media_type"
    hint = "Send JSON with `Content-Type: application/json`, not compressed."


class Invalid(Problem):
    """What was sent is not of the expected form."""

    status = 422
    code = "invalid"
    hint = "/docs shows the expected form."


class RateLimited(Problem):
    """The token has made more requests than it may."""

    status = 429
    code = "rate_limited"
    hint = "Wait for the seconds in Retry-After, or put several items into one request."


class Interrupted(Problem):
    """The database took only a part of the request; sent again, that part counts once."""

    status = 503
    code = "interrupted"
    hint = "Send all of it again after the seconds in Retry-After."

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"Retry-After": "5"})


#: Errors of use cases and of the store → status and seconds for Retry-After (0: no such header).
_STATUSES: tuple[tuple[type[RiskbotError], int, int], ...] = (
    (NotFound, 404, 0),
    (Conflict, 409, 0),
    (WrongUse, 422, 0),
    (ApprovalImpossible, 422, 0),
    (PeopleUnreadable, 503, 5),
    (DatabaseBusy, 503, 1),
    (DatabaseUnavailable, 503, 5),
)


def answer(error: Exception, *, where: str) -> Response:
    """The answer to an error; whatever it may not tell a stranger goes to the log, under the same reference."""
    reference = secrets.token_hex(6)
    status, headers = _status(error)
    _log(error, status, reference, where)
    detail = ErrorDetail(reference=reference, **_told(error, status))
    if isinstance(error, Problem):
        detail.rejected = error.rejected
    body = ErrorAnswer(error=detail).model_dump_json(exclude_none=True)
    return Response(body, status, headers, "application/json")


def _status(error: Exception) -> tuple[int, dict[str, str]]:
    if isinstance(error, Problem):
        return error.status, error.headers
    for kind, status, seconds in _STATUSES:
        if isinstance(error, kind):
            return status, {"Retry-After": str(seconds)} if seconds else {}
    return SERVER_ERROR, {}


def _told(error: Exception, status: int) -> dict[str, str]:
    """Our own faults are told by their kind alone: a driver's words may name hosts, files and values."""
    if not isinstance(error, RiskbotError) or status == SERVER_ERROR:
        hint = "Nothing is wrong with the request; riskbot's log has the details under this reference."
        return {"code": "internal", "message": "Something went wrong in riskbot.", "hint": hint}
    if status > SERVER_ERROR:
        return {"code": error.code, "message": (type(error).__doc__ or "").splitlines()[0], "hint": error.hint}
    return {"code": error.code, "message": error.message, "hint": error.hint}


def _log(error: Exception, status: int, reference: str, where: str) -> None:
    code = error.code if isinstance(error, RiskbotError) else "internal"
    facts = {"reference": reference, "status": status, "where": where, "code": code}
    if status == SERVER_ERROR:
        LOG.error("A request failed by our own fault", extra=facts, exc_info=error)
    elif status > SERVER_ERROR:
        LOG.warning("A request could not be served now: %s", error, extra=facts)
    else:
        LOG.info("A request was refused: %s", error, extra=facts)

"""Signed callbacks: how riskbot signs what it tells a program, and how the program finds out that it was riskbot.

The header is `t=SECONDS,v1=HEX`: the moment of the sending in Unix seconds, and HMAC-SHA256 in hex, keyed with the
shared secret, over the moment, a dot, and the body's bytes as they arrive. While a secret is being replaced there are
two `v1`; one that fits is enough. Standard library alone: receivers import this without the rest of riskbot.
"""

import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

SIGNATURE_HEADER = "X-Riskbot-Signature"
DELIVERY_HEADER = "X-Riskbot-Delivery"
#: How far a callback's moment may lie from the receiver's clock; an older one may be somebody's recording.
TOLERANCE = timedelta(minutes=5)
#: A header of a stranger is read no further than this.
LONGEST_HEADER = 1_000

_MOMENT = re.compile(r"t=(\d{1,12})")
_DIGEST = re.compile(r"v1=([0-9a-f]{64})")


class WrongSignature(Exception):
    """Who sent this does not know the secret, or sent it too long ago; the words are safe to log."""


def sign(secrets: Sequence[str], body: bytes, at: datetime) -> str:
    """The header's value; with several secrets the body is signed with each."""
    moment = str(int(at.timestamp()))
    return ",".join([f"t={moment}", *(f"v1={_digest(secret, moment, body)}" for secret in secrets)])


def verify(
    secrets: Sequence[str], header: str, body: bytes, now: datetime, tolerance: timedelta = TOLERANCE
) -> datetime:
    """The moment at which the callback was signed. Raises WrongSignature.

    The body is compared as bytes: parsed and written anew it would be another one.
    """
    if not secrets or not all(secrets):
        raise WrongSignature("There is no secret to check the signature with.")
    parts = header[:LONGEST_HEADER].split(",")
    moments = [match[1] for part in parts if (match := _MOMENT.fullmatch(part.strip()))]
    digests = [match[1] for part in parts if (match := _DIGEST.fullmatch(part.strip()))]
    if len(moments) != 1 or not digests:
        raise WrongSignature(f"{SIGNATURE_HEADER} is missing, or not of the form t=…,v1=….")
    if not _fits(secrets, moments[0], body, digests):
        raise WrongSignature("The signature does not fit the body and the secret.")
    at = datetime.fromtimestamp(int(moments[0]), UTC)
    if abs(now - at) > tolerance:
        raise WrongSignature(f"The callback was signed at {at:%Y-%m-%d %H:%M:%S} UTC, too far from now.")
    return at


def _fits(secrets: Sequence[str], moment: str, body: bytes, digests: Sequence[str]) -> bool:
    expected = [_digest(secret, moment, body) for secret in secrets]
    return any(hmac.compare_digest(ours, theirs) for ours in expected for theirs in digests)


def _digest(secret: str, moment: str, body: bytes) -> str:
    return hmac.new(secret.encode(), moment.encode() + b"." + body, "sha256").hexdigest()

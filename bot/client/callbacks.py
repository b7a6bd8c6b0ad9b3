"""What riskbot tells a program by callback: believed only if riskbot signed it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from riskengine.signatures import DELIVERY_HEADER, SIGNATURE_HEADER, WrongSignature, verify


class Callback(NamedTuple):
    """One callback; the same delivery may come twice, so keep the ids that were handled."""

    delivery_id: str
    #: When riskbot sent it.
    at: datetime
    body: dict[str, Any]


def verify_callback(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> Callback:
    """The callback, if one of the secrets signed these bytes lately. Raises WrongSignature otherwise.

    `body` is what arrived, untouched; a body parsed and written anew has another signature.
    """
    # The names of headers come in any case, and frameworks differ in which one they hand on.
    given = {name.lower(): value for name, value in headers.items()}
    if isinstance(secrets, str):
        raise TypeError("secrets is a list: [secret], or [new, old] while it is being changed")
    at = verify(secrets, given.get(SIGNATURE_HEADER.lower(), ""), body, now)
    delivery_id = given.get(DELIVERY_HEADER.lower(), "")
    if not delivery_id:
        raise WrongSignature(f"{DELIVERY_HEADER} is missing.")
    return Callback(delivery_id, at, json.loads(body))

"""A callback is believed only with riskbot's signature under these very bytes."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.client import verify_callback
from riskengine.signatures import DELIVERY_HEADER, SIGNATURE_HEADER, WrongSignature, sign

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET, BODY = "s" * 20, b'{"event":"escalation.approved","id":7}'


def headers(body=BODY, at=NOW, **more):
    return {SIGNATURE_HEADER.lower(): sign([SECRET], body, at), DELIVERY_HEADER: "d1", **more}


def test_a_signed_callback_is_read():
    callback = verify_callback(["new" * 9, SECRET], headers(), BODY, NOW)
    assert (callback.delivery_id, callback.at, callback.body["event"]) == ("d1", NOW, "escalation.approved")


@pytest.mark.parametrize(
    ("given", "secrets"),
    [
        (headers(b"{}"), [SECRET]),
        (headers(at=NOW - timedelta(minutes=6)), [SECRET]),
        (headers(), ["another"]),
        (headers(), []),
        ({DELIVERY_HEADER: "d1"}, [SECRET]),
        (headers(**{DELIVERY_HEADER: ""}), [SECRET]),
    ],
    ids=["other body", "too old", "other secret", "no secret", "unsigned", "no delivery"],
)
def test_anything_else_is_refused(given, secrets):
    with pytest.raises(WrongSignature):
        verify_callback(secrets, given, BODY, NOW)


def test_a_secret_alone_is_no_list_of_its_letters():
    with pytest.raises(TypeError):
        verify_callback("secret", headers(), BODY, NOW)

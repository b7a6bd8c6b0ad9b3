"""Who belongs to the organisation."""

import pytest

from riskengine.people import Person


@pytest.mark.parametrize(
    ("traits", "expected"),
    [
        pytest.param({}, "", id="full-member"),
        pytest.param({"is_bot": True}, "An app", id="app"),
        pytest.param({"is_deactivated": True}, "A deactivated member", id="deactivated"),
        pytest.param({"is_foreign": True}, "A member of another workspace", id="foreign"),
        pytest.param({"is_guest": True}, "A guest", id="guest"),
        pytest.param({"is_guest": True, "is_deactivated": True}, "A deactivated member", id="former-guest"),
    ],
)
def test_outsider(traits, expected):
    assert Person(id="U1", name="x", **traits).outsider == expected

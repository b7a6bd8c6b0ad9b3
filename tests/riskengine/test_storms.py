"""When cards collapse into a digest."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from riskengine.response.storms import StormSettings, is_storm, stand_alone


@pytest.mark.parametrize(
    ("waiting", "digest_is_open", "expected"),
    [
        pytest.param(0, False, False, id="calm"),
        pytest.param(4, False, False, id="busy"),
        pytest.param(5, False, True, id="storm"),
        pytest.param(0, True, False, id="nothing-to-add"),
        pytest.param(1, True, True, id="the-storm-is-not-over"),
    ],
)
def test_is_storm(waiting, digest_is_open, expected):
    assert is_storm(waiting, digest_is_open=digest_is_open, settings=StormSettings(digest_from=5)) is expected


@pytest.mark.parametrize(("urgent", "expected"), [(0, True), (1, True), (4, True), (5, False), (50, False)])
def test_stand_alone(urgent, expected):
    assert stand_alone(urgent, StormSettings(digest_from=5)) is expected


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"digest_from": 1}, id="a-digest-of-one"),
        pytest.param({"digest_size": 41}, id="more-than-slack-takes"),
        pytest.param({"calm_after": 60}, id="no-unit"),
    ],
)
def test_settings_that_are_refused(wrong):
    with pytest.raises(ValidationError):
        StormSettings.model_validate(wrong)


def test_settings_are_read():
    assert StormSettings.model_validate({"calm_after": "90s"}).calm_after == timedelta(seconds=90)

"""Who mutes whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.response.inhibitions import (
    DEFAULT_INHIBITIONS,
    Inhibition,
    Side,
    digest_of,
    inhibited_by,
    standings,
)
from riskengine.response.matchers import Labelled, Matcher

OUTAGE = {"area": "providers", "severity": "high", "provider": "openrouter"}
SLOW = {"area": "performance", "severity": "high", "model": "glm-4.5", "provider": "openrouter"}


@pytest.mark.parametrize(
    ("alert", "other", "muted"),
    [
        pytest.param(SLOW, OUTAGE, True, id="an outage explains its model"),
        pytest.param(SLOW, OUTAGE | {"provider": "anthropic"}, False, id="of another provider"),
        pytest.param(SLOW, OUTAGE | {"severity": "medium"}, False, id="no outage"),
        pytest.param(SLOW | {"provider": ""}, OUTAGE, False, id="a model of several providers"),
        pytest.param({**SLOW, "model": ""}, OUTAGE, False, id="no model's alert"),
        pytest.param(OUTAGE, SLOW, False, id="a model explains no outage"),
        pytest.param(OUTAGE | {"model": "glm-4.5"}, OUTAGE, False, id="an outage explains no other"),
        pytest.param({"model": "x"}, {"area": "providers", "severity": "high"}, False, id="neither has a provider"),
    ],
)
def test_provider_outage_mutes_its_models(alert, other, muted):
    told = inhibited_by(Labelled("a", alert), [Labelled("b", other)])
    assert told == (("provider outage", "b") if muted else None)


def test_first_of_several_is_told():
    firing = [Labelled("x", SLOW), Labelled("b", OUTAGE), Labelled("c", OUTAGE)]
    assert inhibited_by(Labelled("a", SLOW), firing) == ("provider outage", "b")


SAME_MODEL = Inhibition(
    name="critical first",
    source=(Matcher(label="severity", value="critical"),),
    target=(Matcher(label="model", value="glm"),),
    equal=("model",),
)


@pytest.mark.parametrize(
    ("source", "fingerprint", "muted"),
    [
        pytest.param({"severity": "critical", "model": "glm"}, "b", False, id="both sides: it is no source"),
        pytest.param({"severity": "critical", "model": "opus"}, "b", False, id="not equal"),
        pytest.param({"severity": "critical"}, "a", False, id="itself"),
    ],
)
def test_nobody_mutes_itself_or_its_like(source, fingerprint, muted):
    alert = Labelled("a", {"model": "glm", "severity": "critical"})
    assert bool(inhibited_by(alert, [Labelled(fingerprint, source)], [SAME_MODEL])) is muted


def test_inhibition_without_equal_labels():
    maintenance = Inhibition(
        name="maintenance",
        source=(Matcher(label="alertname", value="maintenance"),),
        target=(Matcher(label="alertname", value="slow"),),
    )
    told = inhibited_by(
        Labelled("a", {"alertname": "slow"}), [Labelled("m", {"alertname": "maintenance"})], [maintenance]
    )
    assert told.fingerprint == "m"


LABELS = st.dictionaries(
    st.sampled_from(["area", "model", "provider", "severity"]),
    st.sampled_from(["", "providers", "glm", "openrouter", "high", "low"]),
)
OWN = Inhibition(name="own", source="severity=high", target="severity=low", equal=("model", "provider"))


@given(source=LABELS, target=LABELS)
def test_counterparts_by_key_are_those_that_mute_each_other(source, target):
    rules = (*DEFAULT_INHIBITIONS, OWN)
    alerts = [Labelled("source", source), Labelled("target", target)]
    mutes = inhibited_by(alerts[1], alerts[:1], rules) is not None
    keys = {each.key for each in standings(source, rules) if each.side == Side.SOURCE}
    assert mutes == any(each.key in keys for each in standings(target, rules) if each.side == Side.TARGET)


def test_matchers_may_be_written_as_people_type_them():
    assert OWN.source == (Matcher(label="severity", value="high"),)
    with pytest.raises(ValueError, match="no term"):
        Inhibition(name="x", source="severity", target="severity=low")


def test_the_digest_changes_with_the_rules():
    assert digest_of(DEFAULT_INHIBITIONS) == digest_of(tuple(DEFAULT_INHIBITIONS))
    assert digest_of(DEFAULT_INHIBITIONS) != digest_of((*DEFAULT_INHIBITIONS, OWN))

"""By which terms controls come and go: the settings that concern them, from wherever those stand."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.settings import Settings
from riskengine.areas import Area
from riskengine.response.alerts import Severity
from riskengine.response.controls import ControlKind, ControlTerms, Effect
from riskengine.response.routing import channels_for


@dataclass(frozen=True)
class ControlsInForce:
    """What a started riskbot knows of each kind, and where their cards stand."""

    channel: str
    kinds: Mapping[ControlKind, ControlTerms]


def controls_in_force(settings: Settings) -> ControlsInForce:
    effects = _effects(settings)
    return ControlsInForce(
        channel=settings.controls.channel or _cost_channel(settings),
        kinds={kind: _terms(settings, kind, effects[kind]) for kind in ControlKind},
    )


def _effects(settings: Settings) -> dict[ControlKind, Effect]:
    chosen = settings.controls
    return {
        ControlKind.TIGHTEN_ESCALATION: Effect(decision_line=settings.escalation.tightened_line),
        ControlKind.RATE_LIMITING: Effect(calls_per_minute=chosen.rate_limiting.calls_per_minute),
        ControlKind.COST_SAVING: Effect(prefer_models=chosen.cost_saving.prefer_models),
    }


def _terms(settings: Settings, kind: ControlKind, effect: Effect) -> ControlTerms:
    chosen = settings.controls
    its = getattr(chosen, kind)
    return ControlTerms(
        policy=its.policy,
        effect=effect,
        lasts=chosen.lasts,
        proposed_for=chosen.proposed_for,
        pause=chosen.pause,
        ends_with_condition=its.ends_with_condition,
    )


def _cost_channel(settings: Settings) -> str:
    delivery = settings.alerts
    return channels_for(Area.COST, Severity.HIGH, [], delivery.routes, delivery.default_channel)[0]

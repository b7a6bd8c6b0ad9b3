"""What controls are called, and what they mean, in words for people."""

from collections.abc import Mapping

from riskengine.response.controls import ControlKind, Effect

TITLES: Mapping[ControlKind, str] = {
    ControlKind.TIGHTEN_ESCALATION: "Tightened escalation criteria",
    ControlKind.RATE_LIMITING: "Rate limiting",
    ControlKind.COST_SAVING: "Cost-saving mode",
}


def meaning(effect: Effect) -> str:
    """What it asks of routing, in whole sentences."""
    said = []
    if effect.decision_line is not None:
        said.append(f"A task is escalated from a score of {effect.decision_line} on.")
    if effect.calls_per_minute is not None:
        said.append(f"Orchestrators together make at most {effect.calls_per_minute} model calls a minute.")
    if effect.prefer_models:
        models = " or ".join(effect.prefer_models)
        said.append(f"Orchestrators use {models} in place of dearer models.")
    return " ".join([*said, "Emergencies are exempt."])

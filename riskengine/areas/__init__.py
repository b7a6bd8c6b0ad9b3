"""What we watch: one module for each risk."""

from enum import StrEnum


class Area(StrEnum):
    """The eight risks that come with a hybrid strategy."""

    PERFORMANCE = "performance"
    QUALITY = "quality"
    ESCALATION = "escalation"
    CONFIGURATION = "configuration"
    COST = "cost"
    ADOPTION = "adoption"
    PROVIDERS = "providers"
    SECURITY = "security"

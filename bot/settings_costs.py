"""Settings of what calls cost."""

from pydantic import Field

from bot.settings_section import Section


class PricingSettings(Section):
    """What models cost."""

    file: str = Field("", description="The table of prices; empty means the shipped one.")

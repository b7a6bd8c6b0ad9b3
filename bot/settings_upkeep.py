"""How riskbot looks after itself, and lets others know that it is well."""

from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from bot.settings_section import Section
from riskengine.durations import Duration

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class AuditorSettings(Section):
    """How riskbot looks for what it should have done itself."""

    interval: Duration = Field(
        timedelta(minutes=1), gt=timedelta(0), description="Time between two looks for what is due and not done."
    )
    patience: Duration = Field(
        timedelta(seconds=50),
        description="What may still be under way is left alone so long before it counts as forgotten.",
    )
    calm_after: Duration = Field(
        timedelta(hours=1), description="A trouble is over, and told anew when it comes back, after so long without it."
    )


class HeartbeatSettings(Section):
    """A sign of life to a dead man's switch outside, which raises the alarm when it stays away."""

    url: SecretStr = Field(
        SecretStr(""),
        description="https address that is called while all is well; empty means none. Its path is secret.",
    )
    method: Literal["GET", "POST"] = Field("GET", description="How it is called.")
    interval: Duration = Field(timedelta(minutes=1), gt=timedelta(0), description="Time between two calls.")
    oldest_unsent: Duration = Field(
        timedelta(minutes=15), description="While a message waits for longer than this, not all is well."
    )

    @field_validator("url")
    @classmethod
    def _is_safe(cls, url: SecretStr) -> SecretStr:
        """Encrypted, or on this machine; the words must not show the address."""
        if not url.get_secret_value():
            return url
        try:
            parts = urlsplit(url.get_secret_value())
            host, secure = parts.hostname, parts.scheme == "https" and parts.port != 0
        except ValueError:
            host, secure = None, False
        if not host or parts.username or not (secure or (parts.scheme == "http" and host in _LOOPBACK)):
            raise ValueError("takes an https address, or http on 127.0.0.1, without a user name")
        return url

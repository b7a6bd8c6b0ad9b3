"""What programs are told at addresses of their own."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from bot.settings_section import Section
from riskengine.addresses import Allowed
from riskengine.durations import Duration
from riskengine.response.callbacks import RetryPlan

_HOST = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+(:[1-9][0-9]{0,4})?")
#: Shorter secrets are guessed offline from one signed body.
SHORTEST_SECRET = 16


class CallbackSettings(Section):
    """Signed callbacks to programs that asked to be told of a decision (docs/programs.md)."""

    secret: SecretStr = Field(
        SecretStr(""),
        description="Signs each callback, at least 16 characters; empty means that none can be asked for.",
    )
    former_secret: SecretStr = Field(
        SecretStr(""), description="Signs as well while receivers change over to a new secret; empty otherwise."
    )
    allowed_hosts: tuple[str, ...] = Field(
        (), description="Hosts that may be called: `name`, `*.name` for all below it, `name:port` for a port but 443."
    )
    allow_loopback: bool = Field(
        False, description="Callbacks may go to this machine, without TLS; for receivers that run beside riskbot."
    )
    ca_bundle: Path | None = Field(
        None,
        description="File of certificate authorities in PEM that are trusted beside the public ones; for receivers "
        "whose certificates come from an authority of your own.",
    )
    timeout: Duration = Field(
        timedelta(seconds=5), gt=timedelta(0), description="Longest wait for a receiver: name, connection and answer."
    )
    answer_limit_bytes: int = Field(65_536, ge=0, description="Bytes of an answer that are read; the rest is left.")
    lease: Duration = Field(
        timedelta(seconds=30), description="How long a replica holds a callback that it sends; longer than the timeout."
    )
    at_once: int = Field(8, gt=0, description="Callbacks that one replica sends at once, at most one to each host.")
    first_pause: Duration = Field(
        timedelta(seconds=5), gt=timedelta(0), description="Pause after the first failed try; doubled after each."
    )
    longest_pause: Duration = Field(timedelta(hours=1), description="Longest pause between two tries.")
    retried_for: Duration = Field(
        timedelta(hours=26), description="How long a callback is tried before it is given up and said."
    )
    least_attempts: int = Field(
        5, gt=0, description="Tries that each callback gets, however long riskbot itself was away."
    )
    kept_for: Duration = Field(
        timedelta(days=90), description="How long delivered and given-up callbacks are kept, with what they say."
    )

    @field_validator("allowed_hosts")
    @classmethod
    def _are_hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if not _HOST.fullmatch(host):
                raise ValueError(
                    f"{host!r} is no host; write it like hooks.example.com or *.example.com, without https"
                )
        return hosts

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.lease <= self.timeout:
            raise ValueError("lease must be longer than timeout")
        if any(0 < len(each) < SHORTEST_SECRET for each in (self.secret.get_secret_value(), self.former)):
            raise ValueError(f"secret and former_secret take at least {SHORTEST_SECRET} characters")
        if (self.allowed_hosts or self.allow_loopback) and not self.secret.get_secret_value():
            raise ValueError("secret must be set where callbacks are allowed; receivers check it")
        return self

    @property
    def former(self) -> str:
        return self.former_secret.get_secret_value()

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(each for each in (self.secret.get_secret_value(), self.former) if each)

    @property
    def allowed(self) -> Allowed:
        return Allowed(self.allowed_hosts, self.allow_loopback)

    @property
    def plan(self) -> RetryPlan:
        return RetryPlan(self.first_pause, self.longest_pause, self.retried_for, self.least_attempts)

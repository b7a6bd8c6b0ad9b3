"""Settings: riskbot.yml, overridden key by key by the environment, checked whole, every error with its place."""

import difflib
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator

from bot.errors import SettingsError
from bot.settings_approvals import ApprovalSettings
from bot.settings_callbacks import CallbackSettings
from bot.settings_costs import BudgetSettings, ControlSettings, PricingSettings
from bot.settings_escalation import EscalationSettings
from bot.settings_section import Section
from bot.settings_upkeep import AuditorSettings, HeartbeatSettings
from riskengine.baselines import BaselineSettings
from riskengine.durations import Duration
from riskengine.response.alerts import AlertSettings
from riskengine.response.inhibitions import DEFAULT_INHIBITIONS, Inhibition
from riskengine.response.routing import Route
from riskengine.response.silences import SilenceSettings
from riskengine.response.storms import StormSettings
from riskengine.statistics import DropLimits
from riskengine.weeks import Weekday
from riskengine.windows import WindowSettings

PREFIX = "RISKBOT_"
#: Names the file itself; read by the command line, no setting.
FILE_VARIABLE = "RISKBOT_CONFIG"


class SlackSettings(Section):
    """The workspace that riskbot lives in."""

    bot_token: SecretStr = Field(SecretStr(""), description="Bot token, xoxb-…, from *OAuth & Permissions*.")
    app_token: SecretStr = Field(SecretStr(""), description="App-level token, xapp-…, for Socket Mode.")
    signing_secret: SecretStr = Field(SecretStr(""), description="Signing secret, for HTTP mode.")
    mode: Literal["socket", "http"] = Field("socket", description="How Slack reaches riskbot.")
    api_url: str = Field("https://slack.com/api/", description="Slack's Web API; the sandbox sets its own.")
    prefix: str = Field("", description="Put before every command's name where a workspace has a clash, like `rb-`.")
    ping_interval: Duration = Field(
        timedelta(seconds=10), description="Time between pings on the socket; a dead one is replaced after about two."
    )
    reconnect_after: Duration = Field(
        timedelta(seconds=20), description="A socket that is not connected for this long gets a fresh address."
    )
    give_up_after: Duration = Field(
        timedelta(minutes=10), description="The process exits when the socket stays down this long, to be started anew."
    )


class HttpSettings(Section):
    """riskbot's own HTTP API."""

    host: str = Field("127.0.0.1", description="Address to listen on; only loopback until a token exists.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    body_limit_bytes: int = Field(262_144, gt=0, description="Largest body of an alert request, in bytes.")
    batch_limit: int = Field(500, gt=0, description="Most items in one request.")
    requests_per_minute: int = Field(6_000, gt=0, description="Requests a minute that one token may make.")
    burst: int = Field(600, gt=0, description="Requests that one token may make at once after a rest.")


class TelemetrySettings(Section):
    """What orchestrators tell of their model calls, and how long it is kept."""

    body_limit_bytes: int = Field(33_554_432, gt=0, description="Largest body of a telemetry request, in bytes.")
    otlp_limit_bytes: int = Field(
        8_388_608,
        gt=0,
        description="Largest body of an OTLP request, in bytes after inflating; it is parsed in one go.",
    )
    spans_win_for: Duration = Field(
        timedelta(hours=1),
        description="How long after a service's last span of a model's call its metrics do not count: they tell of the "
        "same calls.",
    )
    label_values: int = Field(
        1_000,
        gt=0,
        description="Values that a label (model, provider, role, team, configuration) may have; more count as `other`.",
    )
    ahead: Duration = Field(
        timedelta(hours=1), description="A call that starts further ahead of riskbot's clock than this is refused."
    )
    raw_kept_for: Duration = Field(
        timedelta(days=30),
        description="How long after its arrival a raw call is kept, and known when it is sent again.",
    )
    minutes_kept_for: Duration = Field(timedelta(days=30), description="How long rollups by minute are kept.")
    hours_kept_for: Duration = Field(timedelta(days=730), description="How long rollups by hour are kept.")
    complaints_kept_for: Duration = Field(
        timedelta(days=90), description="How long people's complaints are kept, with their names and words."
    )


class WatchSettings(Section):
    """How the rules are judged."""

    rules_file: str = Field("", description="The file of rules; empty means the shipped ones. Read again when changed.")
    interval: Duration = Field(timedelta(seconds=15), description="Time between two looks at all rules.")
    windows: WindowSettings = WindowSettings()
    baseline: BaselineSettings = BaselineSettings()
    drop: DropLimits = DropLimits()


class AlertDelivery(AlertSettings):
    """How alerts are grouped, told, and where."""

    default_channel: str = Field("#llm-alerts", description="Hears of every group that no route matches.")
    ops_channel: str = Field("", description="Hears of riskbot's own troubles; empty means the default channel.")
    routes: tuple[Route, ...] = Field(
        (), description="Channels for areas, severities and labels; all matching ones are told."
    )
    inhibitions: tuple[Inhibition, ...] = Field(
        DEFAULT_INHIBITIONS,
        description="Alerts that mute others which they explain; a list of your own replaces the shipped one.",
    )
    silences: SilenceSettings = SilenceSettings()

    kept_for: Duration = Field(
        timedelta(days=90),
        description="How long a group that is over is kept with its alerts and messages, and a silence that is over; "
        "the audit keeps its rows.",
    )
    subscriptions_per_channel: int = Field(
        20, gt=0, description="Filters that one channel may subscribe to with `/alerts subscribe`."
    )
    catch_up_groups: int = Field(
        100, ge=0, description="Open groups, the worst first, that a new subscription has told at once; 0 for none."
    )

    pictures: bool = Field(True, description="Cards of the rules' own alerts show a picture of the last hour.")

    @field_validator("inhibitions")
    @classmethod
    def _names_differ(cls, inhibitions: tuple[Inhibition, ...]) -> tuple[Inhibition, ...]:
        """The name tells one from another where alerts are weighed."""
        names = [each.name for each in inhibitions]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{', '.join(twice)} stands twice; give each inhibition a name of its own")
        return inhibitions

    @model_validator(mode="after")
    def _is_kept_while_it_may_go_on(self) -> Self:
        """Else a group would be gone that fires again in its old card."""
        if self.kept_for <= self.refire_window:
            raise ValueError("kept_for must be longer than refire_window")
        return self

    @property
    def trouble_channel(self) -> str:
        return self.ops_channel or self.default_channel


class ReportSettings(Section):
    """What is told once a week."""

    noise_day: Weekday | Literal["never"] = Field(
        Weekday.MONDAY, description="Day of the report on which alerts were worth reading; `never` for none."
    )
    noise_hour: int = Field(9, ge=0, le=23, description="Hour of that day, in the organisation's time zone.")
    noise_channel: str = Field("", description="Where it is told; empty means the alerts' default channel.")
    escalations_day: Weekday | Literal["never"] = Field(
        Weekday.MONDAY, description="Day of the review of escalations; `never` for none."
    )
    escalations_hour: int = Field(9, ge=0, le=23, description="Hour of that day, in the organisation's time zone.")
    escalations_channel: str = Field("", description="Where it is told; empty means the channel of approvals.")


class DeliverySettings(Section):
    """How riskbot posts to Slack. The rates are Slack's; a lower one is kinder to its neighbours in the workspace."""

    channel_post_interval: Duration = Field(
        timedelta(seconds=1), description="Least time between two posts in a channel; Slack drops messages above it."
    )
    posts_per_minute: int = Field(300, gt=0, description="chat.postMessage calls a minute, over all channels.")
    edits_per_minute: int = Field(45, gt=0, description="chat.update calls a minute (Slack's tier 3: 50).")
    uploads_per_minute: int = Field(
        20, gt=0, description="Pictures uploaded a minute (each is two calls of tier 4: 100)."
    )
    uploads_backlog: int = Field(
        10, ge=0, description="While more messages than this wait, no picture is drawn: text goes first."
    )
    uploads_patience: Duration = Field(
        timedelta(minutes=15), description="A picture that had to wait longer than this is not drawn any more."
    )
    reads_per_minute: int = Field(45, gt=0, description="conversations.history calls a minute (Slack's tier 3: 50).")
    request_timeout: Duration = Field(
        timedelta(seconds=10), gt=timedelta(0), description="Longest wait for an answer of Slack's."
    )
    lease: Duration = Field(
        timedelta(seconds=60), description="How long a replica holds a message that it sends; longer than the timeout."
    )
    settle: Duration = Field(
        timedelta(seconds=2), description="Wait before a lost answer is looked for in the channel's history."
    )
    max_attempts: int = Field(
        8, gt=0, description="Refused or failed tries after which a message is given up and said."
    )
    late_after: Duration = Field(
        timedelta(seconds=60), description="A first post that comes later than this says so, and why."
    )

    @model_validator(mode="after")
    def _lease_outlives_a_call(self) -> Self:
        """Else another replica would take a message whose post is still under way."""
        if self.lease <= self.request_timeout:
            raise ValueError("lease must be longer than request_timeout")
        return self


class ChartSettings(Section):
    """The process that draws pictures; it is there only while there is something to draw."""

    idle_after: Duration = Field(timedelta(seconds=60), description="Time without a picture after which it ends.")
    patience: Duration = Field(
        timedelta(seconds=30), gt=timedelta(0), description="Longest wait for one picture; the first takes seconds."
    )


class PeopleSettings(Section):
    """Who is who: Slack user ids (U…), user group ids (S…), @handles of user groups, or e-mail addresses."""

    admins: tuple[str, ...] = Field((), description="May do everything; at least one is needed.")
    roles: dict[str, tuple[str, ...]] = Field({}, description="Name of a role → its people.")
    responders: tuple[str, ...] = Field(
        ("everyone",), description="Roles that may acknowledge, assign and resolve; `everyone` means all full members."
    )
    cost_deciders: tuple[str, ...] = Field(
        (),
        description="Roles that may start, end and prolong cost controls, and ask for raises of budgets; empty means "
        "the responders.",
    )
    groups_cached_for: Duration = Field(
        timedelta(minutes=5), description="How long a user group's members are believed; after that, without Slack, no."
    )
    roles_looked_at_every: Duration = Field(
        timedelta(minutes=1),
        gt=timedelta(0),
        description="Time between two looks, while approvals are pending, at how old is what is known of their roles.",
    )


class LoggingSettings(Section):
    """What is logged; secrets never are."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged.")
    json_lines: bool = Field(True, description="One JSON object a line; otherwise text for a person.")


class Settings(Section):
    """Everything an operator may set."""

    database_url: str = Field("sqlite+aiosqlite:///riskbot.db", description="SQLite file, or postgresql+asyncpg://…")
    time_zone: str = Field("UTC", description="The organisation's time zone, a name like `Europe/Berlin`.")
    slack: SlackSettings = SlackSettings()
    http: HttpSettings = HttpSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    watch: WatchSettings = WatchSettings()
    alerts: AlertDelivery = AlertDelivery()
    approvals: ApprovalSettings = ApprovalSettings()
    storms: StormSettings = StormSettings()
    reports: ReportSettings = ReportSettings()
    escalation: EscalationSettings = EscalationSettings()
    pricing: PricingSettings = PricingSettings()
    budgets: BudgetSettings = BudgetSettings()
    controls: ControlSettings = ControlSettings()
    delivery: DeliverySettings = DeliverySettings()
    callbacks: CallbackSettings = CallbackSettings()
    charts: ChartSettings = ChartSettings()
    people: PeopleSettings = PeopleSettings()
    auditor: AuditorSettings = AuditorSettings()
    heartbeat: HeartbeatSettings = HeartbeatSettings()
    logging: LoggingSettings = LoggingSettings()

    @field_validator("time_zone")
    @classmethod
    def _is_a_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{name!r} is no time zone; write one like Europe/Berlin or UTC") from None
        return name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


def load_settings(path: Path | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the file, if any, and lay the environment over it.

    Raises SettingsError with one line for each mistake: its key, what is wrong, and the nearest known name.
    """
    tree = _read_file(path) if path else {}
    for name, value in sorted(environment.items()):
        if name.startswith(PREFIX) and name != FILE_VARIABLE:
            _overlay(tree, name, value)
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(each) for each in error.errors())) from None


def _read_file(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 at byte {error.start}.") from error
    tree = _parse(text, str(path))
    if tree is not None and not isinstance(tree, dict):
        raise SettingsError(f"{path} holds a {type(tree).__name__}; expected keys and values.")
    return tree or {}


def _parse(text: str, where: str) -> Any:
    """YAML as values; a mistake is told by its place, since the line may hold a secret."""
    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = error.problem
    except yaml.YAMLError:
        place, problem = "", "it holds a character that YAML does not take"
    raise SettingsError(f"{where} is no YAML: {problem}{place}.")


def _overlay(tree: dict[str, Any], name: str, value: str) -> None:
    *sections, key = name.removeprefix(PREFIX).lower().split("__")
    branch = tree
    for section in sections:
        branch = branch.setdefault(section, {})
        if not isinstance(branch, dict):
            raise SettingsError(f"{name} goes below {section}, which the file gives a plain value.")
    # Lists and mappings are written as YAML; a token or an address stays the text that it is.
    branch[key] = _parse(value, name) if value[:1] in "[{" and value else value


def _explain(error: Any) -> str:
    path = [str(part) for part in error["loc"]]
    written = f"{'.'.join(path)} ({PREFIX}{'__'.join(path).upper()})"
    if error["type"] != "extra_forbidden":
        return f"{written}: {error['msg'].removeprefix('Value error, ')}"
    near = difflib.get_close_matches(path[-1], _names_at(path[:-1]), n=1)
    return f"{written}: no such setting{f'; did you mean {near[0]}?' if near else '.'}"


def _names_at(path: list[str]) -> list[str]:
    section: Any = Settings
    for part in path:
        field = getattr(section, "model_fields", {}).get(part)
        section = field.annotation if field else None
    return list(getattr(section, "model_fields", {}))

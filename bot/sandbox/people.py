"""The people, groups and channels a new workspace has."""

from dataclasses import dataclass, field

from bot.sandbox.constants import APP_ID, BOT_ID, BOT_NAME, BOT_USER_ID, TEAM_ID
from bot.sandbox.wire import Json


@dataclass(slots=True)
class User:
    id: str
    name: str
    real_name: str
    title: str = ""
    email: str = ""
    is_admin: bool = False
    is_restricted: bool = False
    is_bot: bool = False
    deleted: bool = False

    def to_slack(self, *, with_email: bool = True) -> Json:
        """As users.info shows it; the address needs a scope of its own."""
        first, _, last = self.real_name.partition(" ")
        profile = {
            "title": self.title,
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": "" if self.is_bot else self.name,
            "display_name_normalized": "" if self.is_bot else self.name,
            "first_name": first,
            "last_name": last,
            "team": TEAM_ID,
        }
        if with_email and self.email:
            profile["email"] = self.email
        if self.is_bot:
            profile |= {"bot_id": BOT_ID, "api_app_id": APP_ID}
        return {
            "id": self.id,
            "team_id": TEAM_ID,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.deleted,
            "profile": profile,
            **self._roles(),
        }

    def _roles(self) -> Json:
        return {
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "tz": "Etc/UTC",
            "tz_label": "Coordinated Universal Time",
            "tz_offset": 0,
            "updated": 0,
        }

    def to_state(self) -> Json:
        return {**self.to_slack(), "title": self.title, "email": self.email}


@dataclass(slots=True)
class Group:
    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)
    is_disabled: bool = False

    def to_slack(self, *, with_users: bool = False) -> Json:
        return {
            "id": self.id,
            "team_id": TEAM_ID,
            "is_usergroup": True,
            "name": self.name,
            "handle": self.handle,
            "description": "",
            "date_delete": int(self.is_disabled),
            "user_count": len(self.users),
            **({"users": list(self.users)} if with_users else {}),
        }


@dataclass(frozen=True, slots=True)
class ChannelSeed:
    id: str
    name: str
    topic: str
    is_private: bool = False
    is_archived: bool = False
    with_bot: bool = True


def _person(name: str, real_name: str, title: str, **traits: bool) -> User:
    return User(f"U0{name.upper()}", name, real_name, title, f"{name}@sandbox.example", **traits)


def seeded_users() -> list[User]:
    return [
        _person("alice", "Alice Arden", "Tech lead", is_admin=True),
        _person("bo", "Bo Berg", "Architect"),
        _person("carol", "Carol Cruz", "Security lead"),
        _person("dave", "Dave Diaz", "Engineering manager"),
        _person("erin", "Erin Evans", "Product manager"),
        _person("frank", "Frank Fuchs", "CTO"),
        _person("grace", "Grace Gomez", "VP engineering"),
        _person("hana", "Hana Honda", "On-call engineer"),
        _person("ivan", "Ivan Ilic", "Platform engineer"),
        _person("gus", "Gus Grant", "Guest", is_restricted=True),
        _person("zoe", "Zoe Zimmer", "Former engineer", deleted=True),
        User(BOT_USER_ID, BOT_NAME, "Riskbot", "Chat-ops", is_bot=True),
    ]


def seeded_groups() -> list[Group]:
    return [
        Group("S0ONCALL", "oncall", "On call", ["U0HANA", "U0IVAN"]),
        Group("S0TECHLEADS", "tech-leads", "Tech leads", ["U0ALICE", "U0BO", "U0CAROL"]),
        Group("S0ENGMANAGERS", "eng-managers", "Engineering managers", ["U0DAVE", "U0ERIN"]),
        Group("S0EXECUTIVES", "executives", "Executives", ["U0FRANK", "U0GRACE"]),
    ]


SEEDED_CHANNELS = (
    ChannelSeed("C0LLMALERTS", "llm-alerts", "Alerts of the model fleet"),
    ChannelSeed("C0ESCALATIONS", "escalations", "Approvals for the stronger model"),
    ChannelSeed("C0INCIDENTS", "incidents", "What is being dealt with now"),
    ChannelSeed("C0LLMCOSTS", "llm-costs", "Spend and the controls in force"),
    ChannelSeed("C0GENERAL", "general", "Everyone"),
    ChannelSeed("C0PRIVATEOPS", "private-ops", "By invitation", is_private=True, with_bot=False),
    ChannelSeed("C0OLDPROJECT", "old-project", "Finished", is_archived=True),
)

"""The policies of approvals that may be used: somebody is asked at each tier, and there are enough for the quorum."""

from collections.abc import Iterator, Mapping

from bot.checks.findings import Line, failed, ok, tried
from bot.settings import Settings
from bot.settings_approvals import ApprovalSettings
from bot.slack.people import SlackPeople
from riskengine.response.approvals.policies import SHIPPED, Policy

Members = Mapping[str, frozenset[str]]


async def examine(settings: Settings, people: SlackPeople) -> list[Line]:
    return [
        await tried(subject(name), _policy(name, settings, people)) for name in names_to_examine(settings.approvals)
    ]


def subject(name: str) -> str:
    return f"policy {name}"


def names_to_examine(settings: ApprovalSettings) -> list[str]:
    """Those that the settings name, and the operator's own; a shipped one that nothing names may lie idle."""
    named = [settings.default_policy, settings.emergency_policy, *settings.policy_of_kind.values()]
    own = [name for name, policy in settings.policies.items() if SHIPPED.get(name) != policy]
    return list(dict.fromkeys([*named, *own]))


async def _policy(name: str, settings: Settings, people: SlackPeople) -> Line:
    """Raises PeopleUnreadable."""
    policy = settings.approvals.policies[name]
    members = {role: await people.members_of(settings.people.roles.get(role, ())) for role in policy.roles}
    if wrong := "; ".join(_mistakes(policy, members)):
        return failed(subject(name), wrong, "Name people in people.roles, or change the policy in approvals.policies.")
    asked = ", ".join(f"{tier.name} {len(_people(tier.roles, members))}" for tier in policy.tiers)
    empty = [role for role, found in members.items() if not found]
    return ok(subject(name), f"people asked: {asked}" + (f"; nobody is {', '.join(empty)}" if empty else ""))


def _mistakes(policy: Policy, members: Members) -> Iterator[str]:
    for tier in policy.tiers:
        if not _people(tier.roles, members):
            yield f"tier {tier.name} asks nobody, its roles are {', '.join(tier.roles)}"
    found = len(_people(policy.roles, members))
    if found < policy.quorum:
        yield f"{policy.quorum} must approve, and its roles have {found}"


def _people(roles: tuple[str, ...], members: Members) -> frozenset[str]:
    return frozenset().union(*(members[role] for role in roles))

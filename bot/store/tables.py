"""Every table, so that the metadata is whole for migrations and contract tests."""

from bot.store.alerts import alert_groups, alerts
from bot.store.approval_people import approval_absences, role_looks, role_members
from bot.store.approval_votes import approval_tiers, approval_votes
from bot.store.approvals import approval_requests
from bot.store.audit import audit, audit_head
from bot.store.auditor_episodes import auditor_episodes
from bot.store.availability import beats, outages
from bot.store.bell_turns import bell_turns
from bot.store.budgets import budget_plans, budget_raises, cost_conditions
from bot.store.callbacks import callbacks
from bot.store.complaints import complaints
from bot.store.controls import controls
from bot.store.cost_digests import cost_digests
from bot.store.destinations import destinations
from bot.store.due import due
from bot.store.escalations import escalations
from bot.store.executions import executions
from bot.store.homes import homes
from bot.store.inbound import inbound
from bot.store.inhibitions import inhibition_sides
from bot.store.judgements import alert_judgements
from bot.store.messages import messages
from bot.store.muting import muting
from bot.store.pictures import pictures
from bot.store.raise_requests import raise_requests
from bot.store.rates import method_rates
from bot.store.request_repeats import request_days, request_progress, request_repeats
from bot.store.rule_states import rule_looks, rule_states
from bot.store.rules_in_force import rules_in_force
from bot.store.schema import metadata
from bot.store.silences import silences
from bot.store.subscriptions import subscriptions
from bot.store.telemetry.calls import calls
from bot.store.telemetry.deltas import rollup_deltas
from bot.store.telemetry.fresh_keys import fresh_keys
from bot.store.telemetry.keys import call_keys
from bot.store.telemetry.meters import metric_readings
from bot.store.telemetry.outcomes import task_outcomes
from bot.store.telemetry.rollups import rollups_hour, rollups_minute
from bot.store.telemetry.series import series
from bot.store.tokens import tokens

__all__ = [
    "alert_groups",
    "alert_judgements",
    "alerts",
    "approval_absences",
    "approval_requests",
    "approval_tiers",
    "approval_votes",
    "audit",
    "audit_head",
    "auditor_episodes",
    "beats",
    "bell_turns",
    "budget_plans",
    "budget_raises",
    "call_keys",
    "callbacks",
    "calls",
    "complaints",
    "controls",
    "cost_conditions",
    "cost_digests",
    "destinations",
    "due",
    "escalations",
    "executions",
    "fresh_keys",
    "homes",
    "inbound",
    "inhibition_sides",
    "messages",
    "metadata",
    "method_rates",
    "metric_readings",
    "muting",
    "outages",
    "pictures",
    "raise_requests",
    "request_days",
    "request_progress",
    "request_repeats",
    "role_looks",
    "role_members",
    "rollup_deltas",
    "rollups_hour",
    "rollups_minute",
    "rule_looks",
    "rule_states",
    "rules_in_force",
    "series",
    "silences",
    "subscriptions",
    "task_outcomes",
    "tokens",
]

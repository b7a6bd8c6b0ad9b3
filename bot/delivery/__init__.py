"""Slack out: what shall be shown is reconciled with what is shown, within Slack's limits."""

"""Alerts: received from senders, told in channels, taken care of by people."""

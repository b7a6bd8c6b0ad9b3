"""Complaints: people say in Slack that an answer was slow, wrong or missing; rules count them."""

"""The outside world beyond Slack, over HTTP."""

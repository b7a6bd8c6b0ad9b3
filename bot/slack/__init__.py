"""Our side of Slack: app, ids, people and permissions, client, errors, rendering, block limits."""

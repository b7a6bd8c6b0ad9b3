"""What is drawn for people beside Slack's own blocks."""

"""Programs of other people: they know slack-bolt, slack-sdk and a base URL, and nothing of this project."""

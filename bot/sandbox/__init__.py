"""A strict double of Slack on 127.0.0.1: Web API, Socket Mode, signed HTTP delivery, a page and controls for tests."""

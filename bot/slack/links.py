"""Links to messages, made without asking Slack: it would not tell of channels that we are not in."""

from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass
class Links:
    """Knows the workspace's address from the first connection on."""

    team_url: str = ""

    def to_message(self, channel: str, ts: str, thread_ts: str) -> str:
        """As chat.getPermalink would spell it; a reply's link opens its thread."""
        query = "?" + urlencode({"thread_ts": thread_ts, "cid": channel}) if thread_ts and thread_ts != ts else ""
        return f"{self.team_url}archives/{channel}/p{ts.replace('.', '')}{query}"

"""Names and limits of the sandbox workspace. Limits are Slack's, as its documentation or its answers show them."""

BOT_TOKEN = "xoxb-sandbox-bot"  # noqa: S105 - a made-up token of a made-up workspace
APP_TOKEN = "xapp-sandbox-app"  # noqa: S105
SIGNING_SECRET = "sandbox-signing-secret"  # noqa: S105
VERIFICATION_TOKEN = "sandbox-verification-token"  # noqa: S105

TEAM_ID = "T0SANDBOX"
TEAM_NAME = "Sandbox"
TEAM_DOMAIN = "sandbox"
APP_ID = "A0SANDBOX"
BOT_ID = "B0RISKBOT"
BOT_USER_ID = "U0RISKBOT"
BOT_NAME = "riskbot"

#: Slack gives an app 3 s to acknowledge a command, a press or an event.
ACK_DEADLINE_SECONDS = 3.0
TRIGGER_LIFETIME_SECONDS = 3.0
RESPONSE_URL_LIFETIME_SECONDS = 30 * 60.0
RESPONSE_URL_USES = 5
#: Seconds between a failed delivery of an event and the next one: at once, after a minute, after five.
EVENT_RETRY_SECONDS = (0.0, 60.0, 300.0)
EVENTS_PER_HOUR = 30_000
#: Of an hour's deliveries by HTTP; above it Slack switches an app's events off, but not for a handful of failures.
FAILING_SHARE = 0.95
FAILURES_COUNT_FROM = 1_000
MAX_CONNECTIONS = 10
#: What Slack's hello says of a link's life, some five hours.
LINK_LIFETIME_SECONDS = 18_060.0
#: Slack closes a link some 10 s after it announced so.
RETIRE_SECONDS = 10.0
#: So long after its completion a file is not yet one that blocks may show.
FILE_PROCESSING_SECONDS = 1.0

TEXT_TRUNCATED_AT = 40_000
UPDATE_TEXT_LIMIT = 4_000
METADATA_LIMIT_BYTES = 16_000
VIEW_LIMIT_BYTES = 250_000
VIEW_STACK_LIMIT = 3
HISTORY_LIMIT = 999
#: Characters typed before an external select asks the app, unless the element says otherwise.
MIN_QUERY_LENGTH = 3

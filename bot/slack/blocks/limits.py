"""Numbers that several tables and the renderer share. Sources: Slack's Block Kit reference unless said otherwise."""

from bot.slack.blocks.kinds import String

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
#: Slack's `view_too_large` starts here, in bytes of JSON.
VIEW_BYTES = 250_000
#: All markdown blocks of one payload together.
MARKDOWN_CHARACTERS = 12_000
#: All cells of one table together; secondary sources only, so kept for safety.
TABLE_CHARACTERS = 10_000
TABLES = 1
CHARTS = 2
#: `msg_blocks_too_long` was seen near this many characters of text (undocumented); cards keep to the budget below it.
MESSAGE_CHARACTERS = 13_200
MESSAGE_BUDGET = 12_000

BLOCK_ID = String(255)
ACTION_ID = String(255)
URL = String(3000, pattern=r"(https?://|slack://|mailto:|tel:)\S+", expected="an absolute URL")
IMAGE_URL = String(3000, pattern=r"https?://\S+", expected="an http(s) URL")

"""The words of `/alerts`, a module for those that belong together; WORDS is the table of them."""

from bot.handlers.alerts_words import complaints, rules, silences, states, subscriptions
from bot.handlers.alerts_words.delivery import delivery
from bot.handlers.alerts_words.report import report
from bot.handlers.asked import Word

WORDS: dict[str, Word] = {
    "status": states.status,
    "list": states.listing,
    "mine": states.mine,
    "report": report,
    "delivery": delivery,
    "silence": silences.silence,
    "silences": silences.listing,
    "subscribe": subscriptions.subscribe,
    "unsubscribe": subscriptions.unsubscribe,
    "subscriptions": subscriptions.listing,
    "rules": rules.rules,
    "complaints": complaints.complaints,
    "help": states.help_text,
}

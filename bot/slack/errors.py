"""What Slack's errors mean for a message: each has one outcome, and none is taken for success."""

from enum import StrEnum

from bot.errors import RiskbotError


class Outcome(StrEnum):
    """What is to be done after a refusal."""

    #: Slack refused it for now; the same call may work later.
    RETRY = "retry"
    #: Slack was not reached, so nobody took it: nothing else will get through either.
    UNREACHABLE = "unreachable"
    #: Nobody knows whether it was taken.
    AMBIGUOUS = "ambiguous"
    #: The channel refuses us: the message goes elsewhere, and somebody is told once.
    DESTINATION = "destination"
    #: Slack does not like the blocks: the message goes as plain text.
    CONTENT = "content"
    #: The message that was to be edited is gone: it is posted anew.
    GONE = "gone"
    #: Our token is not accepted: nothing is called until it is.
    CREDENTIALS = "credentials"


_WORDS: dict[Outcome, str] = {
    Outcome.DESTINATION: """
        channel_not_found not_in_channel is_archived restricted_action restricted_action_read_only_channel
        restricted_action_thread_only_channel restricted_action_non_threadable_channel user_not_found user_disabled
        users_not_found cannot_dm_bot messages_tab_disabled team_access_not_granted ekm_access_denied thread_not_found
        method_not_supported_for_channel_type""",
    Outcome.CONTENT: """
        invalid_blocks invalid_blocks_format msg_blocks_too_long msg_too_long too_many_attachments invalid_attachments
        invalid_metadata_format invalid_metadata_schema metadata_too_large no_text markdown_text_conflict
        invalid_arguments invalid_arg_name invalid_form_data invalid_post_type""",
    Outcome.GONE: "message_not_found cant_update_message edit_window_closed is_inactive block_mismatch",
    Outcome.CREDENTIALS: """
        invalid_auth not_authed account_inactive token_revoked token_expired missing_scope not_allowed_token_type
        no_permission org_login_required access_denied""",
    Outcome.AMBIGUOUS: "internal_error fatal_error request_timeout",
    Outcome.RETRY: "ratelimited rate_limited message_limit_exceeded service_unavailable accesslimited",
}
OUTCOMES: dict[str, Outcome] = {word: outcome for outcome, words in _WORDS.items() for word in words.split()}


class SlackError(RiskbotError):
    """Slack did not do what was asked."""

    code = "slack"

    def __init__(self, method: str, error: str, outcome: Outcome, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(f"{method}: {error}", hint=_hint(method, error))
        self.method = method
        self.error = error
        self.outcome = outcome
        #: Set when Slack says how long to wait; then nothing was taken.
        self.retry_after_seconds = retry_after_seconds


HINTS = {
    "invalid_auth": "Check RISKBOT_SLACK__BOT_TOKEN; `riskbot check` tries it.",
    "not_authed": "Set RISKBOT_SLACK__BOT_TOKEN; `riskbot check` tries it.",
    "not_allowed_token_type": "RISKBOT_SLACK__BOT_TOKEN takes the bot token, xoxb-…, not another one.",
    "token_revoked": "The app was uninstalled or its token revoked; install it again and set the new token.",
    "account_inactive": "The app's bot user was deactivated; install the app again.",
    "missing_scope": "Install the app again with the scopes of `riskbot manifest`.",
    "not_in_channel": "Invite the bot: /invite @riskbot in that channel.",
    "channel_not_found": "Check the channel's name; a private one must invite the bot first.",
    "is_archived": "Unarchive the channel or choose another one in riskbot.yml.",
}


#: The one method that takes the app-level token instead of the bot's.
_CONNECT = "apps.connections.open"
_APP_TOKEN = "Check RISKBOT_SLACK__APP_TOKEN: an app-level token, xapp-…, with the scope connections:write."  # noqa: S105 - a hint


def _hint(method: str, error: str) -> str:
    if method == _CONNECT and outcome_of(error) == Outcome.CREDENTIALS:
        return _APP_TOKEN
    return HINTS.get(error, "")


def outcome_of(error: str) -> Outcome:
    """The outcome of an error string; one that we do not know is tried again and, after the last try, said."""
    return OUTCOMES.get(error, Outcome.RETRY)

"""One family of errors: each says what happened, to which object, and what to do next."""


class RiskbotError(Exception):
    """Something went wrong in riskbot. Look at the log entry with the same reference."""

    #: Stable word for programs (JSON errors, log keys).
    code = "internal"
    #: What to do next, in one sentence.
    hint = ""

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").splitlines()[0])
        self.hint = hint or self.hint

    @property
    def message(self) -> str:
        return str(self)


class SettingsError(RiskbotError):
    """The settings are not usable."""

    code = "settings"
    hint = "Mend riskbot.yml or the environment variable named above; `riskbot check` examines them."


class DatabaseBusy(RiskbotError):
    """The database did not take the write in time; nothing was stored."""

    code = "database_busy"
    hint = "Send it again after the seconds in Retry-After."


class DatabaseUnavailable(RiskbotError):
    """The database cannot be written at the moment; nothing was stored."""

    code = "database_unavailable"
    hint = "Look at /readyz and at the disk or the database server; senders may retry."


class SchemaMismatch(RiskbotError):
    """The database is not at the version of this program."""

    code = "schema_mismatch"
    hint = "Run `riskbot migrate` with the newest version that uses this database."


class AlreadyServing(RiskbotError):
    """Another `riskbot serve` runs on this SQLite file."""

    code = "already_serving"
    hint = "Stop the other process, or use PostgreSQL for several replicas."


class NotFound(RiskbotError):
    """There is no such object."""

    code = "not_found"


class WrongUse(RiskbotError):
    """The call is not of the expected form."""

    code = "wrong_use"


class Conflict(RiskbotError):
    """The request contradicts an earlier one."""

    code = "conflict"


class PeopleUnreadable(RiskbotError):
    """Slack did not say who is in a role."""

    code = "people_unreadable"
    hint = "Try again in a moment; /readyz says whether Slack can be reached."


class ApprovalImpossible(RiskbotError):
    """Nobody could approve this."""

    code = "approval_impossible"
    hint = "Give the roles of the policy people besides the requester; `riskbot check` examines them."

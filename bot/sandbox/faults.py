"""Faults a test switches on: what can go wrong between an app and Slack."""

import random
from dataclasses import dataclass, field, fields

from bot.sandbox.errors import ControlRefusal
from bot.sandbox.wire import Json


@dataclass(slots=True)
class Faults:
    """Every field is a switch of `POST /sandbox/api/faults`; counts run down as they are used."""

    rate_limit_next: int = 0
    rate_limit_share: float = 0.0
    retry_after_seconds: int = 1
    error_next: int = 0
    error_share: float = 0.0
    #: The error word of error_next and error_share.
    error: str = "internal_error"
    #: 500 and its kin: the body is then not JSON.
    status: int = 0
    drop_after_commit_next: int = 0
    drop_after_commit_share: float = 0.0
    #: Posts that get an ok and appear nowhere.
    swallow_next_posts: int = 0
    delay_seconds: float = 0.0
    #: The above concern these methods only; empty means all.
    methods: list[str] = field(default_factory=list)
    refuse_websocket: bool = False
    mute_pings: bool = False
    duplicate_next_event: str = ""
    lose_next_acks: int = 0
    revoke_token: bool = False
    unreadable_history: bool = False
    seed: int = 0
    _random: random.Random = field(default_factory=lambda: random.Random(0), repr=False)  # noqa: S311 - repeatable faults

    def concerns(self, method: str) -> bool:
        return not self.methods or method in self.methods

    def rate_limits(self, method: str) -> bool:
        return self._happens(method, "rate_limit_next", self.rate_limit_share)

    def fails(self, method: str) -> bool:
        return self._happens(method, "error_next", self.error_share)

    def drops(self, method: str) -> bool:
        """Unless methods are named, only calls that leave something behind: a lost answer to a question is no test."""
        if not self.methods and not method.startswith(("chat.", "views.")):
            return False
        return self._happens(method, "drop_after_commit_next", self.drop_after_commit_share)

    def loses_ack(self) -> bool:
        return self._count_down("lose_next_acks")

    def swallows_post(self) -> bool:
        return self._count_down("swallow_next_posts")

    def take_duplicate(self) -> str:
        kind, self.duplicate_next_event = self.duplicate_next_event, ""
        return kind

    def set(self, switches: Json) -> None:
        """Raises ControlRefusal for an unknown switch or a value of another type; then nothing is set."""
        known = switch_types()
        for name, value in switches.items():
            if name not in known:
                raise ControlRefusal(f"There is no fault {name!r}. There is: {', '.join(sorted(known))}.")
            expected = (int, float) if known[name] is float else known[name]
            if not isinstance(value, expected):
                raise ControlRefusal(f"The fault {name!r} takes a {known[name].__name__}, not {value!r}.")
        if switches.get("duplicate_next_event", "") not in ("", "same_id", "new_id"):
            raise ControlRefusal("duplicate_next_event is 'same_id' or 'new_id'.")
        for name, value in switches.items():
            setattr(self, name, value)
        if "seed" in switches:
            self._random.seed(self.seed)

    def clear(self) -> None:
        fresh = Faults()
        for name in switch_types():
            setattr(self, name, getattr(fresh, name))
        self._random.seed(0)

    def on(self) -> Json:
        """The switches that differ from a workspace without faults."""
        fresh = Faults()
        shown = {name: getattr(self, name) for name in switch_types()}
        return {name: value for name, value in shown.items() if value != getattr(fresh, name)}

    def _happens(self, method: str, counter: str, share: float) -> bool:
        if not self.concerns(method):
            return False
        return self._count_down(counter) or (share > 0 and self._random.random() < share)

    def _count_down(self, counter: str) -> bool:
        left: int = getattr(self, counter)
        if left <= 0:
            return False
        setattr(self, counter, left - 1)
        return True


def switch_types() -> dict[str, type]:
    fresh = Faults()
    return {item.name: type(getattr(fresh, item.name)) for item in fields(Faults) if not item.name.startswith("_")}

"""How the items of a body are made from its JSON, alone and many at once."""

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.ingest.explain import explain, field_names
from bot.ingest.slices import ITEM_BYTES
from riskengine.telemetry import ModelCall, TaskOutcome

Item = TypeVar("Item", ModelCall, TaskOutcome)
Read_co = TypeVar("Read_co", covariant=True)


class Form(Protocol[Read_co]):
    """How the items of one format are made from JSON, in which NULs are replaced already."""

    #: The longest item that is taken.
    item_bytes: int

    def one(self, written: bytes) -> Read_co | None:
        """The item of a small body that is one good object, by compiled code alone."""
        ...

    def check(self, written: bytes) -> Read_co | str | None:
        """The item, or what is wrong with it; None for what is sound and does not concern us."""
        ...

    def check_many(self, written: str) -> Sequence[Read_co] | None:
        """The items of an array in one step; None when anything is wrong with it."""
        ...


class OwnForm(Generic[Item]):
    """Items in our own form."""

    item_bytes = ITEM_BYTES

    def __init__(self, model: type[Item]) -> None:
        self._adapter: TypeAdapter[Item] = TypeAdapter(model)
        self._many: TypeAdapter[list[Item]] = TypeAdapter(list[model])  # type: ignore[valid-type]
        self._names = field_names(model)

    def one(self, written: bytes) -> Item | None:
        try:
            return self._adapter.validate_json(written)
        except ValidationError:
            return None

    def check(self, written: bytes) -> Item | str:
        try:
            return self._adapter.validate_json(written)
        except ValidationError as error:
            return explain(error, self._names)

    def check_many(self, written: str) -> Sequence[Item] | None:
        try:
            return self._many.validate_json(written)
        except ValidationError:
            return None

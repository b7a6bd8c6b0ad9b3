"""Rules between blocks: how many, on which surface, with which ids."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bot.slack.blocks.catalogue import ANY_BLOCK, SURFACES, Surface
from bot.slack.blocks.findings import BlockError, Flaw, below
from bot.slack.blocks.kinds import wrong_type
from bot.slack.blocks.limits import CHARTS, MARKDOWN_CHARACTERS, MESSAGE_BLOCKS, TABLES, VIEW_BLOCKS

Block = Mapping[str, Any]
Indexed = Sequence[tuple[str, Block]]
Across = Callable[[Indexed, str], Iterator[BlockError]]

_MOST: Mapping[Surface, int] = {"message": MESSAGE_BLOCKS, "modal": VIEW_BLOCKS, "home": VIEW_BLOCKS}
#: How many blocks of a type one payload may hold; for data_table nothing is documented, so it is held to the same.
_MOST_OF: Mapping[str, int] = {"table": TABLES, "data_table": TABLES, "data_visualization": CHARTS}


def check_list(blocks: object, surface: Surface, at: str) -> Iterator[BlockError]:
    if not isinstance(blocks, list):
        yield wrong_type("an array of blocks", blocks, at)
        return
    if not blocks:
        yield BlockError(Flaw.TOO_FEW, "needs at least one block", at)
    if len(blocks) > _MOST[surface]:
        yield BlockError(Flaw.TOO_MANY, f"has {len(blocks)} blocks; a {surface} takes {_MOST[surface]}", at)
    indexed = [(below(at, index), block) for index, block in enumerate(blocks)]
    for where, block in indexed:
        yield from _surface(block, surface, where)
        yield from ANY_BLOCK.check(block, where)
    objects = [(where, block) for where, block in indexed if isinstance(block, Mapping)]
    for rule in _ACROSS:
        yield from rule(objects, at)


def _surface(block: object, surface: Surface, at: str) -> Iterator[BlockError]:
    kind = block.get("type") if isinstance(block, Mapping) else None
    places = SURFACES.get(kind) if isinstance(kind, str) else None
    if places is not None and surface not in places:
        yield BlockError(Flaw.WRONG_SURFACE, f"{kind} stands only in: {', '.join(sorted(places))}", below(at, "type"))


def _repeated(found: Sequence[tuple[str, object]], name: str) -> Iterator[BlockError]:
    seen: set[str] = set()
    for where, value in found:
        if isinstance(value, str) and value in seen:
            yield BlockError(Flaw.DUPLICATE, f"{name} {value!r} is already used", below(where, name))
        elif isinstance(value, str):
            seen.add(value)


def _block_ids_differ(blocks: Indexed, _at: str) -> Iterator[BlockError]:
    yield from _repeated([(where, block.get("block_id")) for where, block in blocks], "block_id")


def elements_of(block: Block, at: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The interactive elements of a block with their pointers."""
    elements = block.get("elements")
    found: list[tuple[str, object]] = [(below(at, key), block.get(key)) for key in ("accessory", "element")]
    if isinstance(elements, list):
        found += [(below(below(at, "elements"), index), item) for index, item in enumerate(elements)]
    return [(where, item) for where, item in found if isinstance(item, Mapping)]


def _action_ids_differ(blocks: Indexed, _at: str) -> Iterator[BlockError]:
    """Slack asks for different action_ids within one block; two blocks may share one."""
    for where, block in blocks:
        yield from _repeated([(at, item.get("action_id")) for at, item in elements_of(block, where)], "action_id")


def _kinds_are_few(blocks: Indexed, at: str) -> Iterator[BlockError]:
    counts = Counter(block["type"] for _, block in blocks if isinstance(block.get("type"), str))
    for kind, most in _MOST_OF.items():
        if counts[kind] > most:
            yield BlockError(Flaw.TOO_MANY, f"has {counts[kind]} {kind} blocks; at most {most}", at)


def _markdown_fits(blocks: Indexed, at: str) -> Iterator[BlockError]:
    texts = [block.get("text") for _, block in blocks if block.get("type") == "markdown"]
    total = sum(len(text) for text in texts if isinstance(text, str))
    if len(texts) > 1 and total > MARKDOWN_CHARACTERS:
        yield BlockError(Flaw.TOO_LONG, f"markdown holds {total} characters; at most {MARKDOWN_CHARACTERS} fit", at)


def _one_focus(blocks: Indexed, at: str) -> Iterator[BlockError]:
    focused = [1 for where, block in blocks for _, item in elements_of(block, where) if item.get("focus_on_load")]
    if len(focused) > 1:
        yield BlockError(Flaw.CONFLICT, "only one element may take the focus on load", at)


_ACROSS: tuple[Across, ...] = (
    _block_ids_differ,
    _action_ids_differ,
    _kinds_are_few,
    _markdown_fits,
    _one_focus,
)

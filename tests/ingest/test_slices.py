"""Bodies taken apart as they arrive: the same items whatever the pieces, and every fault by its place."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ingest import slices as module
from bot.ingest.problems import Invalid, InvalidJson
from bot.ingest.slices import ITEM_BYTES, SLICE_ITEMS, slices

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False, width=32),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(st.text(), values, max_size=4)


def refuse(_written: str):
    """No slice is good as a whole, so each item is looked at alone."""
    return


def accept(written: str):
    """As a model that takes every object."""
    try:
        values = json.loads(written)
    except ValueError:
        return None
    return values if all(isinstance(value, dict) for value in values) else None


async def taken(body: bytes, *, cut: int = 65_536, is_lines: bool = False, check_many=refuse):
    """The items by their places; what is no JSON is None."""

    async def pieces():
        for start in range(0, len(body), cut):
            yield body[start : start + cut]

    items = []
    async for piece in slices(pieces(), is_lines=is_lines, check_many=check_many):
        assert piece.end - piece.first <= SLICE_ITEMS
        assert piece.first == len(items)
        items += piece.checked or map(value_of, piece.items)
    return items


def value_of(written: bytes):
    try:
        return json.loads(written)
    except ValueError:
        return None


@pytest.fixture
def small_slices(monkeypatch):
    """So that a few bytes are a large body."""
    monkeypatch.setattr(module, "SLICE_BYTES", 40)


@settings(max_examples=150)
@given(
    values=st.lists(values, max_size=20) | st.lists(objects, max_size=20),
    cut=st.integers(1, 50),
    indent=st.sampled_from([None, 1]),
    is_ascii=st.booleans(),
    check_many=st.sampled_from([refuse, accept]),
)
async def test_array_in_any_pieces(values, cut, indent, is_ascii, check_many):
    body = json.dumps(values, indent=indent, ensure_ascii=is_ascii).encode("utf-8", "replace")
    slice_bytes, module.SLICE_BYTES = module.SLICE_BYTES, 40
    try:
        items = await taken(body, cut=cut, check_many=check_many)
    finally:
        module.SLICE_BYTES = slice_bytes
    assert len(items) == len(values)
    # A NUL is replaced on the way, which is another test's matter.
    assert b"\\u0000" in body or items == json.loads(body)


@settings(max_examples=100)
@given(values=st.lists(objects, min_size=2, max_size=20), cut=st.integers(1, 50), data=st.data())
async def test_lines_in_any_pieces(values, cut, data):
    lines = [json.dumps(value).encode() for value in values]
    separators = [data.draw(st.sampled_from([b"\n", b"\r\n", b"\n\n", b"\n  \n"])) for _ in lines]
    body = b"".join(line + separator for line, separator in zip(lines, separators, strict=True))
    assert await taken(body, cut=cut, is_lines=True) == values


@pytest.mark.parametrize("check_many", [refuse, accept])
async def test_long_array_is_taken_in_slices(check_many):
    values = [{"n": number, "text": '}, {"n"', "inner": [{"a": 1}, {"a": 2}]} for number in range(3_000)]
    assert await taken(json.dumps(values).encode(), check_many=check_many) == values
    values[1_700] = 7
    assert await taken(json.dumps(values).encode(), check_many=check_many) == values


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(b' \n[{"a":1}]', "array", id="array"),
        pytest.param(b"\xef\xbb\xbf[]", "array", id="array behind a mark"),
        pytest.param(b'{"a":1}\n{"a":2}\n', "lines", id="lines"),
        pytest.param(b'{"a":1\n{"a":2}\n', "lines", id="lines, the first one broken"),
        pytest.param(b'{"a":1}\nbroken', "lines", id="lines, the second one broken"),
        pytest.param(b'{"a":1}\n', "object", id="one line is an object"),
        pytest.param(b'{\n  "a": 1\n}\n', "object", id="object over lines"),
        pytest.param(b"", "object", id="nothing"),
    ],
)
def test_kind_is_seen_in_the_body(body, kind):
    assert module.reader_for(body, is_lines=False, check_many=refuse).__class__.__name__.lower().startswith(kind)


async def test_broken_lines_spoil_no_others():
    body = b'{"a":0}\n{"a":1\n{"a":2}}\n\xff\xfe\n["x"]\n\n{"a":6}'
    assert await taken(body, cut=3) == [{"a": 0}, None, None, None, ["x"], {"a": 6}]


async def test_items_before_a_fault_come_first():
    body = b'[{"a":0},{"a":1} {"a":2}]'
    seen = []

    async def whole():
        yield body

    with pytest.raises(InvalidJson, match=r"at item 2, where .* is due: '{' stands there"):
        async for piece in slices(whole(), is_lines=False, check_many=refuse):
            seen += map(value_of, piece.items)
    assert seen == [{"a": 0}, {"a": 1}]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(b'[{"a":1},{"a":2}', "at item 2, where , or ] is due: the body ends", id="cut after an item"),
        pytest.param(b'[{"a":1},', "at item 1, where an item is due: the body ends", id="cut after a comma"),
        pytest.param(b'[{"a":1},{"a"', "at item 1, where an item is due", id="cut in an item"),
        pytest.param(b"[", "at item 0, where an item or ] is due: the body ends", id="only a bracket"),
        pytest.param(b'[{"a":1} {"a":2}]', "'{' stands there", id="no comma"),
        pytest.param(b'[{"a":1},]', "at item 1, where an item is due: Expecting value", id="a comma too many"),
        pytest.param(b"[1]x", "where nothing more is due: 'x'", id="something behind"),
        pytest.param(b"[NaN]", "NaN is no JSON number", id="no number"),
        pytest.param(b'["\xff"]', "not UTF-8 after item 0", id="not UTF-8"),
        pytest.param(b"[" * 5_000, "nested too deep", id="too deep"),
        pytest.param(b'{"a":', "The body is no JSON: Expecting value at column 6", id="object cut"),
        pytest.param(b"", "The body is no JSON", id="nothing"),
        pytest.param(b"xyz", "The body is no JSON", id="no JSON at all"),
    ],
)
@pytest.mark.parametrize("cut", [1, 7, 65_536])
async def test_fault_is_told_by_its_place(body, words, cut, small_slices):
    with pytest.raises(InvalidJson) as fault:
        await taken(body, cut=cut)
    assert words in fault.value.message


async def test_endless_item_is_not_kept_for_ever():
    with pytest.raises(InvalidJson):
        await taken(b'[{"a":"' + b"x" * (2 * ITEM_BYTES))
    with pytest.raises(InvalidJson):
        await taken(b'{"a":"' + b"x" * (2 * ITEM_BYTES))
    with pytest.raises(Invalid, match="Line 1"):
        await taken(b'{"a":1}\n{"a":"' + b"x" * (2 * ITEM_BYTES), is_lines=True)


@pytest.mark.parametrize("check_many", [refuse, accept])
async def test_nul_is_replaced_and_its_spelling_is_not(check_many):
    items = await taken(b'[{"a":"x\\u0000y"}, {"a":"x\\\\u0000y"}]', check_many=check_many)
    assert [value["a"] for value in items] == ["x\N{REPLACEMENT CHARACTER}y", "x\\u0000y"]

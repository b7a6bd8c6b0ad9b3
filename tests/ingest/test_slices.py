"""Bodies taken apart as they arrive: the same items whatever the pieces, and every fault by its place."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ingest import slices as module
from bot.ingest.problems import Invalid, InvalidJson
from bot.ingest.slices import ITEM_BYTES, SLICE_ITEMS, slices

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.floats(allow_nan=False, allow_infinity=False, width=32),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


async def taken(body: bytes, *, cut: int = 65_536, is_lines: bool = False):
    async def pieces():
        for start in range(0, len(body), cut):
            yield body[start : start + cut]

    items, rejected, largest = [], [], 0
    async for piece in slices(pieces(), is_lines=is_lines):
        items += piece.items
        rejected += [(each.index, each.error) for each in piece.rejected]
        largest = max(largest, len(piece.items) + len(piece.rejected))
    assert largest <= SLICE_ITEMS
    return items, rejected


@pytest.fixture
def small_slices(monkeypatch):
    """So that a few bytes are a large body."""
    monkeypatch.setattr(module, "SLICE_BYTES", 40)


@settings(max_examples=150)
@given(
    values=st.lists(values, max_size=20), cut=st.integers(1, 50), indent=st.sampled_from([None, 1]), is_ascii=st.booleans()
)
async def test_array_in_any_pieces(values, cut, indent, is_ascii):
    body = json.dumps(values, indent=indent, ensure_ascii=is_ascii).encode("utf-8", "replace")
    expected = json.loads(body.replace(b"\\u0000", b"\\ufffd")) if b"\\\\" not in body else None
    old, module.SLICE_BYTES = module.SLICE_BYTES, 40
    try:
        items, rejected = await taken(body, cut=cut)
    finally:
        module.SLICE_BYTES = old
    assert [index for index, _ in items] == list(range(len(values)))
    assert rejected == []
    if expected is not None:
        assert [value for _, value in items] == expected


@settings(max_examples=100)
@given(
    values=st.lists(st.dictionaries(st.text(), values, max_size=4), min_size=2, max_size=20),
    cut=st.integers(1, 50),
    data=st.data(),
)
async def test_lines_in_any_pieces(values, cut, data):
    lines = [json.dumps(value).encode() for value in values]
    separators = [data.draw(st.sampled_from([b"\n", b"\r\n", b"\n\n", b"\n  \n"])) for _ in lines]
    body = b"".join(line + separator for line, separator in zip(lines, separators, strict=True))
    items, rejected = await taken(body, cut=cut, is_lines=True)
    assert [index for index, _ in items] == list(range(len(values)))
    assert rejected == []


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
    assert module.reader_for(body, is_lines=False).__class__.__name__.lower().startswith(kind)


async def test_broken_lines_spoil_no_others():
    body = b'{"a":0}\n{"a":1\n{"a":2}}\n\xff\xfe\n["x"]\n{"a":NaN}\n{"a":6}'
    items, rejected = await taken(body, cut=3)
    assert items == [(0, {"a": 0}), (4, ["x"]), (6, {"a": 6})]
    assert [index for index, _ in rejected] == [1, 2, 3, 5]
    assert "column 7" in rejected[0][1]
    assert "not UTF-8" in rejected[2][1]
    assert "NaN" in rejected[3][1]


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


async def test_nul_is_replaced_and_its_spelling_is_not():
    items, _ = await taken(b'[{"a":"x\\u0000y"}, {"a":"x\\\\u0000y"}]')
    assert [value["a"] for _, value in items] == ["x\N{REPLACEMENT CHARACTER}y", "x\\u0000y"]

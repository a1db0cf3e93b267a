"""What a JSON body may hold."""

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadhand.errors import InvalidRequest, JsonValue
from server.json_body import MAX_DEPTH, parse_json


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b'{"id":', "not JSON"),
        (b'{"id": "a",}', "not JSON"),
        (b"NaN", "not JSON"),
        (b'"raw \x00 byte"', "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        (rb'"\ud800"', "surrogate"),
        (rb'"\udc00 low first"', "surrogate"),
        (rb'{"text": "a\u0000b"}', "NUL"),
        (rb'{"a\u0000b": 1}', "NUL"),
        (rb'[[{"deep": ["\u0000"]}]]', "NUL"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "nested deeper"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "nested deeper"),
        (b"[" * 200_000, "nested deeper"),
    ],
)
def test_a_body_that_would_break_something_later_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(InvalidRequest, match=reason) as refused:
        parse_json(body)
    assert refused.value.details["fields"]


def test_the_deepest_allowed_body_is_read() -> None:
    body = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert orjson.dumps(parse_json(body)) == body


def test_an_escaped_backslash_before_u0000_is_no_nul() -> None:
    assert parse_json(rb'"\\u0000"') == r"\u0000"


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**53), 2**53)
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
        max_leaves=10,
    )
)
def test_any_other_json_is_read_as_it_is(value: JsonValue) -> None:
    body = orjson.dumps(value)
    if b"\\u0000" in body:
        with pytest.raises(InvalidRequest):
            parse_json(body)
    else:
        assert parse_json(body) == value

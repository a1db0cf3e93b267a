"""The form of an API key."""

import pytest

from leadhand.api_key import new_api_key, parse_api_key


def test_a_key_is_read_back_from_its_text_and_matches_its_own_digest_alone() -> None:
    key, other = new_api_key(), new_api_key()
    assert parse_api_key(key.text) == key
    assert key.matches(key.secret_sha256)
    assert not key.matches(other.secret_sha256)


def test_a_secret_has_256_bits_and_does_not_show_in_a_repr_or_an_id() -> None:
    key = new_api_key()
    secret = key.text.rsplit("_", 1)[1]
    assert len(bytes.fromhex(secret)) == 32
    assert secret not in repr(key)
    assert key.id not in secret


KEY = new_api_key().text


@pytest.mark.parametrize(
    "text",
    [
        KEY[:-1],
        KEY + "0",
        KEY.upper(),
        KEY.replace("_", "-"),
        KEY + "\n",
        KEY[:-1] + "٣",  # a digit, but none of ours
        "",
    ],
    ids=["short", "long", "capitals", "dashes", "line end", "foreign digit", "empty"],
)
def test_what_only_looks_like_a_key_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="not an API key"):
        parse_api_key(text)

"""Whom a schedule may name: who can never get anything is refused while who names them is there."""

from email.headerregistry import Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadhand.errors import InvalidRequest
from reports.delivery.recipients import DeliveryBounds, RecipientAsked, checked

BOUNDS = DeliveryBounds(has_mail=True, has_folder=False, private_webhooks=False)


def mailed(address: str) -> str:
    [recipient] = checked([RecipientAsked(kind="email", target=address)], BOUNDS)
    return recipient.target


@pytest.mark.parametrize(
    "address", ["boss@shop.example", "a.b+c@shop.example", f"{'a' * 64}@x", "o'neil@x.y"]
)
def test_a_plain_mail_address_is_taken_as_it_stands(address: str) -> None:
    assert mailed(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "boss",
        "a@b@x.example",
        "a..b@x.example",
        ".a@x.example",
        "a.@x.example",
        f"{'a' * 65}@x",
        "a@x\nBcc: b@x",
        "Boss <a@x>",
    ],
)
def test_what_no_mail_can_be_sent_to_is_refused(address: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        mailed(address)
    assert "recipients.0" in str(refused.value.details)


@given(st.from_regex(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,20}@[a-z0-9.-]{1,20}", fullmatch=True))
def test_a_mail_can_be_addressed_to_whatever_is_taken(address: str) -> None:
    try:
        taken = mailed(address)
    except InvalidRequest:
        return
    assert str(Address(addr_spec=taken)) == taken

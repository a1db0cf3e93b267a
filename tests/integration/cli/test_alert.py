"""`leadhand alert`: kept, listed with what it is raised for, and removed, without a server."""

import re

import pytest

from leadhand.context import Principal
from tests.integration.cli.conftest import Leadhand
from tests.integration.cli.test_report import ID


@pytest.fixture
def shop(two_shops: tuple[Principal, Principal]) -> str:
    return two_shops[0].tenant_id


def test_an_alert_is_added_listed_shown_and_removed(leadhand: Leadhand, shop: str) -> None:
    condition = "utilization of=machine name='Puma 3100' weeks=2 above_pct=90"
    added = leadhand("alert", "add", "--shop", shop, "--name", "Full", "--condition", condition)
    assert re.fullmatch(rf"{ID}\n", added.stdout), added.stderr
    alert = added.stdout.strip()
    listed = leadhand("alert", "list", "--shop", shop).stdout
    assert "utilization of=machine 'name=Puma 3100' weeks=2 above_pct=90   0 " in listed
    assert leadhand("alert", "show", "--shop", shop, alert).stdout.split() == [
        "for",
        "raised",
        "cleared",
        "notice",
    ]
    assert leadhand("alert", "remove", "--shop", shop, alert).returncode == 0
    assert leadhand("alert", "show", "--shop", shop, alert).stderr.startswith("error[not_found]")


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("utilization of=machine", "above_pct: Field required"),
        ("nothing", "its kind: "),
        ("order_late hours", "`hours` is not like hours=8"),
        ("", "write its kind"),
    ],
)
def test_a_condition_that_is_none_is_refused_with_what_is_wrong(
    leadhand: Leadhand, shop: str, condition: str, said: str
) -> None:
    wrong = leadhand("alert", "add", "--shop", shop, "--condition", condition)
    assert wrong.stderr.startswith(f"error[invalid_request]: The condition cannot be read: {said}")

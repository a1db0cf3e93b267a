"""`leadhand alert`: kept, listed with what it is raised for, and removed, without a server."""

import re

import pytest
import pytest_asyncio

from leadhand.context import Principal
from storage.database import Database
from storage.shop_writer import write_shop
from tests.integration.cli.conftest import Leadhand
from tests.integration.cli.test_report import ID
from tests.integration.storage.small_shop import small_shop


@pytest_asyncio.fixture
async def shop(two_shops: tuple[Principal, Principal], database: Database) -> str:
    async with database.transaction(two_shops[0]) as connection:
        await write_shop(connection, tenant_id=two_shops[0].tenant_id, shop=small_shop())
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


def test_a_condition_about_a_machine_that_the_shop_does_not_have_is_refused(
    leadhand: Leadhand, shop: str
) -> None:
    wrong = leadhand(
        "alert", "add", "--shop", shop, "--condition", "utilization of=machine name=Pumma9 above_pct=90"
    )
    assert wrong.stderr.startswith("error[invalid_request]: The alert cannot be kept: ")
    assert "Pumma9" in wrong.stderr

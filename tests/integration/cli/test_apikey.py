"""`leadhand apikey`: shown once, listed without secrets, revoked by its own shop."""

import re

import pytest

from leadhand.context import Principal
from tests.integration.cli.conftest import Leadhand


@pytest.fixture
def shop(two_shops: tuple[Principal, Principal]) -> str:
    return two_shops[0].tenant_id


@pytest.fixture
def other_shop(two_shops: tuple[Principal, Principal]) -> str:
    return two_shops[1].tenant_id


def test_a_key_is_printed_alone_and_then_only_its_id_is_ever_shown(
    leadhand_process: Leadhand, leadhand: Leadhand, shop: str, other_shop: str
) -> None:
    made = leadhand_process(
        "apikey", "create", "--shop", shop, "--user", "erp", "--name", "ERP export, nightly",
        "--permission", "reports:read", "--permission", "planning:read", "--days", "90",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    key = re.fullmatch(r"lh_([0-9a-f]{16})_([0-9a-f]{64})\n", made.stdout)
    assert key is not None, made.stdout
    assert "acts as erp (planning:read, reports:read)" in made.stderr
    assert key[2] not in made.stderr
    listed = leadhand("apikey", "list", "--shop", shop)
    assert (listed.returncode, listed.stderr) == (0, "")
    row = listed.stdout.splitlines()[1]
    for part in (key[1], "in force", "ERP export, nightly", "planning:read, reports:read"):
        assert part in row
    assert key[2] not in listed.stdout
    assert key[1] not in leadhand("apikey", "list", "--shop", other_shop).stdout

    by_other = leadhand("apikey", "revoke", "--shop", other_shop, key[1])
    assert (by_other.returncode, by_other.stderr.split(":")[0]) == (1, "error[not_found]")
    assert "in force" in leadhand("apikey", "list", "--shop", shop).stdout
    for _ in range(2):
        assert leadhand("apikey", "revoke", "--shop", shop, key[1]).returncode == 0
    assert "revoked" in leadhand("apikey", "list", "--shop", shop).stdout


def test_a_key_of_no_shop_is_refused(leadhand: Leadhand) -> None:
    done = leadhand("apikey", "create", "--shop", "nosuch", "--user", "erp", "--name", "ERP")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error[not_found]: There is no shop nosuch")

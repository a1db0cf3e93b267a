"""`leadhand report`: made and shown without a server; schedules kept, paused and deleted."""

import asyncio
import re
from pathlib import Path

import pytest

from cli.report_caller import caller_of
from cli.report_making import until_over
from leadhand.context import Principal
from leadhand.settings import Settings
from reports.options import ReportOptions
from storage import reports
from storage.database import Database
from tests.acceptance.json_access import at, parse
from tests.integration.cli.conftest import Leadhand
from tests.integration.reports.test_delivery import REPORT

ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@pytest.fixture
def shop(two_shops: tuple[Principal, Principal]) -> str:
    return two_shops[0].tenant_id


def test_a_report_is_made_printed_listed_and_shown_again(
    leadhand: Leadhand, shop: str, tmp_path: Path
) -> None:
    none = leadhand("report", "show", "--shop", shop)
    assert (none.returncode, none.stderr.split(":")[0]) == (1, "error[report_not_ready]")
    made = leadhand("report", "run", "--shop", shop, "--user", "anna", "--name", "For the boss")
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("# ")
    listed = leadhand("report", "list", "--shop", shop).stdout
    found = re.search(rf"^({ID})   ready    For the boss ", listed, re.MULTILINE)
    assert found is not None, listed
    again = leadhand("report", "show", "--shop", shop, found[1], "--form", "json")
    assert at(parse(again.stdout.encode()), "schema_version") == 1
    resent = leadhand("report", "resend", "--shop", shop, found[1])
    assert resent.stderr.startswith("error[delivery_not_failed]")
    kept = tmp_path / "report.pdf"
    refused = leadhand("report", "show", "--shop", shop, "--form", "pdf")
    assert refused.stderr.startswith("error[invalid_request]")
    assert leadhand("report", "show", "--shop", shop, "--form", "pdf", "--output", str(kept)).returncode == 0
    assert kept.read_bytes().startswith(b"%PDF-")


def test_a_name_that_no_report_can_have_is_refused(leadhand: Leadhand, shop: str) -> None:
    for command in (
        ("report", "run"),
        ("report", "schedule", "add", "--when", "Monday 06:00"),
        ("alert", "add", "--condition", "order_late"),
    ):
        for name in ("x" * 121, "two\nlines"):
            refused = leadhand(*command, "--shop", shop, "--name", name)
            assert refused.stderr.startswith("error[invalid_request]: The name cannot be kept"), (
                refused.stderr
            )


async def test_a_report_that_a_worker_took_up_meanwhile_is_waited_for(
    database: Database, two_shops: tuple[Principal, Principal], settings: Settings
) -> None:
    who = await caller_of(settings, database, shop=two_shops[0].tenant_id, user="anna")
    asked = await who.desk.ask(who.tenant, name=None, options=ReportOptions())
    async with database.transaction(who.tenant) as connection:
        assert await reports.claim(connection, report_id=asked.id)
        theirs = await reports.claim(connection, report_id=asked.id)
    assert theirs is not None
    waiting = asyncio.create_task(until_over(who, asked.id))
    assert not (await asyncio.wait({waiting}, timeout=0.05))[0]
    async with database.transaction(who.tenant) as connection:
        assert await reports.keep(connection, theirs, content=REPORT.to_json())
    await waiting
    assert (await who.desk.content(who.tenant, asked.id)).title == REPORT.title


def test_a_schedule_is_added_paused_resumed_and_deleted(leadhand: Leadhand, shop: str) -> None:
    wrong = leadhand("report", "schedule", "add", "--shop", shop, "--when", "someday")
    assert wrong.stderr.startswith("error[invalid_request]")
    added = leadhand("report", "schedule", "add", "--shop", shop, "--when", "Monday 06:00", "--name", "Week")
    assert re.fullmatch(rf"{ID}\n", added.stdout), added.stderr
    schedule = added.stdout.strip()
    assert "Monday 06:00   America/Chicago" in leadhand("report", "schedule", "list", "--shop", shop).stdout
    leadhand("report", "schedule", "pause", "--shop", shop, schedule)
    assert "rests" in leadhand("report", "schedule", "list", "--shop", shop).stdout
    leadhand("report", "schedule", "resume", "--shop", shop, schedule)
    assert "rests" not in leadhand("report", "schedule", "list", "--shop", shop).stdout
    assert leadhand("report", "schedule", "delete", "--shop", shop, schedule).returncode == 0
    gone = leadhand("report", "schedule", "delete", "--shop", shop, schedule)
    assert gone.stderr.startswith("error[not_found]")

"""A report reaches each recipient, is tried again where it does not, and goes nowhere else."""

import hmac
import logging
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import orjson
import pytest
import pytest_asyncio
from pydantic import SecretStr

from jobs.task import JobRow
from leadhand.context import Principal, TenantContext
from leadhand.errors import DeliveryFailed, DeliveryNotFailed
from reports.delivery.folder import Folder
from reports.delivery.mail import Mails, MailServer
from reports.delivery.recipients import DeliveryBounds
from reports.delivery.task import MAX_ATTEMPTS, Channels, Deliverer
from reports.delivery.webhook import Webhooks
from reports.report import Narrative, Period, Report
from reports.schedules.service import ReportDesk
from storage import report_deliveries, reports
from storage.database import Database
from storage.report_deliveries import Delivery
from storage.report_schedules import Recipient
from tests.integration.models.certificates import server_tls, write_certificate
from tests.integration.reports.receivers import Hook, Post, mail_server, webhook
from tests.integration.reports.shelf import deliveries, kept, put_report

Shops = tuple[Principal, Principal]
SECRET = "a-canary-of-a-secret"
SIX = datetime(2026, 12, 7, 12, tzinfo=UTC)
REPORT = Report(
    title="Capacity report",
    shop="Shop\r\nBcc: everybody@example.com",
    language="en",
    timezone="America/Chicago",
    made_at="2026-12-07T06:00:10-06:00",
    as_of="2026-12-07T06:00:00-06:00",
    data_version=1,
    period=Period(start="2026-12-07T06:00:00-06:00", end="2027-01-04T00:00:00-06:00", text="four weeks"),
    narrative=Narrative(paragraphs=("All is well.",)),
)


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook() as running:
        yield running


@pytest_asyncio.fixture
async def post() -> AsyncIterator[Post]:
    async with mail_server() as running:
        yield running


def channels(*, post: Post | None = None, root: Path | None = None, private: bool = True) -> Channels:
    server = None if post is None else MailServer("127.0.0.1", post.port, False, "", "")
    return Channels(
        mails=None if server is None else Mails(server, "Leadhand <reports@shop.example>"),
        webhooks=Webhooks(private),
        folder=None if root is None else Folder(root),
    )


async def ready(database: Database, who: Principal, *recipients: Recipient) -> UUID:
    """A report that is made, and not delivered."""
    report_id = await put_report(database, who, *recipients, at=SIX)
    async with database.transaction(who) as connection:
        claimed = await reports.claim(connection, report_id=report_id)
        assert claimed is not None
        assert await reports.keep(connection, claimed, content=REPORT.to_json())
    return report_id


async def deliver(
    database: Database, who: Principal, report_id: UUID, by: Channels, *, times: int = 1
) -> tuple[Delivery, ...]:
    """So many attempts at each recipient."""
    for delivery in await deliveries(database, who, report_id):
        for _ in range(times):
            with suppress(DeliveryFailed):
                await Deliverer(database, by).run(JobRow(who.tenant_id, delivery.id))
    return await deliveries(database, who, report_id)


def files_in(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


def signed(secret: str, header: str, body: bytes) -> bool:
    """As docs/reports.md tells a receiver to check it."""
    parts = dict(part.split("=", 1) for part in header.split(","))
    wanted = hmac.digest(secret.encode(), parts["t"].encode() + b"." + body, "sha256").hex()
    return hmac.compare_digest(wanted, parts["v1"])


async def test_a_webhook_gets_the_report_signed_and_is_asked_again_under_the_same_key(
    database: Database, two_shops: Shops, hook: Hook
) -> None:
    who, _ = two_shops
    report_id = await ready(database, who, Recipient("webhook", hook.url, SECRET))
    hook.answers = [503, 404]
    found = await deliver(database, who, report_id, channels(), times=4)
    assert [(one.status, one.attempt, one.code) for one in found] == [("sent", 3, None)]
    assert [one.path for one in hook.got] == ["/reports?from=leadhand"] * 3
    assert {one.headers["idempotency-key"] for one in hook.got} == {str(found[0].id)}
    assert all(signed(SECRET, one.headers["leadhand-signature"], one.body) for one in hook.got)
    assert not signed("another", hook.got[0].headers["leadhand-signature"], hook.got[0].body)
    sent = orjson.loads(hook.got[-1].body)
    assert (sent["event"], sent["report_id"], sent["report"]["schema_version"]) == (
        "report.ready",
        str(report_id),
        1,
    )
    assert [(one.status, one.attempt) for one in await kept(database, who)] == [("ready", 1)]


async def test_a_redirect_is_not_followed_and_a_receiver_that_is_gone_is_left_alone(
    database: Database, two_shops: Shops, hook: Hook
) -> None:
    who, _ = two_shops
    for status in (307, 410):
        hook.answers, hook.location = [status], hook.url
        report_id = await ready(database, who, Recipient("webhook", hook.url, SECRET))
        [found] = await deliver(database, who, report_id, channels())
        assert (found.status, found.code) == ("failed", "recipient_refused")
    assert len(hook.got) == 2


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0x7f000001",
        "2130706433",
        "[::]",
        "169.254.169.254",
        "10.0.0.1",
        "[fe80::1]",
        "[64:ff9b::7f00:1]",
        "100.64.0.1",
    ],
)
async def test_a_webhook_in_a_private_network_is_refused_whatever_it_is_called(
    database: Database, two_shops: Shops, hook: Hook, host: str
) -> None:
    who, _ = two_shops
    report_id = await ready(database, who, Recipient("webhook", f"https://{host}:{hook.port}/", SECRET))
    [found] = await deliver(database, who, report_id, channels(private=False))
    assert (found.status, found.code) == ("failed", "recipient_refused")
    assert hook.got == []


async def test_a_mail_has_the_report_as_page_text_and_pdf_and_nobody_else_gets_it(
    database: Database, two_shops: Shops, post: Post
) -> None:
    who, _ = two_shops
    report_id = await ready(database, who, Recipient("email", "boss@shop.example"))
    [found] = await deliver(database, who, report_id, channels(post=post))
    assert found.status == "sent"
    [mail] = post.got
    assert post.to == [["boss@shop.example"]]
    assert (mail["To"], mail["From"]) == ("boss@shop.example", "Leadhand <reports@shop.example>")
    assert mail["Bcc"] is None
    assert "Bcc: everybody" in mail["Subject"]  # a name is a name
    kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "application/pdf"]
    [file] = mail.iter_attachments()
    assert file.get_content().startswith(b"%PDF-")
    text = mail.get_body(("plain",))
    assert text is not None
    assert "All is well." in text.get_content()


async def test_a_mail_that_is_sent_again_after_a_crash_is_known_by_its_id(
    database: Database, two_shops: Shops, post: Post
) -> None:
    who, _ = two_shops
    report_id = await ready(database, who, Recipient("email", "boss@shop.example"))
    [waiting] = await deliveries(database, who, report_id)
    async with database.transaction(who) as connection:
        claimed = await report_deliveries.claim(connection, delivery_id=waiting.id)
    assert claimed is not None
    await channels(post=post).send(who.tenant_id, claimed)  # and the process dies before it can say so
    [found] = await deliver(database, who, report_id, channels(post=post))
    assert (found.status, found.attempt) == ("sent", 2)
    assert [mail["Message-ID"] for mail in post.got] == [f"<{waiting.id}@shop.example>"] * 2


async def test_what_a_mail_server_says_when_one_leaves_sends_no_mail_twice(
    database: Database, two_shops: Shops, post: Post
) -> None:
    who, _ = two_shops
    post.goodbye = "421 too many connections"
    report_id = await ready(database, who, Recipient("email", "boss@shop.example"))
    [found] = await deliver(database, who, report_id, channels(post=post), times=2)
    assert (found.status, found.attempt, len(post.got)) == ("sent", 1, 1)
    post.answers = ["550 no such mailbox"]
    report_id = await ready(database, who, Recipient("email", "boss@shop.example"))
    [none] = await deliver(database, who, report_id, channels(post=post))
    assert (none.status, none.code) == ("failed", "recipient_refused")


async def test_a_mail_server_that_takes_nothing_from_us_is_no_fault_of_the_recipient(
    database: Database, two_shops: Shops, post: Post
) -> None:
    who, _ = two_shops
    report_id = await ready(database, who, Recipient("email", "boss@shop.example"))
    post.senders = ["530 authentication required", "550 not a sender of ours"]
    for attempt in (1, 2):
        [refused] = await deliver(database, who, report_id, channels(post=post))
        assert (refused.status, refused.code, refused.attempt) == ("waiting", "delivery_failed", attempt)
    post.senders = ["552 larger than we take"]
    [too_large] = await deliver(database, who, report_id, channels(post=post))
    assert (too_large.status, too_large.code) == ("failed", "recipient_refused")
    assert post.got == []


async def test_a_mailbox_that_is_full_is_tried_again_and_one_that_is_none_is_not(
    database: Database, two_shops: Shops, post: Post
) -> None:
    who, _ = two_shops
    report_id = await ready(database, who, Recipient("email", "boss@shop.example"))
    post.answers = ["452 mailbox full"]
    [full] = await deliver(database, who, report_id, channels(post=post))
    assert (full.status, full.code) == ("waiting", "delivery_failed")
    post.answers = ["550 no such mailbox"]
    [none] = await deliver(database, who, report_id, channels(post=post))
    assert (none.status, none.code, none.attempt) == ("failed", "recipient_refused", 2)
    assert post.got == []


async def test_a_password_is_not_sent_to_a_mail_server_without_encryption(
    database: Database, two_shops: Shops, post: Post
) -> None:
    who, _ = two_shops
    report_id = await ready(database, who, Recipient("email", "boss@shop.example"))
    server = MailServer.of(SecretStr(f"smtp://me:{SECRET}@127.0.0.1:{post.port}"))
    assert SECRET not in repr(server)
    by = Channels(Mails(server, "reports@shop.example"), Webhooks(False), None)
    [found] = await deliver(database, who, report_id, by)
    assert (found.status, found.code) == ("waiting", "delivery_failed")
    assert post.got == []


async def test_the_folder_gets_a_file_for_each_form_in_the_shops_own_place(
    database: Database, two_shops: Shops, tmp_path: Path
) -> None:
    who, _ = two_shops
    forms = ("pdf", "csv", "json")
    report_id = await ready(database, who, *(Recipient("folder", form) for form in forms))
    found = await deliver(database, who, report_id, channels(root=tmp_path), times=2)
    assert {(one.status, one.attempt) for one in found} == {("sent", 1)}
    names = set(files_in(tmp_path))
    place = f"{who.tenant_id}/2026-12-07-{report_id}"
    assert names == {f"{place}.pdf", f"{place}.zip", f"{place}.json"}


async def test_a_folder_that_is_not_there_is_waited_for_and_a_link_is_not_followed(
    database: Database, two_shops: Shops, tmp_path: Path
) -> None:
    who, _ = two_shops
    report_id = await ready(database, who, Recipient("folder", "json"))
    [away] = await deliver(database, who, report_id, channels(root=tmp_path / "share"))
    assert (away.status, away.code) == ("waiting", "delivery_failed")
    root, elsewhere = tmp_path / "share", tmp_path / "elsewhere"
    root.mkdir()
    elsewhere.mkdir()
    (root / who.tenant_id).symlink_to(elsewhere)
    await deliver(database, who, report_id, channels(root=root))
    assert files_in(elsewhere) == []


async def test_a_recipient_who_cannot_be_reached_keeps_no_other_waiting_is_given_up_and_sent_to_again(
    database: Database, two_shops: Shops, hook: Hook, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    who, _ = two_shops
    recipients = (Recipient("webhook", hook.url, SECRET), Recipient("folder", "json"))
    report_id = await ready(database, who, *recipients)
    hook.answers = [500] * MAX_ATTEMPTS
    with caplog.at_level(logging.DEBUG):
        found = await deliver(database, who, report_id, channels(root=tmp_path), times=MAX_ATTEMPTS + 1)
    assert [(one.kind, one.status, one.attempt) for one in found] == [
        ("webhook", "failed", MAX_ATTEMPTS),
        ("folder", "sent", 1),
    ]
    assert len(hook.got) == MAX_ATTEMPTS
    # Its receiver is mended, and somebody has it sent again.
    tenant = TenantContext(who.tenant_id, who.user_id, who.permissions, "UTC", "en-US", SIX)
    desk = ReportDesk(database, DeliveryBounds(False, True, True))
    failed, sent = found
    with caplog.at_level(logging.DEBUG):
        again = await desk.send_again(tenant, report_id, failed.id)
        assert (again.status, again.attempt, again.code) == ("waiting", 0, None)
        found = await deliver(database, who, report_id, channels(root=tmp_path))
    assert [(one.status, one.attempt) for one in found] == [("sent", 1), ("sent", 1)]
    assert hook.got[-1].body == hook.got[0].body
    assert signed(SECRET, hook.got[-1].headers["leadhand-signature"], hook.got[-1].body)
    assert [(one.status, one.attempt) for one in await kept(database, who)] == [("ready", 1)]
    for one in (failed, sent):
        with pytest.raises(DeliveryNotFailed):
            await desk.send_again(tenant, report_id, one.id)
    assert SECRET not in caplog.text
    async with database.transaction(who, snapshot=True) as connection:
        left = await (
            await connection.execute(b"select count(*) as n from report_delivery where secret is not null")
        ).fetchone()
    assert left is not None
    assert left["n"] == 0


# ── Over TLS ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, ssl.SSLContext]:
    """Of servers, by what is right or wrong with them; the environment names one authority."""
    authority = write_certificate(tmp_path / "authority", address="authority.example")
    stranger = write_certificate(tmp_path / "stranger", address="stranger.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    made = {
        "right": write_certificate(tmp_path / "right", address="localhost", issuer=authority),
        "of another name": write_certificate(tmp_path / "other", address="other.example", issuer=authority),
        "of an unknown issuer": write_certificate(tmp_path / "foreign", address="localhost", issuer=stranger),
    }
    return {name: server_tls(path) for name, path in made.items()}


@pytest.mark.parametrize("certificate", ["right", "of another name", "of an unknown issuer"])
async def test_a_webhook_gets_the_report_over_https_if_its_certificate_is_right(
    database: Database, two_shops: Shops, certificates: dict[str, ssl.SSLContext], certificate: str
) -> None:
    who, _ = two_shops
    with webhook(certificates[certificate]) as hook:
        report_id = await ready(database, who, Recipient("webhook", hook.https_url, SECRET))
        [found] = await deliver(database, who, report_id, channels())
    expected = ("sent", None, 1) if certificate == "right" else ("waiting", "delivery_failed", 0)
    assert (found.status, found.code, len(hook.got)) == expected


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize("certificate", ["right", "of another name", "of an unknown issuer"])
async def test_a_mail_goes_out_encrypted_if_the_mail_servers_certificate_is_right(
    database: Database,
    two_shops: Shops,
    certificates: dict[str, ssl.SSLContext],
    scheme: str,
    certificate: str,
) -> None:
    who, _ = two_shops
    tls = certificates[certificate]
    encrypted = mail_server(starttls=tls) if scheme == "smtp" else mail_server(from_start=tls)
    async with encrypted as post:
        report_id = await ready(database, who, Recipient("email", "boss@shop.example"))
        server = MailServer.of(SecretStr(f"{scheme}://localhost:{post.port}"))
        by = Channels(Mails(server, "reports@shop.example"), Webhooks(False), None)
        [found] = await deliver(database, who, report_id, by)
    expected = ("sent", None, 1) if certificate == "right" else ("waiting", "delivery_failed", 0)
    assert (found.status, found.code, len(post.got)) == expected

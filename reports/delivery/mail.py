"""Sends a report by mail: as a page, as text, and as PDF."""

import smtplib
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Final
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from leadhand.errors import DeliveryFailed, RecipientRefused
from reports.delivery.trust import trusted
from reports.form import Form
from reports.forms import render
from reports.report import Report
from storage.report_deliveries import ClaimedDelivery

# Of each step of the exchange.
TIMEOUT_S: Final = 30.0
_PORTS: Final = {"smtp": 25, "smtps": 465}
# Said before a recipient was named: the operator's to mend, not the recipient's fault.
_OPERATORS: Final = (
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPSenderRefused,
)
# But for this: the size is told with the sender.
TOO_LARGE: Final = 552


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    from_start: bool
    user: str
    password: str = field(repr=False)

    @classmethod
    def of(cls, url: SecretStr) -> "MailServer":
        parts = urlsplit(url.get_secret_value())
        return cls(
            host=parts.hostname or "",
            port=parts.port or _PORTS[parts.scheme],
            from_start=parts.scheme == "smtps",
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )


@dataclass(frozen=True, slots=True)
class Mails:
    """`sender`: `Name <address>` or an address. Blocking: use a thread."""

    server: MailServer
    sender: str

    def send(self, delivery: ClaimedDelivery) -> None:
        """Raises RecipientRefused: never again. DeliveryFailed: try again later."""
        message = message_of(delivery, self.sender)
        try:
            smtp = self._connected()
            try:
                smtp.send_message(message)
            finally:
                _leave(smtp)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise _refusal(codes[0] if codes else 550) from None
        except _OPERATORS as error:
            if error.smtp_code == TOO_LARGE:
                raise _refusal(error.smtp_code) from None
            raise DeliveryFailed(f"The mail server takes no mail from us ({error.smtp_code}).") from None
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code) from None
        except (OSError, smtplib.SMTPException):
            raise DeliveryFailed("The mail server cannot be reached.") from None

    def _connected(self) -> smtplib.SMTP:
        server, context = self.server, trusted()
        if server.from_start:
            smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
        try:
            smtp.ehlo_or_helo_if_needed()
            # A password is never sent in the clear.
            if not server.from_start and (server.user or smtp.has_extn("starttls")):
                smtp.starttls(context=context)
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp


def _leave(smtp: smtplib.SMTP) -> None:
    """What is said to the goodbye changes nothing: a mail that was taken would be sent again for it."""
    with suppress(OSError, smtplib.SMTPException):
        smtp.quit()
    smtp.close()


def message_of(delivery: ClaimedDelivery, sender: str) -> EmailMessage:
    """The mail; the same for each attempt but for its date, so that a server knows it again by its id."""
    report = Report.from_json(delivery.content)
    name, address = parseaddr(sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = Address(addr_spec=delivery.target)
    message["Subject"] = one_line(f"{delivery.name} · {report.shop} · {report.period.text}")
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{delivery.id}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(render(report, Form.MARKDOWN).body.decode())
    message.add_alternative(render(report, Form.HTML).body.decode(), subtype="html")
    file = render(report, Form.PDF)
    message.add_attachment(file.body, maintype="application", subtype="pdf", filename=file.name)
    return message


def one_line(text: str) -> str:
    """Names are the shop's own words: in a header nothing of them may begin a new line."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:200]


def _refusal(code: int) -> DeliveryFailed | RecipientRefused:
    if 500 <= code < 600:
        return RecipientRefused(f"The mail server refused it for good ({code}).")
    return DeliveryFailed(f"The mail server refused it for now ({code}).")

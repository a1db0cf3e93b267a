"""Whom a schedule may name as recipient, checked before it is kept."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from leadhand.errors import InvalidRequest
from leadhand.settings import Settings
from reports.delivery.addresses import is_public
from reports.form import Form
from storage.report_schedules import Recipient

MAX_RECIPIENTS: Final = 20
MIN_SECRET_CHARS: Final = 16
# One plain address: nothing that could be a second one, a comment, a route or a header.
_WORD: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_MAIL: Final = re.compile(
    rf"(?=[^@]{{1,64}}@){_WORD}(?:\.{_WORD})*"
    r"@(?=.{1,253}$)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*"
)


class RecipientAsked(BaseModel):
    """`target`: a mail address, the URL of a webhook, or for the folder the form of the file (`pdf`, …).

    `secret`: of a webhook alone; it is kept, and shown to nobody. Left out for a URL that the schedule has
    already, the secret stays.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["email", "webhook", "folder"]
    target: str = Field(min_length=1, max_length=2_000)
    secret: SecretStr | None = Field(default=None, max_length=200)


@dataclass(frozen=True, slots=True)
class DeliveryBounds:
    """What this installation can do."""

    has_mail: bool
    has_folder: bool
    private_webhooks: bool

    @classmethod
    def of(cls, settings: Settings) -> "DeliveryBounds":
        return cls(
            has_mail=settings.smtp_url is not None,
            has_folder=settings.report_folder is not None,
            private_webhooks=settings.private_webhooks,
        )


def checked(
    asked: Sequence[RecipientAsked], bounds: DeliveryBounds, kept: Sequence[Recipient] = ()
) -> tuple[Recipient, ...]:
    """The recipients as they are kept; each once.

    Raises:
        InvalidRequest: one cannot be reached from here, or must not be.
    """
    if len(asked) > MAX_RECIPIENTS:
        raise _wrong(MAX_RECIPIENTS, f"there are more than {MAX_RECIPIENTS}")
    secrets = {one.target: one.secret for one in kept if one.kind == "webhook"}
    found: dict[tuple[str, str], Recipient] = {}
    for number, one in enumerate(asked):
        recipient = _checked(number, one, bounds, secrets)
        found[(recipient.kind, recipient.target)] = recipient
    return tuple(found.values())


def _checked(
    number: int, one: RecipientAsked, bounds: DeliveryBounds, secrets: dict[str, str | None]
) -> Recipient:
    if one.secret is not None and one.kind != "webhook":
        raise _wrong(number, "only a webhook has a secret")
    match one.kind:
        case "email":
            if not bounds.has_mail:
                raise _wrong(number, "this installation sends no mail: LEADHAND_SMTP_URL is not set")
            if _MAIL.fullmatch(one.target) is None:
                raise _wrong(number, "this is not one plain mail address")
            return Recipient("email", one.target)
        case "folder":
            if not bounds.has_folder:
                raise _wrong(number, "this installation has no folder: LEADHAND_REPORT_FOLDER is not set")
            if one.target not in {form.value for form in Form}:
                raise _wrong(number, "the folder takes a form: html, pdf, md, xlsx, csv or json")
            return Recipient("folder", one.target)
        case "webhook":
            _check_url(number, one.target, bounds)
            secret = one.secret.get_secret_value() if one.secret else secrets.get(one.target)
            if secret is None or len(secret) < MIN_SECRET_CHARS:
                raise _wrong(number, f"a webhook needs a secret of {MIN_SECRET_CHARS} or more characters")
            return Recipient("webhook", one.target, secret)


def _check_url(number: int, url: str, bounds: DeliveryBounds) -> None:
    parts = split_url(url)
    schemes = {"https", "http"} if bounds.private_webhooks else {"https"}
    if parts is None or parts.scheme not in schemes or parts.username is not None or parts.fragment:
        raise _wrong(number, "a webhook is an https URL without a user and without a #")
    if not bounds.private_webhooks and not _may_be_public(parts.hostname or ""):
        raise _wrong(number, "a webhook must not lie in a private network")


def split_url(url: str) -> SplitResult | None:
    """The parts of a URL that names a host; None for anything else."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def _may_be_public(host: str) -> bool:
    """Whether the name alone says no; what it stands for is looked at when something is sent."""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return False
    try:
        return is_public(ip_address(host))
    except ValueError:
        return True


def _wrong(number: int, problem: str) -> InvalidRequest:
    return InvalidRequest(
        f"A recipient cannot be used: {problem}.",
        details={"fields": [{"field": f"recipients.{number}", "problem": problem}]},
    )

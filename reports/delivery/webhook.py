"""Sends a report to a webhook: signed, to the address that was looked at, followed nowhere."""

import asyncio
import hmac
import time
from dataclasses import dataclass
from typing import Final

import httpx2
import orjson

from leadhand import __version__
from leadhand.errors import DeliveryFailed, RecipientRefused
from reports.delivery.addresses import resolve
from reports.delivery.recipients import split_url
from reports.delivery.trust import trusted
from storage.report_deliveries import ClaimedDelivery

# For all of it: name, connection, sending, answer.
TIMEOUT_S: Final = 30.0
# "410 Gone": it wants no more.
GONE: Final = 410
_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Webhooks:
    """`private`: whether receivers may lie in a private network, and speak plain http."""

    private: bool

    async def send(self, delivery: ClaimedDelivery) -> None:
        """Raises RecipientRefused: never again. DeliveryFailed: try again later."""
        body = _body(delivery)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                status = await self._post(delivery, body)
        except (OSError, httpx2.HTTPError):
            raise DeliveryFailed("The receiver cannot be reached.") from None
        if 300 <= status < 400 or status == GONE:
            # A redirect could lead anywhere, with the report in its hands.
            raise RecipientRefused(f"The receiver answered {status}.")
        if not 200 <= status < 300:
            raise DeliveryFailed(f"The receiver answered {status}.")

    async def _post(self, delivery: ClaimedDelivery, body: bytes) -> int:
        url = split_url(delivery.target)
        if url is None or url.hostname is None or url.username or url.scheme not in _PORTS:
            raise RecipientRefused("The receiver's address is none.")
        if url.scheme == "http" and not self.private:
            raise RecipientRefused("The receiver's address is not an https one.")
        port = url.port or _PORTS[url.scheme]
        address = await resolve(url.hostname, port, private=self.private)
        host = f"[{address}]" if ":" in address else address
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        headers = {"Host": url.netloc, **headers_of(delivery, body)}
        tls = await asyncio.to_thread(trusted)  # a tenth of a second
        # No proxy of the environment: it would connect to whatever it likes.
        async with (
            httpx2.AsyncClient(
                verify=tls, trust_env=False, follow_redirects=False, timeout=TIMEOUT_S
            ) as client,
            client.stream(
                "POST",
                f"{url.scheme}://{host}:{port}{path}",
                content=body,
                headers=headers,
                # The certificate is the name's, whatever address stands in the URL.
                extensions={"sni_hostname": url.hostname},
            ) as answer,
        ):
            return answer.status_code


def headers_of(delivery: ClaimedDelivery, body: bytes, *, now: int | None = None) -> dict[str, str]:
    """The signature is over `<seconds since 1970>.<body>`; the key is the same for each attempt."""
    at = int(time.time()) if now is None else now
    return {
        "Content-Type": "application/json",
        "User-Agent": f"Leadhand/{__version__}",
        "Idempotency-Key": str(delivery.id),
        "Leadhand-Signature": f"t={at},v1={signature(delivery.secret or '', at, body)}",
    }


def signature(secret: str, at: int, body: bytes) -> str:
    """HMAC-SHA256 in hex."""
    return hmac.digest(secret.encode(), b"%d.%s" % (at, body), "sha256").hex()


def _body(delivery: ClaimedDelivery) -> bytes:
    alert = delivery.alert_id
    event = {"event": "report.ready"} if alert is None else {"event": "alert.raised", "alert_id": str(alert)}
    return orjson.dumps(
        {
            **event,
            "delivery_id": str(delivery.id),
            "report_id": str(delivery.report_id),
            "name": delivery.name,
            "period": delivery.period,
            "report": orjson.Fragment(delivery.content.encode()),
        }
    )

"""Asks an endpoint for one streamed answer: tries again where that helps, says in our codes what is wrong."""

import asyncio
import logging
import random
import time
from collections.abc import Mapping

import orjson

from leadhand.errors import JsonValue, LeadhandError
from leadhand.metrics import model_retries
from models import fault_wordings as wordings
from models.lean.encodings import DamagedBodyError, Decode, decoder
from models.lean.events import EventReader
from models.lean.shape import mended
from models.lean.wire import Request, Response, Timeouts, Wire, WireFault, WireTimeout
from models.refusals import ProviderError, refusal, refusal_in_stream
from models.requests_traced import note_status, request_span
from models.retry import retry_after_s, too_long

log = logging.getLogger(__name__)

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 8.0
# Waits are shortened by up to this share at random, so that callers do not come back all at once.
JITTER = 0.25
RETRIED = frozenset({408, 409, 429})
OK, REDIRECT, SERVER_ERROR = 200, 300, 500
# What is read of an error to tell its cause; a vendor's has about 300 bytes.
MAX_ERROR_BYTES = 256 * 1024


class LeanClient:
    """One endpoint. `template` holds what every request has in common; its body is replaced."""

    def __init__(self, wire: Wire, template: Request, timeouts: Timeouts, max_retries: int) -> None:
        self._wire = wire
        self._template = template
        self._timeouts = timeouts
        self._max_retries = max_retries

    async def open(self, body: bytes) -> "AnswerStream":
        """The answer to a request for a streamed completion, from its first byte on.

        Raises:
            LeadhandError: the endpoint cannot be reached or refuses, after the retries that the fault allows.
        """
        request = Request(self._template.url, self._template.headers, body, self._template.method)
        for retries in range(self._max_retries + 1):
            last = retries == self._max_retries
            try:
                response = await self._sent(request, retries)
            except WireFault as fault:
                if last:
                    raise _fault_of(fault) from fault
                await _pause({}, retries, str(fault))
                continue
            try:
                if OK <= response.status < REDIRECT:
                    return AnswerStream(response, self._timeouts.read_s)
                if last or not _may_retry(response):
                    raise await self._refusal(response)
            except BaseException:
                await response.aclose()
                raise
            await response.aclose()
            await _pause(response.headers, retries, f"HTTP status {response.status}")
        raise AssertionError("the last try returns or raises")

    async def _sent(self, request: Request, retries: int) -> Response:
        with request_span(retries) as sent:
            response = await self._wire.send(request)
            note_status(sent, response.status)
            return response

    async def aclose(self) -> None:
        """Close every connection; answers that are being read fail."""
        await self._wire.aclose()

    async def _refusal(self, response: Response) -> LeadhandError:
        decode = decoder(response.headers.get("content-encoding", ""))
        body = bytearray()
        try:
            while len(body) < MAX_ERROR_BYTES and (data := await response.read(self._timeouts.read_s)):
                body += decode(data)
        except WireFault as fault:
            return _fault_of(fault)
        except DamagedBodyError:
            body.clear()
        return refusal(response.status, ProviderError.of(_json_or_text(bytes(body))))


class AnswerStream:
    """The events of one answer, in batches as they arrive. Close it, whatever happens."""

    def __init__(self, response: Response, read_timeout_s: float) -> None:
        self._response = response
        self._timeout_s = read_timeout_s
        self._decode: Decode = decoder(response.headers.get("content-encoding", ""))
        self._events = EventReader()
        self._fault: LeadhandError | None = None
        self._over = False

    async def next(self) -> list[dict[str, JsonValue]] | None:
        """The events that came with the next arrival of bytes, at least one; None at the end.

        Raises:
            ModelTimeout: no event came in time, even if bytes did.
            ModelUnavailable: the connection broke, or what came is damaged, or an error.
        """
        if self._fault is not None:
            raise self._fault
        deadline_s = time.monotonic() + self._timeout_s
        while not self._over:
            batch = self._sound(await self._more(deadline_s))
            if batch:
                return batch
            if self._fault is not None:
                raise self._fault
        return None

    async def aclose(self) -> None:
        """Let go of the connection: kept if the answer is whole, else closed at once."""
        if self._events.done:
            await self._response.finish()
        else:
            await self._response.aclose()

    async def _more(self, deadline_s: float) -> list[JsonValue]:
        try:
            data = await self._response.read(max(deadline_s - time.monotonic(), 0.0))
            self._over = not data
            found = self._events.feed(self._decode(data)) if data else []
        except WireFault as fault:
            raise _fault_of(fault) from fault
        except DamagedBodyError as fault:
            raise wordings.damaged("the body of the answer is not what its encoding says") from fault
        self._fault = self._events.fault
        self._over = self._over or self._events.done
        return found

    def _sound(self, found: list[JsonValue]) -> list[dict[str, JsonValue]]:
        """The events before the first that is an error or no chunk at all; that becomes the fault."""
        batch: list[dict[str, JsonValue]] = []
        for event in found:
            if not isinstance(event, dict):
                self._fault = wordings.damaged("an event of the answer is not an object")
                break
            if event.get("error"):
                self._fault = refusal_in_stream(ProviderError.of(event))
                break
            if not mended(event):
                self._fault = wordings.damaged("an event of the answer is no chunk of a chat completion")
                break
            batch.append(event)
        return batch


def _may_retry(response: Response) -> bool:
    if too_long(response.headers, now_s=time.time()):
        return False
    told = response.headers.get("x-should-retry")
    if told in {"true", "false"}:
        return told == "true"
    return response.status in RETRIED or response.status >= SERVER_ERROR


async def _pause(headers: Mapping[str, str], retries: int, cause: str) -> None:
    """Wait as long as the endpoint asks, else twice as long as before."""
    wait_s = retry_after_s(headers, now_s=time.time())
    if wait_s is None or wait_s <= 0:
        wait_s = min(FIRST_WAIT_S * 2**retries, LONGEST_WAIT_S) * (1 - JITTER * random.random())  # noqa: S311
    log.info("model call is tried again in %.2f s: %s", wait_s, cause)
    await asyncio.sleep(wait_s)
    model_retries.inc()


def _fault_of(fault: WireFault) -> LeadhandError:
    error = wordings.timed_out(fault) if isinstance(fault, WireTimeout) else wordings.unreachable(fault)
    error.note = str(fault)
    return error


def _json_or_text(body: bytes) -> JsonValue:
    text = body.decode("utf-8", "replace")
    try:
        parsed: JsonValue = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return parsed

"""An OpenAI-compatible endpoint behind ChatOpenAI, with either client under it.

Importing this imports the provider's client (seconds): only the factory does, when there is an endpoint.
"""

import json
import os
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

import httpx2
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_openai import ChatOpenAI
from openai import AsyncOpenAI
from pydantic import SecretStr

from leadhand import __version__
from leadhand.errors import InvalidSetting, JsonValue
from leadhand.settings import ModelClient, Settings
from models.any_chat_model import AnyChatModel
from models.counted import count_retry
from models.fault_wordings import broken_off, damaged, not_understood
from models.lean.client import LeanClient
from models.lean.completions import LeanCompletions, json_bytes
from models.lean.direct import DirectWire
from models.lean.proxied import ProxiedWire, environment_names_a_proxy
from models.lean.source import LeanSource
from models.lean.wire import Request, Timeouts
from models.pieces import AnswerSource
from models.requests_traced import TracedClient
from models.retry import too_long

# Local servers take any key, but the client insists on one.
NO_KEY = SecretStr("none")
SETTING_OF_HEADER = {
    "authorization": "OPENAI_API_KEY",
    "openai-organization": "OPENAI_ORG_ID",
    "openai-project": "OPENAI_PROJECT_ID",
}
LIMITS = httpx2.Limits(max_connections=200, max_keepalive_connections=50)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The model for all that LangChain does with it, and the connections to it."""

    model: "EndpointChatModel"
    _http: httpx2.AsyncClient = field(repr=False)
    _lean: LeanClient | None = field(repr=False)

    def with_tools(self, tools: Sequence[dict[str, JsonValue]]) -> AnswerSource:
        """The model with `tools`, asked by the shortest way; their schemas are converted here."""
        through_langchain = AnyChatModel(self.model, tools)
        if self._lean is None:
            return through_langchain
        bound = {"tools": [convert_to_openai_tool(tool) for tool in tools]} if tools else {}

        def body_of(messages: Sequence[BaseMessage]) -> bytes:
            return self.model.streamed_request(messages, bound)

        return LeanSource(self._lean, body_of, through_langchain)

    async def aclose(self) -> None:
        """Close the connections; answers that are being read fail."""
        await self._http.aclose()
        if self._lean is not None:
            await self._lean.aclose()


def open_endpoint(settings: Settings, *, name: str, base_url: str) -> Endpoint:
    """The model `name` at `base_url`, over the client that `settings` name. Nothing is sent.

    Raises:
        InvalidSetting: the key, or what the environment adds to it, cannot be sent.
    """
    timeout = httpx2.Timeout(
        connect=settings.model_connect_timeout_s,
        read=settings.model_read_timeout_s,
        write=settings.model_read_timeout_s,
        pool=settings.model_connect_timeout_s,
    )
    tls = _trust(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    is_lean = settings.model_client is ModelClient.LEAN
    http = (httpx2.AsyncClient if is_lean else TracedClient)(
        verify=tls,
        timeout=timeout,
        limits=LIMITS,
        follow_redirects=True,
        event_hooks={"request": [count_retry], "response": [refuse_long_waits]},
    )
    model = EndpointChatModel(
        model=name,
        base_url=base_url,
        api_key=settings.openai_api_key or NO_KEY,
        use_responses_api=False,
        output_version="v0",
        stream_usage=True,
        timeout=timeout,
        # The lean client watches the time between pieces itself.
        stream_chunk_timeout=0 if is_lean else settings.model_read_timeout_s,
        max_retries=settings.model_max_retries,
        http_async_client=http,
        # Never used; without it the base class would read the certificates once more.
        http_client=httpx2.Client(verify=tls),
        # Our own HTTP clients need none, and it would warn that they take no proxy, which they do.
        http_socket_options=(),
    )
    stock = cast("AsyncOpenAI", model.root_async_client)
    template = _template(stock)
    if not is_lean:
        return Endpoint(model, http, None)
    timeouts = Timeouts(settings.model_connect_timeout_s, settings.model_read_timeout_s)
    wire = ProxiedWire(http) if environment_names_a_proxy() else DirectWire(timeouts, tls)
    lean = LeanClient(wire, template, timeouts, settings.model_max_retries)
    model.async_client = LeanCompletions(lean, stock.chat.completions)
    return Endpoint(model, http, lean)


@lru_cache(maxsize=4)
def _trust(cert_file: str | None, cert_dir: str | None) -> ssl.SSLContext:
    """Whom to trust, as the stock client sees it; reading the certificates takes a tenth of a second."""
    del cert_file, cert_dir  # httpx2 reads them itself
    context = httpx2.create_ssl_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _template(stock: AsyncOpenAI) -> Request:
    """Address and headers as the stock client has them: key, organization, project, OPENAI_CUSTOM_HEADERS.

    Raises:
        InvalidSetting: one of them cannot stand in a header.
    """
    url = stock.base_url
    headers: dict[str, str] = {}
    for name, value in {**stock.auth_headers, **stock.default_headers}.items():
        if not isinstance(value, str) or name.lower().startswith("x-stainless-"):
            continue
        if not (value.isascii() and value.isprintable()):
            setting = SETTING_OF_HEADER.get(name.lower(), "OPENAI_CUSTOM_HEADERS")
            raise InvalidSetting(f"{setting}: must be one line of printable ASCII characters")
        headers[name] = value
    headers["User-Agent"] = f"leadhand/{__version__}"
    headers["Accept-Encoding"] = "gzip, deflate"
    return Request(url.copy_with(raw_path=url.raw_path + b"chat/completions"), headers, b"")


async def refuse_long_waits(response: httpx2.Response) -> None:
    """Event hook: tells the client not to retry when the provider asks for too long a wait."""
    if too_long(response.headers, now_s=time.time()):
        response.headers["x-should-retry"] = "false"


class EndpointChatModel(ChatOpenAI):
    """ChatOpenAI with what it leaves out: an answer that breaks off is a fault, not an answer.

    A proxy that loses its upstream ends the body in good order, so the client sees no error. What tells a
    whole answer from half a one is the finish reason.
    """

    def streamed_request(self, messages: Sequence[BaseMessage], bound: Mapping[str, Any]) -> bytes:
        """The body of the request for a streamed answer; `bound` is what `bind_tools` has bound."""
        payload = cast(
            "Mapping[str, Any]",
            # The base class types it as a bare dict.
            self._get_request_payload(  # pyright: ignore[reportUnknownMemberType]
                list(messages), stream=True, stream_options={"include_usage": True}, **bound
            ),
        )
        return json_bytes(payload)

    # The parameters are those of the base class, which types them loosely.
    async def _astream(  # pyright: ignore[reportIncompatibleMethodOverride]
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        chunks = 0
        finished = False
        arriving = cast(
            "AsyncGenerator[ChatGenerationChunk]", super()._astream(messages, stop, run_manager, **kwargs)
        )
        try:
            async with aclosing(arriving):
                async for chunk in arriving:
                    chunks += 1
                    finished = finished or bool((chunk.generation_info or {}).get("finish_reason"))
                    yield chunk
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise damaged("an event of the answer is not JSON") from error
        if chunks == 0:
            raise not_understood()
        if not finished:
            raise broken_off()

"""ChatOpenAI with what it leaves out: an answer that breaks off is a fault, not an answer.

Importing this imports the provider's client (seconds): only the factory does, when there is an endpoint.
"""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from leadhand.errors import ModelUnavailable
from leadhand.settings import Settings
from models.fault_wordings import not_understood
from models.retry import too_long

# Local servers take any key, but the client insists on one.
NO_KEY = SecretStr("none")
LIMITS = httpx2.Limits(max_connections=200, max_keepalive_connections=50)


def open_endpoint(
    settings: Settings, *, name: str, base_url: str
) -> "tuple[EndpointChatModel, httpx2.AsyncClient]":
    """The model `name` at `base_url`, and its connections, which the caller closes. Nothing is sent."""
    timeout = httpx2.Timeout(
        connect=settings.model_connect_timeout_s,
        read=settings.model_read_timeout_s,
        write=settings.model_read_timeout_s,
        pool=settings.model_connect_timeout_s,
    )
    http = httpx2.AsyncClient(
        timeout=timeout,
        limits=LIMITS,
        follow_redirects=True,
        event_hooks={"response": [refuse_long_waits]},
    )
    model = EndpointChatModel(
        model=name,
        base_url=base_url,
        api_key=settings.openai_api_key or NO_KEY,
        use_responses_api=False,
        output_version="v0",
        stream_usage=True,
        timeout=timeout,
        stream_chunk_timeout=settings.model_read_timeout_s,
        max_retries=settings.model_max_retries,
        http_async_client=http,
    )
    return model, http


async def refuse_long_waits(response: httpx2.Response) -> None:
    """Event hook: tells the client not to retry when the provider asks for too long a wait."""
    if too_long(response.headers, now_s=time.time()):
        response.headers["x-should-retry"] = "false"


class EndpointChatModel(ChatOpenAI):
    """Streams from an OpenAI-compatible endpoint.

    A proxy that loses its upstream ends the body in good order, so the client sees no error. What tells a
    whole answer from half a one is the finish reason.
    """

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
        try:
            async for chunk in super()._astream(messages, stop, run_manager, **kwargs):
                chunks += 1
                finished = finished or bool((chunk.generation_info or {}).get("finish_reason"))
                yield chunk
        except json.JSONDecodeError as error:
            raise ModelUnavailable("The model's answer was damaged on the way.") from error
        if chunks == 0:
            raise not_understood()
        if not finished:
            raise ModelUnavailable("The model's answer broke off before its end.")

"""The wire through a proxy that the environment names: slower, and all that httpx2 knows about proxies."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from urllib.request import getproxies

import httpx2

from models.lean.wire import Request, WireFault, WireTimeout

END_WITHIN_S = 0.1


def environment_names_a_proxy() -> bool:
    """Whether HTTP_PROXY, HTTPS_PROXY or ALL_PROXY is set; httpx2 knows for whom they count."""
    return any(getproxies().get(scheme) for scheme in ("http", "https", "all"))


class ProxiedWire:
    """A Wire on an httpx2 client, whose timeouts and limits hold."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def send(self, request: Request) -> "ProxiedResponse":
        """As `Wire.send`."""
        sent = self._http.build_request(
            request.method.decode(), request.url, headers=dict(request.headers), content=request.body
        )
        try:
            return ProxiedResponse(await self._http.send(sent, stream=True, follow_redirects=True))
        except httpx2.TimeoutException as error:
            raise WireTimeout(type(error).__name__) from error
        except (httpx2.RequestError, OSError) as error:
            raise WireFault(type(error).__name__) from error

    async def aclose(self) -> None:
        """As `Wire.aclose`."""
        await self._http.aclose()


class ProxiedResponse:
    """A Response."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self._body: AsyncIterator[bytes] = response.aiter_raw()

    @property
    def status(self) -> int:
        return self._response.status_code

    @property
    def headers(self) -> httpx2.Headers:
        return self._response.headers

    async def read(self, timeout_s: float) -> bytes:
        """As `Response.read`."""
        try:
            async with asyncio.timeout(timeout_s):
                return await anext(self._body, b"")
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise WireTimeout(type(error).__name__) from error
        except (httpx2.RequestError, OSError) as error:
            raise WireFault(type(error).__name__) from error

    async def finish(self) -> None:
        """As `Response.finish`."""
        with suppress(WireFault):
            while await self.read(END_WITHIN_S):
                pass
        await self._response.aclose()

    async def aclose(self) -> None:
        """As `Response.aclose`."""
        await self._response.aclose()

"""The order of passages from a rerank endpoint over real HTTP, and the search when it is away."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

import pytest

from knowledge.library import Upload
from knowledge.search import Finding, Search
from leadhand.context import Principal
from leadhand.errors import LeadhandError, ModelRejected, ModelTimeout, ModelUnavailable
from leadhand.settings import Settings
from models.reranking import Reranker, open_reranker
from storage.database import Database
from tests.integration.knowledge.shelf import context, put, texts


class Endpoint(ThreadingHTTPServer):
    """Puts the shortest text first, or answers with the `faults` that a test sets, one after the other."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.faults: list[tuple[int, bytes]] = []
        self.holds_s = 0.0
        self.asked: list[dict[str, object]] = []
        self.keys: list[str | None] = []


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = cast("Endpoint", self.server)
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        server.asked.append(asked)
        server.keys.append(self.headers["authorization"])
        time.sleep(server.holds_s)
        rows = [
            {"index": place, "relevance_score": 1 / len(text)}
            for place, text in enumerate(asked["documents"])
        ]
        status, body = (
            server.faults.pop(0) if server.faults else (200, json.dumps({"results": rows}).encode())
        )
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def reranker(port: int, *, timeout_s: float = 20.0) -> Reranker:
    settings = Settings.model_validate(
        {
            "rerank_url": f"http://127.0.0.1:{port}/v2/rerank",
            "rerank_model": "a-reranker",
            "rerank_key": "sk-rerank",
            "rerank_timeout_s": timeout_s,
        }
    )
    opened = open_reranker(settings)
    assert opened is not None
    return opened


async def test_the_best_comes_first_and_the_question_model_and_key_are_sent(endpoint: Endpoint) -> None:
    one = reranker(endpoint.server_port)
    assert await one.order("coolant?", ["three", "on", "four4"]) == [1, 0, 2]
    assert endpoint.asked == [
        {"model": "a-reranker", "query": "coolant?", "documents": ["three", "on", "four4"], "top_n": 3}
    ]
    assert endpoint.keys == ["Bearer sk-rerank"]
    await one.aclose()


async def test_what_the_endpoint_leaves_out_stands_last(endpoint: Endpoint) -> None:
    endpoint.faults = [(200, b'{"results": [{"index": 2, "relevance_score": 0.9}]}')]
    one = reranker(endpoint.server_port)
    assert await one.order("coolant?", ["a", "b", "c"]) == [2, 0, 1]
    await one.aclose()


async def test_a_fault_that_may_pass_is_tried_once_more(endpoint: Endpoint) -> None:
    endpoint.faults = [(503, b"")]
    one = reranker(endpoint.server_port)
    assert await one.order("coolant?", ["long", "a"]) == [1, 0]
    assert len(endpoint.asked) == 2
    await one.aclose()


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (503, b"", ModelUnavailable),
        (401, b'{"message": "no such key"}', ModelRejected),
        (200, b"no json", ModelRejected),
        (200, b'{"results": []}', ModelRejected),
        (200, b'{"results": [{"index": 2, "relevance_score": 1.0}]}', ModelRejected),
        (
            200,
            b'{"results": [{"index": 0, "relevance_score": 1.0}, {"index": 0, "relevance_score": 2.0}]}',
            ModelRejected,
        ),
        (200, b'{"results": [{"index": 0, "relevance_score": NaN}]}', ModelRejected),
    ],
)
async def test_a_fault_of_the_endpoint_is_a_coded_one(
    endpoint: Endpoint, status: int, body: bytes, error: type[LeadhandError]
) -> None:
    endpoint.faults = [(status, body)] * 2
    one = reranker(endpoint.server_port)
    with pytest.raises(error):
        await one.order("coolant?", ["a", "b"])
    await one.aclose()


async def test_an_endpoint_that_holds_the_answer_back_is_given_up(endpoint: Endpoint) -> None:
    endpoint.holds_s = 0.5
    one = reranker(endpoint.server_port, timeout_s=0.1)
    with pytest.raises(ModelTimeout):
        await one.order("coolant?", ["a", "b"])
    await one.aclose()


async def test_a_search_is_reranked_and_says_when_the_endpoint_is_away(
    endpoint: Endpoint, database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    who, _ = two_shops
    for name, text in (("a.txt", "Coolant, coolant and once more coolant."), ("b.txt", "Coolant.")):
        await put(database, who, Upload(name, text.encode(), title="Care"), None)

    async def found(one: Reranker | None) -> Finding:
        return await Search(database, None, one).find(context(who), "coolant once more", top_k=1)

    plain = await found(None)
    assert (texts(plain), plain.reranked) == (["Coolant, coolant and once more coolant."], None)
    one = reranker(endpoint.server_port)
    better = await found(one)
    assert (texts(better), better.reranked) == (["Coolant."], True)
    endpoint.faults = [(500, b"")] * 2
    away = await found(one)
    assert (texts(away), away.reranked) == (texts(plain), False)
    await one.aclose()


def test_without_an_address_there_is_none() -> None:
    assert open_reranker(Settings.model_validate({})) is None

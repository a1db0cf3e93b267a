"""Vectors from an OpenAI-compatible endpoint over real HTTP, its faults included."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

import pytest
from pydantic import SecretStr

from leadhand.errors import LeadhandError, ModelRejected, ModelTimeout, ModelUnavailable
from leadhand.settings import Settings
from models.embeddings.embedder import MAX_TEXT_CHARS
from models.embeddings.endpoint import QUERY_S, EndpointEmbedder


class Endpoint(ThreadingHTTPServer):
    """Answers each text with [its length, 1], or with `status` and `body` where a test sets them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.body = 200, b""
        self.asked: list[dict[str, object]] = []
        self.may_answer = threading.Event()
        self.may_answer.set()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = cast("Endpoint", self.server)
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        server.asked.append(asked)
        if not server.may_answer.is_set():
            server.may_answer.wait()
            return
        rows = [
            {"object": "embedding", "index": place, "embedding": [float(len(text)), 1.0]}
            for place, text in enumerate(asked["input"])
        ]
        body = server.body or json.dumps({"object": "list", "data": rows, "model": "m"}).encode()
        self.send_response(server.status)
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
        server.may_answer.set()
        server.shutdown()
        thread.join()


def embedder(endpoint: Endpoint, *, query_s: float = QUERY_S) -> EndpointEmbedder:
    settings = Settings.model_validate(
        {
            "openai_base_url": f"http://127.0.0.1:{endpoint.server_port}/v1",
            "openai_api_key": SecretStr("sk-test"),
            "model_max_retries": 0,
            "model_read_timeout_s": 10.0,
        }
    )
    return EndpointEmbedder(settings, "text-embedding-3-small", query_s=query_s)


async def test_vectors_come_in_the_order_of_the_texts_with_length_one(endpoint: Endpoint) -> None:
    one = embedder(endpoint)
    texts = ["ab" * number for number in range(1, 100)]
    vectors = await one.passages(texts)
    assert [round(vector[0] / vector[1]) for vector in vectors] == [len(text) for text in texts]
    assert all(abs(vector[0] ** 2 + vector[1] ** 2 - 1) < 1e-9 for vector in vectors)
    assert {str(request["model"]) for request in endpoint.asked} == {"text-embedding-3-small"}
    await one.aclose()


async def test_what_is_sent_is_text_and_bounded(endpoint: Endpoint) -> None:
    one = embedder(endpoint)
    await one.query("x" * (MAX_TEXT_CHARS * 3))
    assert endpoint.asked[0]["input"] == ["x" * MAX_TEXT_CHARS]
    await one.aclose()


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, b"{}", ModelUnavailable),
        (401, b'{"error": {"message": "no such key"}}', ModelRejected),
        (200, b'{"data": [], "model": "m"}', ModelRejected),
        (200, b'{"data": [{"index": 0, "embedding": [0, 0]}], "model": "m"}', ModelRejected),
        (200, b'{"data": [{"index": 0, "embedding": "abc"}], "model": "m"}', ModelRejected),
        (200, b"no json", ModelRejected),
    ],
)
async def test_a_fault_of_the_endpoint_is_a_coded_one(
    endpoint: Endpoint, status: int, body: bytes, error: type[LeadhandError]
) -> None:
    endpoint.status, endpoint.body = status, body
    one = embedder(endpoint)
    with pytest.raises(error):
        await one.query("coolant")
    await one.aclose()


async def test_who_searches_does_not_wait_for_an_endpoint_that_is_silent(endpoint: Endpoint) -> None:
    endpoint.may_answer.clear()
    one = embedder(endpoint, query_s=0.2)
    with pytest.raises(ModelTimeout):
        await one.query("coolant")
    await one.aclose()

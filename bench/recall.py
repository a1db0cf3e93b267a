"""Whether many shops in one table find what brute force finds, through the routes of the server."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx2
from pydantic import SecretStr

from bench.passages import MadeUp, fill, make_up, open_shop
from cli.bearer import sign
from leadhand.context import Permission, TenantContext
from leadhand.settings import Settings
from models.embeddings.bundled import BundledEmbedder
from models.embeddings.embedder import Vector
from server.app import create_app
from storage.database import Database
from tests.acceptance.json_access import items_at, parse, text_at

PASSAGES: Final = 50
K: Final = 10
# Words that no passage has, so that meaning alone makes the order.
QUESTIONS: Final = ("Kühlschmierstoffwechselhäufigkeit", "Werkzeugausgabeöffnungszeiten")
_SECRET: Final = SecretStr("a-bench-secret-of-more-than-32-bytes")


@dataclass(frozen=True, slots=True)
class Recall:
    """`recall`: the share found of the nearest `k` by brute force. `short`: answers of fewer rows."""

    shops: int
    passages: int
    k: int
    recall: float
    short: int


async def measure_recall(settings: Settings, *, shops: int, named: str = "shop") -> Recall:
    """Fill as many new shops in the database of `settings`, then ask each."""
    filled = await _fill(settings, [f"{named}-{number}" for number in range(shops)])
    embedder = BundledEmbedder()
    vectors = [await embedder.query(question) for question in QUESTIONS]
    served = settings.model_copy(update={"jwt_secret": _SECRET, "max_shop_requests_per_min": 1_000_000})
    app = create_app(served)
    found = short = 0
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://bench") as http,
    ):
        for who, passages in filled:
            for question, vector in zip(QUESTIONS, vectors, strict=True):
                texts = await _asked(http, served, who, question)
                short += len(texts) < K
                found += len(texts & _nearest(passages, vector))
    return Recall(shops, PASSAGES, K, found / (shops * len(QUESTIONS) * K), short)


async def _fill(settings: Settings, shops: Sequence[str]) -> list[tuple[TenantContext, list[MadeUp]]]:
    filled: list[tuple[TenantContext, list[MadeUp]]] = []
    async with Database.open(settings) as database:
        for number, name in enumerate(shops):
            who = await open_shop(database, name)
            passages = list(make_up(PASSAGES, seed=number))
            await fill(database, who, passages)
            filled.append((who, passages))
    return filled


async def _asked(http: httpx2.AsyncClient, served: Settings, who: TenantContext, question: str) -> set[str]:
    """The texts of what the shop's own search finds."""
    token = sign(
        served,
        shop=who.tenant_id,
        user=who.user_id,
        permissions=[Permission.PLANNING_READ, Permission.KNOWLEDGE_READ],
        expires=datetime.now(UTC) + timedelta(hours=1),
    )
    answer = await http.post(
        "/api/knowledge/search",
        json={"query": question, "top_k": K, "min_similarity": -1},
        headers={"authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 200, answer.text
    return {text_at(one, "text") for one in items_at(parse(answer.content), "passages")}


def _nearest(passages: list[MadeUp], vector: Vector) -> set[str]:
    def cosine(one: MadeUp) -> float:
        return math.fsum(a * b for a, b in zip(one.vector, vector, strict=True))

    return {one.text for one in sorted(passages, key=cosine, reverse=True)[:K]}

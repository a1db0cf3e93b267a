"""`python -m evals.longmemeval FILE`: how well earlier conversations are found and used.

FILE is one of LongMemEval's JSON files. Without a model endpoint, what the search finds is counted; with one
(OPENAI_API_KEY or OPENAI_BASE_URL, and LEADHAND_MODEL), each question is answered and marked, too.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import orjson
from pydantic import SecretStr, ValidationError

from evals.longmemeval.answering import Answering, only_search
from evals.longmemeval.haystack import Item, read_items
from evals.longmemeval.person import SHOP, Places, keep, person, places
from evals.retrieval.figures import bootstrap
from leadhand.settings import Settings
from memory.recall import Recall
from models.embeddings.embedder import Embedder
from models.embeddings.opening import open_embedder
from models.factory import open_chat_model
from planning.shop import ShopSettings
from storage.database import Database
from storage.embedded import embedded_server
from storage.migrate import migrate
from storage.tenants import upsert_tenant_settings


@dataclass(frozen=True, slots=True)
class Outcome:
    """`right`: None where no model answered."""

    item: Item
    places: Places
    right: bool | None


@dataclass(frozen=True, slots=True)
class Desk:
    """`owner_url`: of the role that owns the tables. `answering`: None without a model endpoint."""

    database: Database
    owner_url: str
    embedder: Embedder | None
    answering: Answering | None


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncGenerator[Desk]:
    """A database of its own, gone afterwards."""
    embedder = open_embedder(settings)
    chat = open_chat_model(settings)
    with (
        tempfile.TemporaryDirectory(prefix="leadhand-longmemeval-") as folder,
        embedded_server(Path(folder)) as server,
    ):
        migrate(server.owner_url)
        own = {"data_dir": Path(folder), "database_url": SecretStr(server.runtime_url)}
        async with Database.open(settings.model_copy(update=own)) as database:
            answering = Answering(chat.model, only_search(Recall(database, embedder)))
            yield Desk(database, server.owner_url, embedder, None if chat.builtin else answering)
    await chat.aclose()


async def outcome(desk: Desk, item: Item, out: IO[bytes] | None) -> Outcome:
    """The figures of one question; its answer goes to `out` as the marking of the dataset reads it."""
    who = person(item)
    async with desk.database.transaction(who) as connection:
        shop = ShopSettings(SHOP, who.timezone)
        await upsert_tenant_settings(connection, tenant_id=SHOP, settings=shop)
    await keep(desk.database, desk.owner_url, desk.embedder, item)
    found = await places(desk.database, desk.embedder, item)
    if desk.answering is None:
        return Outcome(item, found, None)
    answer = await desk.answering.answer(item)
    if out is not None:
        out.write(orjson.dumps({"question_id": item.question_id, "hypothesis": answer}) + b"\n")
    return Outcome(item, found, await desk.answering.is_right(item, answer))


async def run(items: Sequence[Item], out: IO[bytes] | None) -> list[Outcome]:
    outcomes: list[Outcome] = []
    async with open_desk(Settings()) as desk:
        for number, item in enumerate(items, 1):
            outcomes.append(await outcome(desk, item, out))
            print(f"\r{number} of {len(items)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return outcomes


def told(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """All questions, then each kind of them."""
    yield from _told("all", outcomes)
    for kind in sorted({one.item.question_type for one in outcomes}):
        yield from _told(kind, [one for one in outcomes if one.item.question_type == kind])


def _told(kind: str, outcomes: Sequence[Outcome]) -> Iterator[str]:
    yield f"{kind}: {len(outcomes)} questions"
    found = [one.places for one in outcomes if not one.item.unanswerable]
    if found:
        for within in (1, 5, 10):
            some = bootstrap([float(one.any_within(within)) for one in found])
            whole = bootstrap([float(one.all_within(within)) for one in found])
            yield f"  among the first {within:>2} conversations: one that answers {some}, all of them {whole}"
    marked = [one.right for one in outcomes if one.right is not None]
    if marked:
        yield f"  answered rightly {bootstrap([float(right) for right in marked])}"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m evals.longmemeval",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--first", type=int, metavar="N", help="only the first N questions")
    parser.add_argument("--answers", type=Path, metavar="FILE", help="write the answers there as JSON lines")
    options = parser.parse_args()
    try:
        items = read_items(options.file)[: options.first]
    except (OSError, ValidationError) as error:
        print(f"{options.file}: no file of LongMemEval: {error}", file=sys.stderr)
        return 2
    with nullcontext() if options.answers is None else options.answers.open("wb") as out:
        outcomes = asyncio.run(run(items, out))
    print("\n".join(told(outcomes)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

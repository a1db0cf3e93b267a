"""What `leadhand doctor` looks at."""

from dataclasses import dataclass

from cli.banner import database_name, model_name
from jobs.overview import overview
from leadhand.context import Permission, Principal
from leadhand.dev_secret import signing_secret
from leadhand.errors import LeadhandError, SchemaOutdated, UnsafeDatabaseRole
from leadhand.prices import load_prices
from leadhand.settings import Settings, load_settings
from models.embeddings.opening import open_embedder
from models.factory import open_chat_model
from models.faults import as_leadhand_error
from models.reranking import open_reranker
from models.small import open_small_model
from storage.database import Database
from storage.migrate import head_version
from storage.tenants import read_tenant

DEMO_SHOP = "demo"
# A job that nobody took for so long is worth a word.
LATE_S = 120.0


@dataclass(frozen=True, slots=True)
class Finding:
    ok: bool
    subject: str
    text: str


async def examine() -> list[Finding]:
    """All checks that the settings allow; a check that cannot be made for want of another is left out."""
    try:
        settings = load_settings()
    except LeadhandError as error:
        return [Finding(False, "settings", error.message)]
    found = [
        Finding(True, "settings", f"{settings.env.value}, data in {settings.data_dir}"),
        _tokens(settings),
        *_prices(settings),
    ]
    found += [*await _database(settings), await _model(settings), await _embedding(settings)]
    return [*found, *await _reranking(settings)]


def _tokens(settings: Settings) -> Finding:
    if settings.jwks_url is not None:
        return Finding(True, "tokens", "those of the identity provider in LEADHAND_JWKS_URL")
    try:
        signing_secret(settings)
    except LeadhandError as error:
        return Finding(False, "tokens", error.message)
    own = "LEADHAND_JWT_SECRET" if settings.jwt_secret else "the development secret in the data directory"
    return Finding(True, "tokens", f"signed with {own}")


def _prices(settings: Settings) -> list[Finding]:
    if settings.prices is None:
        return []
    try:
        listed = load_prices(settings.prices)
    except LeadhandError as error:
        return [Finding(False, "prices", error.message)]
    return [Finding(True, "prices", f"{', '.join(sorted(listed.prices))} in {listed.currency}")]


async def _database(settings: Settings) -> list[Finding]:
    reached = Finding(True, "database", database_name(settings))
    safe = Finding(True, "role", "owns nothing, bound by row level security")
    try:
        async with Database.open(settings) as database:
            await database.ping()
            shop = await _demo_shop(database)
            jobs = await _jobs(database)
    except UnsafeDatabaseRole as error:
        return [reached, Finding(False, "role", error.message)]
    except SchemaOutdated as error:
        return [reached, safe, Finding(False, "schema", error.message)]
    except LeadhandError as error:
        return [Finding(False, "database", f"{reached.text}: {error.message}")]
    return [reached, safe, Finding(True, "schema", f"current ({head_version()})"), shop, jobs]


async def _demo_shop(database: Database) -> Finding:
    """Row level security hides how many shops there are; the demo shop can be asked for by name."""
    who = Principal(DEMO_SHOP, "doctor", frozenset({Permission.PLANNING_READ}))
    async with database.transaction(who, snapshot=True) as connection:
        shop = await read_tenant(connection, tenant_id=DEMO_SHOP)
    there = f"{shop.name}, {shop.timezone}" if shop else "not there; `leadhand demo` makes it"
    return Finding(True, "demo shop", there)


async def _jobs(database: Database) -> Finding:
    """Never a fault: without a server there is no worker either, and a failed job has had its error line."""
    queue = await overview(database)
    workers = f"{queue.workers} {'worker' if queue.workers == 1 else 'workers'}"
    waits = f", the oldest for {queue.overdue_s / 60:.0f} min" if queue.overdue_s > LATE_S else ""
    return Finding(True, "jobs", f"{workers}, {queue.waiting} waiting{waits}, {queue.failed} failed")


async def _model(settings: Settings) -> Finding:
    name = model_name(settings)
    try:
        chat = open_chat_model(settings)
        await open_small_model(settings, chat).aclose()
    except LeadhandError as error:
        return Finding(False, "model", error.message)
    try:
        if not chat.builtin:
            async for _ in chat.model.astream("Answer with the word ready."):
                break
    except Exception as error:
        fault = as_leadhand_error(error)
        if fault is None:
            raise
        return Finding(False, "model", f"{name}: {fault.note or fault.message}")
    finally:
        await chat.aclose()
    return Finding(True, "model", name)


async def _embedding(settings: Settings) -> Finding:
    try:
        embedder = open_embedder(settings)
    except LeadhandError as error:
        return Finding(False, "embedding", error.message)
    if embedder is None:
        return Finding(True, "embedding", "none: texts are found by their words alone")
    try:
        dimensions = len(await embedder.query("ready"))
    except LeadhandError as error:
        return Finding(False, "embedding", f"{embedder.name}: {error.note or error.message}")
    finally:
        await embedder.aclose()
    return Finding(True, "embedding", f"{embedder.name}, {dimensions} dimensions")


async def _reranking(settings: Settings) -> list[Finding]:
    try:
        reranker = open_reranker(settings)
    except LeadhandError as error:
        return [Finding(False, "reranking", error.message)]
    if reranker is None:
        return []
    try:
        await reranker.order("ready", ["ready"])
    except LeadhandError as error:
        return [Finding(False, "reranking", f"{settings.rerank_model}: {error.note or error.message}")]
    finally:
        await reranker.aclose()
    return [Finding(True, "reranking", f"{settings.rerank_model}")]

"""Makes a demo shop in one transaction: there whole, or not at all."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from cli.progress import counted
from cli.terminal import err, out, plain_table
from knowledge.handbook import remove_handbook, shelve_handbook
from leadhand.context import Permission, Principal
from leadhand.settings import Settings
from models.embeddings.opening import open_embedder
from reports.schedules.first import queue_first_report
from storage.database import Database
from storage.demo import templates
from storage.demo.install import DemoRecord, find_demo, install_demo
from storage.demo.shop import DemoShop, make_demo
from storage.demo.sizes import DemoSize

TITLE = "Demo shop"
# Who asks where nobody is named.
OWNER = "me"
# In whose name documents are put there.
MAKER = "leadhand-demo"


async def build(
    settings: Settings, *, shop: str, size: DemoSize, seed: int, today: date | None, replace: bool
) -> None:
    """Make the shop unless it is there.

    Raises:
        InvalidRequest: the name belongs to a real shop, or another process is making it.
        InvalidSetting: of the embedding model.
        DatabaseUnavailable, UnsafeDatabaseRole, SchemaOutdated: the database cannot be used.
    """
    around = today or datetime.now(ZoneInfo(templates.site().timezone)).date()
    who = Principal(shop, MAKER, frozenset({Permission.ADMIN}))
    embedder = open_embedder(settings)
    async with Database.open(settings) as database, database.transaction(who) as connection:
        there = await find_demo(connection, tenant_id=shop)
        if there is not None and not replace:
            _say_there(shop, there)
            return
        with counted(f"Making the shop {shop}") as report:
            demo = make_demo(size=size, seed=seed, today=around, name=f"{TITLE} {shop}")
            bookings = await install_demo(connection, tenant_id=shop, demo=demo, progress=report)
        first = await queue_first_report(
            connection,
            shop=shop,
            user=OWNER,
            timezone=demo.shop.settings.timezone,
            locale=demo.shop.settings.locale,
        )
        documents = await shelve_handbook(
            connection, embedder=embedder, timezone=demo.shop.settings.timezone, uploaded_by=who.user_id
        )
    if embedder is not None:
        await embedder.aclose()
    if not documents:
        err().print(
            "The handbook was left out: the shop's documents were indexed with another embedding model."
        )
    _say_made(shop, demo, bookings, documents)
    _say_report(shop, first)


async def take_handbook_out(settings: Settings, *, shop: str) -> None:
    """Of any shop, what is still as the demo brought it; pages that the shop has replaced stay.

    Raises:
        DatabaseUnavailable, UnsafeDatabaseRole, SchemaOutdated: the database cannot be used.
    """
    who = Principal(shop, MAKER, frozenset({Permission.ADMIN}))
    async with Database.open(settings) as database, database.transaction(who) as connection:
        gone = await remove_handbook(connection)
    out().print(f"{gone} documents of the demo's handbook were taken out of {shop}.")


def _say_there(shop: str, there: DemoRecord) -> None:
    out().print(
        f"The shop {shop} is already there: {there.size}, seed {there.seed}, around {there.today}. "
        "Nothing was changed; --replace makes it anew."
    )


def _say_made(shop: str, demo: DemoShop, bookings: int, documents: int) -> None:
    plan, planted = demo.shop, demo.planted
    operations = sum(1 for o in plan.operations.values() if o.alternatives)
    out().print(f"Made the shop {shop}: {demo.size.value}, seed {demo.seed}, around {demo.today}.")
    table = plain_table()
    for count, what in (
        (len(plan.machines), f"machines in {len(plan.work_centers)} work centers"),
        (len(plan.operators), "operators"),
        (len(plan.orders), f"open orders with {operations:,} operations"),
        (bookings, "bookings, those of finished orders included"),
        (len(planted.late_orders), "late orders"),
        (len(planted.overlapping), "double bookings"),
        (len(planted.unscheduled_operations), "unscheduled operations"),
        (documents, "documents of the shop's handbook"),
    ):
        table.add_row(f"{count:>9,}", what)
    out().print(table)
    out().print(f'Ask it: leadhand chat --shop {shop} "When is the Puma 3100 available?"')


def _say_report(shop: str, first: UUID) -> None:
    out().print(
        "Its first report is ready soon after a server or worker runs: "
        f"leadhand report show --shop {shop}, or /api/reports/{first}.html there"
    )

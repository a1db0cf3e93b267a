"""What a file with answers gives to a small shop."""

from storage.foreign.decisions import Decisions
from storage.foreign.shop_names import Named, ShopNames
from storage.foreign.tables import Table, tables_of
from storage.foreign.transforming import Transformed, layouts_of, transform
from tests.unit.foreign.test_files import text_of

SHOP = ShopNames("Europe/Berlin", 180, calendars=(Named("day", "day", "Day", None, "day", "import", None),))


def read(
    source: str | tuple[Table, ...], answers: dict[str, str] | None = None, shop: ShopNames = SHOP
) -> tuple[Transformed, set[str]]:
    """What a file gives to a shop with one calendar, and the keys of what is still asked."""
    tables = tables_of(text_of(source)) if isinstance(source, str) else source
    decisions = Decisions(answers or {})
    done = transform(layouts_of(tables, decisions), decisions, shop, file="file", sheets=1)
    return done, set(decisions.questions)


def rows(done: Transformed, entity: str, *columns: str) -> list[tuple[str, ...]]:
    return [tuple(row.cells.get(name, "") for name in columns) for row in done.canonical.of(entity)]

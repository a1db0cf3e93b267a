"""The example of docs/tenancy.md: what a transaction of a shop sees, and what a bare connection does not."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

from leadhand.context import Principal, TenantIdentity
from storage.database import Database
from storage.shop_writer import write_shop
from tests.integration.storage.small_shop import small_shop

PAGE = Path(__file__).parents[3] / "docs" / "tenancy.md"


async def test_the_example_on_the_page_sees_the_machines_of_its_shop_alone(
    database: Database, two_shops: tuple[Principal, Principal]
) -> None:
    with_machines, without = two_shops
    async with database.transaction(with_machines) as connection:
        await write_shop(connection, tenant_id=with_machines.tenant_id, shop=small_shop())
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    [example] = [code for code in examples if "database.transaction" in code]
    names: dict[str, object] = {}
    exec(compile(example, "docs/tenancy.md", "exec"), names)  # noqa: S102 - our own page
    codes = cast("Callable[[Database, TenantIdentity], Awaitable[list[str]]]", names["codes_of_machines"])
    of_nobody = cast("Callable[[Database], Awaitable[int]]", names["machines_of_nobody"])
    assert await codes(database, with_machines) == sorted(
        machine.code for machine in small_shop().machines.values()
    )
    assert await codes(database, without) == []
    assert await of_nobody(database) == 0

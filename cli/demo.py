"""`leadhand demo`: a shop to try Leadhand on."""

import asyncio
from datetime import datetime
from typing import Annotated

import typer

from cli.options import Shop
from leadhand.settings import load_settings
from storage.demo.sizes import DemoSize

MAX_SEED = 2**31 - 1


def demo(
    shop: Shop = "demo",
    size: Annotated[DemoSize, typer.Option(help="Machines: 10, 50 or 300.")] = DemoSize.SMALL,
    seed: Annotated[int, typer.Option(help="Another seed, another shop.", min=0, max=MAX_SEED)] = 7,
    today: Annotated[
        datetime | None,
        typer.Option(
            help="The date around which the plan lies.",
            metavar="DATE",
            formats=["%Y-%m-%d"],
            show_default="today",
        ),
    ] = None,
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Make an existing demo shop anew.")] = False,
    without: Annotated[
        bool, typer.Option("--remove-handbook", help="Only take the demo's handbook out of a shop.")
    ] = False,
) -> None:
    """Make a believable demo shop.

    Machines, operators, calendars, orders and bookings around a date; the same for the same size, seed and
    date. A demo shop that is there already is left alone unless --replace is given; any other shop always.
    """
    from cli.demo_shop import build, take_handbook_out  # noqa: PLC0415 - the database libraries load late

    settings = load_settings()
    if without:
        asyncio.run(take_handbook_out(settings, shop=shop))
        return
    asyncio.run(
        build(settings, shop=shop, size=size, seed=seed, today=today and today.date(), replace=replace)
    )

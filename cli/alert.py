"""`leadhand alert`: what a shop wants to be told of when it becomes true."""

import asyncio
from typing import Annotated

import typer

from cli.border import coded_errors
from cli.options import Shop, User
from leadhand.settings import load_settings
from reports.form import Form

alert = typer.Typer(no_args_is_help=True, help="Be told once when something becomes true.")

AlertId = Annotated[str, typer.Argument(metavar="ID", help="The alert's id, as listed.")]


@alert.command()
@coded_errors
def add(
    *,
    shop: Shop,
    condition: Annotated[
        str, typer.Option("--condition", metavar="TEXT", help="`order_late hours=8`, `conflict`, …")
    ],
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="How it is listed.")] = "Alert",
    user: User = "me",
    email: Annotated[
        list[str] | None, typer.Option("--email", metavar="ADDRESS", help="Who is told; repeat for more.")
    ] = None,
    folder: Annotated[
        list[Form] | None, typer.Option("--folder", help="A form to lay into the folder; repeat for more.")
    ] = None,
) -> None:
    """Be told when a condition becomes true. Prints the alert's id."""
    from cli.alert_work import add_alert  # noqa: PLC0415 - the libraries load only when used

    asyncio.run(
        add_alert(
            load_settings(),
            shop=shop,
            user=user,
            name=name,
            condition=condition,
            emails=email or [],
            folder=folder or [],
        )
    )


@alert.command("list")
@coded_errors
def list_(shop: Shop) -> None:
    """List the shop's alerts, oldest first, and for how many things each is raised."""
    from cli.alert_work import show_alerts  # noqa: PLC0415 - the database libraries load only when used

    asyncio.run(show_alerts(load_settings(), shop=shop))


@alert.command()
@coded_errors
def show(alert_id: AlertId, shop: Shop) -> None:
    """Show for what an alert is and was raised."""
    from cli.alert_work import show_alert  # noqa: PLC0415 - the database libraries load only when used

    asyncio.run(show_alert(load_settings(), shop=shop, alert_id=alert_id))


@alert.command()
@coded_errors
def remove(alert_id: AlertId, shop: Shop) -> None:
    """Remove an alert with all that it was raised for."""
    from cli.alert_work import remove_alert  # noqa: PLC0415 - the database libraries load only when used

    asyncio.run(remove_alert(load_settings(), shop=shop, alert_id=alert_id))

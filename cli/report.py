"""`leadhand report`: a report made now, those that were made, and the schedules that make them."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli.border import coded_errors
from cli.options import Shop, User
from leadhand.settings import load_settings
from reports.form import Form

report = typer.Typer(no_args_is_help=True, help="Make, list and show reports; keep their schedules.")
schedule = typer.Typer(no_args_is_help=True, help="Have reports made regularly.")
report.add_typer(schedule, name="schedule")

FormOption = Annotated[Form, typer.Option("--form", help="The form to print or keep.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="FILE", help="Where to keep it.", show_default="standard output"),
]
ScheduleId = Annotated[str, typer.Argument(metavar="ID", help="The schedule's id, as listed.")]


@report.command()
@coded_errors
def run(
    shop: Shop,
    user: User = "me",
    name: Annotated[
        str, typer.Option("--name", metavar="TEXT", help="How it is listed.")
    ] = "Capacity report",
    form: FormOption = Form.MARKDOWN,
    output: Output = None,
) -> None:
    """Make a report now, keep it, and print it.

    A server need not be running. PDF, XLSX and CSV need --output.
    """
    from cli.report_making import make_now  # noqa: PLC0415 - the libraries load only when used

    asyncio.run(make_now(load_settings(), shop=shop, user=user, name=name, form=form, output=output))


@report.command("list")
@coded_errors
def list_(shop: Shop) -> None:
    """List the shop's last 50 reports, newest first."""
    from cli.report_work import show_reports  # noqa: PLC0415 - the database libraries load only when used

    asyncio.run(show_reports(load_settings(), shop=shop))


@report.command()
@coded_errors
def show(
    shop: Shop,
    report_id: Annotated[str, typer.Argument(metavar="ID", help="The report's id, or `latest`.")] = "latest",
    form: FormOption = Form.MARKDOWN,
    output: Output = None,
) -> None:
    """Print a report that was made. PDF, XLSX and CSV need --output."""
    from cli.report_work import show_report  # noqa: PLC0415 - the database libraries load only when used

    asyncio.run(show_report(load_settings(), shop=shop, report_id=report_id, form=form, output=output))


@report.command()
@coded_errors
def resend(
    shop: Shop,
    report_id: Annotated[str, typer.Argument(metavar="ID", help="The report's id.")],
    user: User = "me",
) -> None:
    """Send a report again to all recipients whom it did not reach. It is not made again.

    A worker does it, in the background.
    """
    from cli.report_work import send_again  # noqa: PLC0415 - the database libraries load only when used

    asyncio.run(send_again(load_settings(), shop=shop, user=user, report_id=report_id))


@schedule.command()
@coded_errors
def add(
    *,
    shop: Shop,
    when: Annotated[
        str, typer.Option("--when", metavar="TEXT", help="`Monday 06:00`, `daily 06:00`, cron, …")
    ],
    name: Annotated[
        str, typer.Option("--name", metavar="TEXT", help="How its reports are listed.")
    ] = "Capacity report",
    user: User = "me",
    timezone: Annotated[
        str,
        typer.Option("--timezone", metavar="ZONE", help="Such as Europe/Berlin.", show_default="the shop's"),
    ] = "",
    email: Annotated[
        list[str] | None, typer.Option("--email", metavar="ADDRESS", help="Who gets it; repeat for more.")
    ] = None,
    folder: Annotated[
        list[Form] | None, typer.Option("--folder", help="A form to lay into the folder; repeat for more.")
    ] = None,
) -> None:
    """Have a report made regularly, once for each local time. Prints the schedule's id."""
    from cli.report_schedules import add_schedule  # noqa: PLC0415 - the libraries load only when used

    asyncio.run(
        add_schedule(
            load_settings(),
            shop=shop,
            user=user,
            name=name,
            when=when,
            timezone=timezone,
            emails=email or [],
            folder=folder or [],
        )
    )


@schedule.command("list")
@coded_errors
def list_schedules(shop: Shop) -> None:
    """List the shop's schedules, oldest first."""
    from cli.report_schedules import show_schedules  # noqa: PLC0415 - the libraries load only when used

    asyncio.run(show_schedules(load_settings(), shop=shop))


@schedule.command()
@coded_errors
def pause(schedule_id: ScheduleId, shop: Shop, user: User = "me") -> None:
    """Let a schedule rest. What falls due meanwhile is not made up for."""
    from cli.report_schedules import set_active  # noqa: PLC0415 - the libraries load only when used

    asyncio.run(set_active(load_settings(), shop=shop, user=user, schedule_id=schedule_id, active=False))


@schedule.command()
@coded_errors
def resume(schedule_id: ScheduleId, shop: Shop, user: User = "me") -> None:
    """Go on with a schedule. From now on its reports are made as the user."""
    from cli.report_schedules import set_active  # noqa: PLC0415 - the libraries load only when used

    asyncio.run(set_active(load_settings(), shop=shop, user=user, schedule_id=schedule_id, active=True))


@schedule.command()
@coded_errors
def delete(schedule_id: ScheduleId, shop: Shop) -> None:
    """Delete a schedule. Its reports stay."""
    from cli.report_schedules import end_schedule  # noqa: PLC0415 - the libraries load only when used

    asyncio.run(end_schedule(load_settings(), shop=shop, schedule_id=schedule_id))

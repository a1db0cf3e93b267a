"""A plan that is kept as a calendar: its events book operations and hold time for quotes, and a later
calendar of the same program is read the same way."""

from leadhand.context import Principal
from storage.database import Database
from tests.integration.foreign.conftest import Bring, ask, asked, told

JOBS = (
    "Job,Qty,Due,Op,Machine,Setup min,Run min/pc\n"
    "A-1,10,2027-01-08,10,Mill,30,5\nA-1,10,2027-01-08,20,Lathe,0,2\n"
)
SAID = {
    "events": "rows", "rows": "bookings; held",
    "tentative": "take", "machine": "Description: Machine", "held!machine": "Description: Machine",
    "split.Summary": "{order}/{op} | Hold {quote}", "order": "order", "operation": "op",
    "held!quote": "quote", "bookings!only": "order=?*", "held!only": "quote=?*",
}  # fmt: skip
WINDOW = {"from": "2026-11-23", "until": "2027-02-28"}
TWO_DAYS = "DTSTART;VALUE=DATE:20261210\nDTEND;VALUE=DATE:20261212"
BOOKED = (
    b"select coalesce(operation_id, quote_id), machine_id, status, "
    b"to_char(envelope_start at time zone 'America/Chicago', 'DD HH24:MI') as opens, "
    b"to_char(envelope_end at time zone 'America/Chicago', 'DD HH24:MI') as closes "
    b"from booking order by envelope_start"
)


def event(uid: str, summary: str, lines: str, machine: str) -> str:
    return (
        f"BEGIN:VEVENT\nUID:{uid}\nSUMMARY:{summary}\n{lines}\n"
        f"DESCRIPTION:Machine: {machine}\\nCall {uid}\nEND:VEVENT\n"
    )


def at(day: int, hours: str) -> str:
    start, end = hours.split("-")
    zone = "TZID=America/Chicago"
    return f"DTSTART;{zone}:202612{day:02}T{start}00\nDTEND;{zone}:202612{day:02}T{end}00"


def calendar(*events: str) -> str:
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:board\nX-WR-CALNAME:Plan\n{''.join(events)}END:VCALENDAR\n"
    return text.replace("\n", "\r\n")


async def test_a_calendar_books_operations_and_holds_time_and_a_later_one_moves_what_it_knows(
    bring: Bring, database: Database, who: Principal
) -> None:
    await bring(JOBS, {"new_machines": "new"})
    held = event("q1", "Hold Q-7", f"{TWO_DAYS}\nSTATUS:TENTATIVE", "Mill")
    first = calendar(
        event("m1", "A-1/10", at(7, "0600-0720"), "Mill"),
        event("t1", "A-1/20", at(8, "0600-0630"), "Lathe"), held,
    )  # fmt: skip
    preview = await bring(first, WINDOW, name="plan.ics")
    assert (asked(preview), preview.questions[0].suggested) == (["events"], "rows")
    wrong = await bring(first, {**WINDOW, **SAID, "machine": "Location"}, name="plan.ics", dry_run=True)
    assert told(wrong)[0].startswith("plan.ics [A-1/10 on 2026-12-07 06:00], Location: is empty")
    preview = await bring(first, {**WINDOW, **SAID}, name="plan.ics", dry_run=True)
    assert (asked(preview), told(preview), preview.known) == ([], [], False)
    assert await ask(database, who, BOOKED) == []
    await bring(first, {**WINDOW, **SAID}, name="plan.ics")
    assert await ask(database, who, BOOKED) == [
        ("A-1/10", "Mill", "planned", "07 06:00", "07 07:20"),
        ("A-1/20", "Lathe", "planned", "08 06:00", "08 06:30"),
        ("Q-7", "Mill", "held", "10 00:00", "12 00:00"),
    ]
    cancelled = event("t1", "A-1/20", at(8, "0600-0630") + "\nSTATUS:CANCELLED", "Lathe")
    later = calendar(event("m1", "A-1/10", at(9, "0600-0720"), "Mill"), cancelled, held)
    preview = await bring(later, WINDOW, name="plan.ics", confirm=False)
    assert (asked(preview), told(preview), preview.known) == ([], [], True)
    assert (
        "the plan has the booking of A-1/20 on Lathe from 2026-12-08 06:00 by an event of this calendar "
        "that is not so any more; it stays until somebody takes it out"
    ) in [notice.text for notice in preview.notices]
    assert await ask(database, who, BOOKED) == [
        ("A-1/20", "Lathe", "planned", "08 06:00", "08 06:30"),
        ("A-1/10", "Mill", "planned", "09 06:00", "09 07:20"),
        ("Q-7", "Mill", "held", "10 00:00", "12 00:00"),
    ]
    closed = {**WINDOW, "events": "shop"}
    other = calendar(event("c1", "Holiday", TWO_DAYS, "none"))
    assert asked(await bring(other, closed, name="plan.ics", dry_run=True)) == []
    firm = calendar(event("q1", "A-1/20", TWO_DAYS, "Mill"))
    await bring(firm, {**WINDOW, "replace_bookings": "yes"}, name="plan.ics")
    assert await ask(database, who, BOOKED) == [
        ("A-1/10", "Mill", "planned", "09 06:00", "09 07:20"),
        ("A-1/20", "Mill", "planned", "10 00:00", "12 00:00"),
    ]

"""The cells that every entry of a calendar has, an event and a task alike."""

from typing import cast

from icalendar import Event, Todo, vCalAddress

from storage.foreign.calendar_texts import text_of

_USUAL_IMPORTANT, _LEAST_IMPORTANT = 5, 9
_IMPORTANCE = ("low", "normal", "high")


def cells_of(entry: Event | Todo, calendar: str) -> dict[str, str]:
    """What an entry says in words, and who is named in it; `calendar`: the name of the one it stands in."""
    organizer = cast("vCalAddress | None", entry.get("ORGANIZER"))
    called = "" if organizer is None else str(organizer.params.get("CN") or organizer).strip("\"' ")
    return {
        "Summary": text_of(entry, "SUMMARY"),
        "Description": text_of(entry, "DESCRIPTION"),
        "Location": text_of(entry, "LOCATION"),
        "Category": "; ".join(str(category) for category in entry.categories),
        "(importance)": _importance(entry),
        "Calendar": calendar,
        "Organizer": _bare(called),
        "Attendees": "; ".join(_bare(who) for who in people_of(entry) if who != called),
        "Resources": text_of(entry, "RESOURCES"),
    }


def people_of(entry: Event | Todo) -> tuple[str, ...]:
    """Those who called for it, and those who are asked to it and have not declined."""
    asked = cast("list[vCalAddress]", entry.attendees)
    going = [who for who in asked if str(who.params.get("PARTSTAT") or "").upper() != "DECLINED"]
    called = cast("vCalAddress | None", entry.get("ORGANIZER"))
    said = [*([called] if called is not None else []), *going]
    return tuple(dict.fromkeys(str(who.params.get("CN") or who).strip("\"' ") for who in said))


def _importance(entry: Event | Todo) -> str:
    """How important it is: 1 to 4 is high, 6 to 9 low (RFC 5545, 3.8.1.9), or what Outlook marks."""
    number = str(entry.get("PRIORITY") or "")
    if number.isdecimal() and 1 <= int(number) <= _LEAST_IMPORTANT:
        return _IMPORTANCE[(int(number) < _USUAL_IMPORTANT) - (int(number) > _USUAL_IMPORTANT) + 1]
    marked = str(entry.get("X-MICROSOFT-CDO-IMPORTANCE") or "")
    return _IMPORTANCE[int(marked)] if marked in ("0", "1", "2") else ""


def _bare(who: str) -> str:
    return who[7:] if who.lower().startswith("mailto:") else who

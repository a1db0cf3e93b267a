"""Public holidays of a country or a part of it, proposed: a shop ticks the days on which it closes."""

import re
from zoneinfo import ZoneInfo

import holidays

from leadhand.errors import InvalidRequest
from storage.exchange.problems import nearest, shown
from storage.foreign.calendar_times import window_of
from storage.foreign.canonical import Canonical, Origin
from storage.foreign.decisions import Choice, Decisions, Question
from storage.foreign.places import Book
from storage.foreign.shop_names import ShopNames

ALL = "all"


def take_holidays(region: str, decisions: Decisions, shop: ShopNames, canonical: Canonical) -> None:
    """The days that are ticked, as closures of a calendar. `region`: `US-IL` or `DE`.

    Raises:
        InvalidRequest: no such country or part of it.
    """
    window = window_of(decisions, ZoneInfo(shop.timezone), shop.horizon_days)
    country, _, part = region.upper().partition("-")
    supported = holidays.list_supported_countries()
    if country not in supported:
        raise InvalidRequest(
            f"holidays:{shown(region)}: there is no country {shown(country)}; such as US-IL or DE-BY."
        )
    if part and part not in supported[country]:
        near = nearest(part, supported[country]) or ", ".join(supported[country][:12])
        raise InvalidRequest(
            f"holidays:{shown(region)}: {country} has no part {shown(part)}; right would be: {near}."
        )
    years = range(window.first.year, window.after.year + 1)
    found = holidays.country_holidays(country, subdiv=part or None, years=years)
    days = {day: str(name) for day, name in sorted(found.items()) if window.first <= day < window.after}
    question = Question(
        "closed",
        "On which of these days does the shop close?",
        (*(Choice(str(day), name) for day, name in days.items()), Choice(ALL, "all of them")),
        why="shops work on some public holidays and close on other days; several are parted by ;",
    )
    value = decisions.settle(
        question, fits=lambda text: text == ALL or set(_dates(text)) <= {str(day) for day in days}
    )
    calendar = _calendar(decisions, shop)
    if value is None or calendar is None:
        return
    for day, name in days.items():
        if value == ALL or str(day) in _dates(value):
            canonical.add(
                "calendar_exception",
                {
                    "external_id": f"{region.upper()} {day} {calendar}", "source": "holidays",
                    "kind": "closure",
                    "name": name, "calendar_id": calendar, "production_date": str(day),
                },
                Origin(f"holidays:{region}", None),
            )  # fmt: skip


def _dates(text: str) -> list[str]:
    return [part for part in re.split(r"[;,\s]+", text) if part]


def _calendar(decisions: Decisions, shop: ShopNames) -> str | None:
    book = Book("calendar", shop.calendars)
    only = shop.calendars[0].id if len(shop.calendars) == 1 else None
    value = decisions.settle(
        Question(
            "calendar",
            "Which calendar is closed then?",
            tuple(Choice(named.id, named.name) for named in shop.calendars[:30]),
        ),
        proven=(only, "it is the shop's only calendar") if only else None,
        fits=lambda text: book.find(text) is not None,
    )
    return None if value is None else book.find(value)

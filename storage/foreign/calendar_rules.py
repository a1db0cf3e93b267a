"""What no program can follow of a calendar: rules that repeat too often, and what is said twice."""

from typing import cast

from icalendar import Event, Todo

# Finer rules than these are no plan, and could be told for ever.
_RULES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_FINER = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})
_ONCE = ("DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "RRULE", "SEQUENCE")


def said_twice(entry: Event | Todo) -> tuple[str, str] | None:
    """What is wrong with an event or task that says something several times, and what would be right."""
    twice = [name for name in _ONCE if isinstance(entry.get(name), list)]
    return (f"its {', '.join(twice)} is said several times", "each once") if twice else None


def fault_of_rule(entry: Event | Todo) -> tuple[str, str] | None:
    """What is wrong with its rule of repetition, and what would be right."""
    rule = cast("dict[str, list[object]] | None", entry.get("RRULE"))
    if rule is None or isinstance(rule, list):
        return None
    said = {str(name).upper() for name in rule}
    if {str(name).upper() for name in rule.get("FREQ", [])} - _RULES or said & _FINER:
        return "it repeats more often than daily", "a daily, weekly, monthly or yearly rule"
    if any(not str(every).isdecimal() or int(str(every)) < 1 for every in rule.get("INTERVAL", [1])):
        return "its rule has no interval", "an INTERVAL from 1"
    return None

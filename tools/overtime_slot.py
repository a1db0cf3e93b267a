"""The hours of overtime that are meant: as they were said, or the shop's standard overtime of the day."""

from zoneinfo import ZoneInfo

from leadhand.errors import InvalidToolInput, JsonValue
from planning.capacity_overtime import standard_slots
from planning.date_phrases import span_text
from planning.shop import Interval, Minute, Shop
from planning.zones import MINUTES_PER_DAY
from tools.windows import Window

# Longer than any shift: a whole day or more was said, and not from when to when.
_DAY_MIN = 20 * 60


def overtime_slot(shop: Shop, window: Window, now: Minute) -> tuple[Interval, str]:
    """The slot and the sentence that says where it comes from.

    Raises:
        InvalidToolInput: a day or more without hours, and no standard overtime on it, or several.
    """
    start, end = max(window.start_min, now), window.end_min
    if end - start < _DAY_MIN:
        return (start, end), window.assumption
    slots = standard_slots(shop, (start, end))
    if len(slots) == 1 and end - start <= 2 * MINUTES_PER_DAY:
        text = span_text(*slots[0], ZoneInfo(shop.settings.timezone))
        return slots[0], f"No hours were given, so it is the shop's standard overtime: {text}."
    wrong: JsonValue = {"field": "from", "problem": "no clock times", "right": "2026-12-05T06:00, and `to`"}
    raise InvalidToolInput(
        "Overtime needs a day with its hours: say from when to when.", details={"fields": [wrong]}
    )

"""What is written in a form that Postgres takes, and read in the planning core's."""

import json
import math
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadhand.errors import JsonValue
from planning.shop import Order, OrderStatus, ShopSettings
from planning.zones import local_minute
from storage.json_values import storable_text, to_jsonb
from storage.local_times import clock_minutes, clock_text
from storage.shop_records import plan_records

ANY_TEXT = st.text(st.characters(codec=None))
ANY_JSON: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=20,
)


def written(value: JsonValue) -> str:
    parameter = to_jsonb(value)
    assert parameter.dumps is not None
    text = parameter.dumps(parameter.obj)
    assert isinstance(text, str)
    return text


@settings(deadline=None, max_examples=100)
@given(ANY_JSON)
def test_any_json_becomes_text_that_postgres_can_store(value: JsonValue) -> None:
    text = written(value)
    text.encode("utf-8")
    assert "\\u0000" not in text.replace("\\\\", "")
    json.loads(text, parse_constant=pytest.fail)


@settings(deadline=None, max_examples=100)
@given(st.text())
def test_ordinary_text_is_kept_as_it_is(text: str) -> None:
    assert storable_text(text) == text.replace("\0", "\ufffd")


def test_numbers_that_are_none_become_null() -> None:
    assert written([math.nan, math.inf, -math.inf, 1.5, 10**40]) == f"[null,null,null,1.5,{10**40}]"


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 1440))
def test_a_time_of_day_survives_being_written(minutes: int) -> None:
    assert clock_minutes(clock_text(minutes)) == minutes


@pytest.mark.parametrize(("minutes", "text"), [(0, "00:00"), (1440, "24:00"), (870, "14:30")])
def test_a_time_of_day_is_written_as_on_a_clock(minutes: int, text: str) -> None:
    assert clock_text(minutes) == text


def due_columns(due_at: int | None, *, zone: str, cutoff_min: int) -> tuple[object, object]:
    shop = ShopSettings("S", zone, due_cutoff_local_min=cutoff_min)
    order = Order("o", "O", "", 1, OrderStatus.RELEASED, due_at)
    name, (record,) = next(plan_records(shop, [order], [], []))
    assert name == "orders"
    return record["due_date"], record["due_at"]


@settings(deadline=None, max_examples=100)
@given(
    st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    st.sampled_from(["UTC", "America/Chicago", "Europe/Berlin", "Australia/Lord_Howe"]),
    st.sampled_from([1440, 17 * 60, 2 * 60 + 30, 1]),
)
def test_the_end_of_a_local_due_date_is_written_as_that_date(day: date, zone: str, cutoff_min: int) -> None:
    due_at = local_minute(day, cutoff_min, ZoneInfo(zone))
    assert due_columns(due_at, zone=zone, cutoff_min=cutoff_min) == (day.isoformat(), None)
    assert due_columns(due_at + 1, zone=zone, cutoff_min=cutoff_min) == (None, due_at + 1)


def test_an_order_without_due_date_has_none() -> None:
    assert due_columns(None, zone="UTC", cutoff_min=1440) == (None, None)

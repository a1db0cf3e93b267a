"""What the model reads of a tool's answer: always JSON, never too long, honest about what it leaves out."""

import json
import re
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from leadhand.errors import JsonValue, NotFound
from tools.base import Evidence, ToolOutput
from tools.rendering import LEFT_OUT, MAX_BYTES, render_error, render_for_model

JsonObject = dict[str, JsonValue]


class Result(ToolOutput):
    total: int = 0
    utilization_pct: float | None = None
    rows: list[JsonObject] = Field(default_factory=list[JsonObject])
    figures: JsonObject = Field(default_factory=dict[str, JsonValue])


def result(**fields: object) -> Result:
    base = {"data_version": 7, "as_of": "2026-11-25T10:30:00-06:00", "timezone": "America/Chicago"}
    return Result.model_validate({**base, **fields})


def rendered(output: ToolOutput) -> JsonObject:
    text = render_for_model(output, "res_1")
    assert len(text.encode()) <= MAX_BYTES
    found = cast("JsonObject", json.loads(text))
    assert found["result_id"] == "res_1"
    return found


def rows_of(found: JsonObject) -> list[JsonObject]:
    rows = found["rows"]
    assert isinstance(rows, list)
    return [row for row in rows if isinstance(row, dict)]


def left_out(found: JsonObject) -> JsonObject:
    marked = found[LEFT_OUT]
    assert isinstance(marked, dict)
    return marked


def machine_row(number: int, bookings: int) -> JsonObject:
    schedule: list[JsonValue] = [
        {"order": f"A-{booking}", "start": "2026-11-25T06:00:00-06:00", "end": "2026-11-25T14:00:00-06:00"}
        for booking in range(bookings)
    ]
    return {
        "machine": {"id": "m", "code": f"M-{number}", "name": "Puma"},
        "free_h": number,
        "schedule": schedule,
    }


def test_a_short_answer_is_whole_but_for_its_evidence() -> None:
    evidence = [Evidence(table="booking", ids=["b1"])]
    found = rendered(
        result(total=3, evidence=evidence, assumptions=["The window is next week."], rows=[{"a": 1}])
    )
    assert found == {
        "result_id": "res_1",
        "data_version": 7,
        "as_of": "2026-11-25T10:30:00-06:00",
        "timezone": "America/Chicago",
        "assumptions": ["The window is next week."],
        "warnings": [],
        "total": 3,
        "utilization_pct": None,
        "rows": [{"a": 1}],
        "figures": {},
    }


def test_row_ids_are_for_clients_and_codes_for_the_model() -> None:
    row: JsonObject = {
        "machine": {"id": "d32b956c", "code": "PUMA-3100"},
        "booking_id": "e21f0edf",
        "load_h": 4,
    }
    found = rendered(result(rows=[row]))
    assert rows_of(found) == [{"machine": {"code": "PUMA-3100"}, "load_h": 4}]


def test_sentences_of_the_answer_stay_whole_while_rows_can_still_go() -> None:
    sentence = "No machine was named, so each of the 7 work centers was checked. " * 6
    rows = [machine_row(number, bookings=8) for number in range(60)]
    found = rendered(result(rows=rows, assumptions=[sentence], figures={"text": sentence}))
    assert found["assumptions"] == [sentence]
    assert found["figures"] == {"text": sentence}
    assert rows_of(found)


def test_a_long_list_keeps_its_first_rows_and_says_how_many_are_missing() -> None:
    rows = [{"no": number, "name": "x" * 40} for number in range(2_000)]
    found = rendered(result(rows=rows, total=2_000))
    shown = rows_of(found)
    assert shown == rows[: len(shown)]
    assert len(shown) > 80
    assert left_out(found) == {"rows": 2_000 - len(shown)}
    assert found["total"] == 2_000


def test_inner_lists_go_before_rows() -> None:
    found = rendered(result(rows=[machine_row(number, 50) for number in range(20)]))
    shown = rows_of(found)
    assert len(shown) >= 12
    for number, row in enumerate(shown):
        assert row["free_h"] == number
        schedule = row["schedule"]
        assert isinstance(schedule, list)
        assert left_out(row) == {"schedule": 50 - len(schedule)}


def test_figures_survive_where_long_texts_do_not() -> None:
    found = rendered(result(total=5, utilization_pct=87.5, rows=[{"note": "n" * 20_000, "hours": 3}] * 3))
    assert (found["total"], found["utilization_pct"]) == (5, 87.5)
    row = rows_of(found)[0]
    note = row["note"]
    assert isinstance(note, str)
    assert note.endswith("…")
    assert row["hours"] == 3
    assert left_out(row) == {"note": f"{20_000 - len(note) + 1} characters"}


def test_most_of_the_room_is_used() -> None:
    text = render_for_model(result(rows=[{"no": number} for number in range(5_000)]), "res_1")
    assert len(text) > MAX_BYTES * 0.9


# Row ids are left out by a rule with a test of its own.
keys = st.text(max_size=12).filter(lambda key: key != "id" and not key.endswith("_id"))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=40) | st.just("ü\x01" * 400),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(keys, inner, max_size=8),
    max_leaves=25,
)


@given(st.dictionaries(keys, json_values, max_size=12), st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_every_answer_fits_and_is_json(fields: JsonObject, times: int) -> None:
    found = rendered(result(rows=[fields] * times, figures=fields, total=times))
    assert found["data_version"] == 7
    marked = re.search(rf"{LEFT_OUT}|… \d+ more", json.dumps(found, ensure_ascii=False))
    assert marked or found["rows"] == [fields] * times


@given(json_values)
@settings(max_examples=60, deadline=None)
def test_every_error_fits_and_keeps_its_code_and_message(details: JsonValue) -> None:
    text = render_error(
        NotFound("There is no machine “X”.", details={"suggestions": details, "more": [details] * 50})
    )
    assert len(text.encode()) <= MAX_BYTES
    error = json.loads(text)["error"]
    assert error["code"] == "not_found"
    assert error["message"].startswith("There is no machine")


def test_an_error_is_its_code_message_and_details() -> None:
    assert json.loads(render_error(NotFound("Gone.", details={"suggestions": []}))) == {
        "error": {"code": "not_found", "message": "Gone.", "details": {"suggestions": []}}
    }

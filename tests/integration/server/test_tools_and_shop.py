"""Tools run alone."""

import pytest

from tests.acceptance.json_access import at, items_at, parse, text_at
from tests.integration.server.conftest import Caller, refusal

CLOCK = {"x-as-of": "2026-12-01T08:00:00-06:00"}


async def test_every_tool_is_listed_with_its_schemas(anna: Caller) -> None:
    listed = items_at(parse((await anna.http.get("/api/tools")).content), "tools")
    names = {text_at(tool, "name") for tool in listed}
    assert {"get_machine_availability", "analyze_workload_distribution", "check_capacity"} <= names
    for tool in listed:
        assert at(tool, "input_schema", "type") == "object"
        assert at(tool, "output_schema", "type") == "object"
        assert text_at(tool, "permission") == "planning:read"


async def test_a_tool_answers_at_the_given_clock(small_planner: Caller) -> None:
    response = await small_planner.http.post(
        "/api/tools/get_machine_availability", json={"machines": ["Puma 3100"]}, headers=CLOCK
    )
    assert response.status_code == 200, response.text
    output = parse(response.content)
    assert text_at(output, "as_of") == "2026-12-01T08:00:00-06:00"
    assert text_at(output, "machines", 0, "machine", "code") == "PUMA"


async def test_a_tool_without_a_body_gets_an_empty_input(small_planner: Caller) -> None:
    response = await small_planner.http.post("/api/tools/get_machine_availability", headers=CLOCK)
    assert response.status_code == 200, response.text


async def test_a_simulated_breakdown_is_answered_and_leaves_the_plan_as_it_was(small_planner: Caller) -> None:
    async def plan() -> object:
        path = "/api/tools/get_machine_availability"
        response = await small_planner.http.post(path, json={"machines": ["PUMA"]}, headers=CLOCK)
        return parse(response.content)

    before = await plan()
    change = {"change": "machine_down", "machine": "PUMA", "until_further_notice": True}
    response = await small_planner.http.post(
        "/api/tools/simulate_schedule_change", json=change, headers=CLOCK
    )
    assert response.status_code == 200, response.text
    found = response.json()
    assert (found["total_affected"] + found["total_stuck"] > 0, found["lost_h"] > 0) == (True, True)
    assert found["sim_id"].startswith("sim-")
    assert await plan() == before  # its data_version and every booking


@pytest.mark.parametrize(
    ("name", "tool_input", "status", "code"),
    [
        ("get_machine_availability", {"machines": ["Hedelius"]}, 404, "not_found"),
        ("get_machine_availability", {"from": "2026-12-10", "to": "2026-12-01"}, 422, "empty_window"),
        ("get_machine_availability", {"from": "2026-12-01", "to": "2036-12-01"}, 422, "window_too_long"),
        ("get_machine_availability", {"from": "31 February"}, 422, "invalid_date"),
        ("get_machine_availability", {"machine": "PUMA"}, 422, "invalid_tool_input"),
        ("get_machine_availability", {"min_free_minutes": "many"}, 422, "invalid_tool_input"),
        ("check_capacity", {"hours": -1}, 422, None),
        ("teleport", {}, 404, "unknown_tool"),
        ("get_machine_availability", [], 422, "invalid_tool_input"),
        ("get_machine_availability", {"machines": ["a\0"]}, 422, "invalid_request"),
    ],
)
async def test_a_tool_that_says_no_says_why(
    small_planner: Caller, name: str, tool_input: object, status: int, code: str | None
) -> None:
    response = await small_planner.http.post(f"/api/tools/{name}", json=tool_input, headers=CLOCK)
    refusal(response, status, code or response.json()["error"]["code"])


async def test_another_shops_machine_is_as_unknown_as_any(small_planner: Caller, anna: Caller) -> None:
    path = "/api/tools/get_machine_availability"
    answers = [await anna.http.post(path, json={"machines": [name]}) for name in ("PUMA", "ZZZZ")]
    of_foreign, of_absent = (refusal(answer, 404, "not_found") for answer in answers)
    assert str(of_foreign).replace("PUMA", "ZZZZ") == str(of_absent)
    assert small_planner.who.tenant_id != anna.who.tenant_id

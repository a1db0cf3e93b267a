"""The built-in model has reports made regularly, changes and lists them, and says what came of it."""

import json

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage

from leadhand.errors import JsonValue
from models.builtin.report_wishes import SCHEDULE, SCHEDULES
from models.builtin.thinking import think

TOOLS = [SCHEDULE, SCHEDULES, "identify_bottlenecks", "get_machine_availability", "undo_change"]
ME: JsonValue = ["me"]
BOSS: JsonValue = ["boss@shop.example"]


def answered(tool: str, arguments: dict[str, JsonValue], content: JsonValue) -> list[BaseMessage]:
    call = ToolCall(name=tool, args=arguments, id="call_1", type="tool_call")
    answer = ToolMessage(json.dumps(content), tool_call_id="call_1", name=tool)
    return [AIMessage("", tool_calls=[call]), answer]


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("send me this every Monday at 6", {"when": "every monday at 6", "recipients": ME}),
        ("schick mir das jeden Montag um 6", {"when": "jeden montag um 6", "recipients": ME}),
        (
            "mail the capacity report to boss@shop.example every weekday at 5:30",
            {"when": "every weekday at 5:30", "recipients": BOSS},
        ),
        (
            "Email it to me and Boss@shop.example on Mondays, 6am please.",
            {"when": "on mondays, 6am", "recipients": ["me", "Boss@shop.example"]},
        ),
        ("At 6 every morning send me the report", {"when": "at 6 every morning", "recipients": ME}),
        (
            "Kannst du uns bitte werktags um 5:30 den Bericht schicken?",
            {"when": "werktags um 5:30", "recipients": ME},
        ),
        (
            "Schick mir jeden Freitag um 15 Uhr die Engpässe",
            {"when": "jeden freitag um 15 uhr", "recipients": ME, "sections": ["bottlenecks"]},
        ),
        (
            "send me the report for the next 6 weeks every Monday at 6 in German",
            {"when": "every monday at 6", "recipients": ME, "weeks": 6, "language": "de"},
        ),
        ("make the report every day at 6", {"when": "every day at 6"}),
        ("stop the Monday report", {"action": "pause", "schedule": "monday"}),
        ("don't send me the daily report any more", {"action": "pause", "schedule": "daily"}),
        ("Schick mir den Montagsbericht nicht mehr", {"action": "pause", "schedule": "montags"}),
        ('stop the report "The week"', {"action": "pause", "schedule": "The week"}),
        ("stop the report", {"action": "pause"}),
        ("resume the Monday report", {"action": "resume", "schedule": "monday"}),
        ("Lösch den Montagsbericht", {"action": "remove", "schedule": "montags"}),
        ("move the Monday report to 7:00", {"action": "change", "schedule": "monday", "when": "7:00"}),
        (
            "verschieb den Montagsbericht auf Dienstag um 7",
            {"action": "change", "schedule": "montags", "when": "dienstag um 7"},
        ),
        (
            "also send the weekly report to boss@shop.example",
            {"action": "change", "schedule": "weekly", "more_recipients": BOSS},
        ),
        (
            "remove boss@shop.example from the Monday report",
            {"action": "change", "schedule": "monday", "fewer_recipients": BOSS},
        ),
        (
            "stop sending the Monday report to boss@shop.example",
            {"action": "change", "schedule": "monday", "fewer_recipients": BOSS},
        ),
        (
            "Schick den Bericht nicht mehr an boss@shop.example",
            {"action": "change", "fewer_recipients": BOSS},
        ),
    ],
)
def test_a_report_is_scheduled_changed_and_ended(text: str, arguments: dict[str, JsonValue]) -> None:
    [call] = think([HumanMessage(text)], TOOLS).calls
    assert (call.tool, call.arguments) == (SCHEDULE, arguments)


@pytest.mark.parametrize(
    "text",
    [
        "Do not send me the report every Monday at 6",
        "don't send me this every Monday",
        "no report every Monday please",
        "Schick mir den Bericht nicht jeden Montag",
        "send the report to ann@shop.example, not to boss@shop.example, every Monday",
    ],
)
def test_a_report_that_is_not_wanted_is_not_scheduled(text: str) -> None:
    assert all(call.arguments.get("action") == "pause" for call in think([HumanMessage(text)], TOOLS).calls)


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("which reports are scheduled?", {}),
        ("Welche Berichte sind geplant?", {}),
        ("do we have any scheduled reports", {}),
        ("who gets the Monday report?", {"schedule": "monday"}),
    ],
)
def test_a_question_lists_what_is_scheduled(text: str, arguments: dict[str, JsonValue]) -> None:
    [call] = think([HumanMessage(text)], TOOLS).calls
    assert (call.tool, call.arguments) == (SCHEDULES, arguments)


@pytest.mark.parametrize(
    "text",
    [
        "send WO-4012 to Wagner Coating every Monday",
        "what is scheduled on the Puma every Monday at 6?",
        "send me this Monday at 6",
        "Has Tom reported WO-4012?",
        "Who reports to Linda?",
        "stop the Puma",
        "remove the booking of WO-4012",
        "Add overtime every Saturday from 6 to 12",
        "what does the Monday report say?",
        "remove the report of Tom on WO-4012",
        "send me this every Monday at 6 " * 20,
    ],
)
def test_what_is_about_something_else_schedules_nothing(text: str) -> None:
    assert {call.tool for call in think([HumanMessage(text)], TOOLS).calls}.isdisjoint({SCHEDULE, SCHEDULES})


def test_this_is_what_the_talk_was_about() -> None:
    asked = [HumanMessage("Where is our bottleneck?"), *answered("identify_bottlenecks", {}, {})]
    [call] = think([*asked, HumanMessage("send me this every Monday at 6")], TOOLS).calls
    assert call.arguments["sections"] == ["bottlenecks"]
    [whole] = think([*asked, HumanMessage("send me the report every Monday at 6")], TOOLS).calls
    assert "sections" not in whole.arguments


NO_ADDRESS: JsonValue = {
    "error": {"code": "write_refused", "message": "…", "details": {"reason": "no_address"}}
}


def test_an_address_that_was_asked_for_completes_the_wish() -> None:
    said = HumanMessage("send me this every Monday at 6")
    refused = [said, *answered(SCHEDULE, {}, NO_ADDRESS)]
    assert "Tell me where the report should go" in think(refused, TOOLS).text
    [call] = think([*refused, HumanMessage("to ann@shop.example please")], TOOLS).calls
    assert call.arguments == {"when": "every monday at 6", "recipients": ["ann@shop.example"]}
    assert think([HumanMessage("to ann@shop.example please")], TOOLS).calls == ()


SUMMARY = (
    "The report “The week” is made every Monday 06:00 Europe/Berlin, first on Monday 30 November 2026, "
    "06:00, and goes by mail to boss@shop.example, over 6 weeks."
)


def test_what_was_made_is_told_in_the_persons_language() -> None:
    made = answered(SCHEDULE, {}, {"summary": SUMMARY, "write_id": "1", "assumptions": ["“Me” is x."]})
    english = think([HumanMessage("send me this every Monday at 6"), *made], TOOLS).text
    assert SUMMARY in english
    assert "“Me” is x." in english
    german = think([HumanMessage("schick mir das jeden Montag um 6"), *made], TOOLS).text
    assert "wird jeden Montag 06:00 Europe/Berlin gemacht, zuerst Montag 30. November 2026, 06:00" in german
    assert "per Mail an boss@shop.example, über 6 Wochen" in german


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            {"code": "approval_denied", "message": "The person did not approve."},
            "It stays as it was: The person",
        ),
        ({"code": "not_said", "message": "That address was not written."}, "I could not schedule that: That"),
        (
            {"code": "ambiguous", "message": "?", "details": {"choices": [{"name": "A*"}, {"name": "B"}]}},
            "Several reports are meant: A\\*, B.",
        ),
    ],
)
def test_what_was_not_made_is_told_with_the_reason(error: JsonValue, told: str) -> None:
    text = think([HumanMessage("stop the report"), *answered(SCHEDULE, {}, {"error": error})], TOOLS).text
    assert told in text


def test_the_schedules_are_listed_with_who_gets_them() -> None:
    rows: JsonValue = [
        {
            "name": "The *week*",
            "when": "every Monday 06:00 Europe/Berlin",
            "active": True,
            "next": "2026-11-30T06:00:00+01:00",
            "recipients": [{"kind": "email", "target": "boss@shop.example"}],
        },
        {"name": "Daily", "when": "every day 06:00 UTC", "active": False, "next": None, "recipients": []},
    ]
    listed = answered(SCHEDULES, {}, {"total": 2, "schedules": rows})
    text = think([HumanMessage("which reports are scheduled?"), *listed], TOOLS).text
    assert "**The \\*week\\***: every Monday 06:00 Europe/Berlin, next Mon 30 Nov 2026, 06:00; boss@" in text
    assert "- **Daily**: every day 06:00 UTC, paused; only listed under the reports" in text
    german = think([HumanMessage("Welche Berichte sind geplant?"), *listed], TOOLS).text
    assert "jeden Montag 06:00 Europe/Berlin" in german
    none = answered(SCHEDULES, {}, {"total": 0, "schedules": []})
    assert (
        "No report is scheduled." in think([HumanMessage("which reports are scheduled?"), *none], TOOLS).text
    )


def test_who_may_not_schedule_reports_is_told_so() -> None:
    thought = think([HumanMessage("send me this every Monday at 6")], ["get_machine_availability"])
    assert thought.calls == ()
    assert "`reports:write`" in thought.text


def test_the_talk_about_reports_leaves_the_plan_alone() -> None:
    before = [HumanMessage("send me this every Monday at 6"), *answered(SCHEDULE, {}, {"summary": SUMMARY})]
    [undo] = think([*before, HumanMessage("undo that")], TOOLS).calls
    assert undo.tool == "undo_change"
    [asked] = think([*before, HumanMessage("When is the Puma 3100 free?")], TOOLS).calls
    assert asked.tool == "get_machine_availability"

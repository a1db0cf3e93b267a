"""What stands beside a question, and days and hours that are not said in one piece."""

import pytest

from leadhand.errors import JsonValue
from models.builtin.dialogue import understand
from models.builtin.grammar_files import tool_grammars
from models.builtin.understanding import SIMULATE, Context, Query, Understanding

CONTEXT = Context(tools=frozenset(grammar.tool for grammar in tool_grammars()))
AVAILABILITY = "get_machine_availability"


def calls(understood: Understanding) -> list[tuple[str, dict[str, JsonValue]]]:
    return [(query.tool, query.arguments) for query in understood.queries]


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        (
            "Like we talked about last week, I need the VF-4 on Friday. Is it free?",
            AVAILABILITY,
            {"machines": ["VF-4"], "window": "on Friday"},
        ),
        ("don't forget to lock WO-4003", "set_lock", {"order": "WO-4003"}),
        (
            "the puma 2600 threw a bearing, it's out til at least thursday. which orders suffer?",
            SIMULATE,
            {"change": "machine_down", "machine": "puma 2600", "to": "til thursday"},
        ),
        (
            "let's say the kasto saw is serviced on dec 2 from 7 to 11",
            SIMULATE,
            {"change": "machine_down", "machine": "kasto", "window": "on dec 2 7:00-11:00"},
        ),
        (
            "Trag für die Integrex am 2.12. Wartung von 8 bis 12 ein",
            "add_calendar_exception",
            {
                "kind": "downtime",
                "machine": "Integrex",
                "window": "am 2.12. from 8:00 to 12:00",
                "maintenance": True,
            },
        ),
        (
            "what if yuki takes the 3rd and 4th of december off",
            SIMULATE,
            {"change": "operator_absent", "operator": "yuki", "window": "the 3 december to 4 december"},
        ),
        (
            "push WO-4014 back to monday the 7th",
            "reschedule_order",
            {"order": "WO-4014", "start": "on the 7th"},
        ),
        (
            "Could you please tell me what a Saturday shift on the Puma 3100 this weekend would buy us? "
            "I'd have to ask the guys today.",
            SIMULATE,
            {"change": "overtime", "machine": "Puma 3100", "window": "Saturday"},
        ),
        (
            "The Haas guy wants the ST-30 for maintenance on Wednesday. Can we afford that?",
            SIMULATE,
            {"change": "machine_down", "machine": "ST-30", "window": "on Wednesday"},
        ),
        ("status 4015 pls", "get_order_status", {"order": "4015"}),
        (
            "who can fill in for luis on the studer tomorrow",
            "get_operator_availability",
            {"machine": "studer", "window": "tomorrow"},
        ),
        (
            "Is Denise working the 30th?",
            "get_operator_availability",
            {"operators": ["Denise"], "window": "on the 30th"},
        ),
        (
            "when is the next 2 hour gap on the vf-4",
            AVAILABILITY,
            {"machines": ["vf-4"], "min_free_minutes": 120},
        ),
        ("list all jobs due next week", "get_order_status", {"window": "next week"}),
        ("wo fehlt noch Personal", "detect_schedule_conflicts", {"types": ["operator_missing"]}),
    ],
)
def test_what_is_said_beside_it_changes_no_argument(
    text: str, tool: str, arguments: dict[str, JsonValue]
) -> None:
    assert calls(understand(text, CONTEXT)) == [(tool, arguments)]


def test_days_that_do_not_follow_on_each_other_are_two() -> None:
    assert calls(understand("which machines are free on 9 and 14 December?", CONTEXT)) == [
        (AVAILABILITY, {"window": "on 9 December"}),
        (AVAILABILITY, {"window": "14 December"}),
    ]


@pytest.mark.parametrize(
    ("text", "argument", "each"),
    [
        ("compare milling and turning load for december", "work_center", ["milling", "turning"]),
        ("How is the load on milling and on turning next week?", "work_center", ["milling", "turning"]),
        ("Who can run the Studer and the Zeiss tomorrow?", "machine", ["Studer", "Zeiss"]),
    ],
)
def test_of_two_places_where_one_is_taken_each_is_looked_at(
    text: str, argument: str, each: list[str]
) -> None:
    assert [query.arguments[argument] for query in understand(text, CONTEXT).queries] == each


def test_the_third_of_a_month_is_no_machine() -> None:
    assert calls(understand("what if the Zeiss is down tomorrow and Denise is out the 3rd", CONTEXT)) == [
        (SIMULATE, {"change": "machine_down", "machine": "Zeiss", "window": "tomorrow"}),
        (SIMULATE, {"change": "operator_absent", "operator": "Denise", "window": "on the 3rd"}),
    ]


def test_numbers_of_pieces_are_no_hours_of_a_day() -> None:
    (query,) = understand("what if WO-4010 went from 10 to 20 pieces on Friday", CONTEXT).queries
    assert query.arguments["quantity"] == 20


def test_a_further_absence_is_of_the_same_time() -> None:
    tried = Query(SIMULATE, {"change": "machine_down", "machine": "Integrex", "window": "on thursday"})
    further = understand("what if Hannah is out too", Context(tools=CONTEXT.tools, queries=(tried,)))
    assert calls(further) == [
        (SIMULATE, {"change": "operator_absent", "operator": "Hannah", "window": "on thursday"})
    ]


def test_all_orders_are_not_listed_for_a_word_that_is_not_known() -> None:
    assert not understand("wich ordres are lait", CONTEXT).queries


@pytest.mark.parametrize(
    "text",
    [
        "find me a plan with fewer late orders but dont touch anything this week",
        "Take WO-4011 off the Puma 3100 and run it",
        "replan next week but leave the Puma alone",
        "Plane die nächste Woche neu, aber lass die Integrex in Ruhe",
    ],
)
def test_the_opposite_of_what_was_said_is_never_proposed(text: str) -> None:
    assert not understand(text, CONTEXT).queries


@pytest.mark.parametrize(
    ("text", "machine"),
    [
        ("Take WO-4011 off the Puma 3100 and run it on the 2600 instead", "2600"),
        ("move WO-4011 from the VF-2 to the VF-4", "VF-4"),
        ("Run WO-4011 on the VF-2 instead of the VF-4", "VF-2"),
    ],
)
def test_work_goes_to_the_machine_that_it_does_not_leave(text: str, machine: str) -> None:
    assert calls(understand(text, CONTEXT)) == [
        ("reschedule_order", {"order": "WO-4011", "machine": machine})
    ]

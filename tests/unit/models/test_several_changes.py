"""Several changes in one sentence, work on another machine, times that recur: all of it, or asked back."""

import pytest

from leadhand.errors import JsonValue
from models.builtin import several_changes
from models.builtin.dialogue import understand
from models.builtin.grammar_files import tool_grammars
from models.builtin.reading import Reading
from models.builtin.replies import reply_to, said_before
from models.builtin.slots import Question
from models.builtin.understanding import SIMULATE, Context, Query, Understanding

CONTEXT = Context(tools=frozenset(grammar.tool for grammar in tool_grammars()))
DOWN, ABSENT = "machine_down", "operator_absent"


def calls(understood: Understanding) -> list[tuple[str, dict[str, JsonValue]]]:
    return [(query.tool, query.arguments) for query in understood.queries]


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        (
            "What if the Puma is down Tuesday and Okafor is sick Wednesday?",
            [
                {"change": DOWN, "machine": "Puma", "window": "Tuesday"},
                {"change": ABSENT, "operator": "Okafor", "window": "Wednesday"},
            ],
        ),
        (
            "Was passiert, wenn die Puma morgen ausfällt und wir WO-4009 stornieren?",
            [
                {"change": DOWN, "machine": "Puma", "window": "morgen"},
                {"change": "cancel", "order": "WO-4009"},
            ],
        ),
        (
            "what if hannah and the puma are both out tomorrow",
            [
                {"change": ABSENT, "operator": "hannah", "window": "tomorrow"},
                {"change": DOWN, "machine": "puma", "window": "tomorrow"},
            ],
        ),
        (
            "Wenn Hannah nächste Woche fehlt und Tyrone auch, was rutscht dann?",
            [
                {"change": ABSENT, "operator": "Hannah", "window": "nächste Woche"},
                {"change": ABSENT, "operator": "Tyrone", "window": "nächste Woche"},
            ],
        ),
        (
            "What if the Puma is down Tuesday and the Haas VF-4 Wednesday?",
            [
                {"change": DOWN, "machine": "Puma", "window": "Tuesday"},
                {"change": DOWN, "machine": "Haas VF-4", "window": "Wednesday"},
            ],
        ),
        (
            "how would it look if the VF-2 was down wed and thu and the VF-4 only on thu",
            [
                {"change": DOWN, "machine": "VF-2", "window": "wed and thursday"},
                {"change": DOWN, "machine": "VF-4", "window": "on thursday"},
            ],
        ),
        (
            "what if WO-4003 is delayed to next Monday and WO-4009 gets top priority",
            [
                {"change": "order_move", "order": "WO-4003", "window": "next Monday"},
                {"change": "priority", "order": "WO-4009", "priority": 5},
            ],
        ),
        (
            "what if WO-4003 gets 50 pieces and is due on Friday",
            [
                {"change": "quantity", "order": "WO-4003", "quantity": 50},
                {"change": "due_date", "order": "WO-4003", "due": "due on Friday"},
            ],
        ),
        (
            "if the Puma goes down Tuesday and Tyrone calls in sick on top, what slips?",
            [
                {"change": DOWN, "machine": "Puma", "window": "Tuesday"},
                {"change": ABSENT, "operator": "Tyrone", "window": "Tuesday"},
            ],
        ),
        (
            "what if the Puma fails, Hannah is sick and we cancel WO-4010?",
            [
                {"change": DOWN, "machine": "Puma"},
                {"change": ABSENT, "operator": "Hannah"},
                {"change": "cancel", "order": "WO-4010"},
            ],
        ),
    ],
)
def test_changes_supposed_at_once_are_a_call_each(text: str, changes: list[dict[str, JsonValue]]) -> None:
    assert calls(understand(text, CONTEXT)) == [(SIMULATE, change) for change in changes]


@pytest.mark.parametrize(
    "text",
    [
        "If Marco takes Friday off, do we still make WO-4003?",
        "Suppose the Puma is down for two days: which orders slip?",
        "What if Hannah is out on Friday and who takes over her work?",
    ],
)
def test_one_change_stays_one_whatever_is_asked_beside_it(text: str) -> None:
    assert len(understand(text, CONTEXT).queries) == 1


@pytest.mark.parametrize(
    "text",
    [
        "what if we move WO-4001 to the Integrex and add a Saturday shift?",
        "What if the Puma is down tomorrow and we add a shift?",
        "what if the Puma is down for 3 days starting Monday and we put WO-4005 on the Integrex instead",
        "what if the Puma, the Integrex, the VF-4, the VF-2 and the Studer are down tomorrow?",
    ],
)
def test_of_changes_that_are_not_all_understood_none_is_tried_out(text: str) -> None:
    understood = understand(text, CONTEXT)
    assert understood.topics == ("several_changes",)
    assert "none" in reply_to(understood, "en", CONTEXT.tools)


def test_what_two_changes_do_together_is_said_to_be_unknown() -> None:
    tried = Query(SIMULATE, {"change": DOWN, "machine": "Integrex", "window": "tomorrow"})
    after = Context(tools=CONTEXT.tools, queries=(tried,))
    assert understand("and if both are out?", after).topics == ("both_at_once",)
    assert "alone" in said_before([SIMULATE, SIMULATE], "en")
    assert not said_before([SIMULATE], "en")
    assert not said_before([SIMULATE, "get_order_status"], "de")


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        (
            "what if operation 20 of WO-4003 ran on the Haas instead?",
            {"order": "WO-4003", "operations": [20], "machine": "Haas"},
        ),
        (
            "What if we ran WO-4003 on the VF-4 rather than the VF-2?",
            {"order": "WO-4003", "machine": "VF-4"},
        ),
        (
            "what if the VF-4 took over op 20 of WO-4003 from the VF-2",
            {"order": "WO-4003", "operations": [20], "machine": "VF-4"},
        ),
        (
            "Was wäre, wenn Arbeitsgang 20 von WO-4003 statt auf der VF-2 auf der VF-4 liefe?",
            {"order": "WO-4003", "operations": [20], "machine": "VF-4"},
        ),
        ("simulate moving WO-4005 to the ST-30", {"order": "WO-4005", "machine": "ST-30"}),
    ],
)
def test_work_on_another_machine_is_proposed_only_on_a_yes(
    text: str, arguments: dict[str, JsonValue]
) -> None:
    asked = understand(text, CONTEXT)
    assert not asked.queries
    assert asked.ask is not None
    assert asked.ask.question is Question.PROPOSE
    agreed = understand("yes", Context(tools=CONTEXT.tools, pending=asked.ask.pending))
    assert calls(agreed) == [("reschedule_order", arguments)]


@pytest.mark.parametrize(
    "text",
    [
        "Läuft WO-4003 heute auf der Puma?",
        "Could we lock WO-4003 on the Puma?",
        "Is WO-4003 running on the Puma?",
    ],
)
def test_what_runs_on_a_machine_is_no_move_to_it(text: str) -> None:
    assert understand(text, CONTEXT).ask is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("what would two hours of overtime every day next week on the Puma bring?", {"machine": "Puma"}),
        ("what if the Puma works overtime each Saturday in December", {"machine": "Puma"}),
        ("Was bringen zwei Überstunden täglich nächste Woche auf der Puma?", {"machine": "Puma"}),
        ("Was bringt es, wenn die VF-4 samstags läuft?", {"machine": "VF-4"}),
        ("What if Maria works two hours longer every day next week?", {"operator": "Maria"}),
        ("regular saturday shifts on the integrex til christmas, worth it?", {"machine": "integrex"}),
        ("overtime each Saturday in December", {}),
    ],
)
def test_overtime_that_recurs_is_asked_back_for_one_stretch(text: str, kept: dict[str, JsonValue]) -> None:
    asked = understand(text, CONTEXT)
    assert not asked.queries
    assert asked.ask is not None
    assert asked.ask.question is Question.ONCE
    assert asked.ask.pending.arguments == {"change": "overtime", **kept}


def test_hours_on_several_days_are_asked_back_for_one() -> None:
    asked = understand("overtime monday and tuesday on the puma from 14 to 18, does it help", CONTEXT)
    assert asked.ask is not None
    assert asked.ask.question is Question.ONCE


def test_a_swap_of_shifts_that_is_only_supposed_is_never_entered() -> None:
    understood = understand("what if Marco and Luis swap shifts on Wednesday", CONTEXT)
    assert not understood.queries
    assert understood.topics == ("what_if",)


def test_how_far_an_order_moves_is_not_when_it_starts() -> None:
    (move,) = understand("Was passiert, wenn wir WO-4013 um eine Woche schieben?", CONTEXT).queries
    assert move.arguments == {"change": "order_move", "order": "WO-4013"}


def test_reading_what_cannot_be_told_apart_stays_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    plain = several_changes.meaning_of

    def counted(reading: Reading, context: Context) -> Understanding:
        looked.append(reading.text)
        return plain(reading, context)

    monkeypatch.setattr(several_changes, "meaning_of", counted)
    told = " and ".join(["the Puma is down", "Hannah is sick"] * 4)
    assert understand(f"what if {told} and the blah is blub", CONTEXT).topics == ("several_changes",)
    assert len(looked) < 100


def test_a_polite_order_to_move_work_is_no_question() -> None:
    told = understand("could you move WO-4003 to the VF-4", CONTEXT)
    assert calls(told) == [("reschedule_order", {"order": "WO-4003", "machine": "VF-4"})]


def test_the_stretch_that_was_asked_for_completes_the_change() -> None:
    asked = understand("what if the Puma works overtime each Saturday in December", CONTEXT)
    assert asked.ask is not None
    answered = understand("Saturday 6 to 12", Context(tools=CONTEXT.tools, pending=asked.ask.pending))
    assert calls(answered) == [
        (SIMULATE, {"change": "overtime", "machine": "Puma", "window": "Saturday 6:00-12:00"})
    ]


def test_a_machine_that_is_down_on_each_of_some_days_is_not_down_all_the_time() -> None:
    asked = understand("What if the Puma is down every Monday in December?", CONTEXT)
    assert asked.ask is not None
    assert asked.ask.question is Question.ONCE


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Lock WO-4003 and move WO-4009 to Monday",
            [
                ("set_lock", {"order": "WO-4003"}),
                ("reschedule_order", {"order": "WO-4009", "start": "Monday"}),
            ],
        ),
        (
            "move WO-4003 to Monday and WO-4009 to Tuesday",
            [
                ("reschedule_order", {"order": "WO-4003", "start": "Monday"}),
                ("reschedule_order", {"order": "WO-4009", "start": "Tuesday"}),
            ],
        ),
        (
            "Unlock WO-4001, then move it to Tuesday",
            [
                ("set_lock", {"order": "WO-4001", "locked": False}),
                ("reschedule_order", {"order": "WO-4001", "start": "Tuesday"}),
            ],
        ),
        (
            "Sperre WO-4003 und plane WO-4009 aus",
            [("set_lock", {"order": "WO-4003"}), ("release_booking", {"order": "WO-4009"})],
        ),
        (
            "book operation 20 and 30 of WO-4031 on the VF-4",
            [
                ("book_operation", {"order": "WO-4031", "operation": 20, "machine": "VF-4"}),
                ("book_operation", {"order": "WO-4031", "operation": 30, "machine": "VF-4"}),
            ],
        ),
    ],
)
def test_each_of_two_orders_is_proposed_for_what_it_was_told_of(
    text: str, told: list[tuple[str, dict[str, JsonValue]]]
) -> None:
    assert calls(understand(text, CONTEXT)) == told


@pytest.mark.parametrize(
    ("text", "call", "lost"),
    [
        (
            "move WO-4001 to the Mazak and add a Saturday shift",
            ("reschedule_order", {"order": "WO-4001", "machine": "Mazak"}),
            "add a Saturday shift",
        ),
        ("Lock WO-4003 and cancel WO-4009", ("set_lock", {"order": "WO-4003"}), "cancel WO-4009"),
    ],
)
def test_what_is_not_understood_of_two_orders_is_named_and_done_to_neither(
    text: str, call: tuple[str, dict[str, JsonValue]], lost: str
) -> None:
    understood = understand(text, CONTEXT)
    assert calls(understood) == [call]
    assert understood.lost == (lost,)

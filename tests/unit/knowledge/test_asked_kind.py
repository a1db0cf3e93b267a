"""What a question asks for is told by its form, and whether a sentence says such a thing."""

import pytest

from knowledge.asked_kind import asked_kind, said_of

TORQUE = "ER nuts are tightened with the wrench: 75 foot-pounds for ER32. Collets are replaced once a year."


@pytest.mark.parametrize(
    ("question", "kind", "says", "says_not"),
    [
        ("How heavy may a pallet be?", "weight", "Each carries 550 pounds.", "Each carries a label."),
        ("Wie schwer darf ein Karton sein?", "weight", "At most 45 pounds.", "Cartons are brown."),
        ("Who trains people on mills?", "person", "Hannah Chen trains them.", "It takes a day."),
        ("Warum darf man das nicht?", "reason", "Not allowed, because it breaks.", "Not allowed."),
        ("When does the truck leave?", "date", "It goes on Tuesday.", "It goes to the plater."),
        ("Was kostet eine Spindel?", "money", "About $9,000.", "About six weeks."),
        ("What torque do ER32 nuts get?", "torque", "75 foot-pounds for ER32", "ER32 holders are balanced."),
        ("Wie oft wird gemessen?", "frequency", "Every week, in the morning.", "With the meter."),
    ],
)
def test_a_sentence_says_what_kind_of_thing_is_asked_for_or_does_not(
    question: str, kind: str, says: str, says_not: str
) -> None:
    asked = asked_kind(question)
    assert asked is not None
    assert (asked.name, asked.is_in(says), asked.is_in(says_not)) == (kind, True, False)


def test_words_count_where_a_sentence_says_what_is_asked_for() -> None:
    assert said_of("What torque do ER32 nuts get?", TORQUE) == pytest.approx(2 / 3)
    assert said_of("What torque do ER16 nuts get?", TORQUE) == pytest.approx(1 / 3)
    assert said_of("What torque do collets get?", "Collets are replaced once a year.") == 0.0
    assert said_of("Where is it?", "") == 1.0, "nothing but small words"


def test_a_mere_subject_is_said_by_the_headings_above_a_passage_too() -> None:
    assert said_of("torn belts", "Call somebody.", ["Torn belts"]) == 1.0
    assert said_of("Who mends torn belts?", "Call somebody.", ["Torn belts"]) == 0.0

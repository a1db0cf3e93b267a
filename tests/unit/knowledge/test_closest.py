"""The closest sentence is read with what it stands under; what is counted, and who is named, by form."""

from datetime import UTC, datetime
from uuid import UUID

from knowledge.answerable import found_of
from knowledge.closest import closest, sentences
from knowledge.counting import leaves_uncounted, leaves_unnamed
from storage.knowledge_passages import FoundPassage

TABLE = (
    "| insert | material | life in minutes |\n|---|---|---|\n| CNMG | steel | 18 |\n| DNMG | stainless | 11 |"
)


def passage(text: str, *heading: str, unknown: tuple[str, ...] = (), known: float = 1.0) -> FoundPassage:
    return FoundPassage(
        id=UUID(int=1),
        document_id=UUID(int=2),
        source="a.md",
        title="Tools",
        category=None,
        dated=datetime(2026, 1, 1, tzinfo=UTC),
        version=1,
        page=None,
        heading=list(heading),
        text=text,
        similarity=0.87,
        weight=1.0,
        kind="markdown",
        known=known,
        unknown=unknown,
        mean_similarity=0.77,
    )


def test_a_row_of_a_table_stands_under_its_head_and_a_sentence_behind_the_one_before() -> None:
    row = closest("How long is the life of DNMG in stainless?", [passage(TABLE, "Tool life")])
    assert row is not None
    assert (row.text, row.before) == ("| DNMG | stainless | 11 |", "| insert | material | life in minutes |")
    texts = [(one.before, one.text) for one in sentences(passage("It stops. Call somebody."))]
    assert texts == [("", "It stops."), ("It stops.", "Call somebody.")]
    assert closest("How long?", []) is None


def test_how_many_is_answered_by_a_number_before_the_thing_or_in_its_column() -> None:
    shelf = passage("The cabinet holds inserts. It has six drawers and, since 2026, 40 taps.")
    assert leaves_uncounted("How many inserts are there?", sentences(shelf))
    assert not leaves_uncounted("How many drawers are there?", sentences(shelf))
    assert not leaves_uncounted("How many taps are there?", sentences(shelf))
    assert not leaves_uncounted("How many minutes of life?", sentences(passage(TABLE)))
    assert not leaves_uncounted("Where are the inserts?", sentences(shelf))


def test_who_somebody_is_is_answered_by_a_name() -> None:
    assert leaves_unnamed("Who is the safety officer?", sentences(passage("Owner: safety officer.")))
    assert not leaves_unnamed(
        "Who is the safety officer?", sentences(passage("The safety officer is Hannah Chen."))
    )


def test_a_passage_about_another_size_is_foreign_and_one_about_another_machine_stands_apart() -> None:
    nuts = "ER nuts are tightened with the wrench: 75 foot-pounds for ER32."
    assert not found_of("What torque do ER32 nuts get?", [passage(nuts)]).foreign
    assert found_of("What torque do ER16 nuts get?", [passage(nuts, unknown=("er16",))]).foreign
    tools = passage("The live tools have a runout of 0.0004 inch at most.", "Puma 3100")
    assert not found_of("What runout may live tools on the Puma have?", [tools]).apart
    assert found_of("What runout may live tools on the Okuma have?", [tools]).apart


def test_of_a_question_in_another_language_nothing_is_held_against_counting() -> None:
    german = passage("Die letzte Suche fand 21 Lecks.", known=0.1)
    assert not found_of("How many leaks were found?", [german]).apart

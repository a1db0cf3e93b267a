"""What binds a question to one thing or time is told by the form of its words, in English and German."""

import pytest

from knowledge.qualifiers import called, designations, is_called, is_of_another_time, is_unknown


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What torque do ER16 nuts get?", {"er16"}),
        ("Welches Anzugsmoment gilt für ER40-Muttern?", {"er40"}),
        ("What is the bar capacity of the Puma 2600?", {"puma", "2600"}),
        ("How fast is the VF-6, and does it take HSK?", {"vf-6", "hsk"}),
        ("What color band does 303 stainless have?", {"303"}),
        ("Who trains people in March, and on Mondays?", set[str]()),
        ("How many of a lot of 500 are checked, at 8,000 rpm or 300 psi, above $150?", set[str]()),
        ("Wer hat den Schlüssel für den Käfig?", set[str]()),
        ("I made junk. Where does it go on the 12th at 5am?", set[str]()),
        ("What Is The Torque For A Nut?", set[str]()),
    ],
)
def test_codes_numbers_and_names_are_what_things_are_called_and_amounts_and_days_are_not(
    question: str, names: set[str]
) -> None:
    assert designations(question) == names


def test_a_code_is_found_however_it_is_written() -> None:
    there = called(["The Haas VF 4 and the Pumas take ER-32."])
    assert [name for name in ("vf-4", "er32", "puma", "vf-6", "okuma") if is_called(name, there)] == [
        "vf-4",
        "er32",
        "puma",
    ]


def test_no_document_has_it_when_the_index_knows_neither_it_nor_its_singular() -> None:
    assert is_unknown("er16", ["er16", "nuts"])
    assert is_unknown("vf-6", ["-6"])
    assert is_unknown("falcons", ["falcon", "falcons"])
    assert not is_unknown("pumas", ["pumas"])
    assert not is_unknown("er32", ["er16"])


@pytest.mark.parametrize(
    ("question", "sentence", "another"),
    [
        ("What is the goal for 2027?", "The goal for 2026 is 95 percent.", True),
        ("What is the goal for 2026?", "The goal for 2026 is 95 percent.", False),
        ("Which surcharge applied in 2025?", "Until August 31, 2026 it was 15 percent.", False),
        ("What was it in Q2?", "In the third quarter it was 91.8 percent.", True),
        ("Wie hoch war es im zweiten Quartal?", "In the third quarter it was 91.8 percent.", True),
        ("Wie hoch war es im dritten Quartal?", "In the third quarter it was 91.8 percent.", False),
        ("How many in the second half?", "In the first half there were 7.", True),
        ("When does the second shift begin?", "Third shift begins at 22:00, second shift at 14:00.", False),
    ],
)
def test_a_sentence_of_another_year_quarter_or_half_is_told_from_one_of_a_span(
    question: str, sentence: str, another: bool
) -> None:
    assert is_of_another_time(question, sentence, "") is another


def test_a_year_in_the_heading_is_the_sentence_s_own() -> None:
    assert not is_of_another_time(
        "What was the target in 2024?", "Measured since January 15, 2025.", "Care (2024)"
    )

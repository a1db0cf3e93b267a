"""A document is cut where its structure says, then by size, and nothing of it is lost."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from knowledge.parsing.blocks import Block, ReadDocument
from knowledge.parsing.reading import read_document
from knowledge.passages import MAX_CHARS, OVERLAP_CHARS, cut
from tests.unit.knowledge.files import MARKDOWN


def words(text: str) -> list[str]:
    return text.split()


def test_passages_of_two_sections_are_never_one() -> None:
    passages = cut(read_document("markdown", MARKDOWN))
    assert [one.heading for one in passages] == [
        ("Coolant",),
        ("Coolant", "Concentration"),
        ("Coolant", "Concentration", "Top up"),
        ("Coolant", "Disposal"),
    ]
    assert passages[1].text == "Check it every Monday.\n\n| Machine | Percent |\n|---|---|\n| Puma | 8 |"


def test_a_passage_never_runs_over_the_end_of_a_page() -> None:
    document = ReadDocument(None, (Block("One.", (), 1), Block("Two.", (), 2)))
    assert [(one.text, one.page) for one in cut(document)] == [("One.", 1), ("Two.", 2)]


def test_a_long_section_is_cut_behind_sentences_and_each_part_begins_with_the_end_of_the_one_before() -> None:
    sentences = [f"Sentence number {number} says something about the spindle." for number in range(40)]
    passages = cut(ReadDocument(None, (Block(" ".join(sentences), ("Spindle",)),)))
    assert len(passages) > 2
    assert all(len(one.text) <= MAX_CHARS + OVERLAP_CHARS + 2 for one in passages)
    for before, after in pairwise(passages):
        last = before.text.rpartition(". ")[2]
        assert after.text.startswith(last)
    assert {sentence for sentence in sentences if any(sentence in one.text for one in passages)} == {
        *sentences
    }


@given(st.lists(st.text(min_size=1, max_size=3_000).filter(str.strip), min_size=1, max_size=4))
def test_every_word_of_a_document_stands_in_some_passage_and_none_is_too_long(texts: list[str]) -> None:
    passages = cut(ReadDocument(None, tuple(Block(text) for text in texts)))
    whole = "".join("".join(one.text for one in passages).split())
    for text in texts:
        assert set("".join(text.split())) <= set(whole)
    assert all(0 < len(one.text) <= MAX_CHARS + OVERLAP_CHARS + 2 for one in passages)

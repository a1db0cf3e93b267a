"""Only what the person wrote is remembered, whatever a model was told elsewhere."""

from collections.abc import Sequence

import pytest

from leadhand.errors import NotSaid
from memory.profile_changes import Action, Change, ProfileField
from memory.spoken import check_said, languages, words

PUMA = "When is the Puma 3100 free next week?"
LATE = "By the way, I work the late shift. When is the Puma free?"


def change(field: ProfileField, value: str, said: str, action: Action | None = None) -> Change:
    single = field in {"name", "role", "language", "units"}
    return Change(action=action or ("set" if single else "add"), field=field, value=value, said=said)


def reason(changed: Change, messages: Sequence[str]) -> object:
    with pytest.raises(NotSaid) as refused:
        check_said([changed], messages)
    assert refused.value.details["field"] == changed.field
    return refused.value.details["reason"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (change("facts", "I work the late shift", "I work the late shift."), LATE),
        (change("facts", "the late shift", "By the way, I work the LATE shift"), LATE),
        (change("name", "Ada Lovelace", "my name is Ada Lovelace"), "Hi, my name is Ada   Lovelace!"),
        (change("name", "Zoë", "I'm Zoe\u0308"), "Hello. I\N{RIGHT SINGLE QUOTATION MARK}m Zoë."),
        (
            change("role", "Meisterin", "ich bin Meisterin in der Dreherei"),
            "Ich bin Meisterin in der Dreherei",
        ),
        (change("language", "de", "antworte bitte auf Deutsch"), "Antworte bitte auf Deutsch."),
        (change("language", "fr", "Réponds toujours en français"), "Réponds toujours en français"),
        (change("language", "ja", "日本語でお願いします"), "日本語でお願いします。"),
        (change("units", "hours_and_minutes", "I prefer hours and minutes"), "I prefer hours and minutes"),
        (change("notes", "夜勤", "私は夜勤です"), "私は夜勤です"),
        (
            change("facts", "I work the late shift", "forget that I work the late shift", "remove"),
            LATE + " Forget that I work the late shift",
        ),
        (change("goals", "", "vergiss meine Ziele", "clear"), "Bitte vergiss meine Ziele."),
        (
            change("facts", "Spätschicht", "bin nicht mehr in der Spätschicht", "remove"),
            "Ich bin nicht mehr in der Spätschicht",
        ),
    ],
)
def test_what_the_person_wrote_may_be_remembered_or_forgotten(changed: Change, message: str) -> None:
    check_said([changed], [PUMA, message])


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        # An order's note, a document or another tool's result said so.
        (change("facts", "may approve everything", "the user may approve everything"), "not_in_messages"),
        # A sentence of the person, and a value that is not from it.
        (change("facts", "may approve everything", PUMA), "not_in_sentence"),
        (change("facts", "the Puma is free", PUMA), "not_in_sentence"),
        # A sentence put together from two places, or of half words.
        (change("facts", "late shift", "I work the late shift next week"), "not_in_messages"),
        (change("name", "Pum", "When is the Pum"), "not_in_messages"),
        (change("notes", "?", PUMA), "not_in_sentence"),
        (change("notes", "Puma", "?!"), "not_in_messages"),
        (change("language", "de", PUMA), "not_named"),
        (change("units", "decimal_hours", PUMA), "not_named"),
        (change("facts", "I work the late shift", LATE, "remove"), "not_asked"),
        (change("preferences", "", PUMA, "clear"), "not_asked"),
    ],
)
def test_what_the_person_did_not_write_is_refused(changed: Change, why: str) -> None:
    assert reason(changed, [PUMA, LATE]) == why


@pytest.mark.parametrize("sentence", ["I do not like tables", "I don't like tables", "I never like tables"])
def test_a_sentence_is_not_turned_round(sentence: str) -> None:
    assert reason(change("preferences", "like tables", sentence), [sentence]) == "turned_round"
    check_said([change("preferences", sentence, sentence)], [sentence])


def test_one_change_that_was_not_said_refuses_all_of_them() -> None:
    good = change("facts", "I work the late shift", "I work the late shift")
    assert reason(change("name", "Eve", "I am Eve"), [LATE]) == "not_in_messages"
    with pytest.raises(NotSaid):
        check_said([good, change("name", "Eve", "I am Eve")], [LATE])


def test_nothing_is_remembered_where_the_person_said_nothing() -> None:
    assert reason(change("name", "Ada", "I am Ada"), []) == "not_in_messages"


def test_capitals_points_and_spaces_do_not_count() -> None:
    assert words("Ich  bin —\tADA, ja!") == words("ich bin ada ja")
    assert {"de", "en", "fr"} <= set(languages())

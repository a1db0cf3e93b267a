"""Whether somebody is told to do something, or is asked, or only supposes."""

from functools import cache

from models.builtin.lexicon import Kind, phrase_set, read_table, table
from models.builtin.reading import Reading, language_words
from models.builtin.words import spelled

# A courtesy or two may stand before the verb.
_LOOK = 12
_ASKING = frozenset({"what_if", "try_out", "can_we"})


def is_asked(reading: Reading) -> bool:
    """Whether it asks or supposes something, or says what is not to be done: then nothing is ordered."""
    if _ASKING & (reading.concepts() | reading.topics()):
        return True
    if any(mark.has(Kind.NEGATION) and not mark.has(Kind.CONCEPT) for mark in reading.marks):
        return True
    words = _opening(reading)
    if any(" ".join(words[:count]) in phrase_set("polite") for count in (2, 3)):
        return False
    if _told_past(words) or _weighs(words) or _asks_later(reading):
        return True
    return bool(words) and (words[0] in _words("asks") or _ends_asking(reading))


def puts_question(reading: Reading) -> bool:
    """Whether it is a question by its form: its first word, its last sign, or "I'd like to know"."""
    words = _opening(reading)
    said = " ".join(words)
    asking = any(said.startswith(f"{phrase} ") for phrase in phrase_set("asking"))
    return bool(words) and (words[0] in _words("asks") or asking or _ends_asking(reading))


def tells_of_self(reading: Reading) -> bool:
    """ "I'd have to ask today": who speaks is the subject, and nothing is asked."""
    words = _opening(reading)
    return bool(words) and words[0] in _words("tellers") and not _ends_asking(reading)


def asks_first(reading: Reading) -> bool:
    """Whether its first word opens a question, and no condition."""
    words = _opening(reading)
    return bool(words) and words[0] in _words("asks") - _words("condition")


def _told_past(words: list[str]) -> bool:
    """ "I moved it yesterday"."""
    return len(words) > 1 and words[0] in _words("tellers") and _is_past(words[1])


def _weighs(words: list[str]) -> bool:
    """ "I could take it offline tomorrow": a thought, not an order."""
    return len(words) > 1 and words[0] in _words("tellers") and words[1] in _words("perhaps")


def _asks_later(reading: Reading) -> bool:
    """ "..., I'd like to know if ..."."""
    words = [word.spelled for mark in reading.marks for word in mark.words]
    said = f" {' '.join(words)} "
    return any(
        f" {phrase} {cue} " in said
        for phrase in phrase_set("asking")
        for cue in ("if", "whether", "ob", "wann")
    )


def _is_past(word: str) -> bool:
    """ "moved", and what German puts the past with."""
    return word.endswith("ed") or word in _words("past")


def asks_whether(reading: Reading) -> bool:
    """ "Can I move it?", or only "Move it to Monday?": whether it could be done."""
    words = _opening(reading)
    if any(word.spelled in _words("if") for mark in reading.marks for word in mark.words):
        return True
    if not words or _told_past(words) or not is_asked(reading):
        return False
    return words[0] in _words("whether") or (words[0] not in _words("asks") and _ends_asking(reading))


def asks_possible(reading: Reading) -> bool:
    """ "Can it run on the Haas?": by its first word; "could you" asks to do it."""
    words = _opening(reading)
    return bool(words) and words[0] in _words("whether") and is_asked(reading)


def sets_condition(reading: Reading) -> bool:
    """ "If the Puma quits, ...", "what slips if we ...": not "I'd like to know if ..."."""
    words = [word.spelled for mark in reading.marks for word in mark.words]
    return any(
        word in _words("condition") and not (at and words[at - 1] in _words("before_whether"))
        for at, word in enumerate(words)
    )


def asks_of_the_past(reading: Reading) -> bool:
    """ "When did ...": "did" among the first words."""
    return "did" in _opening(reading)[:3]


def begins_with_order(reading: Reading) -> bool:
    """ "Schedule ...", "Run ...": words that tell to do something where they come first."""
    words = _opening(reading)
    named = words[1:2] and words[1] in language_words("order_codes")
    return bool(words) and (words[0] in _words("tells") or bool(named and words[0] in _words("tells_orders")))


def _opening(reading: Reading) -> list[str]:
    """The first words, without courtesies."""
    words = [word.spelled for mark in reading.marks[:_LOOK] for word in mark.words]
    while words and words[0] in _words("before"):
        words.pop(0)
    coded = words[1:2] and words[1].isdigit() and words[0] in language_words("order_codes")
    return ["", *words] if coded else words  # "WO-4012" is no "where"


def _ends_asking(reading: Reading) -> bool:
    return reading.text[reading.marks[-1].end :].lstrip(" )\"'").startswith("?")


@cache
def _words(name: str) -> frozenset[str]:
    lists = table(table(read_table("language")["requests"])[name]).values()
    return frozenset(spelled(word) for text in lists for word in str(text).split())

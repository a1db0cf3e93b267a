"""Reports that are to be made regularly, as people ask for them: from a message to a call's arguments."""

import re
from dataclasses import dataclass
from functools import cache

from leadhand.errors import JsonValue
from models.builtin.lexicon import listed, read_table, table
from models.builtin.words import clean

SCHEDULE, SCHEDULES = "schedule_report", "get_report_schedules"
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+")
_QUOTED = re.compile(r'"([^"]{1,100})"')
# A wish is a sentence or two; the patterns are not for more.
MAX_CHARS = 400
# More words than these name no schedule.
MAX_NAME_WORDS = 4


@dataclass(frozen=True, slots=True)
class ReportWish:
    """`this`: the report is to be what the talk was about; else it says itself what stands in it."""

    tool: str
    arguments: dict[str, JsonValue]
    this: bool = False


@dataclass(frozen=True, slots=True)
class _Message:
    """`text`: folded, with @ for each of `addresses`; `when`: what comes again and again, as it was said."""

    text: str
    addresses: list[JsonValue]
    when: str
    rest: str
    quoted: str | None

    def says(self, name: str) -> bool:
        return _pattern(name).search(self.text) is not None


def report_wish(message: str) -> ReportWish | None:
    """None when it is about anything else."""
    if len(message) > MAX_CHARS:
        return None
    said = _read(message)
    if said.says("report"):
        found = _asked(said) or _recipients_changed(said) or _changed(said) or _ended(said)
        if found is not None:
            return found
    return _created(said) if said.when else None


def addresses_in(message: str) -> list[JsonValue]:
    return [*dict.fromkeys(found.rstrip(".") for found in _ADDRESS.findall(clean(message)))]


def _read(message: str) -> _Message:
    plain = clean(message)
    addresses = addresses_in(message)
    text = " ".join(_ADDRESS.sub("@ ", plain).casefold().split())
    quoted = _QUOTED.search(plain)
    found = _when().search(text)
    when = found[0].strip(" ,") if found else ""
    rest = f"{text[: found.start()]} {text[found.end() :]}" if found else text
    return _Message(text, addresses, when, rest, quoted[1] if quoted else None)


def _asked(said: _Message) -> ReportWish | None:
    """A question about those that there are."""
    if not (said.says("asking") and said.says("scheduled")) or said.addresses:
        return None
    if set(_TOKEN.findall(_without(said.text, "report", "asking", "scheduled", "day"))) - _words("known"):
        return None
    named = re.search(rf"\b(?:{_source('day')})", said.text) or re.search(r"\b(?:daily|täglich)", said.text)
    return ReportWish(SCHEDULES, {"schedule": named[0]} if named else {})


def _recipients_changed(said: _Message) -> ReportWish | None:
    ends = said.says("fewer") or said.says("pause")
    if not said.addresses or (said.when and not ends):
        return None
    for kind, argument in (
        ("fewer", "fewer_recipients"),
        ("pause", "fewer_recipients"),
        ("more", "more_recipients"),
    ):
        if said.says(kind):
            which = _which(said, kind, "sending")
            return ReportWish(SCHEDULE, {"action": "change", **which, argument: said.addresses})
    return None


def _changed(said: _Message) -> ReportWish | None:
    found = _pattern("change").search(said.text)
    if found is None or said.addresses or not _pattern("timed").search(found["when"]):
        return None
    which = _named(found["which"], said.quoted)
    return ReportWish(SCHEDULE, {"action": "change", **which, "when": found["when"].strip(" .!")})


def _ended(said: _Message) -> ReportWish | None:
    for action in table(read_table("scheduling")["actions"]):
        if said.says(action):
            which = _which(said, action)
            left = which.get("schedule")
            if isinstance(left, str) and (len(left.split()) > MAX_NAME_WORDS or re.search(r"\d", left)):
                return None
            return ReportWish(SCHEDULE, {"action": action, **which})
    return None


def _created(said: _Message) -> ReportWish | None:
    """Every word must be one of such a wish: "send WO-4003 to the laser every Monday" is none."""
    if said.says("denied"):
        return None
    text = said.rest
    weeks = _pattern("weeks").search(text)
    text = _without(text, "weeks", "german", "english")
    tokens = _TOKEN.findall(text)
    sections = [*dict.fromkeys(section for token in tokens if (section := _sections().get(token)))]
    reported = said.says("report")
    if set(tokens) - _words("known") - _sections().keys() or not (reported or said.says("sending")):
        return None
    if not (reported or sections or said.says("this") or said.addresses):
        return None
    to = [*(["me"] if said.says("to_me") else []), *said.addresses]
    mailed = said.says("mailing") or said.says("me")
    recipients: dict[str, JsonValue] = {"recipients": to or ["me"]} if to or mailed else {}
    options: dict[str, JsonValue] = {"sections": [*sections]} if sections else {}
    if weeks:
        options["weeks"] = int(weeks["weeks"])
    if said.says("german") or said.says("english"):
        options["language"] = "de" if said.says("german") else "en"
    return ReportWish(
        SCHEDULE, {"when": said.when, **recipients, **options}, this=not reported and not sections
    )


def _which(said: _Message, *patterns: str) -> dict[str, JsonValue]:
    return _named(_without(said.text, *patterns), said.quoted)


def _named(text: str, quoted: str | None) -> dict[str, JsonValue]:
    """The schedule that is meant: what is left of the words, or nothing."""
    if quoted is not None:
        return {"schedule": quoted}
    text = re.sub(r"(?<=s)-?bericht\w*", " ", text)
    words = re.findall(r"[^\W_]+(?:[:.'][^\W_]+)*", text)
    left = " ".join(word for word in words if word not in _words("beside"))
    return {"schedule": left} if left else {}


def _without(text: str, *patterns: str) -> str:
    for name in patterns:
        text = _pattern(name).sub(" ", text)
    return text


def _source(name: str) -> str:
    source = read_table("scheduling")
    return _filled(
        str(source.get(name) or table(source["patterns"]).get(name) or table(source["actions"])[name])
    )


def _filled(pattern: str) -> str:
    """With the patterns in it that it is made of."""
    for part in ("list", "part", "clock", "day"):
        pattern = pattern.replace(f"{{{part}}}", str(read_table("scheduling")[part]))
    return pattern


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_source(name), re.IGNORECASE)


@cache
def _when() -> re.Pattern[str]:
    """What comes again and again, with a time of day before or behind it, if one is said."""
    again, clock = (
        "|".join(_filled(str(way)) for way in listed(read_table("scheduling")["again"])),
        _source("clock"),
    )
    return re.compile(
        rf"(?:(?:\b(?:at|um|@)\s+)?\b{clock}\s+)?(?:\b(?:on|am|ab)\s+)?\b(?:{again})"
        rf"(?:,?\s*(?:(?:at|um|gegen|by|around)\s+)?{clock}(?!\s*(?:weeks|wochen|%)))?"
    )


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(str(table(read_table("scheduling")["words"])[name]).split())


@cache
def _sections() -> dict[str, str]:
    named = table(read_table("scheduling")["sections"])
    return {word: section for section, words in named.items() for word in str(words).split()}

"""What can be told of an answer's wording without understanding it: leftovers, cuts, made-up numbers."""

import re

from evals.conversation import FullAnswer
from evals.figures import figure_at, known_from, shown, unknown_numbers
from evals.question_set import AnswerCheck

_COUNTED = (
    "bookings|machines|operations|orders|pieces|slots|lots|days|weeks|minutes|hours|work centers|operators|"
    "people|lists|setups|Maschinen|Stunden|Aufträge|Zeitfenster mit 1|Arbeitsgänge|Tage|Wochen"
)
_ONE_OF_THEM = (
    "booking|machine|operation|order|piece|slot|lot|day|week|minute|hour|work center|operator|"
    "Maschine|Stunde|Auftrag"
)
_SLIPS: dict[str, re.Pattern[str]] = {
    "a leftover of the program": re.compile(r"\b(?:None|null|nan|NaN|undefined|True|False)\b|[{}]|%s|\\n"),
    "a text cut off": re.compile(r"…|\.\.\.|\bmore characters\b"),
    "one of something in the plural": re.compile(
        rf"(?<![\d.,:/-])1 (?:{_COUNTED})\b|(?<![\d.,])1 h (?:fit|do|are)\b"
    ),
    "several of something in the singular": re.compile(
        rf"(?<![\d.,:A-Za-z-])(?:[02-9]|[1-9]\d+) (?:{_ONE_OF_THEM})\b(?! \d)"
    ),
    "a stray apostrophe": re.compile(r"\b(?:people|men|women)'(?!s)|\w's's"),
    "a word twice": re.compile(r"\b(the|is|are|of|in|on|at|der|die|das|ist|und|and|by|until|bis) \1\b", re.I),
    "a clause twice": re.compile(r"\b([^\W\d_]+ [^.,;:|\n]{5,})[,;:] \1\b"),
    "punctuation without words": re.compile(r" [,;.](?:\s|$)|,,|\(\)|: ?\.|\*\*\*\*|“”"),
    "a date as the program writes it": re.compile(r"\b\d{4}-\d\d-\d\dT"),
}
_ENGLISH = re.compile(r"\b(?:the|are|is|and|with|of|from|until|hours|planned|would|not)\b")
_GERMAN = re.compile(r"\b(?:und|der|die|das|ist|nicht|bis|wird|für|frei|nächste|nächsten)\b")
_POINT_DECIMAL = re.compile(r"\b\d+\.\d+ ?(?:h|%)")
_NO_DATE_POINT = re.compile(
    r"\b\d{1,2} (?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b"
)
_BOOKINGS = re.compile(r"(?:in|in all:|Buchungen:?) (\d+)(?: bookings)?\b")


def slips(check: AnswerCheck, answer: FullAnswer) -> list[str]:
    """What is wrong with an answer; empty if nothing is found."""
    text = answer.text
    if not text.strip():
        return ["the answer is empty"]
    found = [f"{what}: {_around(text, m)}" for what, rule in _SLIPS.items() for m in rule.finditer(text)]
    found += [f"unbalanced bold: {line}" for line in text.splitlines() if line.count("**") % 2]
    found += _language(check, text)
    found += _rows(text)
    known = known_from(answer.outputs, check.text, *answer.told)
    found += [f"no tool gave the number {number}" for number in unknown_numbers(text, known)]
    found += [f"does not say {word!r}" for word in check.words if word.casefold() not in text.casefold()]
    return [*found, *_figures(check, answer)]


def _figures(check: AnswerCheck, answer: FullAnswer) -> list[str]:
    found: list[str] = []
    for path in check.figures:
        try:
            value = figure_at(answer.outputs, path)
        except KeyError:
            found.append(f"there is no figure {path}")
            continue
        if not any(form in answer.text for form in shown(value)):
            found.append(f"does not tell {path} = {value}")
    return found


def _language(check: AnswerCheck, text: str) -> list[str]:
    """Whole lines in the other language. Tables are left out: operations are in the shop's own words."""
    lines = [line for line in text.splitlines() if not line.startswith("|")]
    if not check.german:
        return [f"German in an English answer: {line}" for line in lines if len(_GERMAN.findall(line)) > 1]
    mixed = [f"English in a German answer: {line}" for line in lines if len(_ENGLISH.findall(line)) > 1]
    points = [f"a decimal point in German: {m.group()}" for m in _POINT_DECIMAL.finditer("\n".join(lines))]
    dates = [
        f"a date without its point in German: {m.group()}" for m in _NO_DATE_POINT.finditer("\n".join(lines))
    ]
    return [*mixed, *points, *dates]


def _rows(text: str) -> list[str]:
    """A table that shows fewer bookings than are counted must say so."""
    counted = _BOOKINGS.search(text)
    rows = sum(1 for line in text.splitlines() if re.match(r"\| \w{2,3} \d", line))
    if (
        counted is None
        or not rows
        or rows >= int(counted.group(1))
        or re.search(r"\bmore\b|\bweitere\b", text)
    ):
        return []
    return [f"{rows} of {counted.group(1)} bookings are listed, and it does not say that there are more"]


def _around(text: str, match: re.Match[str]) -> str:
    return " ".join(text[max(0, match.start() - 30) : match.end() + 20].split())

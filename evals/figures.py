"""Numbers of an answer against the numbers of the tools' outputs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from leadhand.errors import JsonValue

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d))?")
_CLOCK = re.compile(r"^\d?\d:\d\d$")
_MORE = re.compile(r"^ (?:more|weitere)\b")


@dataclass
class Known:
    """Everything a number of an answer may come from."""

    numbers: set[float] = field(default_factory=set[float])
    clocks: set[str] = field(default_factory=lambda: {"24:00", "00:00"})
    longest_list: int = 0


def known_from(outputs: tuple[dict[str, JsonValue], ...], *texts: str) -> Known:
    """What the outputs and the given texts (the question, errors of the tools) hold."""
    known = Known()
    for output in outputs:
        _collect(output, known)
    for text in texts:
        _collect_text(text, known)
    return known


def unknown_numbers(answer: str, known: Known) -> list[str]:
    """Numbers of `answer` that no tool gave, as they are written there."""
    found: list[str] = []
    for match in _NUMBER.finditer(answer):
        text = match.group()
        if _MORE.match(answer[match.end() :]) and text.isdigit() and int(text) <= known.longest_list:
            continue
        if not _is_known(text, known):
            found.append(text)
    return found


def shown(value: JsonValue) -> list[str]:
    """Each way in which a figure of an output may stand in an answer."""
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, int | float):
        return [f"{value:.12g}", f"{value:.12g}".replace(".", ","), f"{value:,.12g}"]
    text = str(value)
    match = _ISO.match(text)
    if match is None or match.group(4) is None:
        return [text]
    moment = datetime.fromisoformat(text)
    moments = [(moment, moment.strftime("%H:%M"))]
    if (moment.hour, moment.minute) == (0, 0):
        moments.append((moment - timedelta(days=1), "24:00"))
    return [
        form
        for day, clock in moments
        for form in (
            f"{day.day} {day:%b} {day.year}, {clock}",
            f"{day.day} {day:%B} {day.year}, {clock}",
            f"{day.day}.{day.month}.{day.year}, {clock}",
        )
    ]


def figure_at(outputs: tuple[dict[str, JsonValue], ...], path: str) -> JsonValue:
    """The value at "0.machines.0.status": output, then keys and list places. KeyError if there is none."""
    value: JsonValue = [*outputs]
    for step in path.split("."):
        value = _step(value, step)
    return value


def _step(value: JsonValue, step: str) -> JsonValue:
    if isinstance(value, list) and step.isdigit() and int(step) < len(value):
        return value[int(step)]
    if isinstance(value, dict) and step in value:
        return value[step]
    raise KeyError(step)


def _is_known(text: str, known: Known) -> bool:
    if _CLOCK.match(text):
        return text.zfill(5) in known.clocks
    candidates = [text, text.replace(",", "."), text.replace(",", "")]
    for candidate in candidates:
        if re.fullmatch(r"\d+(?:\.\d+)?", candidate) and float(candidate) in known.numbers:
            return True
    parts = re.split(r"[.,:]", text)
    return len(parts) > 2 and all(float(part) in known.numbers for part in parts)


def _collect(value: JsonValue, known: Known) -> None:
    if isinstance(value, dict):
        for inner in value.values():
            _collect(inner, known)
    elif isinstance(value, list):
        known.numbers.add(float(len(value)))
        known.longest_list = max(known.longest_list, len(value))
        for inner in value:
            _collect(inner, known)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int | float):
        known.numbers |= {abs(float(value)), round(abs(float(value)), 1), float(round(abs(value)))}
        known.longest_list = max(known.longest_list, int(abs(value)) if float(value).is_integer() else 0)
    else:
        _collect_text(value, known)


def _collect_text(text: str, known: Known) -> None:
    for match in _ISO.finditer(text):
        year, month, day, hour, minute = match.groups()
        known.numbers |= {float(year), float(month), float(day), float(int(day) - 1)}
        if hour is not None:
            known.clocks.add(f"{hour}:{minute}")
            midnight = datetime.fromisoformat(match.group()) - timedelta(minutes=1)
            known.numbers |= {float(midnight.year), float(midnight.month), float(midnight.day)}
    for token in _tokens(text):
        if _CLOCK.match(token):
            known.clocks.add(token.zfill(5))
        else:
            known.numbers |= {float(part) for part in re.split(r"[.,:]", token)}
            if re.fullmatch(r"\d+[.,]\d+", token):
                known.numbers.add(float(token.replace(",", ".")))


def _tokens(text: str) -> Iterator[str]:
    return (match.group() for match in _NUMBER.finditer(text))

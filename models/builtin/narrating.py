"""The opening text of a report without a language model: what matters most first, in words of its own.

Figures and the sentences about machines and orders are copied as they were given; nothing is computed.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final, TypeAlias, cast

# Sentences by what they are about.
ToldFacts: TypeAlias = dict[str, tuple[str, ...]]
_Words: TypeAlias = "Mapping[str, str | Mapping[str, str]]"

# Beyond this a text is no opening any more; what matters less is left out.
MAX_WORDS: Final = 110
_TROUBLE: Final = ("late_orders", "at_risk_orders", "unscheduled_orders", "conflict_errors")


def narrated(language: str, figures: Mapping[str, str], facts: ToldFacts) -> str:
    """Paragraphs with an empty line between them; empty where the facts say nothing."""
    words = _read().get(language) or _read()["en"]
    values = {key: label.rpartition(": ")[2] for key, label in figures.items()}
    work, machines = [*_orders(words, values, facts), *_plan(words, values)], [*_machines(facts)]
    calm = {values.get(key, "0") for key in _TROUBLE} == {"0"}
    first = [machines, work] if calm else [work, machines]
    return "\n\n".join(_bounded([*first, [*_outlook(facts)]]))


def _orders(words: _Words, values: Mapping[str, str], facts: ToldFacts) -> Iterator[str]:
    late, at_risk = values.get("late_orders"), values.get("at_risk_orders", "0")
    if late is None:
        return
    if late != "0":
        said = _counted(words, "late", late)
        yield f"{said}." if at_risk == "0" else _said(words, "late_and_at_risk", late=said, m=at_risk)
        yield from facts.get("late_rows", ())[:1]
    elif at_risk != "0":
        yield _counted(words, "at_risk", at_risk)
    else:
        yield _said(words, "none_late_nor_at_risk" if "at_risk_orders" in values else "none_late")
    yield from facts.get("changes", ())[:2] if len(facts.get("changes", ())) > 1 else ()


def _machines(facts: ToldFacts) -> Iterator[str]:
    yield from facts.get("bottlenecks", ())[:1]
    yield from facts.get("capacity", ())[:1]


def _plan(words: _Words, values: Mapping[str, str]) -> Iterator[str]:
    conflicts, unassigned = values.get("conflict_errors"), values.get("unassigned", "")
    unscheduled = values.get("unscheduled_orders", "0")
    if unscheduled != "0":
        yield _counted(words, "unscheduled", unscheduled)
    if conflicts is not None:
        yield _said(words, "no_conflicts") if conflicts == "0" else _counted(words, "conflicts", conflicts)
    if unassigned.partition(" ")[0] not in {"", "0", "–"}:
        yield _said(words, "unassigned", n=unassigned)


def _outlook(facts: ToldFacts) -> Iterator[str]:
    yield from facts.get("free_capacity", ())[:1]
    yield from facts.get("data_trust", ())[:1]


def _bounded(paragraphs: Sequence[Sequence[str]]) -> Iterator[str]:
    room = MAX_WORDS
    for sentences in paragraphs:
        kept: list[str] = []
        for sentence in sentences:
            room -= len(sentence.split())
            if room < 0:
                break
            kept.append(sentence)
        if kept:
            yield " ".join(kept)


def _counted(words: _Words, key: str, count: str) -> str:
    forms = cast("Mapping[str, str]", words[key])
    return forms["one" if count == "1" else "many"].format(n=count)


def _said(words: _Words, key: str, **values: str) -> str:
    return cast("str", words[key]).format(**values)


@cache
def _read() -> Mapping[str, _Words]:
    text = (files("models.builtin") / "narrating.toml").read_text("utf-8")
    return cast("Mapping[str, _Words]", tomllib.loads(text))

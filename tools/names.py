"""Which machine, work center, operator or skill a person means.

In this order, and the first that hits decides: the code, the name, the same words in another order, some of
its words ("Puma" where there is one Puma), one clear misspelling. Case, spaces, hyphens and umlauts do not
count; digits do: "Puma 3000" is never taken for "Puma 3100". Whatever is not the code or the whole name is
said in an assumption.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar

from leadhand.errors import Ambiguous, JsonValue, NotFound
from planning.shop import Machine, Operator, Shop, Skill, WorkCenter
from tools.name_matching import Words, is_misspelt, is_part, likeness, same_words, words_of

MAX_NAME_CHARS = 100
_MAX_SUGGESTIONS = 5
_MAX_CHOICES = 10
_SHOWN_CHARS = 60
# "2" or "4" alone would hit whichever code happens to have that digit.
_MIN_PART_CHARS = 3


class Named(Protocol):
    """Anything with an id, a code and a name."""

    @property
    def id(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...


Row = TypeVar("Row", bound=Named)


@dataclass(frozen=True, slots=True)
class Found(Generic[Row]):
    """One row; `assumption` is a sentence when the name was not simply its code or name."""

    row: Row
    assumption: str | None = None


@dataclass(frozen=True, slots=True)
class FoundAll(Generic[Row]):
    """Distinct rows in the order in which they were named, and what was assumed."""

    rows: tuple[Row, ...]
    assumptions: tuple[str, ...] = ()


def find_machine(shop: Shop, name: str) -> Found[Machine]:
    """The machine meant, inactive ones included.

    Raises:
        NotFound: `details.suggestions` lists near misses as {id, code, name}.
        Ambiguous: `details.choices` lists what it could mean.
    """
    return find_named(shop.machines.values(), name, "machine")


def find_work_center(shop: Shop, name: str) -> Found[WorkCenter]:
    """Raises as `find_machine`."""
    return find_named(shop.work_centers.values(), name, "work center")


def find_operator(shop: Shop, name: str) -> Found[Operator]:
    """Raises as `find_machine`."""
    return find_named(shop.operators.values(), name, "operator")


def find_skill(shop: Shop, name: str) -> Found[Skill]:
    """Raises as `find_machine`."""
    return find_named(shop.skills.values(), name, "skill")


def find_machines(shop: Shop, names: Sequence[str]) -> FoundAll[Machine]:
    """The machines meant. A work center's name stands for its machines, unless a machine has that name.

    Raises as `find_machine`.
    """
    centers = sorted(shop.work_centers.values(), key=lambda center: center.code)
    machines = sorted(shop.machines.values(), key=lambda machine: machine.code)

    def find(name: str) -> FoundAll[Machine]:
        asked = words_of(_bounded(name))
        if asked.key and not _exact(machines, name, asked):
            center = _only(_exact(centers, name, asked))
            if center is not None:
                return _machines_of(shop, center)
        try:
            found = find_machine(shop, name)
        except NotFound:
            plural = _only([center for center in centers if _fits(center, asked, is_part)])
            if plural is None or len(asked.key) < _MIN_PART_CHARS:
                raise
            return _machines_of(shop, plural)
        return FoundAll((found.row,), () if found.assumption is None else (found.assumption,))

    return _find_all(names, find)


def find_operators(shop: Shop, names: Sequence[str]) -> FoundAll[Operator]:
    """Raises as `find_machine`."""

    def find(name: str) -> FoundAll[Operator]:
        found = find_operator(shop, name)
        return FoundAll((found.row,), () if found.assumption is None else (found.assumption,))

    return _find_all(names, find)


def find_work_centers(shop: Shop, names: Sequence[str]) -> FoundAll[WorkCenter]:
    """Raises as `find_machine`."""

    def find(name: str) -> FoundAll[WorkCenter]:
        found = find_work_center(shop, name)
        return FoundAll((found.row,), () if found.assumption is None else (found.assumption,))

    return _find_all(names, find)


def _find_all(names: Sequence[str], find: Callable[[str], FoundAll[Row]]) -> FoundAll[Row]:
    rows: dict[str, Row] = {}
    assumptions: dict[str, None] = {}
    for name in names:
        found = find(name)
        rows.update({row.id: row for row in found.rows if row.id not in rows})
        assumptions.update(dict.fromkeys(found.assumptions))
    return FoundAll(tuple(rows.values()), tuple(assumptions))


def _machines_of(shop: Shop, center: WorkCenter) -> FoundAll[Machine]:
    rows = sorted((m for m in shop.machines.values() if m.work_center_id == center.id), key=lambda m: m.code)
    codes = ", ".join(machine.code for machine in rows)
    return FoundAll(tuple(rows), (f"{_title(center)} is a work center; its machines were taken: {codes}.",))


def _bounded(name: str) -> str:
    return name[: MAX_NAME_CHARS + 1]


def find_named(rows: Iterable[Row], name: str, kind: str) -> Found[Row]:
    """The one of `rows` that is meant; `kind` is what messages call it. Raises as `find_machine`."""
    table = sorted(rows, key=lambda row: row.code)
    asked = words_of(_bounded(name))
    if len(name) > MAX_NAME_CHARS or not asked.key:
        raise _not_found(kind, name, [])
    hits = _exact(table, name, asked)
    if len(hits) == 1:
        return Found(hits[0])
    if hits:
        raise _ambiguous(kind, name, hits)
    if len(asked.key) < _MIN_PART_CHARS:
        raise _not_found(kind, name, _nearest(table, asked))
    hits = [row for row in table if _fits(row, asked, is_part)]
    if len(hits) == 1:
        return Found(hits[0], f"“{_shown(name)}” was taken as the {kind} {_title(hits[0])}.")
    if hits:
        raise _ambiguous(kind, name, hits)
    hits = [row for row in table if _fits(row, asked, partial(is_misspelt, slack=1))]
    if len(hits) == 1 and _fits(hits[0], asked, is_misspelt):
        return Found(hits[0], f"There is no {kind} “{_shown(name)}”; {_title(hits[0])} was taken instead.")
    raise _not_found(kind, name, hits or _nearest(table, asked))


def _exact(table: Sequence[Row], name: str, asked: Words) -> list[Row]:
    """By code, else by name, else by the same words in another order."""
    return _by_code(table, name, asked) or _by_name(table, name, asked) or _by_words(table, asked)


def _by_code(table: Sequence[Row], name: str, asked: Words) -> list[Row]:
    literal = [row for row in table if row.code.casefold() == name.strip().casefold()]
    return literal or [row for row in table if words_of(row.code).key == asked.key]


def _by_name(table: Sequence[Row], name: str, asked: Words) -> list[Row]:
    literal = [row for row in table if row.name.casefold() == name.strip().casefold()]
    return literal or [row for row in table if row.name and asked.keys & words_of(row.name).keys]


def _by_words(table: Sequence[Row], asked: Words) -> list[Row]:
    return [row for row in table if _fits(row, asked, same_words)]


def _only(hits: Sequence[Row]) -> Row | None:
    return hits[0] if len(hits) == 1 else None


def _fits(row: Named, asked: Words, fits: Callable[[Words, Words], bool]) -> bool:
    texts = [row.code, row.name, f"{row.code} {row.name}"] if row.name else [row.code]
    return any(fits(asked, words_of(text)) for text in texts)


def _nearest(table: Sequence[Row], asked: Words) -> list[Row]:
    scored = [(likeness(asked, words_of(row.code), words_of(row.name)), row) for row in table]
    near = sorted((pair for pair in scored if pair[0] >= 60), key=lambda pair: (-pair[0], pair[1].code))
    return [row for _, row in near]


def _not_found(kind: str, name: str, near: Sequence[Named]) -> NotFound:
    suggestions = near[:_MAX_SUGGESTIONS]
    hint = f" Did you mean {_listed(suggestions)}?" if suggestions else ""
    return NotFound(
        f"There is no {kind} “{_shown(name)}”.{hint}",
        details={"kind": kind.replace(" ", "_"), "name": _shown(name), "suggestions": _choices(suggestions)},
    )


def _ambiguous(kind: str, name: str, hits: Sequence[Named]) -> Ambiguous:
    choices = hits[:_MAX_CHOICES]
    more = " and more" if len(hits) > len(choices) else ""
    return Ambiguous(
        f"“{_shown(name)}” fits {len(hits)} {kind}s: {_listed(choices)}{more}. Say which one, by its code.",
        details={
            "kind": kind.replace(" ", "_"),
            "name": _shown(name),
            "total": len(hits),
            "choices": _choices(choices),
        },
    )


def _choices(rows: Sequence[Named]) -> list[JsonValue]:
    return [{"id": row.id, "code": row.code, "name": row.name} for row in rows]


def _listed(rows: Sequence[Named]) -> str:
    titles = [_title(row) for row in rows]
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} or {titles[-1]}"


def _title(row: Named) -> str:
    return f"{row.name} ({row.code})" if row.name and row.name != row.code else row.code


def _shown(name: str) -> str:
    """What was asked for, safe to print: one line, no control characters, bounded."""
    text = " ".join("".join(c if c.isprintable() else " " for c in name[: _SHOWN_CHARS + 1]).split())
    return text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "…"

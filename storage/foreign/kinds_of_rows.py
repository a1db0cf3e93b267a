"""What a row of a table probably is, by the fields that its headers name."""

from dataclasses import dataclass

from storage.exchange.problems import shown
from storage.foreign.date_forms import looks_like_date, week_in
from storage.foreign.decisions import Choice, Question, Scoped
from storage.foreign.fields import ABOUT_ROWS, FIELDS, has_clocks
from storage.foreign.suggesting import Guess, guesses
from storage.foreign.tables import Table
from storage.foreign.vocabulary import folded, key_of, words

_SURE = 0.5
_IGNORE = "ignore"
_UNNAMED = 2


@dataclass(frozen=True, slots=True)
class _Rule:
    """`kind`, where all of `has` are named, one of `one_of` if it has any, none of `without`. `clocks`:
    whether the starts are times of day without a date; None: it does not matter."""

    kind: str | None
    has: tuple[str, ...]
    one_of: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    clocks: bool | None = None
    but: str = ""


# The first that fits says it. `who`: a person, by number or by name.
_RULES = (
    _Rule(
        None, ("order", "start", "end"), without=("quantity", "run", "setup"),
        but=", but no quantity or time of work",
    ),
    _Rule(
        "reports", ("order", "operation", "good"), ("reported", "day", "start", "end"),
        without=("quantity", "run", "setup", "due"),
    ),
    _Rule("operations", ("order",), ("operation", "run", "setup", "machine", "work_center")),
    _Rule("orders", ("order",), ("quantity", "due")),
    _Rule(None, ("operator", "machine"), without=("order",)),
    _Rule(None, ("operator_name", "work_center"), without=("operator", "machine", "order")),
    _Rule("shifts", ("who", "shift", "day"), without=("end", "order")),
    _Rule(
        "shifts", ("who", "start", "end"), ("day", "weekday"), ("absence_kind", "order"), clocks=True
    ),
    _Rule("absences", ("who",), ("start", "back"), without=("order",)),
    _Rule("absences", ("who", "day", "absence_kind"), without=("order",)),
    _Rule("operators", ("who",), ("operator", "calendar"), ("machine", "order")),
    _Rule("shifts", ("start", "end"), ("shift", "weekday", "calendar"), ("order",), clocks=True),
    _Rule("downtimes", ("machine", "start"), without=("order",)),
    _Rule("machines", ("machine",), without=("order",)),
    _Rule("closures", ("day",), ("title", "closed"), ("order", "who")),
    _Rule("closures", ("start",), ("title", "closed"), ("order", "who"), clocks=False),
)  # fmt: skip


def rows_of(table: Table) -> tuple[str | None, str]:
    """What a row of the table is, with the reason; None when the headers do not say."""
    if why := table.unsaid or _is_row(table):
        return None, why
    kind, why = _by_headers(table)
    bought = next((h for h in table.headers if _speaks_of(h, "suppliers")), None)
    if bought is not None and kind == "orders":
        return None, f"{bought} speaks of suppliers: these may be materials that are bought, not orders"
    return kind, why


def _speaks_of(header: str, words_of: str) -> bool:
    held = f" {folded(header)} "
    return any(f" {phrase} " in held for phrase in words("bought")[words_of])


def _is_row(table: Table) -> str | None:
    """Why what was taken for the header is a row itself: it says a day above cells that are days too."""
    for index, header in enumerate(table.headers):
        cells = table.filled(index)
        dated = looks_like_date(header) and len(cells) > 1 and FIELDS["day"].fits_all(cells)
        if dated and week_in(header) is None:
            return (
                f"row {table.header_row}, taken for the header, says a day as the rows below it do: "
                "header_rows=… says which rows are the header"
            )
    return None


def _by_headers(table: Table) -> tuple[str | None, str]:
    named: dict[str, Guess] = {}
    for guess in guesses(table):
        if guess.score >= _SURE and FIELDS[guess.field].fits(table.filled(guess.index), guess.header):
            named.setdefault(guess.field, guess)
    said = {field: guess.header for field, guess in named.items()}
    who = said.get("operator") or said.get("operator_name")
    if who is not None:
        said["who"] = who
    clocks = "start" in named and has_clocks(table.filled(named["start"].index))
    for rule in _RULES:
        if not set(rule.has) <= said.keys() or set(rule.without) & said.keys():
            continue
        if rule.kind == "machines" and not _each_once(table, named["machine"]):
            continue  # rows that name machines are of something else
        one = next((said[field] for field in rule.one_of if field in said), None)
        if (rule.one_of and one is None) or rule.clocks not in (None, clocks):
            continue
        if rule.kind == "operators" and "operator_name" not in named and key_of("of_both", who or ""):
            return None, f"{who} may be of people or of machines, and no column names somebody"
        told = [said[field] for field in rule.has] + ([one] if one is not None else [])
        told = [header for number, header in enumerate(told) if header not in told[:number]]
        listed = " and ".join([*([", ".join(told[:-1])] if told[1:] else []), told[-1]])
        return rule.kind, f"it has {listed}{rule.but}"
    return None, "its headers do not say"


def _each_once(table: Table, guess: Guess) -> bool:
    names = [cell.text for cell in table.filled(guess.index)]
    return len(set(names)) == len(names)


def kinds_of(table: Table, scope: Scoped) -> tuple[str, ...]:
    """What a row of the table is, as decided: of several kinds it is each of them. None: it is nothing that
    is taken, or nobody knows yet."""
    kind, why = rows_of(table)
    question = Question(
        "rows",
        f"What is a row of {shown(table.label)} ({', '.join(shown(h) for h in table.headers[:8] if h)})?",
        tuple(Choice(name, about) for name, about in ABOUT_ROWS.items()),
        why=why + _unnamed(table),
        suggested=kind,
    )
    proven = (kind, why) if kind is not None else None
    if table.hidden:
        proven = (_IGNORE, "the sheet is hidden")
    elif not table.rows:
        proven = (_IGNORE, "it has a header and no row")
    value = scope.settle(question, proven=proven, fits=lambda text: set(_parts(text)) <= ABOUT_ROWS.keys())
    return tuple(found for found in _parts(value or "") if found != _IGNORE)


def _unnamed(table: Table) -> str:
    """A hint that the header may have several rows, where columns with cells have no name."""
    count = sum(not header and bool(table.filled(n)) for n, header in enumerate(table.headers))
    if count < _UNNAMED:
        return ""
    row = table.header_row
    return f"; {count} columns have no name: header_rows={row}-{row + 1} joins two rows of a header"


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]

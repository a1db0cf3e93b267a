"""The tools' grammar files as typed values: how each tool is asked for, and what its arguments are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from leadhand.errors import JsonValue
from models.builtin.lexicon import GRAMMAR, LANGUAGES, Table, listed, read_table, table


@dataclass(frozen=True, slots=True)
class Way:
    """One way to ask: all `features` must be there."""

    features: frozenset[str]
    weight: float


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What a choice is when none of its words is said, but this feature is there."""

    feature: str
    value: str


@dataclass(frozen=True, slots=True)
class Slot:
    """How one argument of the tool is filled; `kind` names the rule in `slots.py`."""

    argument: str
    kind: str
    unless: str = ""
    concept: str = ""
    value: JsonValue = None
    placed: bool = False
    single: frozenset[str] = frozenset()
    values: tuple[tuple[str, str], ...] = ()
    otherwise: tuple[Otherwise, ...] = ()
    drop: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Intent:
    """What one kind of question looks like. `uses`: what may stand in it; `forbids`: what must not."""

    name: str
    tool: str
    ways: tuple[Way, ...]
    uses: frozenset[str]
    forbids: frozenset[str]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SecondTry:
    """Another tool to ask when this one knows no such `kind` and the question was about one of `aspects`."""

    kind: str
    aspects: frozenset[str]
    tool: str
    arguments: Mapping[str, str]
    keep: frozenset[str]


@dataclass(frozen=True, slots=True)
class ToolGrammar:
    """One tool: its questions, its arguments, and example questions by language."""

    tool: str
    intents: tuple[Intent, ...]
    slots: tuple[Slot, ...]
    examples: dict[str, tuple[str, ...]]
    subject: dict[str, str]
    rank: int
    second_try: SecondTry | None = None
    writes: bool = False

    @property
    def describes_machines(self) -> bool:
        """Whether a machine's name alone is enough for it to have something to say."""
        return self.slot("machines") is not None and not any(intent.needs for intent in self.intents)

    def slot(self, *kinds: str) -> Slot | None:
        """The first slot of one of `kinds`."""
        return next((slot for slot in self.slots if slot.kind in kinds), None)


@cache
def tool_grammars() -> tuple[ToolGrammar, ...]:
    """Every file of grammar/tools, by rank."""
    folder = files(GRAMMAR).joinpath("tools")
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".toml"))
    grammars = [_grammar(read_table(f"tools/{name.removesuffix('.toml')}")) for name in names]
    return tuple(sorted(grammars, key=lambda grammar: (grammar.rank, grammar.tool)))


def grammar_of(tool: str) -> ToolGrammar | None:
    return next((grammar for grammar in tool_grammars() if grammar.tool == tool), None)


def _grammar(source: Table) -> ToolGrammar:
    tool = str(source["tool"])
    return ToolGrammar(
        tool=tool,
        intents=tuple(_intent(tool, entry) for entry in _tables(source["intents"])),
        slots=tuple(_slot(name, table(entry)) for name, entry in table(source["slots"]).items()),
        examples={language: _strings(table(source["examples"])[language]) for language in LANGUAGES},
        subject={language: str(table(source["subject"])[language]) for language in LANGUAGES},
        rank=int(str(source["rank"])),
        second_try=_second_try(table(source.get("second_try"))),
        writes=bool(source.get("writes", False)),
    )


def _intent(tool: str, source: Table) -> Intent:
    return Intent(
        name=str(source["name"]),
        tool=tool,
        ways=tuple(_ways(str(source["ways"]))),
        uses=frozenset(str(source["uses"]).split()),
        forbids=frozenset(str(source.get("forbids", "")).split()),
        needs=_strings(source.get("needs")),
    )


def _ways(text: str) -> Iterator[Way]:
    for line in filter(None, map(str.strip, text.splitlines())):
        words, _, weight = line.partition("=")
        features = frozenset(words.split())
        yield Way(features, float(weight) if weight else float(len(features)))


def _second_try(source: Table) -> SecondTry | None:
    if not source:
        return None
    return SecondTry(
        kind=str(source["kind"]),
        aspects=frozenset(str(source["aspects"]).split()),
        tool=str(source["tool"]),
        arguments={name: str(value) for name, value in table(source["arguments"]).items()},
        keep=frozenset(str(source["keep"]).split()),
    )


def _slot(argument: str, source: Table) -> Slot:
    value = source.get("value")
    return Slot(
        argument=argument,
        kind=str(source["kind"]),
        unless=str(source.get("unless", "")),
        concept=str(source.get("concept", "")),
        value=value if isinstance(value, bool | str | int | float) else None,
        single=frozenset(str(source.get("single", "")).split()),
        placed=bool(source.get("placed", False)),
        values=tuple((name, str(meant)) for name, meant in table(source.get("values")).items()),
        otherwise=tuple(
            Otherwise(str(entry["with"]), str(entry["value"])) for entry in _tables(source.get("otherwise"))
        ),
        drop=tuple(
            (name, value)
            for name, meant in table(source.get("drop")).items()
            for value in str(meant).split("|")
        ),
    )


def _tables(value: object) -> list[Table]:
    return [table(entry) for entry in listed(value)]


def _strings(value: object) -> tuple[str, ...]:
    return tuple(str(entry) for entry in listed(value))

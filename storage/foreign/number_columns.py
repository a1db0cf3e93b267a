"""The column of a number that machines and people have in another system beside their code: proposed only
where its header says plainly that it is one."""

from storage.foreign.decisions import Scoped
from storage.foreign.fields import ROWS
from storage.foreign.suggesting import Guess
from storage.foreign.tables import Table
from storage.foreign.vocabulary import folded, words

_OF_KIND = {"machines": "machine", "operators": "operator"}


def propose_number(table: Table, scope: Scoped, kind: str, proposed: dict[str, list[Guess]]) -> None:
    """Propose it where another column is the code, and nothing else takes it."""
    field = _OF_KIND.get(kind)
    if field is None:
        return
    given = {name: scope.decisions.given.get(scope.key(name), "").strip() for name in ROWS[kind]}
    code = [given[field]] if given[field] else [guess.header for guess in proposed.get(field, [])]
    taken = {*given.values(), *(g.header for name, found in proposed.items() if name != field for g in found)}
    found = [
        Guess(index, header, f"{field}_number", 1.0, folded(header))
        for index, header in enumerate(table.headers)
        if folded(header) in words("numbers")[field] and header not in {*code, *taken}
    ]
    if len(code) == len(found) == 1 and table.filled(found[0].index):
        proposed[f"{field}_number"] = found

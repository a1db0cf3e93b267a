"""What comes before an operation: every id is one of its order, and nothing waits for itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoutedOperation:
    """An operation of an order as it will be. `line` None: stored, not in the file.

    `needs`: ids or external ids; None means the operation with the next lower seq.
    """

    order_id: str
    id: str
    external_id: str | None
    seq: int
    line: int | None
    needs: list[str] | None


@dataclass(frozen=True, slots=True)
class UnknownPredecessor:
    operation: RoutedOperation
    cell: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Circle:
    """`path` goes from the operation over what it waits for back to itself."""

    operation: RoutedOperation
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resolved:
    """Predecessors that the file named by external id, by id."""

    operation: RoutedOperation
    ids: tuple[str, ...]


def check_routing(
    order: Sequence[RoutedOperation],
) -> Iterator[UnknownPredecessor | Circle | Resolved]:
    """What is wrong with the routing of one order, sorted by seq, and what is to be put right."""
    by_external = {o.external_id: o.id for o in order if o.external_id is not None}
    ids = {operation.id for operation in order}
    edges: dict[str, list[str]] = {}
    previous: str | None = None
    for operation in order:
        if operation.needs is None:
            edges[operation.id] = [] if previous is None else [previous]
        else:
            found = [need if need in ids else by_external.get(need) for need in operation.needs]
            for need, target in zip(operation.needs, found, strict=True):
                if target is None:
                    yield UnknownPredecessor(operation, need, tuple(sorted(ids - {operation.id})))
            known = [target for target in found if target is not None]
            edges[operation.id] = known
            if len(known) == len(found) and known != operation.needs:
                yield Resolved(operation, tuple(dict.fromkeys(known)))
        previous = operation.id
    circle = _circle(edges)
    if circle is not None:
        by_id = {operation.id: operation for operation in order}
        # Told of a row of the file, if one is in it.
        turn = next((i for i, id_ in enumerate(circle) if by_id[id_].line is not None), 0)
        path = [*circle[turn:], *circle[:turn]]
        yield Circle(by_id[path[0]], (*path, path[0]))


def _circle(edges: dict[str, list[str]]) -> list[str] | None:
    """Operations that wait for one another in a circle, or None. Without recursion: routings can be long."""
    done: set[str] = set()
    for first in edges:
        path: list[str] = []
        on_path: set[str] = set()
        ahead = [(first, False)]
        while ahead:
            node, leaving = ahead.pop()
            if leaving:
                path.pop()
                on_path.discard(node)
                done.add(node)
            elif node in on_path:
                return path[path.index(node) :]
            elif node not in done:
                path.append(node)
                on_path.add(node)
                ahead.append((node, True))
                ahead.extend((need, False) for need in edges[node])
    return None

"""The server's routes by its own description, and where each of them takes the id of something.

A route that a later version adds is found by itself. Where it takes an id that is not known here,
`operations` fails: TAKES must say what it is the id of, and the tests of isolation try somebody else's there.
"""

from dataclasses import dataclass
from typing import Final

import httpx2

from leadhand.errors import JsonValue
from tests.acceptance.json_access import at, has, items_at, object_at, parse, text_at

METHODS: Final = ("get", "put", "post", "patch", "delete")

# What an id is of, by its place: path up to the parameter, path?query or path#field of the body.
TAKES: Final = {
    "/api/chat#id": "chat to be made",
    "/api/chat#messageId": "message to be made",
    "/api/chat/{id}": "chat",
    "/api/threads/{id}": "chat",
    "/api/approvals/{id}": "approval",
    "/api/approvals?cursor": "approval cursor",
    "/api/threads?cursor": "thread cursor",
    "/api/orders/{order}": "order",
    "/api/orders?cursor": "order cursor",
    "/api/orders?machine": "machine",
    "/api/orders?work_center": "work center",
    "/api/machines/{machine}": "machine",
    "/api/machines?cursor": "position",
    "/api/machines?work_center": "work center",
    "/api/operators/{operator}": "operator",
    "/api/operators?cursor": "position",
    "/api/operators?skill": "skill",
    "/api/schedule?cursor": "booking cursor",
    "/api/schedule?machines": "machine",
    "/api/schedule?work_center": "work center",
    "/api/schedule?order": "order",
    "/api/schedule?operator": "operator",
    "/api/runs#chat_id": "chat to be made",
    "/api/runs/{id}": "run",
    "/api/runs?cursor": "run cursor",
    "/api/traces/{run_id}": "run",
    "/api/traces?cursor": "run cursor",
    "/api/knowledge/documents/{id}": "document",
    "/api/knowledge/documents?cursor": "source cursor",
    "/api/reports/{id}": "report",
    "/api/reports/{id}.{form}": "report form",
    "/api/reports/{id}/deliveries/{delivery_id}": "report delivery",
    "/api/reports?cursor": "report cursor",
    "/api/reports?schedule": "report schedule",
    "/api/reports/schedules/{id}": "report schedule",
    "/api/reports/schedules?cursor": "report cursor",
    "/api/alerts/{id}": "alert",
    "/api/alerts?cursor": "alert cursor",
    "/api/tools/{name}": "tool",
    "/api/tools/{name}#": "tool input",
}
# What everybody in a shop may see.
OF_THE_SHOP: Final = {"order", "machine", "work center", "operator", "skill"}
# Parameters of a query that are the id of nothing.
PLAIN: Final = {"limit", "last", "before", "from", "to", "active", "q", "sort"} | {
    "status",
    "outlook",
    "due_from",
    "due_before",
    "customer",
    "top_k",
    "since",
    "until",
    "path",
    "category",
    "conversations",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """`takes`: the kind of id at each place. `body`: the schema of the body, if there is one."""

    method: str
    path: str
    takes: dict[str, str]
    body: dict[str, JsonValue] | None

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"

    def kind_of(self, parameter: str) -> str | None:
        return self.takes.get(parameter)

    def filled_body(self) -> JsonValue:
        """The least that the schema asks for."""
        if self.body is None:
            return None
        return {name: _least(at(self.body, "properties", name)) for name in _names(self.body, "required")}


def operations(base_url: str) -> list[Operation]:
    """All routes of /openapi.json; fails for an id of which nobody said what it is of."""
    page = parse(httpx2.get(f"{base_url}/openapi.json").content)
    found = [
        _operation(page, method, path)
        for path, methods in object_at(page, "paths").items()
        for method in METHODS
        if has(methods, method)
    ]
    assert len(found) >= 14
    return found


def _operation(page: JsonValue, method: str, path: str) -> Operation:
    route = at(page, "paths", path, method)
    takes: dict[str, str] = {}
    for parameter in items_at(route, "parameters"):
        name, place = text_at(parameter, "name"), text_at(parameter, "in")
        if place == "path":
            takes[name] = _kind(f"{path.partition(f'{{{name}}}')[0]}{{{name}}}")
        elif place == "query" and name not in PLAIN:
            takes[name] = _kind(f"{path}?{name}")
    if not has(route, "requestBody"):
        return Operation(method, path, takes, None)
    body = _schema(page, route)
    if not has(body, "properties"):
        takes[""] = _kind(f"{path}#")
    for name in _names(body, "properties"):
        if name.lower().endswith(("id", "ids")):
            takes[name] = _kind(f"{path}#{name}")
    return Operation(method, path, takes, body)


def _kind(place: str) -> str:
    assert place in TAKES, f"{place} takes an id of which tests/acceptance/api_routes.py does not know"
    return TAKES[place]


def _schema(page: JsonValue, route: JsonValue) -> dict[str, JsonValue]:
    content = object_at(route, "requestBody", "content")
    kind = "application/json" if "application/json" in content else "multipart/form-data"
    schema = object_at(content, kind, "schema")
    if "$ref" not in schema:
        return schema
    name = text_at(schema, "$ref").rpartition("/")[2]
    return object_at(page, "components", "schemas", name)


def _names(schema: dict[str, JsonValue], key: str) -> list[str]:
    named = schema.get(key)
    if isinstance(named, dict):
        return list(named)
    return [name for name in items_at(schema, key) if isinstance(name, str)]


def _least(schema: JsonValue) -> JsonValue:
    match at(schema, "type"):
        case "string":
            return "mine"
        case "integer" | "number":
            return 1
        case "boolean":
            return True
        case "array":
            return []
        case _:
            return {}

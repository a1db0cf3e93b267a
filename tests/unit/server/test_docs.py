"""The documentation names everything that a client can meet."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from fastapi import FastAPI

from leadhand.errors import LeadhandError
from leadhand.settings import Settings
from server.app import create_app
from server.stream.chunks import Chunk, MessageMetadata
from tests.unit.server.protocol_checker import read_stream

DOCS = Path(__file__).parents[3] / "docs"
# The families of the error tree; only their leaves reach a client under a code of their own.
FAMILIES = {"LeadhandError", "CallerError", "DomainRejection", "ModelMistake", "ServiceFault"} | {
    "TransientFault",
    "BoundReached",
    "Throttled",
}


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def all_errors(kind: type[LeadhandError] = LeadhandError) -> Iterator[type[LeadhandError]]:
    for child in kind.__subclasses__():
        yield child
        yield from all_errors(child)


def app() -> FastAPI:
    return create_app(Settings.model_validate({"jwt_secret": "s" * 32}))


def test_every_error_code_is_documented_with_its_status() -> None:
    text = page("errors.md")
    rows = {code: row for row in text.splitlines() for code in re.findall(r"^\| `(\w+)` ", row)}
    for error in all_errors():
        if error.__name__ in FAMILIES or not error.__module__.startswith("leadhand"):
            continue
        assert error.code in rows, f"docs/errors.md misses {error.code}"
        stated = re.findall(r"\| (\d{3}) \|", rows[error.code])
        assert not stated or int(stated[0]) == error.status, f"another status in docs/errors.md: {error.code}"


def test_no_documented_code_is_made_up() -> None:
    codes = {error.code for error in all_errors()}
    assert set(re.findall(r"^\| `(\w+)` ", page("errors.md"), re.MULTILINE)) <= codes


def test_every_route_is_documented() -> None:
    text = page("http-api.md")
    paths: dict[str, dict[str, object]] = app().openapi()["paths"]
    assert len(paths) > 10
    for path, methods in paths.items():
        for method in methods:
            stands = re.search(rf"{method.upper()} {re.escape(path)}(?![\w/{{])", text)
            assert stands, f"docs/http-api.md misses {method.upper()} {path}"


@pytest.mark.parametrize("chunk", [kind.type for kind in get_args(Chunk)])
def test_every_chunk_is_documented(chunk: str) -> None:
    assert f"`{chunk}`" in page("stream.md")


@pytest.mark.parametrize("key", MessageMetadata.__dataclass_fields__)
def test_every_key_of_the_metadata_is_documented(key: str) -> None:
    assert f"`{key}`" in page("stream.md")


def test_the_documented_example_is_a_legal_stream() -> None:
    blocks: list[str] = re.findall(r"^```\n(data: .*?)^```", page("stream.md"), re.DOTALL | re.MULTILINE)
    whole = blocks[0].replace("\n", "\n\n").encode()
    assert read_stream(whole)[-1]["type"] == "finish"


def test_every_refusal_in_the_description_has_the_one_shape() -> None:
    description = app().openapi()
    shape = {"$ref": "#/components/schemas/ErrorBody"}
    for path, methods in description["paths"].items():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert response["content"]["application/json"]["schema"] == shape, f"{path} {status}"


def test_every_guarded_route_says_that_it_needs_a_token() -> None:
    for path, methods in app().openapi()["paths"].items():
        for operation in methods.values():
            assert bool(operation.get("security")) is path.startswith("/api"), path

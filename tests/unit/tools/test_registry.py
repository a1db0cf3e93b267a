"""Running a tool: who may, with what input, within which bounds, and what comes out."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.utils.function_calling import convert_to_openai_tool

from leadhand.context import Permission
from leadhand.errors import (
    InvalidToolInput,
    InvalidToolOutput,
    JsonValue,
    NotFound,
    PermissionDenied,
    ToolCallLimit,
    ToolTimeout,
    UnknownTool,
)
from leadhand.events import ToolFailed, ToolInputReady, ToolSucceeded, current_sink
from tests.unit.tools.small_tools import ALL, ECHO, TENANT, EchoOutput, Shops, Sink
from tools.base import ToolInput, ToolOutput
from tools.registry import ToolRegistry
from tools.schemas import SchemaNotPlain, input_schema

REGISTRY = ToolRegistry(ALL, timeout_s=30)


async def run(name: str, raw: JsonValue = None, *, registry: ToolRegistry = REGISTRY) -> EchoOutput:
    given = {} if raw is None else raw
    found = await registry.run(name, given, TENANT, Shops(), call_id="call")
    assert isinstance(found, EchoOutput)
    return found


async def refusal(raw: JsonValue) -> list[dict[str, JsonValue]]:
    """The fields of the refusal of an input of `echo`."""
    with pytest.raises(InvalidToolInput) as refused:
        await REGISTRY.run("echo", raw, TENANT, Shops(), call_id="call")
    fields = refused.value.details["fields"]
    assert isinstance(fields, list)
    json.dumps(refused.value.details).encode()
    assert refused.value.message.isprintable()
    return [field for field in fields if isinstance(field, dict)]


@pytest.fixture
def sink() -> Iterator[Sink]:
    found = Sink()
    token = current_sink.set(found)
    yield found
    current_sink.reset(token)


async def test_a_tool_gets_its_input_by_json_names_and_the_callers_context() -> None:
    found = await run("echo", {"hours": 50, "from": "2026-12-01", "machines": ["Puma 3100"]})
    assert (found.hours, found.start, found.machines, found.user) == (
        50.0,
        "2026-12-01",
        ["Puma 3100"],
        "ann",
    )


async def test_null_means_not_given() -> None:
    found = await run("echo", {"hours": None, "machines": None, "window": None, "steps": None})
    assert (found.hours, found.machines) == (0.0, [])


MANY: list[JsonValue] = [*("x" * 70_000)]
WRONG: list[tuple[JsonValue, str]] = [
    ({"hours": "50"}, "hours"),
    ({"hours": True}, "hours"),
    ({"hours": -1}, "hours"),
    ({"hours": float("nan")}, "hours"),
    ({"hours": float("inf")}, "hours"),
    ({"hours": 10**30}, "hours"),
    ({"machines": "Puma"}, "machines"),
    ({"machines": ["a", "b", "c", "d"]}, "machines"),
    ({"machines": [1]}, "machines.0"),
    ({"machines": ["Puma\x00"]}, "machines[0]"),
    ({"machines": ["\ud83d"]}, "machines[0]"),
    ({"a\x00": 1}, ""),
    ({"\udc00": 1}, ""),
    ({"window": "w" * 101}, "window"),
    ({"steps": [{"pieces": 0}]}, "steps.0.pieces"),
    ({"steps": [{}]}, "steps.0.pieces"),
    ({"from_": "2026-12-01"}, "from_"),
    ({"hors": 5}, "hors"),
    ([], ""),
    ("text", ""),
    (5, ""),
    ({"window": "w" * 70_000}, ""),
    ({"machines": MANY}, ""),
]


@pytest.mark.parametrize(("raw", "field"), WRONG)
async def test_a_wrong_input_is_refused_with_the_field_that_is_wrong(raw: JsonValue, field: str) -> None:
    assert (await refusal(raw))[0]["field"] == field


async def test_deep_nesting_is_refused() -> None:
    deep: JsonValue = "x"
    for _ in range(500):
        deep = [deep]
    assert (await refusal({"steps": deep}))[0]["problem"] == "the input is too large"


async def test_a_refusal_says_what_was_given_and_what_is_right() -> None:
    assert await refusal({"hours": "fifty", "hors": 5}) == [
        {"field": "hours", "problem": '"fifty" was given', "right": "a valid number"},
        {"field": "hors", "problem": "there is no such field", "right": "did you mean hours?"},
    ]
    assert (await refusal({"from_": "x"}))[0]["right"] == "did you mean from?"
    assert (await refusal({"zzz": 1}))[0][
        "right"
    ] == "the fields are: from, to, window, hours, machines, steps"
    assert (await refusal({"steps": [{}]})) == [
        {"field": "steps.0.pieces", "problem": "missing", "right": "this field is required"}
    ]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["hours", "machines", "from", "steps", "x"]), json_values, max_size=4))
@settings(max_examples=100, deadline=None)
async def test_any_json_runs_or_is_refused_by_field(raw: dict[str, JsonValue]) -> None:
    try:
        found = await REGISTRY.run("echo", raw, TENANT, Shops(), call_id="call")
    except InvalidToolInput as refused:
        reasons = refused.details["fields"]
    else:
        reasons = found.as_of
    assert reasons


async def test_an_unknown_tool_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(UnknownTool) as refused:
        await run("ecko")
    assert refused.value.details["suggestions"] == ["echo"]
    with pytest.raises(UnknownTool) as hostile:
        await run("\x00" + "x" * 100_000)
    assert len(hostile.value.message) < 400
    assert hostile.value.message.isprintable()


async def test_a_tool_beyond_the_callers_permissions_does_not_look_at_the_input() -> None:
    with pytest.raises(PermissionDenied):
        await run("admin_only", {"hours": "wrong"})


async def test_a_tool_that_takes_too_long_is_stopped() -> None:
    quick = ToolRegistry(ALL, timeout_s=0.01)
    with pytest.raises(ToolTimeout) as stopped:
        await run("sleep", registry=quick)
    assert stopped.value.details == {"tool": "sleep", "timeout_s": 0.01}


async def test_a_timeout_inside_a_tool_is_not_mistaken_for_ours() -> None:
    with pytest.raises(TimeoutError, match="of the tool's own"):
        await run("own_timeout")


async def test_an_output_that_breaks_its_own_schema_is_withheld(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(InvalidToolOutput) as withheld:
        await run("liar")
    assert withheld.value.details == {"tool": "liar"}
    assert withheld.value.__cause__ is None
    assert "hours" in caplog.text


async def test_a_nested_call_is_visible_as_nested(sink: Sink) -> None:
    await run("nest", {"levels": 1, "tool": "echo", "input": '{"hours": 3}'})
    assert [(type(event), getattr(event, "call_id", None)) for event in sink.events] == [
        (ToolInputReady, "call.1"),
        (ToolInputReady, "call.1.1"),
        (ToolSucceeded, "call.1.1"),
        (ToolSucceeded, "call.1"),
    ]
    inner = sink.events[1]
    assert inner == ToolInputReady("call.1.1", "echo", {"hours": 3}, parent_id="call.1", depth=2)
    done = sink.events[2]
    assert isinstance(done, ToolSucceeded)
    assert isinstance(done.output, dict)
    assert (done.output["hours"], done.output["user"]) == (3.0, "ann")


async def test_several_nested_calls_are_numbered_in_order(sink: Sink) -> None:
    await run("nest", {"levels": 0, "tool": "echo", "times": 3})
    ready = [event.call_id for event in sink.events if isinstance(event, ToolInputReady)]
    assert ready == ["call.1", "call.2", "call.3"]


@pytest.mark.parametrize(
    ("tool", "raw", "error", "code"),
    [
        ("fail", "{}", NotFound, "not_found"),
        ("echo", '{"hours": "x"}', InvalidToolInput, "invalid_tool_input"),
        ("echo", '{"window": "\\u0000"}', InvalidToolInput, "invalid_tool_input"),
        ("nowhere", "{}", UnknownTool, "unknown_tool"),
        ("admin_only", "{}", PermissionDenied, "permission_denied"),
        ("liar", "{}", InvalidToolOutput, "invalid_tool_output"),
        ("crash", "{}", RuntimeError, "internal_error"),
    ],
)
async def test_a_nested_call_that_fails_is_closed_with_its_code(
    sink: Sink, tool: str, raw: str, error: type[Exception], code: str
) -> None:
    with pytest.raises(error):
        await run("nest", {"levels": 0, "tool": tool, "input": raw})
    failed = sink.events[-1]
    assert isinstance(failed, ToolFailed)
    assert (failed.call_id, failed.code) == ("call.1", code)
    shown = sink.events[0]
    assert isinstance(shown, ToolInputReady)
    assert "\x00" not in repr(shown.input)
    assert "secret" not in failed.message


async def test_a_nested_call_is_closed_when_its_caller_runs_out_of_time(sink: Sink) -> None:
    quick = ToolRegistry(ALL, timeout_s=0.05)
    with pytest.raises(ToolTimeout):
        await quick.run("nest", {"levels": 0, "tool": "sleep"}, TENANT, Shops(), call_id="c")
    failed = sink.events[-1]
    assert isinstance(failed, ToolFailed)
    assert failed.code in {"timeout_partial", "run_interrupted"}


async def test_tools_call_tools_three_levels_deep_and_no_deeper(sink: Sink) -> None:
    assert (await run("nest", {"levels": 2, "tool": "echo"})).user == "ann"
    with pytest.raises(ToolCallLimit):
        await run("nest", {"levels": 3, "tool": "echo"})
    ready = [event.depth for event in sink.events if isinstance(event, ToolInputReady)]
    assert max(ready) == 3


async def test_one_call_makes_a_bounded_number_of_nested_calls() -> None:
    assert (await run("nest", {"levels": 0, "tool": "echo", "times": 16})).user == "ann"
    with pytest.raises(ToolCallLimit):
        await run("nest", {"levels": 0, "tool": "echo", "times": 17})
    with pytest.raises(ToolCallLimit):
        await run("nest", {"levels": 1, "tool": "echo", "times": 4})


async def test_a_tool_that_would_call_itself_with_the_same_input_is_stopped(sink: Sink) -> None:
    with pytest.raises(ToolCallLimit, match="same input"):
        await run("again", {})
    assert sink.events == []


def test_schemas_are_plain_and_say_what_each_field_is_for() -> None:
    schema = input_schema(ECHO.input_model)
    text = json.dumps(schema)
    assert all(word not in text for word in ("$ref", "$defs", "anyOf", '"title"', "null", "const"))
    assert schema["additionalProperties"] is False
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert list(properties) == ["from", "to", "window", "hours", "machines", "steps"]
    assert properties["hours"] == {"type": "number", "exclusiveMinimum": 0, "description": "Hours of work."}
    assert "required" not in schema


def test_openai_tools_are_what_the_model_library_would_send() -> None:
    for tool in REGISTRY.openai_tools():
        assert convert_to_openai_tool(tool) == tool


def test_a_model_is_offered_only_the_tools_that_the_caller_may_run() -> None:
    everything = {json.dumps(tool) for tool in REGISTRY.openai_tools()}
    reader = {json.dumps(tool) for tool in REGISTRY.openai_tools(frozenset({Permission.PLANNING_READ}))}
    assert len(everything - reader) == 1, "the one that needs `admin`"
    assert REGISTRY.openai_tools(frozenset(Permission)) == REGISTRY.openai_tools()
    assert REGISTRY.openai_tools(frozenset()) == []


def test_an_input_that_refers_to_itself_cannot_be_registered() -> None:
    class Endless(ToolInput):
        inner: list["Endless"]

    Endless.model_rebuild(_types_namespace={"Endless": Endless})
    with pytest.raises(SchemaNotPlain):
        input_schema(Endless)


def test_two_tools_of_one_name_cannot_be_registered() -> None:
    with pytest.raises(ValueError, match="echo"):
        ToolRegistry([ECHO, ECHO])


def test_every_module_of_the_catalog_is_a_tool() -> None:
    registry = ToolRegistry.discover()
    names = [spec.name for spec in registry.specs()]
    assert names == sorted(names)
    assert {"get_machine_availability", "analyze_workload_distribution", "check_capacity"} <= set(names)
    for spec in registry.specs():
        tool = registry.get(spec.name)
        assert issubclass(tool.input_model, ToolInput)
        assert issubclass(tool.output_model, ToolOutput)
        assert spec.description.strip()
        assert spec.label.endswith("…")


SPECS = {spec.name: spec for spec in ToolRegistry.discover().specs()}


@pytest.mark.parametrize("name", sorted(SPECS))
def test_every_field_that_a_model_fills_has_a_description_and_a_plain_type(name: str) -> None:
    schema = SPECS[name].input_schema
    fields = schema["properties"]
    assert isinstance(fields, dict)
    for field, part in fields.items():
        assert isinstance(part, dict)
        assert part.get("description"), field
        assert "type" in part, field
    assert all(word not in json.dumps(schema) for word in ("$ref", "anyOf", "oneOf", "null", "prefixItems"))

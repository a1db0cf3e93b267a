"""The shape of a chat completion chunk: put right where providers leave things out."""

from leadhand.errors import JsonValue


def mended(event: dict[str, JsonValue]) -> bool:
    """Put `event` into the shape that readers rely on, in place; False if it cannot be.

    After it: `choices` is absent or a list; the first choice is an object with a `delta`, an object or null;
    its `content` is text, a list or null; each of its `tool_calls` has `index` and `function`, whose `name`
    and `arguments` are text or null; `usage` is absent, null, or has whole numbers.
    """
    if not _is_usage(event.get("usage")):
        event["usage"] = None
    choices = event.get("choices")
    if not choices:
        event["choices"] = []
        return True
    if not isinstance(choices, list) or not isinstance(choices[0], dict):
        return False
    delta = choices[0].setdefault("delta", None)
    return delta is None or (isinstance(delta, dict) and _mended_delta(delta))


def _mended_delta(delta: dict[str, JsonValue]) -> bool:
    content, calls = delta.get("content"), delta.get("tool_calls")
    if content is not None and not isinstance(content, str | list):
        return False
    if not calls:
        return True
    return isinstance(calls, list) and all(isinstance(call, dict) and _mended_call(call) for call in calls)


def _mended_call(call: dict[str, JsonValue]) -> bool:
    if call.setdefault("function", {}) is None:
        call["function"] = {}
    function = call["function"]
    if not isinstance(function, dict):
        return False
    texts = (call.get("id"), function.get("name"), function.get("arguments"))
    index = call.setdefault("index", None)
    return isinstance(index, int | None) and all(isinstance(text, str | None) for text in texts)


def _is_usage(usage: JsonValue) -> bool:
    if not isinstance(usage, dict):
        return usage is None
    return all(isinstance(usage.get(name), int | None) for name in ("prompt_tokens", "completion_tokens"))

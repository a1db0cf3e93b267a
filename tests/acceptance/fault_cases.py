"""A model's bad days: what it answers to one question, and how the turn must end.

The bounds are those of the impatient servers (conftest.py): one retry, three steps, three tool calls, 50,000
tokens. A case is told by the question that it is asked with, so several can run at once.
"""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from leadhand.errors import JsonValue
from tests.acceptance.model_script import (
    CallFragment,
    CallStart,
    Chatter,
    Cut,
    Drop,
    End,
    Hang,
    HttpFault,
    ModelReply,
    ModelRequest,
    Page,
    Raw,
    ReplyRule,
    Silence,
    Step,
    Streamed,
    Text,
    Usage,
    call_steps,
    calls,
    plays,
    says,
)

NEXT_QUESTION, NEXT_ANSWER = "Are you there again?", "Here I am."
ANSWER = "The Puma is free from Thursday on."
PUMA: tuple[str, JsonValue] = ("get_machine_availability", {"machines": ["Puma 3100"], "window": "next week"})
HOURS: tuple[str, JsonValue] = ("check_capacity", {"hours": 50, "window": "next month"})
MEGABYTE = 1_000_000
GOOD, BAD = "output-available", "output-error"


@dataclass(frozen=True, slots=True)
class Case:
    """`replies`: the nth goes to the nth call of the model, the last one to all that follow.

    `ends`: the code of the one error, or None for an answer with `finish_reason` and, if given, `text`.
    `model_calls`: how many requests reach the model, retries included. `tools`: each tool call's outcome.
    """

    replies: tuple[ModelReply, ...]
    model_calls: int
    ends: str | None = None
    tools: tuple[str, ...] = ()
    text: str | None = ANSWER
    finish_reason: str = "stop"


def answered(*replies: ModelReply, tools: tuple[str, ...] = (), **expected: str) -> Case:
    """The turn ends in the right answer, after exactly these calls of the model."""
    return replace(Case((*replies, says(ANSWER)), len(replies) + 1, tools=tools), **expected)


def failed(code: str, *replies: ModelReply, model_calls: int = 1, tools: tuple[str, ...] = ()) -> Case:
    """The turn ends in one error of this code."""
    return Case(replies, model_calls, code, tools)


def interleaved(one: tuple[str, JsonValue] = PUMA, other: tuple[str, JsonValue] = HOURS) -> Streamed:
    """Two parallel calls whose fragments alternate, a character at a time."""
    first, *ones = call_steps(*one, index=0, fragment_chars=1)
    second, *twos = call_steps(*other, index=1, fragment_chars=1)
    pairs = [step for pair in zip(ones, twos, strict=False) for step in pair]
    shorter = min(len(ones), len(twos))
    return plays(first, second, *pairs, *ones[shorter:], *twos[shorter:])


def under_one_index() -> Streamed:
    """Two parallel calls of a provider that numbers all of them 0 and tells them apart by their ids."""
    return plays(*call_steps(*PUMA, call_id="a"), *call_steps(*HOURS, call_id="b"))


def half_a_call(*end: Step) -> Streamed:
    return plays(CallStart(0, "c", "check_capacity"), CallFragment(0, '{"hou'), *end)


RIGHT: Mapping[str, Case] = {
    "a tool call in fragments of one character": answered(calls(PUMA, fragment_chars=1), tools=(GOOD,)),
    "two parallel calls": answered(calls(PUMA, HOURS), tools=(GOOD, GOOD)),
    "two parallel calls, mixed": answered(interleaved(), tools=(GOOD, GOOD)),
    "two parallel calls under one index": answered(under_one_index(), tools=(GOOD, GOOD)),
    "words before a call": answered(
        plays(Text("Let me look."), *call_steps(*PUMA)), tools=(GOOD,), text=f"Let me look.\n\n{ANSWER}"
    ),
    "a busy minute with Retry-After": answered(HttpFault(429, {"retry-after": "0"})),
    "a busy minute without Retry-After": answered(HttpFault(429)),
    "a fault of its own": answered(HttpFault(500)),
    "a bad gateway": answered(HttpFault(502)),
    "a reset": answered(Drop()),
    "arguments that are no JSON": answered(calls(("check_capacity", '{"hours": 5')), tools=(BAD,)),
    "arguments that are a list": answered(calls(("check_capacity", "[50]")), tools=(BAD,)),
    "arguments that fail validation": answered(calls(("check_capacity", {"hours": "many"})), tools=(BAD,)),
    "arguments that are no number": answered(calls(("check_capacity", '{"hours": NaN}')), tools=(BAD,)),
    "arguments beyond all numbers": answered(calls(("check_capacity", '{"hours": 1e999}')), tools=(BAD,)),
    "no arguments at all": answered(calls(("get_machine_availability", "")), tools=(GOOD,)),
    "an unknown tool": answered(calls(("sell_machine", {"machine": "Puma 3100"})), tools=(BAD,)),
    "a tool with a name that no provider takes": answered(calls(("größe of «it»!" * 9, {})), tools=(BAD,)),
    "a tool without a name": answered(calls(("", {})), tools=(BAD,)),
    "a good and a bad call at once": answered(calls(PUMA, ("check_capacity", '{"hours"')), tools=(GOOD, BAD)),
    "no usage": Case((Streamed((Text(ANSWER),), usage=None),), 1),
    "characters that no database holds": Case((says("free\x00 from \ud83d"),), 1, text=None),
    "arguments that no database holds": answered(
        calls(("check_capacity", '{"hours": 5, "due": "\\u0000\\ud83d"}')), tools=(BAD,)
    ),
    "comments of a proxy": Case((plays(Raw(b": processing\n\n"), Text(ANSWER)),), 1),
    "an answer cut at its limit": Case((says(ANSWER, finish_reason="length"),), 1, finish_reason="length"),
    "a filtered answer": Case(
        (says(ANSWER, finish_reason="content_filter"),), 1, finish_reason="content-filter"
    ),
}

WRONG: Mapping[str, Case] = {
    "busy for good with Retry-After": failed(
        "model_unavailable", HttpFault(429, {"retry-after": "0"}), model_calls=2
    ),
    "busy for good without Retry-After": failed("model_unavailable", HttpFault(429), model_calls=2),
    "busy for an hour": failed("model_unavailable", HttpFault(429, {"retry-after": "3600"})),
    "a fault for good": failed("model_unavailable", HttpFault(500), model_calls=2),
    "resets for good": failed("model_unavailable", Drop(), model_calls=2),
    "a key that is refused": failed("model_rejected", HttpFault(401)),
    "a right that is missing": failed("model_rejected", HttpFault(403)),
    "a model that nobody knows": failed("model_rejected", HttpFault(404)),
    "a request that is refused": failed("model_rejected", HttpFault(400)),
    "a quota that is used up": failed(
        "model_rejected", HttpFault(429, {"x-should-retry": "false"}, code="insufficient_quota")
    ),
    "a context that is too small": failed(
        "context_overflow",
        HttpFault(
            400, message="This model's maximum context length is 8192.", code="context_length_exceeded"
        ),
    ),
    "cut in mid text": failed("model_unavailable", plays(Text("Let me "), Cut())),
    "cut in mid tool call": failed("model_unavailable", half_a_call(Cut()), tools=(BAD,)),
    "cut before a word": failed("model_unavailable", plays(Cut())),
    "cut in mid character": failed("model_unavailable", plays(Raw(b'data: {"id": "\xc3'), Cut())),
    "ended in mid text": failed("model_unavailable", plays(Text("Let me "), End())),
    "ended in mid tool call": failed("model_unavailable", half_a_call(End()), tools=(BAD,)),
    "cut after a tool": failed(
        "model_unavailable", calls(PUMA), plays(Text("The Puma "), Cut()), model_calls=2, tools=(GOOD,)
    ),
    "damaged on the way": failed("model_unavailable", plays(Text("Let"), Raw(b'data: {"choices": [\n\n'))),
    "an error inside the stream": failed(
        "model_unavailable",
        plays(Text("Let "), Raw(b'data: {"error": {"message": "scripted fault", "code": 500}}\n\n')),
    ),
    "a web page": failed("model_rejected", Page(b"<html>Welcome to the proxy</html>")),
    "a megabyte in small pieces": failed(
        "token_limit", says(*("Thursday. " * 100 for _ in range(MEGABYTE // 1_000)))
    ),
    "a megabyte in one piece": failed("token_limit", says("Thursday. " * (MEGABYTE // 10))),
    "a megabyte of arguments": failed(
        "token_limit",
        calls(("check_capacity", '{"hours": "' + "5" * MEGABYTE), fragment_chars=10_000),
        tools=(BAD,),
    ),
    "nothing": failed("empty_answer", plays()),
    "blanks": failed("empty_answer", says(" ", "\n")),
    "nothing, for it is out of tokens": failed("empty_answer", Streamed((), finish_reason="length")),
    "nothing, for a filter took it": failed("model_rejected", Streamed((), finish_reason="content_filter")),
    "a call in every step": failed("step_limit", calls(PUMA), model_calls=3, tools=(GOOD,) * 3),
    "a bad call in every step": failed(
        "step_limit", calls(("check_capacity", "{")), model_calls=3, tools=(BAD,) * 3
    ),
    "more calls at once than a turn may make": failed(
        "tool_call_limit", calls(PUMA, PUMA, PUMA, PUMA), tools=(BAD,) * 4
    ),
    "more tokens than a turn may cost": failed(
        "token_limit", replace(calls(PUMA), usage=Usage(prompt_tokens=60_000)), tools=(GOOD,)
    ),
}

# Each of these waits for the read timeout, so they are asked all at once.
SILENT: Mapping[str, Case] = {
    "silent from the start": failed("model_timeout", Silence(), model_calls=2),
    "silent before the first token": failed("model_timeout", plays(Hang())),
    "silent between tokens": failed("model_timeout", plays(Text("Let me "), Hang())),
    "silent in mid tool call": failed("model_timeout", half_a_call(Hang()), tools=(BAD,)),
    "silent after a tool": failed(
        "model_timeout", calls(PUMA), plays(Text("The "), Hang()), model_calls=2, tools=(GOOD,)
    ),
    "nothing but comments": failed("model_timeout", plays(Text("Let me "), Chatter())),
}


def question_of(name: str) -> str:
    return f"When is the Puma free? ({name})"


def script(cases: Mapping[str, Case]) -> ReplyRule:
    """The model answers each case's question by its replies, and the next question always well."""
    by_question = {question_of(name): case for name, case in cases.items()}
    asked: Counter[str] = Counter()
    lock = threading.Lock()

    def reply(request: ModelRequest) -> ModelReply:
        question = request.last_user_text
        if question not in by_question:
            return says(NEXT_ANSWER)
        with lock:
            asked[question] += 1
            number = asked[question]
        replies = by_question[question].replies
        return replies[min(number, len(replies)) - 1]

    return reply

"""Judges what a model did with a question, and adds the verdicts up to a score."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from evals.conversation import Call, Reply
from evals.matching import names_of, problems
from evals.question_set import ExpectedCall, Question
from leadhand.errors import JsonValue, LeadhandError
from planning.shop import Shop
from tools.json_input import validated
from tools.registry import ToolRegistry


class Verdict(StrEnum):
    """`declined`: no call where one was right, or not all of them; nothing false is said. `wrong`: a wrong
    tool, a wrong argument, or a call where none was right; the person reads figures they did not ask for."""

    RIGHT = "right"
    DECLINED = "declined"
    WRONG = "wrong"


PENALTY = {Verdict.RIGHT: 0, Verdict.DECLINED: 1, Verdict.WRONG: 2}


@dataclass(frozen=True, slots=True)
class Judged:
    """`problems`: what is wrong compared with the accepted answer that it comes closest to."""

    question: Question
    reply: Reply
    verdict: Verdict
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    total: int
    right: int
    declined: int
    wrong: int

    @property
    def share_right(self) -> float:
        return self.right / self.total if self.total else 0.0

    @property
    def weighted(self) -> float:
        """1 - (declined + 2 x wrong) / total: a confident error costs twice what saying "I cannot" does."""
        return 1 - (self.declined + 2 * self.wrong) / self.total if self.total else 0.0


def score(judged: Sequence[Judged]) -> Score:
    verdicts = [one.verdict for one in judged]
    return Score(
        len(verdicts),
        verdicts.count(Verdict.RIGHT),
        verdicts.count(Verdict.DECLINED),
        verdicts.count(Verdict.WRONG),
    )


def judge(question: Question, reply: Reply, *, shop: Shop, registry: ToolRegistry) -> Judged:
    """The best verdict over all accepted answers."""
    if not reply.calls and not reply.text.strip():
        return Judged(question, reply, Verdict.WRONG, ("answered nothing",))
    invalid = [problem for call in reply.calls for problem in _invalid(call, registry)]
    if invalid:
        return Judged(question, reply, Verdict.WRONG, tuple(invalid))
    calls = _merged(reply.calls)
    against = [_compare(_merged_expected(accepted), calls, shop) for accepted in question.accepted]
    # Half of an answer is only that of the question's own parts, not of another way to ask the tools.
    whole = against[:1] + [one for one in against[1:] if one[0] is not Verdict.DECLINED or not calls]
    verdict, found = min(whole, key=lambda one: (PENALTY[one[0]], len(one[1])))
    return Judged(question, reply, verdict, tuple(found))


def _compare(
    accepted: Sequence[ExpectedCall], calls: Sequence[Call], shop: Shop
) -> tuple[Verdict, list[str]]:
    left = list(calls)
    missing: list[ExpectedCall] = []
    for expected in accepted:
        hit = next((call for call in left if not problems(expected, call, shop)), None)
        if hit is None:
            missing.append(expected)
        else:
            left.remove(hit)
    if not left:
        verdict = Verdict.DECLINED if missing else Verdict.RIGHT
        return verdict, [f"no call of {one.tool}" for one in missing]
    found = [
        min((problems(one, call, shop) for one in missing), key=len, default=[f"{call.tool} was called"])
        for call in left
    ]
    return Verdict.WRONG, [problem for each in found for problem in each]


def _invalid(call: Call, registry: ToolRegistry) -> list[str]:
    try:
        validated(registry.get(call.tool).input_model, call.args)
    except LeadhandError as error:
        return [f"{error.code}: {error.message}"]
    return []


def _merged(calls: Sequence[Call]) -> list[Call]:
    """Availability calls that differ in their machines only are as good as one call of them all."""
    merged: list[Call] = []
    for call in calls:
        at, rest = _same_but_names(call, merged)
        if at is None:
            merged.append(call)
        else:
            names: list[JsonValue] = [*names_of(merged[at].args), *names_of(call.args)]
            merged[at] = Call(call.tool, {**rest, "machines": names})
    return merged


def _same_but_names(call: Call, calls: Sequence[Call]) -> tuple[int | None, dict[str, JsonValue]]:
    rest = _without_names(call)
    if call.tool != "get_machine_availability" or not names_of(call.args):
        return None, rest
    same = (
        at
        for at, one in enumerate(calls)
        if one.tool == call.tool and names_of(one.args) and _without_names(one) == rest
    )
    return next(same, None), rest


def _without_names(call: Call) -> dict[str, JsonValue]:
    return {key: value for key, value in call.args.items() if key not in {"machines", "work_center"}}


def _merged_expected(accepted: Sequence[ExpectedCall]) -> list[ExpectedCall]:
    merged: list[ExpectedCall] = []
    for call in accepted:
        twin = next(
            (
                at
                for at, one in enumerate(merged)
                if call.tool == "get_machine_availability"
                and call.names
                and one.names
                and one.model_copy(update={"names": call.names}) == call
            ),
            None,
        )
        if twin is None:
            merged.append(call)
        else:
            merged[twin] = call.model_copy(update={"names": [*merged[twin].names, *call.names]})
    return merged

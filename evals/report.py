"""What `python -m evals` prints."""

import re
from collections.abc import Iterator, Sequence
from math import sqrt

import orjson

from evals.judge import Judged, Score, Verdict, score
from evals.question_set import AnswerCheck

# Two-sided 95 %.
_Z = 1.959964
_GERMAN = re.compile(
    r"(?:der|die|das|den|dem|ist|sind|wir|wer|wie|wo|und|oder|auf|im|bis|von|nicht|mit|ein|eine|einen|für|um|bitte|noch"
    r"|schon|morgen|heute|woche|warum|welche|welcher|uns|ich|wird|zum|zur|mal|kann)"
)


def totals(title: str, judged: Sequence[Judged]) -> Iterator[str]:
    """The score of a set of questions: whole, by category and by the tool that is right (or none)."""
    yield f"{title}: {_line(score(judged))}"
    for category in sorted({one.question.category for one in judged}):
        yield f"  {category:<29} {_line(score([one for one in judged if one.question.category == category]))}"
    for tool in sorted({tool for one in judged for tool in _tools(one)}):
        yield f"  {tool:<29} {_line(score([one for one in judged if tool in _tools(one)]))}"


def by_tool_and_language(title: str, judged: Sequence[Judged]) -> Iterator[str]:
    """The share answered right of each tool, in English and in German, with its 95 % interval (Wilson)."""
    yield f"{title}, share right with its 95 % interval:"
    for tool in ["all", *sorted({tool for one in judged for tool in _tools(one)})]:
        mine = [one for one in judged if tool == "all" or tool in _tools(one)]
        german = [one for one in mine if is_german(one.question.text)]
        english = [one for one in mine if one not in german]
        parts = [f"{name} {_share(score(part))}" for name, part in (("en", english), ("de", german)) if part]
        yield f"  {tool:<29} {_share(score(mine))}   {'   '.join(parts)}"


def wilson(right: int, total: int) -> tuple[float, float]:
    """The 95 % confidence interval of a share; total > 0."""
    share, spread = right / total, _Z**2 / total
    middle = (share + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * sqrt(share * (1 - share) / total + spread / (4 * total))
    return max(0.0, middle - half), min(1.0, middle + half)


def is_german(text: str) -> bool:
    """By its umlauts and small words."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return (
        bool(re.search("[äöüß]", text.casefold())) or sum(1 for word in words if _GERMAN.fullmatch(word)) > 1
    )


def _share(one: Score) -> str:
    low, high = wilson(one.right, one.total)
    return f"{one.right}/{one.total} {100 * one.share_right:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


def failures(judged: Sequence[Judged]) -> Iterator[str]:
    """Every question that was not answered right: what it was, what was right, what came."""
    for one in judged:
        if one.verdict is Verdict.RIGHT:
            continue
        question = one.question
        before = " / ".join(turn.user for turn in question.earlier if turn.user is not None)
        yield f"{question.id} {one.verdict}: {question.text}" + (f"   (after: {before})" if before else "")
        for accepted in question.accepted:
            wanted = [_json(call.model_dump(by_alias=True, exclude_defaults=True)) for call in accepted]
            yield f"    expected  {' + '.join(wanted) or 'no call'}"
        calls = " + ".join(f"{call.tool} {_json(call.args)}" for call in one.reply.calls)
        yield f"    got       {calls or 'no call: ' + ' '.join(one.reply.text.split())[:120]}"
        yield f"    because   {'; '.join(one.problems)}"


def answers(checked: Sequence[tuple[AnswerCheck, list[str]]]) -> Iterator[str]:
    """How many answers are without a slip, and the slips of the others."""
    clean = sum(1 for _, slips in checked if not slips)
    yield f"answers: {clean} of {len(checked)} without a slip"
    for check, slips in checked:
        if slips:
            yield f"  {check.id}: {check.text}"
            yield from (f"    {slip}" for slip in slips)


def _tools(one: Judged) -> frozenset[str]:
    """The tools of the first right answer; a question of several counts for each."""
    return frozenset(call.tool for call in one.question.want) or frozenset({"no tool"})


def _line(one: Score) -> str:
    return (
        f"{one.right} of {one.total} right ({100 * one.share_right:.1f} %), {one.declined} declined, "
        f"{one.wrong} wrong, weighted score {one.weighted:.3f}"
    )


def _json(value: object) -> str:
    return orjson.dumps(value).decode()

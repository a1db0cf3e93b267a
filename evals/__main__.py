"""`python -m evals`: how many worded questions the built-in model gets right. Ends with 0 unless told to."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from evals.conversation import Asker
from evals.judge import Judged, judge, score
from evals.question_set import (
    HELD_OUT,
    SHOWN,
    AnswerCheck,
    Question,
    read_answer_checks,
    read_questions,
)
from evals.report import answers, by_tool_and_language, failures, totals
from evals.wording import slips


async def judged(asker: Asker, questions: Sequence[Question]) -> list[Judged]:
    """Every question, asked alone."""
    return [
        judge(
            question,
            await asker.first_reply(question.text, question.earlier),
            shop=asker.shops.shop,
            registry=asker.registry,
        )
        for question in questions
    ]


async def checked(asker: Asker) -> list[tuple[AnswerCheck, list[str]]]:
    """Every question that is asked to the end, with the slips of its answer."""
    return [(check, slips(check, await asker.full_answer(check.text))) for check in read_answer_checks()]


async def run(fail_under: float | None) -> int:
    asker = Asker()
    shown, held_out = (
        await judged(asker, read_questions(SHOWN)),
        await judged(asker, read_questions(HELD_OUT)),
    )
    lines = [
        *totals("shown", shown),
        *totals("held out", held_out),
        *by_tool_and_language("shown", shown),
        *by_tool_and_language("held out", held_out),
        *answers(await checked(asker)),
        "",
        "not right (of the shown ones):",
        *failures(shown),
    ]
    print("\n".join(lines))
    reached = score([*shown, *held_out]).weighted
    print(f"\nweighted score of all: {reached:.3f}")
    return 0 if fail_under is None or reached >= fail_under else 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m evals", description=__doc__)
    parser.add_argument(
        "--fail-under", type=float, metavar="SCORE", help="end with 1 when the weighted score of all is lower"
    )
    return asyncio.run(run(parser.parse_args().fail_under))


if __name__ == "__main__":
    sys.exit(main())

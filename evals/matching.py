"""Whether one tool call is one that was expected, and what is wrong with it otherwise."""

from collections.abc import Callable

from evals.conversation import Call
from evals.dates import (
    ANY_START,
    NOW,
    AskedDates,
    dates_of,
    expected_ends,
    expected_windows,
    same_start,
    start_of,
)
from evals.names import same_names
from evals.plan_arguments import PEOPLE, is_due_day, plan_problems
from evals.question_set import JUDGED_BY_ARGUMENTS, ExpectedCall
from leadhand.errors import JsonValue
from planning.shop import Shop

CAPACITY, WORKLOAD = "check_capacity", "analyze_workload_distribution"
_HOURS_CLOSE = 0.011
# Arguments that must be as expected; what the tool takes when they are not given.
_DEFAULTS: dict[str, JsonValue] = {
    "bucket": "none",
    "min_free_minutes": 60,
    "splittable": True,
    "setup_min": 0,
    "lots": None,
    "max_utilization_pct": None,
    "quantity": None,
    "filter": "open",
    "change": None,
    "policy": None,
    "priority": None,
    "until_further_notice": False,
    "severity": None,
}


def problems(expected: ExpectedCall, call: Call, shop: Shop) -> list[str]:
    """What is wrong with `call`; empty if it is as expected."""
    if call.tool != expected.tool:
        return [f"tool is {call.tool}"]
    if call.tool not in JUDGED_BY_ARGUMENTS:
        return []
    found = [*_names(expected, call, shop), *_dates(expected, call), *_amounts(expected, call, shop)]
    found += plan_problems(expected, call, shop)
    if expected.group_by is not None and call.tool == WORKLOAD:
        grouped = call.args.get("group_by", "operator")
        if grouped not in _listed(expected.group_by):
            found.append(f"group_by is {grouped}")
    for key, default in _DEFAULTS.items():
        actual = default if call.args.get(key) is None else call.args[key]
        if key not in expected.free and actual != getattr(expected, key):
            found.append(f"{key} is {actual}")
    if call.args.get("overtime") and "overtime" not in expected.free:
        found.append("overtime was not asked for")
    return found


def names_of(args: dict[str, JsonValue]) -> list[str]:
    """All machines and work centers in a call's arguments."""
    names: list[str] = []
    for key in ("machines", "machine", "work_centers", "work_center"):
        value = args.get(key)
        if isinstance(value, str):
            names.append(value)
        elif isinstance(value, list):
            names += [str(name) for name in value]
    return names


def _names(expected: ExpectedCall, call: Call, shop: Shop) -> list[str]:
    if call.tool == PEOPLE:
        return []
    actual = names_of(call.args)
    return [] if same_names(expected.names, actual, shop) else [f"names are {actual}"]


def _dates(expected: ExpectedCall, call: Call) -> list[str]:
    if "window" in expected.free:
        return []
    capacity = call.tool == CAPACITY
    args = call.args if capacity else {key: value for key, value in call.args.items() if key != "due"}
    if "to" in expected.free:
        args = {key: value for key, value in args.items() if key != "to"}
    asked = dates_of(args, default_days=30 if capacity else 7)
    if expected.said is not None and any(expected.said.casefold() in t.casefold() for t in asked.texts):
        return []
    if asked.problem is not None:
        return [asked.problem]
    fits: Callable[[ExpectedCall, AskedDates], bool] = _fits_capacity if capacity else _fits_window
    said = {key: call.args[key] for key in ("window", "from", "to", "due") if call.args.get(key) is not None}
    right = fits(expected, asked) and (capacity or is_due_day(expected.due, call))
    return [] if right else [f"dates are {said or 'not given'}"]


def _fits_window(expected: ExpectedCall, asked: AskedDates) -> bool:
    if expected.window is None and expected.from_ is not None:
        return asked.window is not None and same_start(start_of(expected.from_), asked.window[0])
    wanted = [None] if expected.window is None else expected_windows(expected.window)
    if asked.window is None:
        return None in wanted
    start, end = asked.window
    return any(
        w is not None and (w[0] == ANY_START or same_start(w[0], start)) and w[1] == end for w in wanted
    )


def _fits_capacity(expected: ExpectedCall, asked: AskedDates) -> bool:
    """A start (now at the earliest) and a deadline: the due date, else the window's end."""
    start = NOW if asked.window is None else max(NOW, asked.window[0])
    deadline = asked.due if asked.due is not None else (asked.window[1] if asked.window else None)
    if expected.window is None and expected.by is None and expected.from_ is None:
        return asked.window is None and asked.due is None
    if expected.window is not None:
        wanted = [w for w in expected_windows(expected.window) if w is not None]
        return any(max(NOW, w[0]) == start and w[1] == deadline for w in wanted)
    right_start = start == (NOW if expected.from_ is None else start_of(expected.from_))
    right_end = expected.by in {None, "*"} if not isinstance(expected.by, list) else False
    if expected.by is not None and expected.by != "*":
        right_end = deadline in expected_ends(expected.by)
    return right_start and right_end


def _amounts(expected: ExpectedCall, call: Call, shop: Shop) -> list[str]:
    if call.tool != CAPACITY:
        return []
    hours, wanted = call.args.get("hours"), _listed(expected.hours)
    found: list[str] = []
    if isinstance(hours, int | float):
        if not any(isinstance(w, float) and abs(w - hours) < _HOURS_CLOSE for w in wanted):
            found.append(f"hours are {hours}")
    elif wanted:
        found.append("no hours")
    steps = call.args.get("routing") or []
    if not isinstance(steps, list) or len(steps) != len(expected.routing):
        found.append("routing differs")
        return found
    for step, right in zip(steps, expected.routing, strict=True):
        given = step if isinstance(step, dict) else {}
        same = (
            same_names(right.names, names_of(given), shop)
            and (given.get("setup_min") or 0) == right.setup_min
            and (given.get("run_s_per_piece") or 0) == right.run_s_per_piece
        )
        if not same:
            found.append(f"step is {given}")
    return found


def _listed(value: object) -> list[object]:
    if value is None:
        return []
    return [*value] if isinstance(value, list) else [value]

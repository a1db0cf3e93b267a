"""What a token or key allows: the options that say it, and the line that tells what was given."""

from collections.abc import Sequence
from typing import Annotated, Final

import typer

from leadhand.context import Permission

Permissions = Annotated[
    list[Permission] | None,
    typer.Option(
        "--permission", metavar="P", help="What it allows; repeat for more. Default: planning:read alone."
    ),
]
Everything = Annotated[bool, typer.Option("--all", help="All permissions, for trying things out.")]

# What people miss first, by the permission that gives it.
_MISSED: Final = {
    Permission.KNOWLEDGE_READ: "documents",
    Permission.REPORTS_READ: "reports",
    Permission.PLANNING_WRITE: "changes to the plan",
}


def wanted_rights(permission: Sequence[Permission] | None, *, everything: bool) -> list[Permission]:
    return list(Permission) if everything else list(permission or [Permission.PLANNING_READ])


def named(permissions: Sequence[Permission]) -> str:
    return ", ".join(sorted({right.value for right in permissions}))


def left_out(permissions: Sequence[Permission]) -> str:
    """What is not allowed and how it would be; "" when nothing of note is missing."""
    missing = [f"{what} ({right})" for right, what in _MISSED.items() if right not in permissions]
    return f"Not for {', '.join(missing)}: --permission gives more, --all everything." if missing else ""

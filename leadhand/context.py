"""Who is asking: the one value that every access to a shop's data requires."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from leadhand.errors import PermissionDenied


class Permission(StrEnum):
    PLANNING_READ = "planning:read"
    PLANNING_WRITE = "planning:write"
    APPROVE = "approve"
    KNOWLEDGE_READ = "knowledge:read"
    KNOWLEDGE_WRITE = "knowledge:write"
    REPORTS_READ = "reports:read"
    REPORTS_WRITE = "reports:write"
    STUDIO = "studio"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """Exactly what a verified credential says: shop, person, rights."""

    tenant_id: str
    user_id: str
    permissions: frozenset[Permission]


class TenantIdentity(Protocol):
    """What row level security needs to know: a Principal or a TenantContext."""

    @property
    def tenant_id(self) -> str: ...
    @property
    def user_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class TenantContext:
    """A verified caller within one shop, and the clock of the turn.

    Tenant, user and permissions come from the verified credential and from nothing else; time zone and
    locale come from the shop's settings. `as_of` is aware, UTC, on the minute grid, and fixed for the whole
    turn, so that every figure of one answer is about the same instant.
    """

    tenant_id: str
    user_id: str
    permissions: frozenset[Permission]
    timezone: str
    locale: str
    as_of: datetime

    def require(self, permission: Permission) -> None:
        """Raise PermissionDenied unless the credential carries `permission`."""
        if permission not in self.permissions:
            raise PermissionDenied(
                f"This needs the permission {permission.value}, which your credential does not carry.",
                details={"permission": permission.value},
            )

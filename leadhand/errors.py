"""Every error that leaves a module by name.

LeadhandError                      code, safe message, retryable, details
├── CallerError                    the caller must change the request
│   ├── InvalidRequest             422 invalid_request
│   ├── BodyTooLarge               413 body_too_large
│   ├── MethodNotAllowed           405 method_not_allowed
│   ├── Unauthorized               401 unauthorized
│   ├── PermissionDenied           403 permission_denied
│   ├── NotFound                   404 not_found
│   ├── Ambiguous                  409 ambiguous
│   ├── ThreadBusy                 409 thread_busy (retryable)
│   ├── IdempotencyConflict        409 idempotency_conflict
│   ├── MemoryChanged              409 memory_changed
│   ├── ApprovalAnswered           409 approval_answered
│   ├── ApprovalSuperseded         409 approval_superseded
│   ├── ApprovalChanged            409 approval_changed
│   ├── ApprovalDenied             409 approval_denied
│   ├── ApprovalExpired            410 approval_expired
│   ├── RunLogGone                 410 run_log_gone
│   ├── StalePlan                  409 stale_plan
│   ├── ImportRejected             422 import_rejected
│   ├── ForeignFileUnreadable      422 unreadable_file
│   ├── MappingUnconfirmed         422 mapping_unconfirmed
│   ├── DocumentRejected           422 document_rejected
│   ├── EmbeddingChanged           409 embedding_changed
│   ├── ReportNotReady             409 report_not_ready
│   ├── RecipientRefused           422 recipient_refused
│   ├── DeliveryNotFailed          409 delivery_not_failed
│   ├── RequestTimeout             408 request_timeout (retryable)
│   ├── HeadersTooLarge            431 headers_too_large
│   ├── Throttled                  429, says how long to wait (retryable)
│   │   ├── RateLimited            rate_limited
│   │   ├── TooManyRuns            too_many_runs
│   │   ├── TooManyStreams         too_many_streams
│   │   └── BudgetExhausted        budget_exhausted
│   └── DomainRejection            422, one class per planning rule
│       ├── EmptyWindow            empty_window
│       ├── WindowTooLong          window_too_long
│       ├── InvalidDate            invalid_date
│       ├── InvalidDuration        invalid_duration
│       ├── InvalidRouting         invalid_routing
│       ├── NoEligibleMachine      no_eligible_machine
│       ├── NoEligibleOperator     no_eligible_operator
│       ├── BeyondHorizon          beyond_horizon
│       ├── WriteRefused           write_refused
│       └── MemoryFull             memory_full
├── ModelMistake                   the model may repair its call
│   ├── InvalidToolInput           invalid_tool_input
│   ├── UnknownTool                unknown_tool
│   └── NotSaid                    not_said
├── ServiceFault                   the operator of the service must act
│   ├── InvalidSetting             invalid_setting
│   ├── UnsafeDatabaseRole         unsafe_database_role
│   ├── SchemaOutdated             schema_outdated
│   ├── InvalidToolOutput          invalid_tool_output
│   ├── ModelRejected              502 model_rejected (key, name or request refused by the provider)
│   ├── ContextMismatch            context_mismatch
│   └── InternalFault              internal_error
├── TransientFault                 nobody: try again
│   ├── DatabaseUnavailable        503 database_unavailable
│   │   └── QueryTimeout           504 query_timeout
│   ├── SigningKeysUnavailable     503 signing_keys_unavailable
│   ├── ModelUnavailable           503 model_unavailable
│   ├── ModelTimeout               504 model_timeout
│   ├── EmptyAnswer                502 empty_answer
│   ├── ToolTimeout                504 timeout_partial
│   ├── ServerStopping             503 server_stopping
│   ├── TooManyConnections         503 too_many_connections
│   ├── RunInterrupted             503 run_interrupted
│   ├── RunNotStarted              503 run_not_started
│   ├── ReplanInterrupted          503 replan_interrupted
│   └── DeliveryFailed             503 delivery_failed
└── BoundReached                   a stated limit ended the run
    ├── StepLimit                  step_limit
    ├── ToolCallLimit              tool_call_limit
    ├── TokenLimit                 token_limit
    ├── ContextOverflow            context_overflow
    └── TimeLimit                  time_limit
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from typing_extensions import TypeAliasType

if TYPE_CHECKING:
    JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"
else:
    # A named alias, so that pydantic can follow the recursion. (Pyright follows only the plain one, whatever
    # it happens to check first.)
    JsonValue = TypeAliasType(
        "JsonValue", str | int | float | bool | list["JsonValue"] | dict[str, "JsonValue"] | None
    )


class LeadhandError(Exception):
    """Base of all errors with a stable code.

    `message` is always safe to show to the person who asked; `details` is JSON for a program; `note` is for
    the operator (log, `leadhand doctor`) and never reaches a client.
    """

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(
        self, message: str, *, details: Mapping[str, JsonValue] | None = None, note: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.note = note
        self.details: dict[str, JsonValue] = dict(details or {})


class CallerError(LeadhandError):
    status = 400


class InvalidRequest(CallerError):
    code, status = "invalid_request", 422


class BodyTooLarge(CallerError):
    code, status = "body_too_large", 413


class MethodNotAllowed(CallerError):
    code, status = "method_not_allowed", 405


class Unauthorized(CallerError):
    code, status = "unauthorized", 401


class PermissionDenied(CallerError):
    code, status = "permission_denied", 403


class NotFound(CallerError):
    """`details.suggestions` lists near misses in the caller's own shop."""

    code, status = "not_found", 404


class Ambiguous(CallerError):
    """`details.choices` lists what the name could mean."""

    code, status = "ambiguous", 409


class ThreadBusy(CallerError):
    code, status, retryable = "thread_busy", 409, True


class ImportRejected(CallerError):
    """Rows of an import are wrong and nothing was changed; `details.errors` counts them."""

    code, status = "import_rejected", 422


class ForeignFileUnreadable(CallerError):
    """A file of another system that cannot be read at all: broken, locked, empty or beyond the bounds."""

    code, status = "unreadable_file", 422


class MappingUnconfirmed(CallerError):
    """Nobody has confirmed how a file is to be read; `details.questions` lists the keys that are open."""

    code, status = "mapping_unconfirmed", 422


class DocumentRejected(CallerError):
    """A file that cannot be a document of the shop's; `details.reason` says why (broken, encrypted, ...)."""

    code, status = "document_rejected", 422


class EmbeddingChanged(CallerError):
    """The shop's documents were indexed with another embedding model; `details` names both."""

    code, status = "embedding_changed", 409


class IdempotencyConflict(CallerError):
    code, status = "idempotency_conflict", 409


class MemoryChanged(CallerError):
    """What is remembered of the person has changed since it was read; `details.version` is the new one."""

    code, status = "memory_changed", 409


class StalePlan(CallerError):
    """A write that was approved for a plan which is not that any more; `details.fresh` is a new proposal."""

    code, status = "stale_plan", 409


class ApprovalAnswered(CallerError):
    """Somebody has said yes or no before; `details.status` says which."""

    code, status = "approval_answered", 409


class ApprovalSuperseded(CallerError):
    """The conversation went on without an answer."""

    code, status = "approval_superseded", 409


class ApprovalChanged(CallerError):
    """What was looked at is not what is kept."""

    code, status = "approval_changed", 409


class ApprovalDenied(CallerError):
    """A person said no to the change: what the model is told."""

    code, status = "approval_denied", 409


class ApprovalExpired(CallerError):
    code, status = "approval_expired", 410


class RunLogGone(CallerError):
    """What a run said step by step is not kept any more; its answer is."""

    code, status = "run_log_gone", 410


class ReportNotReady(CallerError):
    """A report that is not made yet, failed, or was passed over; `details.status` says which."""

    code, status = "report_not_ready", 409


class RecipientRefused(CallerError):
    """A report cannot be delivered to this recipient, however often it is tried."""

    code, status = "recipient_refused", 422


class DeliveryNotFailed(CallerError):
    """Only a delivery that has failed is sent again; `details.status` says how it stands."""

    code, status = "delivery_not_failed", 409


class RequestTimeout(CallerError):
    """The request did not arrive in time."""

    code, status, retryable = "request_timeout", 408, True


class HeadersTooLarge(CallerError):
    code, status = "headers_too_large", 431


class Throttled(CallerError):
    """A stated share is used up; `retry_after_s`, whole seconds, also goes out as `Retry-After`."""

    status, retryable = 429, True

    def __init__(
        self, message: str, *, retry_after_s: int, details: Mapping[str, JsonValue] | None = None
    ) -> None:
        super().__init__(message, details={**(details or {}), "retry_after_s": retry_after_s})
        self.retry_after_s = retry_after_s


class RateLimited(Throttled):
    code = "rate_limited"


class TooManyRuns(Throttled):
    code = "too_many_runs"


class TooManyStreams(Throttled):
    code = "too_many_streams"


class BudgetExhausted(Throttled):
    """`details.budget` says which one, `details.resets_at` when it begins anew."""

    code = "budget_exhausted"


class DomainRejection(CallerError):
    code, status = "invalid_request", 422


class EmptyWindow(DomainRejection):
    code = "empty_window"


class WindowTooLong(DomainRejection):
    code = "window_too_long"


class InvalidDate(DomainRejection):
    code = "invalid_date"


class InvalidDuration(DomainRejection):
    code = "invalid_duration"


class InvalidRouting(DomainRejection):
    code = "invalid_routing"


class NoEligibleMachine(DomainRejection):
    code = "no_eligible_machine"


class NoEligibleOperator(DomainRejection):
    code = "no_eligible_operator"


class BeyondHorizon(DomainRejection):
    code = "beyond_horizon"


class WriteRefused(DomainRejection):
    """The plan does not allow the change; `details.reason` says why (locked, started, machine_busy, ...)."""

    code = "write_refused"


class MemoryFull(DomainRejection):
    """More than is kept about a person; `details.field`, `details.most` and `details.given` say of what."""

    code = "memory_full"


class ModelMistake(LeadhandError):
    status = 422


class InvalidToolInput(ModelMistake):
    """`details.fields` lists what is wrong, field by field."""

    code = "invalid_tool_input"


class UnknownTool(ModelMistake):
    code, status = "unknown_tool", 404


class NotSaid(ModelMistake):
    """What is to be remembered is not what the person wrote; `details.field` and `details.reason` say why."""

    code = "not_said"


class ServiceFault(LeadhandError):
    status = 500


class InvalidSetting(ServiceFault):
    code = "invalid_setting"


class UnsafeDatabaseRole(ServiceFault):
    code = "unsafe_database_role"


class SchemaOutdated(ServiceFault):
    code, status = "schema_outdated", 503


class InvalidToolOutput(ServiceFault):
    code = "invalid_tool_output"


class ModelRejected(ServiceFault):
    code, status = "model_rejected", 502


class ContextMismatch(ServiceFault):
    code = "context_mismatch"


class InternalFault(ServiceFault):
    code = "internal_error"


class TransientFault(LeadhandError):
    status, retryable = 503, True


class DatabaseUnavailable(TransientFault):
    code = "database_unavailable"


class QueryTimeout(DatabaseUnavailable):
    """The database is there, but gave up on a statement or on waiting for a lock."""

    code, status = "query_timeout", 504


class SigningKeysUnavailable(TransientFault):
    """The key set (JWKS) that credentials are checked against cannot be read."""

    code = "signing_keys_unavailable"


class ModelUnavailable(TransientFault):
    code = "model_unavailable"


class ModelTimeout(TransientFault):
    code, status = "model_timeout", 504


class EmptyAnswer(TransientFault):
    code, status = "empty_answer", 502


class ToolTimeout(TransientFault):
    code, status = "timeout_partial", 504


class ServerStopping(TransientFault):
    code = "server_stopping"


class TooManyConnections(TransientFault):
    code = "too_many_connections"


class RunInterrupted(TransientFault):
    code = "run_interrupted"


class RunNotStarted(TransientFault):
    """No worker took a background run in time."""

    code = "run_not_started"


class ReplanInterrupted(TransientFault):
    """The process that computed a re-plan died."""

    code = "replan_interrupted"


class DeliveryFailed(TransientFault):
    """A recipient of a report cannot be reached now; it is tried again."""

    code = "delivery_failed"


class BoundReached(LeadhandError):
    status = 422


class StepLimit(BoundReached):
    code = "step_limit"


class ToolCallLimit(BoundReached):
    code = "tool_call_limit"


class TokenLimit(BoundReached):
    code = "token_limit"


class ContextOverflow(BoundReached):
    """The conversation is longer than the model can read."""

    code = "context_overflow"


class TimeLimit(BoundReached):
    code = "time_limit"

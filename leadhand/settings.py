"""Settings from the environment, checked once at start.

Every name, its default and its unit is documented in docs/settings.md; a test keeps the two equal.
"""

import re
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from leadhand.errors import InvalidSetting
from leadhand.origins import origins_of

PREFIX = "LEADHAND_"
# HS256 signs with 256 bits; a shorter secret is weaker than the algorithm (RFC 7518 section 3.2).
MIN_JWT_SECRET_BYTES = 32
# A URL, or the keyword form of libpq.
_POSTGRES_ADDRESS = re.compile(r"postgres(ql)?://\S*|\w+\s*=.*")
_WEB_ADDRESS = re.compile(r"https?://[^\s/]\S*")
_MAIL_SERVER = re.compile(r"smtps?://[^\s/]+/?")
_SENDER = re.compile(r"[^<>@\r\n,;]*<[^<>@\s,;]+@[^<>@\s,;]+>|[^<>@\s,;]+@[^<>@\s,;]+")
_KEY = re.compile(r"[!-~]+")


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class LogFormat(StrEnum):
    JSON = "json"
    TEXT = "text"


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class ModelClient(StrEnum):
    """Which client streams the answers of an endpoint; both behave alike."""

    LEAN = "lean"
    OPENAI = "openai"


class Settings(BaseSettings):
    """One value object for the process. Units are in the names."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=None, env_ignore_empty=True, extra="ignore", frozen=True
    )

    env: Environment = Environment.DEVELOPMENT
    # None: as fits the environment; see `log_lines`.
    log_format: LogFormat | None = None
    log_level: LogLevel = LogLevel.INFO

    data_dir: Path = Field(default_factory=lambda: Path.home() / ".leadhand")
    database_url: SecretStr | None = None
    migration_url: SecretStr | None = None
    database_pool_max: int = Field(default=20, ge=2, le=80)
    database_pool_timeout_s: float = Field(default=5.0, gt=0, le=60)
    # None: never prepare (PgBouncer in transaction mode); else after so many executions.
    database_prepare_threshold: int | None = Field(default=5, ge=0)
    # Past a pooler: notifications do not get through one.
    listen_url: SecretStr | None = None
    worker_concurrency: int = Field(default=4, ge=1, le=50)
    # Background runs of this process at once.
    background_runs: int = Field(default=4, ge=1, le=100)
    # Re-plans that this machine computes at once. None: one less than its cores, and at least one.
    replan_processes: int | None = Field(default=None, ge=1, le=64)
    replan_max_s: float = Field(default=120.0, gt=0, le=3600)

    # Where reports are delivered to; see docs/reports.md.
    smtp_url: SecretStr | None = None
    mail_from: str = "Leadhand <leadhand@localhost>"
    report_folder: Path | None = None
    private_webhooks: bool = False
    # Kept so long, of any shop.
    report_days: int = Field(default=400, ge=7, le=3660)

    model: str | None = None
    small_model: str | None = None
    # None: the bundled one where it is installed; `none`: texts are found by their words alone.
    embedding_model: str | None = None
    # Where passages are put into a better order, and by which model; needs both. None: as they were found.
    rerank_url: str | None = None
    rerank_model: str | None = None
    rerank_key: SecretStr | None = None
    rerank_timeout_s: float = Field(default=3.0, gt=0, le=60)
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")
    model_connect_timeout_s: float = Field(default=5.0, gt=0, le=60)
    model_read_timeout_s: float = Field(default=60.0, gt=0, le=600)
    model_max_retries: int = Field(default=2, ge=0, le=5)
    model_client: ModelClient = ModelClient.LEAN

    jwt_secret: SecretStr | None = None
    jwks_url: str | None = None
    jwt_issuer: str | None = None
    jwt_audience: str | None = None
    # Separated by commas; see `origins`.
    allowed_origins: str | None = None
    metrics_token: SecretStr | None = None
    otlp_endpoint: str | None = Field(default=None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")

    max_body_bytes: int = Field(default=4_000_000, ge=1_000, le=100_000_000)
    # Of a document that is uploaded, with what the form adds to it.
    max_document_bytes: int = Field(default=20_000_000, ge=1_000, le=100_000_000)
    max_message_chars: int = Field(default=8_000, ge=100, le=200_000)
    max_steps: int = Field(default=8, ge=1, le=50)
    max_tool_calls: int = Field(default=16, ge=1, le=200)
    max_run_tokens: int = Field(default=200_000, ge=1_000)
    max_run_s: float = Field(default=120.0, gt=0, le=3600)
    max_background_run_s: float = Field(default=900.0, gt=0, le=3600)
    heartbeat_s: float = Field(default=10.0, gt=0, le=60)
    tool_timeout_s: float = Field(default=20.0, gt=0, le=600)
    window_tokens: int = Field(default=16_000, ge=1_000)
    # Separated by commas, in order; read by `memory.processors`.
    processors: str = "redact_secrets,limit_tool_results,trim"

    # What one person and one shop may take; see docs/limits.md.
    max_user_requests_per_min: int = Field(default=600, ge=1)
    max_shop_requests_per_min: int = Field(default=6_000, ge=1)
    max_user_turns_per_min: int = Field(default=60, ge=1)
    max_shop_turns_per_min: int = Field(default=240, ge=1)
    max_user_runs: int = Field(default=8, ge=1)
    max_shop_runs: int = Field(default=32, ge=1)
    max_user_background_runs: int = Field(default=4, ge=1)
    max_shop_background_runs: int = Field(default=12, ge=1)
    max_user_streams: int = Field(default=50, ge=1)
    max_shop_streams: int = Field(default=500, ge=1)
    max_streams: int = Field(default=2_000, ge=1)
    user_tokens_per_day: int | None = Field(default=None, ge=1)
    shop_tokens_per_day: int | None = Field(default=None, ge=1)
    shop_cost_per_day: Decimal | None = Field(default=None, gt=0, le=10**9)
    # JSON, or the path of a JSON file; read by `leadhand.prices`.
    prices: str | None = None

    max_connections: int = Field(default=4_000, ge=1)
    max_header_bytes: int = Field(default=32_000, ge=1_000, le=1_000_000)
    header_timeout_s: float = Field(default=15.0, gt=0, le=600)
    body_timeout_s: float = Field(default=30.0, gt=0, le=3600)
    write_timeout_s: float = Field(default=30.0, gt=0, le=600)
    keep_alive_timeout_s: float = Field(default=20.0, gt=0, le=600)

    @field_validator("database_prepare_threshold", mode="before")
    @classmethod
    def _off_means_never(cls, value: object) -> object:
        return None if isinstance(value, str) and value.strip().lower() in {"off", "none"} else value

    @field_validator("database_url", "migration_url", "listen_url")
    @classmethod
    def _postgres_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _POSTGRES_ADDRESS.fullmatch(value.get_secret_value().strip()):
            raise ValueError("must be like postgresql://user:password@host:port/database")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            try:
                urlsplit(value.get_secret_value()).port  # noqa: B018 - raises for a port that is none
                fits = _MAIL_SERVER.fullmatch(value.get_secret_value()) is not None
            except ValueError:
                fits = False
            if not fits:
                raise ValueError("must be like smtp://user:password@mail.example:587 or smtps://…")
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str) -> str:
        if not _SENDER.fullmatch(value) or not value.isprintable():
            raise ValueError("must be one mail address such as Leadhand <reports@shop.example>")
        return value

    @field_validator("report_folder")
    @classmethod
    def _whole_path(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_absolute():
            raise ValueError("must be a whole path such as /srv/reports")
        return value

    @field_validator("jwks_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is not None and not _WEB_ADDRESS.fullmatch(value):
            raise ValueError("must be an http or https URL such as https://id.example/keys")
        return value

    @field_validator("rerank_url")
    @classmethod
    def _rerank_address(cls, value: str | None) -> str | None:
        if value is not None and not _WEB_ADDRESS.fullmatch(value):
            raise ValueError("must be an http or https URL such as http://127.0.0.1:8080/rerank")
        return value

    @field_validator("otlp_endpoint")
    @classmethod
    def _collector_address(cls, value: str | None) -> str | None:
        if value is not None and not _WEB_ADDRESS.fullmatch(value):
            raise ValueError("must be an http or https URL such as http://127.0.0.1:4318")
        return value

    @field_validator("allowed_origins")
    @classmethod
    def _named_origins(cls, value: str | None) -> str | None:
        origins_of(value)
        return value

    @field_validator("model", "small_model", "embedding_model", "rerank_model", "jwt_issuer", "jwt_audience")
    @classmethod
    def _a_name(cls, value: str | None) -> str | None:
        if value is not None and not (value.strip() and value.isprintable()):
            raise ValueError("must be a name in one line")
        return value

    @field_validator("openai_api_key", "rerank_key", "metrics_token")
    @classmethod
    def _fit_for_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _KEY.fullmatch(value.get_secret_value()):
            raise ValueError("must be one word of plain ASCII, with no blank and no line break in it")
        return value

    @field_validator("jwt_secret")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value().encode()) < MIN_JWT_SECRET_BYTES:
            raise ValueError(f"needs at least {MIN_JWT_SECRET_BYTES} bytes")
        return value

    @model_validator(mode="after")
    def _safe_in_production(self) -> "Settings":
        if self.env is Environment.PRODUCTION:
            if self.jwt_secret is None and self.jwks_url is None:
                raise ValueError("LEADHAND_JWT_SECRET or LEADHAND_JWKS_URL must be set in production")
            if self.database_url is None:
                raise ValueError("LEADHAND_DATABASE_URL must be set in production")
        if self.jwks_url is not None and (self.jwt_issuer is None or self.jwt_audience is None):
            raise ValueError("LEADHAND_JWKS_URL needs LEADHAND_JWT_ISSUER and LEADHAND_JWT_AUDIENCE")
        return self

    @property
    def embedded(self) -> bool:
        """Whether the database is our own embedded Postgres in `data_dir`."""
        return self.database_url is None

    @property
    def log_lines(self) -> LogFormat:
        """For programs in production, for people in development, unless `log_format` says otherwise."""
        by_environment = LogFormat.JSON if self.env is Environment.PRODUCTION else LogFormat.TEXT
        return self.log_format or by_environment

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins whose pages may call."""
        return origins_of(self.allowed_origins)

    @property
    def has_model_endpoint(self) -> bool:
        return self.openai_api_key is not None or self.openai_base_url is not None


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        InvalidSetting: one line that names the first wrong setting and says what would be right.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        shown = name if name.isupper() or not name else PREFIX + name.upper()
        reason = first["msg"].removeprefix("Value error, ")
        raise InvalidSetting(f"{shown}: {reason}" if shown else reason) from None


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The process's settings, read once."""
    return load_settings()

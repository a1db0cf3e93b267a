"""What `leadhand serve` and `leadhand worker` say once they are there."""

import psycopg
from psycopg.conninfo import conninfo_to_dict

from leadhand import __version__
from leadhand.settings import Environment, Settings
from models.choice import BUILTIN, OPENAI_URL

QUESTION = "When is the Puma 3100 available?"


def banner(settings: Settings, host: str, port: int, *, worker: bool = True, processes: int = 1) -> str:
    """Where it listens, on what data, with which model; in development how to ask a first question."""
    url = f"http://{_shown(host)}:{port}"
    lines = [
        f"Leadhand {__version__}",
        f"  address   {url}  (API page: {url}/docs)",
        f"  database  {database_name(settings)}",
        f"  model     {model_name(settings)}",
        f"  worker    {_worker_place(processes) if worker else 'not here; `leadhand worker` runs the jobs'}",
    ]
    if processes > 1:
        lines.append(f"  processes {processes}")
    if settings.env is Environment.DEVELOPMENT and settings.jwks_url is None:
        body = (
            '{"id": "first", "message": {"id": "m1", "role": "user", "parts": '
            f'[{{"type": "text", "text": "{QUESTION}"}}]}}}}'
        )
        lines += [
            "",
            "Ask it something from another terminal (`leadhand demo` makes the shop):",
            "  TOKEN=$(leadhand token --shop demo --user me --all)",
            f'  curl -N {url}/api/chat -H "Authorization: Bearer $TOKEN" \\',
            f"    -H 'Content-Type: application/json' -d '{body}'",
        ]
    return "\n".join(lines)


def _worker_place(processes: int) -> str:
    return "in this process" if processes == 1 else "in each process"


def worker_banner(settings: Settings) -> str:
    """Whose jobs it runs, and with which model."""
    return "\n".join(
        (
            f"Leadhand {__version__} worker",
            f"  database  {database_name(settings)}",
            f"  model     {model_name(settings)}",
            f"  jobs      {settings.worker_concurrency} at once",
        )
    )


def _shown(host: str) -> str:
    """A host that a client can use: the unspecified address is this machine, IPv6 is bracketed."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - shown, not bound
    return f"[{host}]" if ":" in host else host


def database_name(settings: Settings) -> str:
    """The database without its credentials."""
    if settings.database_url is None:
        return f"embedded Postgres in {settings.data_dir}"
    try:
        parts = conninfo_to_dict(settings.database_url.get_secret_value())
    except psycopg.Error:
        return "not readable; LEADHAND_DATABASE_URL must be postgresql://user:password@host:port/database"
    host, port = parts.get("host") or "local socket", parts.get("port")
    return f"{parts.get('dbname') or 'default'} at {host}{f':{port}' if port else ''}"


def model_name(settings: Settings) -> str:
    if settings.model == BUILTIN or (settings.model is None and not settings.has_model_endpoint):
        return "built-in (set OPENAI_API_KEY or OPENAI_BASE_URL, and LEADHAND_MODEL, for a language model)"
    return f"{settings.model or 'not named'} at {settings.openai_base_url or OPENAI_URL}"

"""One data directory with its embedded Postgres and demo shops, used through the installed command line."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from cli.bearer import sign
from leadhand.context import Permission
from leadhand.settings import Settings

# The script that the distribution installs, next to the interpreter that runs the tests.
LEADHAND = Path(sys.executable).with_name("leadhand")
COMMAND_TIMEOUT_S = 120
JWT_SECRET = "acceptance-secret-of-more-than-32-bytes"
# A Monday at the start of the day shift; demo shops are anchored to this date.
TODAY = "2026-11-23"
AS_OF = "2026-11-23T07:00:00-06:00"
# Sockets and locks of a signed-in user's environment must not decide what a test sees.
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where one installation keeps its data, and the settings that all its processes share."""

    data_dir: Path
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    program: Path = LEADHAND

    def environment(self, settings: Mapping[str, str] | None = None) -> dict[str, str]:
        """The whole environment of a process: nothing of the tester's own settings leaks in."""
        kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        return {
            **kept,
            "HOME": str(self.data_dir),
            "LEADHAND_DATA_DIR": str(self.data_dir),
            "LEADHAND_JWT_SECRET": JWT_SECRET,
            "LEADHAND_DATABASE_POOL_MAX": "8",
            # All tests ask as the same few people.
            "LEADHAND_MAX_USER_TURNS_PER_MIN": "100000",
            "LEADHAND_MAX_SHOP_TURNS_PER_MIN": "100000",
            "LEADHAND_MAX_USER_REQUESTS_PER_MIN": "100000",
            "LEADHAND_MAX_SHOP_REQUESTS_PER_MIN": "100000",
            **self.settings,
            **(settings or {}),
        }

    def run(
        self, *arguments: str, settings: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run `leadhand …` to its end, from a folder that is not the repository."""
        return subprocess.run(
            [self.program, *arguments],
            env=self.environment(settings),
            cwd=cwd or self.data_dir,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )

    def succeed(self, *arguments: str) -> str:
        """The standard output of a command that must succeed."""
        done = self.run(*arguments)
        assert done.returncode == 0, f"leadhand {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def make_demo_shop(self, shop: str, *, seed: int = 7) -> None:
        self.succeed("demo", "--shop", shop, "--size", "small", "--seed", str(seed), "--today", TODAY)

    def token(self, shop: str, user: str, permissions: Sequence[str] = ("planning:read", "studio")) -> str:
        """What `leadhand token` prints; signed here, since a process takes a second only to start."""
        return sign(
            Settings(jwt_secret=SecretStr(self.environment()["LEADHAND_JWT_SECRET"])),
            shop=shop,
            user=user,
            permissions=[Permission(permission) for permission in permissions],
            expires=datetime.now(UTC) + timedelta(days=1),
        )

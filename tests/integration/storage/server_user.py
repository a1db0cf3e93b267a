"""A process that uses the embedded server of a data directory, its argument, until its input ends."""

import sys
from pathlib import Path

import psycopg

from storage.embedded import embedded_server


def main() -> None:
    with embedded_server(Path(sys.argv[1])) as server, psycopg.connect(server.runtime_url) as connection:
        row = connection.execute(b"select pg_postmaster_start_time()").fetchone()
        sys.stdout.write(f"{row}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()

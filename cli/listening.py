"""What a server takes of the system before anything slow begins: its address, and files to open."""

import logging
import socket
import sys

from leadhand.errors import InvalidSetting

log = logging.getLogger(__name__)

BACKLOG = 2048
# What the kernel keeps for a client that does not read; left alone it grows to 4 MB a connection.
SEND_BUFFER_BYTES = 128 * 1024


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that listens at the address, taken before anything slow begins.

    Raises:
        InvalidSetting: no such address, the port is taken, or it may not be used.
    """
    listener = _bound_socket(host, port, shared=False)
    try:
        # Taken for good: a second server would otherwise bind it too before the first one listens.
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise _taken(host, port, error) from None
    return listener


def reserved_address(host: str, port: int) -> socket.socket:
    """A socket that never listens: while it is open, the address is ours to share.

    Raises:
        InvalidSetting: no such address, the port is taken, or it may not be used.
    """
    # Who shares an address is not asked whether they belong together: first see that it is nobody's.
    with listening_socket(host, port) as alone:
        found: int = alone.getsockname()[1]
    return shared_address(host, found)


def shared_address(host: str, port: int) -> socket.socket:
    """A socket at a reserved address. The system spreads the connections over those of them that listen.

    Raises:
        InvalidSetting: no such address, or it is not reserved.
    """
    return _bound_socket(host, port, shared=True)


def _bound_socket(host: str, port: int, *, shared: bool) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        raise InvalidSetting(f"--host {host}: {error.strerror or 'no such address'}") from None
    try:
        if sys.platform != "win32":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(shared))
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise _taken(host, port, error) from None
    return bound


def _taken(host: str, port: int, error: OSError) -> InvalidSetting:
    return InvalidSetting(f"--port {port}: cannot listen on {host} port {port} ({error.strerror})")


def allow_open_files(wanted: int) -> None:
    """Raise this process's own limit to `wanted`; systems commonly begin with 1,024 and allow far more."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - POSIX only

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    if soft == unlimited or soft >= wanted:
        return
    allowed = wanted if hard == unlimited else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < wanted:
        log.warning("the system allows %d open files, fewer than LEADHAND_MAX_CONNECTIONS needs", allowed)

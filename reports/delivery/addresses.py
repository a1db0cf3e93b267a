"""Which addresses of the network a webhook may lie at."""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from leadhand.errors import DeliveryFailed, RecipientRefused

# An IPv4 address in IPv6 clothes (RFC 6052): its last 32 bits.
_NAT64: Final = IPv6Network("64:ff9b::/96")


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is of the open internet: not loopback, private, link-local, multicast or set aside, nor an
    IPv6 address that stands for such an IPv4 one."""
    if isinstance(address, IPv6Address):
        teredo = address.teredo
        hidden = address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
        if hidden is None and address in _NAT64:
            hidden = IPv4Address(int(address) & 0xFFFF_FFFF)
        if hidden is not None:
            return is_public(hidden)
    return address.is_global and not address.is_multicast and not address.is_reserved


async def resolve(host: str, port: int, *, private: bool) -> str:
    """The address that is then connected to, and no other: a second look might find something else.

    Raises:
        RecipientRefused: one of the addresses is not public, and `private` ones are not allowed.
        DeliveryFailed: the name is not known (now).
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise DeliveryFailed("The receiver's name is not known.") from None
    addresses = [ip_address(str(where[0]).partition("%")[0]) for *_, where in found]
    if not addresses:
        raise DeliveryFailed("The receiver's name is not known.")
    if not private and not all(is_public(address) for address in addresses):
        raise RecipientRefused("The receiver lies in a private network.")
    return str(addresses[0])

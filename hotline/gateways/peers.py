"""From where a vendor may ask."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def peers(networks: tuple[str, ...]) -> Callable[[str], bool]:
    """Is this address in one of the networks? Everyone is where there are none. Behind a proxy the address is the proxy's."""
    if not networks:
        return lambda _: True
    allowed = tuple(ip_network(network) for network in networks)

    @lru_cache(maxsize=256)
    def is_peer(address: str) -> bool:
        try:
            peer = ip_address(address)
        except ValueError:
            return False
        if isinstance(peer, IPv6Address) and peer.ipv4_mapped:
            peer = peer.ipv4_mapped
        return any(peer in network for network in allowed)

    return is_peer

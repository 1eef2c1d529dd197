"""Where a request comes from, whoever carries it."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

NOWHERE = "0.0.0.0"  # noqa: S104 - what is said of a reader without an address
IPV6_HOME = 56
"""What one home is given of the sixth version of the protocol (RFC 6177, § 2): 256 networks, one reader."""
WITH_PORT = re.compile(r"\[(?P<v6>[^\]]*)\](:\d+)?|(?P<v4>[^:]*):\d+")


def client_address(request: HttpRequest) -> str:
    """Return the address of the reader; a proxy is believed only if it is ours."""
    peer = _peer(request)
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    while str(peer) in settings.TRUSTED_PROXIES and hops and hops[-1]:
        peer = _address(hops.pop())
    return str(peer or NOWHERE)


def network_of(request: HttpRequest) -> str:
    """Return the network of the reader: its address, or its home for an IPv6 one."""
    address = ip_address(client_address(request))
    if address.version == 4:  # noqa: PLR2004 - of the protocol
        return str(address)
    return str(ip_network(f"{address}/{IPV6_HOME}", strict=False))


def comes_by_our_proxy(request: HttpRequest) -> bool:
    """Return whether one of our proxies hands us this request."""
    return str(_peer(request)) in settings.TRUSTED_PROXIES


def _peer(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    return _address(request.META.get("REMOTE_ADDR", ""))


def _address(said: str) -> IPv4Address | IPv6Address | None:
    """Return an address as machines write it: with a port, or an IPv4 one dressed as an IPv6 one."""
    with_port = WITH_PORT.fullmatch(said)
    try:
        address = ip_address((with_port["v6"] or with_port["v4"]) if with_port else said)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address

"""Where a request comes from, whoever carries it."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

NOWHERE = "0.0.0.0"  # noqa: S104 - what is said of a reader without an address
IPV6_HOME = 64


def client_address(request: HttpRequest) -> str:
    """Return the address of the reader; a proxy is believed only if it is ours."""
    peer = request.META.get("REMOTE_ADDR", "")
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    while peer in settings.TRUSTED_PROXIES and hops and hops[-1]:
        peer = hops.pop()
    try:
        return str(ipaddress.ip_address(peer))
    except ValueError:
        return NOWHERE


def network_of(request: HttpRequest) -> str:
    """Return the network of the reader: its address, or its home for an IPv6 one."""
    address = ipaddress.ip_address(client_address(request))
    if address.version == 4:  # noqa: PLR2004 - of the protocol
        return str(address)
    return str(ipaddress.ip_network(f"{address}/{IPV6_HOME}", strict=False))

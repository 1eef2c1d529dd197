"""Run `make demo` where no network is, visit it, and say whether anything tried to leave.

    python tests/journeys/alone.py CLONE

of a clone whose libraries are there. A status of 77: the kernel gives nobody a network of their own.
"""

import fcntl
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

REFUSED = 77
SET_FLAGS, UP = 0x8914, 0x1
SOMEWHERE = ("192.0.2.1", 443)
ENOUGH = 60
NEWCOMER, PASSWORD = "nouveau@demo.test", "sporades-demo-2026"
LEFT = ("/deconnexion", "/demo/", "/static/")


def stand_alone():
    """Leave for a network that holds its own loopback alone. Raises OSError."""
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        os.unshare(os.CLONE_NEWNET)
    else:
        os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        fcntl.ioctl(probe, SET_FLAGS, struct.pack("16sh14x", b"lo", UP))


def tried_to_leave():
    """Return how many times something was sent where no way leads, by both internets."""
    names, figures = (
        line.split()[1:]
        for line in Path("/proc/self/net/snmp").read_text().splitlines()
        if line.startswith("Ip:")
    )
    sixth = re.search(r"^Ip6OutNoRoutes\s+(\d+)$", _sixth(), re.MULTILINE)
    return int(dict(zip(names, figures, strict=True))["OutNoRoutes"]) + int(
        sixth[1] if sixth else 0
    )


def _sixth():
    try:
        return Path("/proc/self/net/snmp6").read_text()
    except OSError:
        return ""


def try_to_leave():
    """Try once, so that what counts is seen to count."""
    with socket.socket() as probe:
        try:
            probe.connect(SOMEWHERE)
        except OSError:
            return
    raise SystemExit("there is a network")


class Visitor:
    """Who signs in, then follows every link of the service's own."""

    def __init__(self, site):
        self.site = site
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(jar, urllib.request.ProxyHandler({}))

    def read(self, address, **said):
        """Return a page, after what is sent to it if anything is."""
        sent = urlencode(said).encode() if said else None
        asked = urllib.request.Request(address, sent, {"Referer": address})
        try:
            with self._opener.open(asked, timeout=60) as answer:
                kind = answer.headers.get_content_type()
                return answer.read().decode() if kind == "text/html" else ""
        except urllib.error.HTTPError as answer:
            if answer.code >= 500:
                raise
            return ""

    def sign_in(self):
        """« Se connecter », as somebody who has filed nothing."""
        door = f"{self.site}/connexion"
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.read(door))[1]
        return self.read(door, csrfmiddlewaretoken=token, login=NEWCOMER, password=PASSWORD)

    def walk(self, page):
        """Follow links from a page; return how many were."""
        to_read, known = self._links(self.site, page), set()
        while to_read and len(known) < ENOUGH:
            address = to_read.pop(0)
            if address not in known:
                known.add(address)
                to_read += self._links(address, self.read(address))
        return len(known)

    def _links(self, here, page):
        found = (urljoin(here, one) for one in re.findall(r'href="([^"#]+)', page))
        return [
            one
            for one in found
            if one.startswith(f"{self.site}/") and not urlsplit(one).path.startswith(LEFT)
        ]


def main(clone):
    try:
        stand_alone()
    except OSError as refusal:
        print(f"the kernel gives no network of one's own: {refusal}")
        return REFUSED
    try_to_leave()
    before = tried_to_leave()
    if not before:
        print("what tries to leave is not counted here")
        return REFUSED
    with subprocess.Popen(
        ["make", "demo"], cwd=clone, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as demo:
        try:
            visitor = Visitor(_address_of(demo))
            page = visitor.sign_in()
            print(f"signed in: {'Se déconnecter' in page}")
            print(f"pages: {visitor.walk(page)}")
        finally:
            os.killpg(demo.pid, signal.SIGTERM)
            print(demo.stdout.read())
    print(f"tried to leave: {tried_to_leave() - before}")
    return 0


def _address_of(demo):
    for line in demo.stdout:
        print(line, end="")
        if line.startswith("Sporades est prêt : "):
            return line.split()[-1]
    raise SystemExit("the demo has ended")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

"""Programs that the tests need and pip cannot give: found, or installed where we may."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HEADLESS = "chromium-headless-shell"
"""Chromium without windows: a page costs it less than half of what it costs the other."""
BROWSERS = (HEADLESS, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = {
    "clamd": "clamav-daemon",
    "pdftotext": "poppler-utils",
    "qpdf": "qpdf",
}
SBIN = "/usr/sbin"
"""Where Debian keeps servers, and where few people look."""


class Missing(Exception):
    """A program cannot be had; the message says what to install."""


def prepare() -> str:
    """Make sure of the programs and of a browser; return the path of a Chromium that runs.

    Raises Missing when something lacks and cannot be installed.
    """
    if _may_install():
        # One by one: a package that a system lacks keeps no other from coming.
        for package in _lacking():
            _apt(package)
    if lacking := _lacking():
        raise Missing(f"Il manque des programmes pour les tests : installez {', '.join(lacking)}.")
    return _machines() or _debians() or _playwrights()


def find(program: str) -> str | None:
    """Return where a program is, if it is there."""
    return shutil.which(program) or shutil.which(program, path=SBIN)


def _lacking() -> list[str]:
    """Return the packages to install, by their Debian names."""
    return sorted(package for program, package in PACKAGES.items() if not find(program))


def _machines() -> str:
    """Return a browser of the machine that runs, or nothing."""
    paths = (shutil.which(name) for name in BROWSERS)
    return next((path for path in paths if path and _runs(path)), "")


def _debians() -> str:
    """Return Debian's browser once installed: older ones have it with windows, Ubuntu not at all."""
    if not _may_install():
        return ""
    for package in (HEADLESS, "chromium"):
        _apt(package)
        if found := _machines():
            return found
    return ""


def _playwrights() -> str:
    """Return the browser that Playwright brings. Raises Missing when it does not run here."""
    if _may_install():
        _playwright("install-deps", "chromium")
    _playwright("install", "chromium")
    where = "from playwright.sync_api import sync_playwright as p\nwith p() as q: print(q.chromium.executable_path)"
    path = _python("-c", where)
    if not _runs(path):
        raise Missing(
            "Il manque, pour les tests, un navigateur : installez le paquet chromium ou, pour celui "
            f"de Playwright, lancez en root « {sys.executable} -m playwright install-deps chromium »."
        )
    return path


def _playwright(*words: str) -> None:
    _python("-m", "playwright", *words)


def _python(*words: str) -> str:
    command = [sys.executable, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _runs(path: str) -> bool:
    """Return whether a browser starts: the name may be an invitation, a library may lack."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, check=False)
    except OSError:
        return False
    return said.returncode == 0


def _may_install() -> bool:
    return (
        os.geteuid() == 0 and Path("/etc/debian_version").exists() and bool(shutil.which("apt-get"))
    )


def _apt(*packages: str) -> None:
    print(f"Installation de {', '.join(packages)}…", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        subprocess.run(
            [str(shutil.which("apt-get")), "-qq", *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )

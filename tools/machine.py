"""Programs that the tests need and pip cannot give: found, or installed where we may."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = {
    "pdftotext": "poppler-utils",
    "qpdf": "qpdf",
}


class Missing(Exception):
    """A program cannot be had; the message says what to install."""


def prepare() -> str:
    """Make sure of the programs and of a browser.

    Returns the path of a Chromium that runs, or an empty text for Playwright's own.
    Raises Missing when something lacks and cannot be installed.
    """
    if _lacking() and _may_install():
        _apt(*_lacking())
    lacking = _lacking()
    if lacking == ["chromium"] and _install_playwrights():
        return ""
    if lacking:
        raise Missing(
            f"Il manque, pour les tests, de quoi lire des pages et des PDF : installez {', '.join(lacking)}."
        )
    return _browser()


def _lacking() -> list[str]:
    """Return the packages to install, by their Debian names."""
    packages = {package for program, package in PACKAGES.items() if not shutil.which(program)}
    return sorted(packages if _browser() else {*packages, "chromium"})


def _install_playwrights() -> bool:
    with_what_it_needs = ["--with-deps"] if _may_install() else []
    command = [sys.executable, "-m", "playwright", "install", *with_what_it_needs, "chromium"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _browser() -> str:
    """Return a browser that runs: on some systems the name is only an invitation to install it."""
    for name in BROWSERS:
        path = shutil.which(name)
        if (
            path
            and subprocess.run([path, "--version"], capture_output=True, check=False).returncode
            == 0
        ):
            return path
    return ""


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

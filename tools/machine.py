"""Programs that the tests need and pip cannot give: found, or installed where we may."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APT = {
    "pdftotext": "poppler-utils",
    "qpdf": "qpdf",
}


class Missing(Exception):
    """A program cannot be had; the message says what to install."""


def chromium() -> str:
    """Return the path of a Chromium that runs, or an empty text for Playwright's own.

    Raises Missing when there is none and none can be installed.
    """
    found = _browser()
    if not found and _may_install():
        _apt("chromium")
        found = _browser()
    if found:
        return found
    answer = subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"],
        capture_output=True,
        check=False,
    )
    if answer.returncode == 0:
        return ""
    raise Missing("Il manque un navigateur pour les tests : installez le paquet chromium.")


def programs() -> None:
    """Make sure of the programs that read PDF files. Raises Missing."""
    lacking = {package for program, package in APT.items() if not shutil.which(program)}
    if lacking and _may_install():
        _apt(*sorted(lacking))
        lacking = {package for program, package in APT.items() if not shutil.which(program)}
    if lacking:
        raise Missing(f"Il manque, pour les tests : installez {' et '.join(sorted(lacking))}.")


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

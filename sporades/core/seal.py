"""The deployer's seal on a PDF (PAdES B-B), where there is a certificate for it.

The key is read once and kept: reading it again at each signature costs ten times the seal.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings

from sporades.core.french import day_in_words, local_day

logger = logging.getLogger(__name__)


SOON = timedelta(days=60)
"""How long before the end of the certificate it is said: a new one takes weeks to be had."""


class SealFailed(Exception):
    """The seal could not be put: key unreadable, password wrong, certificate over, file not a PDF."""


class Certified(Exception):
    """The file has a signature that lets nothing be added to it, not even a seal."""


def is_configured() -> bool:
    """Return whether the deployer gave a key: then every document is sealed."""
    return bool(settings.SEAL_KEY_FILE)


def opens() -> bool:
    """Return whether the deployer's key can be read, as every document will need."""
    from sporades.core import pades  # noqa: PLC0415 - it says why

    try:
        pades.validity()
    except Exception as error:  # noqa: BLE001 - the file, its password, what it holds
        logger.error("The key of the seal cannot be read: %s", error)  # noqa: TRY400 - a line
        return False
    return True


def outdated_in_words(at: datetime) -> str:
    """Say that the certificate is not valid at an instant, hence seals nothing; or nothing.

    Args:
        at: the instant.
    """
    begins, ends = _validity() or (at, at)
    if at < begins:
        return f"le certificat du cachet n'est valable qu'à partir du {_day(begins)}"
    return f"le certificat du cachet n'est plus valable depuis le {_day(ends)}" if at > ends else ""


def ending_in_words(at: datetime) -> str:
    """Say when the certificate ends, where that is soon; or nothing.

    Args:
        at: the instant.
    """
    validity = _validity()
    if validity is None or not at <= validity[1] <= at + SOON:
        return ""
    return f"le certificat du cachet n'est plus valable après le {_day(validity[1])}"


def _validity() -> tuple[datetime, datetime] | None:
    """Return from when until when the certificate is valid; nothing where none can be read."""
    if not is_configured() or not opens():
        return None
    from sporades.core import pades  # noqa: PLC0415 - it says why

    return pades.validity()


def _day(instant: datetime) -> str:
    return day_in_words(local_day(instant, settings.TIME_ZONE))


def stands_on(pdf: bytes) -> bool:
    """Return whether the deployer's seal can be put on a file, asked before it is published.

    Where there is no key, or none that can seal now, nothing tells against the file.

    Args:
        pdf: a PDF that comes from elsewhere.

    Raises:
        Certified: it is sound, and signed by somebody who lets nothing be added.
    """
    if not is_configured():
        return True
    if not opens():
        return True
    from sporades.core import pades  # noqa: PLC0415 - it says why

    try:
        pades.sign(pdf)
    except pades.Certified:
        raise Certified from None
    except pades.Outdated:
        return True
    except Exception:
        logger.exception("A file takes no seal")
        return False
    return True


def seal(pdf: bytes) -> bytes:
    """Return a PDF with the deployer's seal; any later change of the file shows.

    Raises:
        SealFailed: the seal could not be put.
    """
    try:
        from sporades.core import pades  # noqa: PLC0415 - it says why

        return pades.sign(pdf)
    except Exception as error:
        # Whatever stops a seal (disk, library, key) has one outcome: no unsealed document.
        logger.exception("The seal could not be put")
        raise SealFailed from error

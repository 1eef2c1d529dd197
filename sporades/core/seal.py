"""The deployer's seal on a PDF (PAdES B-B), where there is a certificate for it.

The key is read once and kept: reading it again at each signature costs ten times the seal.
"""

import logging

from django.conf import settings

logger = logging.getLogger(__name__)


class SealFailed(Exception):
    """The seal could not be put: key unreadable, password wrong, file not a PDF."""


class Certified(Exception):
    """The file has a signature that lets nothing be added to it, not even a seal."""


def is_configured() -> bool:
    """Return whether the deployer gave a key: then every document is sealed."""
    return bool(settings.SEAL_KEY_FILE)


def opens() -> bool:
    """Return whether the deployer's key can be read, as every document will need."""
    from sporades.core import pades  # noqa: PLC0415 - it says why

    try:
        pades.read_key()
    except Exception as error:  # noqa: BLE001 - the file, its password, what it holds
        logger.error("The key of the seal cannot be read: %s", error)  # noqa: TRY400 - a line
        return False
    return True


def stands_on(pdf: bytes) -> bool:
    """Return whether the deployer's seal can be put on a file, asked before it is published.

    Where there is no key, or none that can be read now, nothing tells against the file.

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

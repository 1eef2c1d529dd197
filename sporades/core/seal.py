"""The deployer's seal on a PDF (PAdES B-B), where there is a certificate for it.

The key is read once and kept: reading it again at each signature costs ten times the seal.
"""

import logging

from django.conf import settings

logger = logging.getLogger(__name__)


class SealFailed(Exception):
    """The seal could not be put: key unreadable, password wrong, file not a PDF."""


def is_configured() -> bool:
    """Return whether the deployer gave a key: then every document is sealed."""
    return bool(settings.SEAL_KEY_FILE)


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

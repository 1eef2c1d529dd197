"""A PAdES seal by pyHanko, which takes a fifth of a second to load: only who seals waits for it."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain, count
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

FIELD = "Cachet"


class Certified(Exception):
    """A signature that is there already lets nothing be added, not even another one."""


class Outdated(Exception):
    """The certificate is not valid yet, or no longer: a seal by it would be found invalid."""


def sign(pdf: bytes) -> bytes:
    """Return a PDF with the deployer's seal, beside the signatures that it has.

    Raises:
        Certified: one of these lets nothing be added.
        Outdated: the certificate is not valid yet, or no longer.

    And whatever pyHanko, the disk or the key do.
    """
    begins, ends = validity()
    # The machine's own clock, in a rehearsal too: it is that instant which the seal will bear.
    if not begins <= datetime.now(UTC) <= ends:
        raise Outdated(f"from {begins:%Y-%m-%d} to {ends:%Y-%m-%d}")
    sealed = io.BytesIO()
    # What is deposited may be written less strictly than the norm, as common programs do.
    written = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    there = written.prev.embedded_signatures
    if any(one.docmdp_level == fields.MDPPerm.NO_CHANGES for one in there):
        raise Certified
    name = _free_name({one.field_name for one in there})
    signer = signers.PdfSigner(
        _metadata(name, is_first=not there),
        _kept_signer(),
        new_field_spec=_field(name),
    )
    # It runs a loop of its own, and a thread that waits in another one would refuse it.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(signer.sign_pdf, written, output=sealed).result()
    return sealed.getvalue()


def _free_name(taken: set[str]) -> str:
    others = (f"{FIELD} {rank}" for rank in count(2))
    return next(name for name in chain([FIELD], others) if name not in taken)


def validity() -> tuple[datetime, datetime]:
    """Return from when until when the deployer's certificate is valid.

    The key is read once for all seals. Raises whatever the disk or the key do.
    """
    certificate: Any = _kept_signer().signing_cert
    return certificate.not_valid_before, certificate.not_valid_after


class _KeptKeySigner(signers.SimpleSigner):
    """pyHanko's own signer, less the reading of the key at each signature."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._key = load_der_private_key(self.signing_key.dump(), password=None)

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        digest = get_pyca_cryptography_hash(digest_algorithm)
        match self._key:
            case RSAPrivateKey():
                return self._key.sign(data, PKCS1v15(), digest)
            case ec.EllipticCurvePrivateKey():
                return self._key.sign(data, ec.ECDSA(digest))
            case _:
                return super().sign_raw(data, digest_algorithm)


def _kept_signer() -> _KeptKeySigner:
    """Return what seals; a renewed key, put in the place of the former, is read at once."""
    file = settings.SEAL_KEY_FILE
    return _signer(file, settings.SEAL_KEY_PASSWORD, Path(file).stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _signer(file: str, password: str, _written_at: int) -> _KeptKeySigner:
    read = signers.SimpleSigner.load_pkcs12_data(
        Path(file).read_bytes(), other_certs=[], passphrase=password.encode() or None
    )
    return _KeptKeySigner(
        signing_cert=read.signing_cert,
        signing_key=read.signing_key,
        cert_registry=read.cert_registry,
    )


def _metadata(name: str, *, is_first: bool) -> signers.PdfSignatureMetadata:
    return signers.PdfSignatureMetadata(
        field_name=name,
        md_algorithm="sha256",
        name=settings.DEPLOYER_NAME,
        reason="Document délivré par ce service",
        subfilter=fields.SigSeedSubFilter.PADES,
        # Only the first of a document's signatures says what may be added after it.
        certify=is_first,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )


def _field(name: str) -> fields.SigFieldSpec:
    # Out of the page: PDF/UA has no place for a seal that is not drawn.
    return fields.SigFieldSpec(
        sig_field_name=name,
        readable_field_name=f"Cachet électronique de {settings.DEPLOYER_NAME}",
        invis_sig_settings=fields.InvisSigSettings(
            set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True
        ),
    )

"""A PAdES seal by pyHanko, which takes a fifth of a second to load: only who seals waits for it."""

import io
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
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


def sign(pdf: bytes) -> bytes:
    """Return a PDF with the deployer's seal. Raises whatever pyHanko, the disk or the key do."""
    sealed = io.BytesIO()
    signer = signers.PdfSigner(
        _metadata(),
        _signer(settings.SEAL_KEY_FILE, settings.SEAL_KEY_PASSWORD),
        new_field_spec=_field(),
    )
    # It runs a loop of its own, and a thread that waits in another one would refuse it.
    with ThreadPoolExecutor(1) as thread:
        # What is deposited may be written less strictly than the norm, as common programs do.
        written = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
        thread.submit(signer.sign_pdf, written, output=sealed).result()
    return sealed.getvalue()


def read_key() -> None:
    """Read the deployer's key, once for all seals. Raises whatever the disk or the key do."""
    _signer(settings.SEAL_KEY_FILE, settings.SEAL_KEY_PASSWORD)


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


@lru_cache(maxsize=1)
def _signer(file: str, password: str) -> _KeptKeySigner:
    read = signers.SimpleSigner.load_pkcs12_data(
        Path(file).read_bytes(), other_certs=[], passphrase=password.encode() or None
    )
    return _KeptKeySigner(
        signing_cert=read.signing_cert,
        signing_key=read.signing_key,
        cert_registry=read.cert_registry,
    )


def _metadata() -> signers.PdfSignatureMetadata:
    return signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        name=settings.DEPLOYER_NAME,
        reason="Document délivré par ce service",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )


def _field() -> fields.SigFieldSpec:
    # Out of the page: PDF/UA has no place for a seal that is not drawn.
    return fields.SigFieldSpec(
        sig_field_name=FIELD,
        readable_field_name=f"Cachet électronique de {settings.DEPLOYER_NAME}",
        invis_sig_settings=fields.InvisSigSettings(
            set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True
        ),
    )

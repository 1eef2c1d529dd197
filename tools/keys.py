"""Secrets of the demo: made once, at random, readable by their owner alone."""

import base64
import datetime as dt
import os
import secrets
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

LIFE = dt.timedelta(days=3650)


def text(path: Path) -> str:
    """Return the secret kept in a file, made at the first call."""
    if not path.exists():
        write(path, secrets.token_urlsafe(64).encode())
    return path.read_text()


def medical(path: Path) -> str:
    """Return the master key of the medical compartment kept in a file, made at the first call."""
    if not path.exists():
        write(path, b"demo:" + base64.b64encode(secrets.token_bytes(32)))
    return path.read_text()


def seal(path: Path, *, password: str) -> Path:
    """Return the file of the key that seals documents, a PKCS#12 made at the first call."""
    if not path.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
        name = "Cachet de démonstration, sans valeur"
        write(path, self_signed(name, key, password=password, at=dt.datetime.now(dt.UTC)))
    return path


def self_signed(
    authority: str,
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    *,
    password: str,
    at: dt.datetime,
    life: dt.timedelta = LIFE,
) -> bytes:
    """Return a PKCS#12 file whose certificate nobody vouches for: demo and tests.

    Args:
        authority: its name, as readers of the seal will see it.
        key: what it seals with.
        password: what protects the file.
        at: the certificate is good from a day before this instant.
        life: for how long after it.
    """
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, authority)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - dt.timedelta(days=1))
        .not_valid_after(at + life)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(
        b"cachet",
        key,
        certificate,
        None,
        serialization.BestAvailableEncryption(password.encode()),
    )


def write(path: Path, content: bytes) -> None:
    """Write a whole file or none, never readable by others."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(".new")
    with open(draft, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
    draft.rename(path)

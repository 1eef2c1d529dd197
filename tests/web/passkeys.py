"""A passkey made of software: it answers as a browser does, and as no browser would."""

import hashlib
import json
import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

MADE, SHOWN = 0x45, 0x05
"""Whoever holds the key was there and proved it; a key that is made comes with its data."""
TOUCHED = 0x01
"""Somebody was there, and proved nothing."""


class Passkey:
    """One passkey, which verifies whoever holds it."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.number = secrets.token_bytes(32)
        self.holder = ""
        self.count = 0

    def made(self, options: dict) -> dict:
        """Answer a page that adds a key."""
        asked = options["publicKey"]
        self.holder = asked["user"]["id"]
        attested = AttestedCredentialData.create(
            Aaguid.NONE, self.number, ES256.from_cryptography_key(self.private.public_key())
        )
        data = AuthenticatorData.create(
            hashlib.sha256(asked["rp"]["id"].encode()).digest(), MADE, self.count, attested
        )
        proof = AttestationObject.create("none", data, {})
        return self._answer(
            clientDataJSON=websafe_encode(
                self._said("create", asked["challenge"], asked["rp"]["id"])
            ),
            attestationObject=websafe_encode(proof),
        )

    def shown(self, options: dict, *, proof: int = SHOWN) -> dict:
        """Answer a page that asks for a key, by who proved to it who they are unless said otherwise."""
        asked = options["publicKey"]
        said = self._said("get", asked["challenge"], asked["rpId"])
        data = AuthenticatorData.create(
            hashlib.sha256(asked["rpId"].encode()).digest(), proof, self.count
        )
        signature = self.private.sign(
            data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256())
        )
        return self._answer(
            clientDataJSON=websafe_encode(said),
            authenticatorData=websafe_encode(data),
            signature=websafe_encode(signature),
            userHandle=self.holder,
        )

    def _said(self, kind: str, challenge: str, site: str) -> bytes:
        return CollectedClientData.create(f"webauthn.{kind}", challenge, f"https://{site}")

    def _answer(self, **response: str) -> dict:
        number = websafe_encode(self.number)
        return {
            "id": number,
            "rawId": number,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {"credProps": {"rk": True}},
        }


def add(client, page: str, key: Passkey, **answers) -> object:
    """Add a key on the page that does it; return the page that comes back."""
    options = client.get(page).context["js_data"]["creation_options"]
    credential = json.dumps(key.made(options) | answers.pop("wrong", {}))
    return client.post(page, {"name": "Mon téléphone", "credential": credential, **answers})


def show_alone(client, page: str, key: Passkey) -> object:
    """Sign in with a key and nothing else."""
    options = client.get(page, headers={"X-Requested-With": "XMLHttpRequest"}).json()
    credential = json.dumps(key.shown(options["request_options"]))
    return client.post(page, {"credential": credential})

"""The deployer's seal: whoever changes a sealed file is seen."""

import asyncio
import io
import os
import random
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from PIL import Image
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, ModificationLevel
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from sporades.core import pdf, seal
from tests.documents.conformity import problems
from tests.documents.reading import pdf_text
from tests.documents.sample import usual, whole
from tests.factories import NOW
from tests.web.guide import plain
from tools import keys

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
PASSWORD = "un mot de passe d'essai"
FLIPS = 200

pytestmark = pytest.mark.usefixtures("stopped_clock")


@pytest.fixture(scope="module")
def paper():
    return pdf.typeset("registrations/typst/summary.typ", whole(usual()), at=NOON)


def self_signed(key, **validity):
    said = {"at": NOW, **validity}
    return keys.self_signed("Autorité d'essai", key, password=PASSWORD, **said)


def renewed(**validity):
    """Return the key of a deployer whose certificate is valid at other times."""
    return self_signed(ec.generate_private_key(ec.SECP256R1()), **validity)


def put(file, content):
    """Put a key in the place of another, seen to be written later whatever the disk's clock is."""
    before = file.stat().st_mtime_ns
    file.write_bytes(content)
    os.utime(file, ns=(before + 1_000, before + 1_000))


@pytest.fixture
def key_file(tmp_path, settings):
    """Give the deployer a key."""
    file = tmp_path / "cachet.p12"
    file.write_bytes(self_signed(ec.generate_private_key(ec.SECP256R1())))
    settings.SEAL_KEY_FILE, settings.SEAL_KEY_PASSWORD = str(file), PASSWORD
    return file


def verdict(sealed, key_file):
    """Return what a reader who trusts the deployer's certificate makes of a file."""
    _, certificate, _ = pkcs12.load_key_and_certificates(key_file.read_bytes(), PASSWORD.encode())
    der = certificate.public_bytes(Encoding.DER)
    trust = ValidationContext(trust_roots=list(load_certs_from_pemder_data(der)))
    (signature,) = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    # Apart from the loop that the browser of an earlier test may have left in this thread.
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(validate_pdf_signature, signature, trust).result()


def test_without_a_key_nothing_is_sealed(settings):
    assert settings.SEAL_KEY_FILE == ""
    assert not seal.is_configured()


def test_a_sealed_paper_is_whole_and_its_author_is_known(paper, key_file):
    assert seal.is_configured()

    found = verdict(seal.seal(paper), key_file)

    assert (found.intact, found.valid, found.trusted) == (True, True, True)
    assert found.coverage.name == "ENTIRE_FILE"
    assert found.bottom_line


def test_a_seal_says_whose_it_is_and_forbids_changes(paper, key_file, settings):
    with pikepdf.open(io.BytesIO(seal.seal(paper))) as file:
        (field,) = file.Root.AcroForm.Fields

        assert settings.DEPLOYER_NAME in str(field.TU)
        assert str(field.V.SubFilter) == "/ETSI.CAdES.detached"
        assert int(field.V.Reference[0].TransformParams.P) == 1


def test_a_seal_is_of_sha_256(paper, key_file):
    found = verdict(seal.seal(paper), key_file)

    assert (found.md_algorithm, found.pkcs7_signature_mechanism) == ("sha256", "sha256_ecdsa")


def test_another_program_agrees(paper, key_file, tmp_path):
    (tmp_path / "sealed.pdf").write_bytes(seal.seal(paper))

    said = subprocess.run(
        ["pdfsig", "-nocert", str(tmp_path / "sealed.pdf")],
        capture_output=True,
        text=True,
        check=False,
    ).stdout

    assert "Signature is Valid" in said
    assert "Total document signed" in said


def signed_by_another(paper, **permits):
    """Return a paper that somebody else signed before it came."""
    written = IncrementalPdfFileWriter(io.BytesIO(paper))
    signer = signers.SimpleSigner.load_pkcs12_data(
        self_signed(ec.generate_private_key(ec.SECP256R1())), [], PASSWORD.encode()
    )
    said = signers.PdfSignatureMetadata(field_name="Parapheur", **permits)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(signers.sign_pdf, written, said, signer).result().getvalue()


@pytest.mark.parametrize(
    "permits", [{}, {"certify": True, "docmdp_permissions": MDPPerm.FILL_FORMS}]
)
def test_a_paper_that_somebody_has_signed_keeps_their_signature_beside_the_seal(
    paper, key_file, permits
):
    theirs = signed_by_another(paper, **permits)

    assert seal.stands_on(theirs)
    sealed = seal.seal(theirs)

    assert sealed.startswith(theirs)
    first, second = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    assert (first.field_name, second.field_name) == ("Parapheur", "Cachet")
    for one in (first, second):
        one.compute_integrity_info()
        allowed = one.evaluate_modifications(DEFAULT_DIFF_POLICY).modification_level
        assert allowed <= ModificationLevel.FORM_FILLING
    assert second.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE


def test_a_signature_that_lets_nothing_be_added_is_said_and_is_no_damage(paper, key_file):
    with pytest.raises(seal.Certified):
        seal.stands_on(seal.seal(paper))


@pytest.mark.parametrize(
    ("validity", "said"),
    [
        (
            {"at": NOW - timedelta(days=30), "life": timedelta(days=29)},
            "le certificat du cachet n'est plus valable depuis le 24 novembre 2026",
        ),
        (
            {"at": NOW + timedelta(days=3)},
            "le certificat du cachet n'est valable qu'à partir du 27 novembre 2026",
        ),
    ],
)
def test_a_certificate_that_is_not_valid_seals_nothing(paper, key_file, validity, said):
    put(key_file, renewed(**validity))

    with pytest.raises(seal.SealFailed):
        seal.seal(paper)
    assert plain(seal.outdated_in_words(NOW)) == said
    assert seal.ending_in_words(NOW) == ""
    # What is deposited is not blamed for it.
    assert seal.stands_on(paper)


def test_the_end_of_a_certificate_is_said_two_months_before(paper, key_file):
    put(key_file, renewed(life=seal.SOON))
    soon = plain(seal.ending_in_words(NOW))
    put(key_file, renewed(life=seal.SOON + timedelta(seconds=1)))

    assert soon == "le certificat du cachet n'est plus valable après le 24 janvier 2027"
    assert (seal.ending_in_words(NOW), seal.outdated_in_words(NOW)) == ("", "")


def test_a_renewed_certificate_seals_from_the_moment_it_is_there(paper, key_file):
    seal.seal(paper)
    put(key_file, renewed())

    assert verdict(seal.seal(paper), key_file).bottom_line


def test_without_a_key_or_with_one_that_does_not_open_no_end_is_said(key_file, settings):
    put(key_file, b"no key")
    unread = (seal.outdated_in_words(NOW), seal.ending_in_words(NOW))
    settings.SEAL_KEY_FILE = ""

    assert unread == (seal.outdated_in_words(NOW), seal.ending_in_words(NOW)) == ("", "")


def test_a_seal_takes_nothing_from_the_paper(paper, key_file, tmp_path):
    sealed = seal.seal(paper)

    assert problems(sealed, tmp_path) == []
    assert pdf_text(sealed) == pdf_text(paper)


@pytest.fixture
def drawn():
    """Return a PDF as a common program writes it, less strictly than the norm."""
    made = io.BytesIO()
    Image.new("RGB", (300, 400), "white").save(made, "PDF")
    return made.getvalue()


def test_a_paper_that_another_program_wrote_loosely_is_sealed_too(drawn, key_file, tmp_path):
    with pytest.raises(PdfReadError):
        PdfFileReader(io.BytesIO(drawn)).get_object(Reference(0, 65536))

    assert seal.stands_on(drawn)
    test_another_program_agrees(drawn, key_file, tmp_path)


@pytest.mark.parametrize(
    ("content", "stands"), [(b"%PDF-1.7\nrien", False), (None, True)], ids=["no PDF", "a PDF"]
)
def test_whether_a_seal_can_be_put_is_known_before(paper, key_file, content, stands):
    assert seal.stands_on(content or paper) is stands


def test_a_key_that_cannot_be_read_tells_nothing_of_a_file(paper, key_file, settings):
    settings.SEAL_KEY_FILE = f"{key_file}.absent"

    assert seal.stands_on(b"rien")


def test_a_byte_changed_anywhere_is_seen(paper, key_file):
    sealed = seal.seal(paper)
    (signature,) = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    start, first, second, rest = (int(part) for part in signature.sig_object["/ByteRange"])
    covered = [*range(start, first), *range(second, second + rest)]

    for place in random.Random(0).sample(covered, FLIPS):
        changed = bytearray(sealed)
        changed[place] ^= 0xFF

        assert not _is_accepted(bytes(changed), key_file), f"byte {place}"


def _is_accepted(sealed, key_file):
    try:
        return verdict(sealed, key_file).bottom_line
    except Exception:  # noqa: BLE001 - a file that cannot even be read is not accepted
        return False


def test_a_key_of_another_sort_seals_too(paper, tmp_path, settings):
    file = tmp_path / "rsa.p12"
    file.write_bytes(self_signed(rsa.generate_private_key(65537, 3072)))
    settings.SEAL_KEY_FILE, settings.SEAL_KEY_PASSWORD = str(file), PASSWORD

    assert verdict(seal.seal(paper), file).bottom_line


@pytest.mark.parametrize("fault", ["no file", "wrong password", "not a key"])
def test_a_key_that_cannot_be_used_is_a_seal_that_fails(fault, paper, key_file, settings):
    match fault:
        case "no file":
            settings.SEAL_KEY_FILE = f"{key_file}.absent"
        case "wrong password":
            settings.SEAL_KEY_PASSWORD = "un autre"
        case "not a key":
            key_file.write_bytes(b"rien")

    with pytest.raises(seal.SealFailed):
        seal.seal(paper)


def test_a_seal_works_again_once_its_key_is_there(paper, key_file, settings):
    kept = key_file.read_bytes()
    key_file.unlink()
    with pytest.raises(seal.SealFailed):
        seal.seal(paper)

    key_file.write_bytes(kept)

    assert verdict(seal.seal(paper), key_file).bottom_line


def test_a_seal_is_put_from_a_thread_that_runs_a_loop(paper, key_file):
    async def sealed():
        return seal.seal(paper)

    with ThreadPoolExecutor(1) as apart:
        found = apart.submit(asyncio.run, sealed()).result()

    assert verdict(found, key_file).bottom_line


def test_what_is_no_pdf_is_not_sealed(key_file):
    with pytest.raises(seal.SealFailed):
        seal.seal(b"%PDF-nothing")

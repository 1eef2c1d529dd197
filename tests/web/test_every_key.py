"""Nothing that a réglementation says is said to nobody: every text it may hold is read somewhere."""

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from sporades.accommodations.operations import Asked
from sporades.accommodations.rules import Wish
from sporades.acts import accommodating
from sporades.acts.pieces import verifying
from sporades.evidence.models import Evidence
from sporades.evidence.reasons import reasons_for
from sporades.exams import operations as exams
from sporades.exams.held import forget
from sporades.exams.schema import File
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from tests.factories import NOW, OPERATOR, a_candidate
from tests.web.guide import answer, begin, save

KEYS = Path(__file__).parent / "toutes_les_cles.yaml"
START = "/m-inscrire/CLES/2027/CL"
TEXTS = ("ligne", "paragraphe")

HOME = {
    "address_1": "12 rue des Îles",
    "postcode": "59000",
    "town": "Lille",
    "country": "99100",
    "mobile": "06 39 98 12 34",
}
AWAY = {**HOME, "postcode": "78000", "town": "Versailles"}
CANDIDACY = {
    "passing_form": "GLOBALE",
    "zone": "Z",
    "has_disability": "non",
    "national_service": "A",
}
PAPERS = {
    "statut-E1": "inscrit",
    "note-E1": "",
    "session-E1": "",
    "statut-G1": "inscrit",
    "statut-G2": "non_inscrit",
    "statut-F1": "non_inscrit",
    "statut-F2": "non_inscrit",
    "statut-F3": "non_inscrit",
    "option-F1": "",
    "option-F2": "",
}
SAME = {"statut-F1": "inscrit", "option-F1": "A", "statut-F2": "inscrit", "option-F2": "A"}

# What is answered, tab by tab, the wrong answers first; the last ones are right.
ANSWERS = {
    "modalites": [{"accepted": "on"}],
    "identification": [AWAY, HOME],
    "informations": [{**CANDIDACY, "category": "SEUL"}, {**CANDIDACY, "category": "AUTRE"}],
    "qualification": [{"diploma": "BAC", "colouring": "H", "experience": "2"}],
    "supplementaires": [
        {
            "q-t": "mot",
            "q-l": "mots",
            "q-n": "3",
            "q-d": "14/03/2020",
            "q-o": "oui",
            "q-c": "A",
            "q-m": ["A"],
            "publishes_name": "non",
            "shares_name": "non",
        }
    ],
    "epreuves": [
        {**PAPERS, "statut-E1": "dispense"},
        {**PAPERS, "statut-E1": "benefice", "note-E1": "9", "session-E1": "2025"},
        {**PAPERS, "statut-G1": "benefice"},
        {**PAPERS, "statut-G2": "inscrit"},
        {**PAPERS, **SAME},
        {**PAPERS, "statut-F1": "inscrit", "option-F1": "A", "statut-F3": "inscrit"},
        PAPERS,
    ],
}

pytestmark = pytest.mark.usefixtures("stopped_clock")


def keys_of_texts():
    """Return every key of the schema that holds a text: the title of its part, its name."""
    whole = File.model_json_schema()
    parts = [whole, *whole["$defs"].values()]
    return {
        (part["title"], key)
        for part in parts
        for key, value in part.get("properties", {}).items()
        if any(f"'format': '{kind}'" in str(value) for kind in TEXTS)
    }


def texts(part: object) -> Iterator[tuple[tuple[str, str], str]]:
    """Return every text of a file that was read: its key, what it says."""
    if isinstance(part, (tuple, list)):
        for one in part:
            yield from texts(one)
    if not isinstance(part, BaseModel):
        return
    schema = type(part)
    for name, field in schema.model_fields.items():
        value = getattr(part, name)
        key = (schema.model_config["title"], field.alias or name)
        said = value if isinstance(value, tuple) else (value,)
        yield from ((key, one) for one in said if type(one) is str)
        yield from texts(value)


def read_by_a_candidate(client):
    """Register, wrongly then rightly, and return everything that was read on the way."""
    pages = [
        client.get(address)
        for address in (
            "/m-inscrire",
            "/m-inscrire/CLES/2027",
            f"{START}/UNE?academie=A09",
            "/ouverture-des-services",
            "/contact",
        )
    ]
    page = begin(client, f"{START}/UNE")
    for slug, tries in ANSWERS.items():
        for given in tries:
            assert page.request["PATH_INFO"].endswith(f"/{slug}"), page.context["form"].errors
            pages.append(page)
            page = answer(client, page, given)
    pages += [page, save(client, page)]
    number = Registration.objects.get().number
    pages += [
        client.get(address)
        for address in (
            f"/mes-inscriptions/{number}",
            f"/mes-documents/{number}/recapitulatif",
            f"{START}/DEUX?academie=A09",
        )
    ]
    asking = f"/mes-inscriptions/{number}/amenagement"
    pages += [client.get(asking), client.get(f"{asking}/mesures")]
    accommodating.write(
        registration=Registration.objects.whole().get(),
        asked=Asked((Wish("M", precision="A3"),), plan="P", late_reason="T"),
        by=OPERATOR,
        at=NOW,
    )
    pages += [client.get(asking), client.get(f"{asking}/mesures")]
    piece = Evidence.objects.get()
    verifying.receive(row=piece, posted_on=NOW.date(), by=OPERATOR, at=NOW)
    reason = reasons_for(Registration.objects.whole().get(), piece.code)[0].sentence
    verifying.refuse(row=piece, reason=reason, seen=None, by=OPERATOR, at=NOW)
    pages.append(client.get(f"/mes-inscriptions/{number}/pieces"))
    mails = Message.objects.values_list("body", flat=True)
    read = unescape(" ".join([*(page.text for page in pages), *mails]))
    return read.replace("\xa0", " ")


def test_every_text_of_a_reglementation_is_read_by_somebody(sign_in):
    exams.load(KEYS, by=OPERATOR, at=NOW)
    forget()
    wanted = keys_of_texts()
    file = File.model_validate(yaml.safe_load(KEYS.read_text()), strict=False)
    written = [(key, said) for key, said in texts(file) if key in wanted]
    assert {key for key, _ in written} == wanted

    read = read_by_a_candidate(sign_in(a_candidate()))

    assert [(key, said) for key, said in written if said not in read] == []

"""The words of the code are those of the glossary."""

import re
import unicodedata
from functools import cache

import pytest
from django.apps import apps

from sporades.accounts.models import Membership
from sporades.documents import kinds
from sporades.exams.schema import Rubric
from sporades.exams.schema import Status as PaperStatus
from sporades.registrations.sections import SECTIONS
from sporades.registrations.states import State
from tests.tree import ending, found, text_of


@cache
def glossary() -> tuple[tuple[str, str], ...]:
    """The rows of the glossary: what is said in French, what stands in the code."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \|", text_of("docs/glossary.md"), re.MULTILINE)
    return tuple((french, code) for french, code in rows if french != "In French")


def models():
    return [model for model in apps.get_models() if model.__module__.startswith("sporades.")]


def plain(text):
    return unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode().lower()


def parts_of(identifier):
    return {part.lower() for part in re.findall(r"[A-Z]?[a-z]+", identifier)}


def test_every_model_is_in_the_glossary():
    named = {name for _, code in glossary() for name in re.findall(r"`([A-Z]\w+)`", code)}

    assert {model.__name__ for model in models()} - named == set()


def test_every_name_of_the_glossary_is_still_in_the_code():
    names = {
        name.rpartition(".")[2]
        for _, code in glossary()
        for name in re.findall(r"`([\w.]+)`", code)
    }
    known = {
        word
        for path in ending(".py", under=["sporades/"])
        for word in re.findall(r"\w+", text_of(path))
    }

    assert names
    assert names - known == set()


def test_what_a_reader_of_the_wizard_sees_is_in_the_glossary():
    said = " | ".join(french for french, _ in glossary())
    concepts = [
        *(section.title for section in SECTIONS),
        *(kind.title for kind in kinds.registered()),
        *(state.label for state in State),
        *(status.label for status in PaperStatus),
        *(rubric.value for rubric in Rubric),
        *(role.label.lower() for role in Membership.Role),
    ]

    explained = said + " | ".join(text_of("docs/glossary.md").splitlines())
    assert [concept for concept in concepts if concept not in explained] == []


def test_models_and_their_fields_have_english_names():
    both = {part for _, code in glossary() for part in parts_of(plain(code))}
    french = {part for said, _ in glossary() for part in parts_of(plain(said))} - both
    french -= {
        "correction",
        "double",
        "incomplete",
        "question",
        "option",
        "service",
        "vice",
    }  # the same in both languages
    names = {
        name
        for model in models()
        for name in (
            model.__name__,
            *(field.name for field in model._meta.get_fields() if not field.auto_created),
        )
    }

    assert {"epreuve", "candidature", "gestionnaire", "nom"} <= french
    assert {name for name in names if parts_of(name) & french} == set()
    assert all(name.isascii() for name in names)


GIVEN_OTHERWISE = (
    r"\bdonn(er|ez|é|ée|és|ées) ((un|une|le|la|votre|vos|des|les) )?(autres? )?(fichier|papier|pièce)",
    r"\bconfi(er|ez|é) ((un|ce|le|votre|vos|mes|les) )?(autres? )?(fichier|papier|commentaire)",
    r"\b(fichier|papier|commentaire)s?( de santé)? ((est|sont) )?confié",
)


@pytest.mark.parametrize("pattern", GIVEN_OTHERWISE)
def test_a_piece_is_deposited_and_never_given_nor_confided(pattern):
    """« Déposer » is the one verb of whoever sends a file: what a doctor is confided is a request."""
    said = ending(".html", ".txt", ".typ", ".py", under=["sporades/"])
    written = [path for path in said if "/migrations/" not in path]

    assert found(pattern, [*written, *ending(".md", under=["docs/guide-"])]) == []

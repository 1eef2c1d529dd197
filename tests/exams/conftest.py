"""What the tests of the exams share: some academies, and the invented exam of essai.yaml."""

import datetime as dt
from pathlib import Path

import pytest

from sporades.core.actors import Actor
from sporades.exams import operations
from sporades.exams.checking import Source, checked
from sporades.exams.held import forget
from sporades.territory import reference
from sporades.territory.models import Academy

ESSAI = Path(__file__).parent / "essai.yaml"
NOON = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
OPERATOR = Actor("operator", "ligne de commande")
ZONES = {
    "A01": "Europe/Paris",
    "A09": "Europe/Paris",
    "A24": "Europe/Paris",
    "A25": "Europe/Paris",
    "A28": "Indian/Reunion",
    "A31": "America/Martinique",
    "A40": "Pacific/Noumea",
    "A42": "Pacific/Wallis",
}


@pytest.fixture
def essai() -> str:
    """Return the text of the invented exam."""
    return ESSAI.read_text(encoding="utf-8")


@pytest.fixture
def change(essai):
    """Return a function that changes a passage of the invented exam, which must be there once."""

    def changed(old: str, new: str, text: str = essai) -> Source:
        assert text.count(old) == 1, f"« {old} » stands {text.count(old)} times"
        return Source("essai.yaml", text.replace(old, new))

    return changed


@pytest.fixture
def problems():
    """Return a function that checks a file and says what it finds: line, field, rule."""

    def found(source: Source) -> list[tuple[int, str, str]]:
        return [(one.line, one.field, one.rule) for one in checked(source, zones=ZONES)[2]]

    return found


@pytest.fixture
def messages():
    """Return a function that checks a file and says what its author reads."""

    def read(source: Source) -> list[str]:
        return [one.message for one in checked(source, zones=ZONES)[2]]

    return read


@pytest.fixture
def told():
    """Return a function that checks a file and says what it finds, without file and line."""

    def said(source: Source) -> list[str]:
        return [str(one).split(" : ", 1)[1] for one in checked(source, zones=ZONES)[2]]

    return said


@pytest.fixture
def line_of(essai):
    """Return a function that says on which line of the invented exam a passage stands."""

    def line(passage: str) -> int:
        return essai[: essai.index(passage)].count("\n") + 1

    return line


@pytest.fixture
def regulation(essai):
    """Return the invented réglementation, as the schema understands it."""
    _, file, problems = checked(Source("essai.yaml", essai), zones=ZONES)
    assert not problems
    return file


@pytest.fixture
def exam(regulation):
    """Return the rules of the invented exam."""
    return regulation.exam("BREVET")


@pytest.fixture
def academies(db):
    """Make sure of some academies, real ones."""
    for code, zone in ZONES.items():
        Academy.objects.get_or_create(
            code=code,
            defaults={
                "name": f"Académie {code}",
                "full_name": f"académie {code}",
                "is_vice_rectorate": False,
                "zone": zone,
            },
        )
    reference.forget()
    forget()
    yield
    reference.forget()
    forget()


@pytest.fixture
def load(academies):
    """Return a function that puts a text in force."""

    def loaded(text: str | Source, at: dt.datetime = NOON) -> operations.Loaded:
        source = text if isinstance(text, Source) else Source("essai.yaml", text)
        return operations.load(source, by=OPERATOR, at=at)

    return loaded

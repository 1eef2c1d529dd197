"""Two exports that one person asks for at the same instant are counted together."""

import pytest

from sporades.accounts.permissions import Permission, reach
from sporades.exchanges import operations
from sporades.exchanges.models import Export
from sporades.exchanges.states import ExportState
from sporades.searches import operations as searches
from tests.exchanges.conftest import EVERYBODY
from tests.factories import NOW
from tests.publications.test_at_once import first


@pytest.mark.django_db(transaction=True)
def test_what_is_asked_for_at_once_is_counted_together(asker, in_lille, few, head, monkeypatch):
    for module in ("operations", "models"):
        monkeypatch.setattr(f"sporades.exchanges.{module}.WITHOUT_APPROVAL", 3)
    search = searches.keep(tree=EVERYBODY, columns=[], by=asker, at=NOW)
    allowed = reach(asker.memberships.all(), Permission.EXPORT)

    def asked(form, then=lambda: None):
        operations.ask(
            search=search,
            order="nom",
            form=form,
            purpose="Préparer les convocations",
            reach=allowed,
            by=asker,
            at=NOW,
        )
        then()

    first(lambda holds: asked("csv", holds), lambda: asked("ods"))

    states = dict(Export.objects.values_list("form", "state"))
    assert states == {"csv": ExportState.WAITING, "ods": ExportState.PROPOSED}

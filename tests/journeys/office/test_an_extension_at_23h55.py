"""An outage on the last evening: one proposes at 23 h 55, another approves, nobody is shut out."""

from datetime import UTC, datetime, timedelta

from sporades.accounts.models import Membership
from sporades.exams.models import RegistrationService
from sporades.registrations.models import Registration
from tests.factories import NOW, a_candidate, a_draft
from tests.journeys.helpers import answer, heading, press, signed_in, text
from tests.web.browser import follow

HEAD = Membership.Role.HEAD
LATE = datetime(2026, 12, 15, 22, 55, tzinfo=UTC)  # 23 h 55 in Paris


def test_whoever_was_about_to_register_still_can(site, context, enter, clock):
    draft = a_draft(a_candidate())
    service = RegistrationService.objects.get(pk=draft.service_id)
    clock.shift(LATE - NOW)
    candidate = signed_in(context, site, draft.candidate)
    manager = enter("agent@exemple.test", Membership.Role.MANAGER)
    head = enter("cheffe@exemple.test", HEAD)

    manager.goto(f"{site}/gestion/services/{service.pk}/dates")
    manager.locator("[name=fermeture]").fill("16/12/2026 12:00")
    answer(manager, "Motif", "Panne du 15 décembre au soir")
    press(manager, "Changer les dates")
    assert "Une autre personne doit l'approuver" in text(manager)
    assert manager.get_by_role("button", name="Approuver la prolongation").count() == 0

    head.goto(f"{site}/gestion/")
    follow(head.get_by_role("main").locator(f"a[href='/gestion/services/{service.pk}']"))
    assert "Panne du 15 décembre au soir" in text(head)
    follow(head.get_by_role("button", name="Approuver la prolongation"))
    assert "La prolongation est en vigueur." in text(head)

    clock.shift(timedelta(minutes=10))  # five minutes after the first closing
    candidate.goto(f"{site}/inscription/{draft.pk}/recapitulatif")
    assert "mercredi 16 décembre 2026 à 12 h 00" in text(candidate)
    press(candidate, "Enregistrer")

    assert heading(candidate) == "N° Inscription : Votre inscription est enregistrée"
    assert Registration.objects.get().filed_at > service.closes_at

from datetime import timedelta

import pytest

from sporades.acts.registrations import leaving, registering
from sporades.documents.models import DocumentVersion
from sporades.exams.held import forget
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.registrations.refusals import AlreadyRegistered, Closed, Incomplete
from tests.factories import NOW, a_candidate, a_draft, a_registration, author, load_invented


def test_filing_takes_the_numbers_issues_the_summary_and_sends_one_receipt():
    draft = a_draft()

    version = registering.register(draft=draft, by=author(draft.candidate), at=NOW)

    registration = version.registration
    draft.candidate.refresh_from_db()
    assert (version.number, registration.version, registration.state) == (1, 1, "registered")
    assert (len(registration.number), len(draft.candidate.number)) == (11, 8)
    assert draft.candidate.frozen_at == NOW
    [summary] = DocumentVersion.objects.for_folder(registration.folder, NOW).filter(
        document__kind="recapitulatif"
    )
    assert (summary.document.title, summary.number) == ("Récapitulatif d'inscription", 1)
    [receipt] = Message.objects.filter(about_kind="registration")
    assert receipt.subject == f"Inscription enregistrée, n°{registration.number}"
    assert receipt.recipient == draft.candidate.user.email
    assert registration.number in receipt.body


def test_filing_a_draft_again_finds_what_it_made():
    draft = a_draft()

    first = registering.register(draft=draft, by=author(draft.candidate), at=NOW)
    again = registering.register(
        draft=draft, by=author(draft.candidate), at=NOW + timedelta(days=1)
    )

    assert again == first
    assert Registration.objects.count() == 1
    assert Message.objects.count() == 1


@pytest.mark.parametrize("section", ["modalites", "identification", "informations", "epreuves"])
def test_a_tab_left_empty_is_refused_and_nothing_is_filed(section):
    draft = a_draft()
    draft.answers.filter(section=section).delete()

    with pytest.raises(Incomplete) as refusal:
        registering.register(draft=draft, by=author(draft.candidate), at=NOW)

    assert {trouble.section for trouble in refusal.value.troubles} >= {section}
    assert Registration.objects.count() == 0


def test_the_last_request_of_the_displayed_minute_is_accepted_and_the_next_is_not():
    first, second = a_draft(), a_draft()
    closing = first.service.closes_at

    registering.register(
        draft=first, by=author(first.candidate), at=closing + timedelta(seconds=59.999)
    )
    with pytest.raises(Closed, match="00 \\(heure de Paris\\)"):
        registering.register(
            draft=second, by=author(second.candidate), at=closing + timedelta(seconds=60)
        )

    assert Registration.objects.count() == 1
    second.refresh_from_db()
    assert second.answers.count() == 6


def test_a_modification_makes_the_next_version_and_says_what_changed():
    registration = a_registration()
    later = NOW + timedelta(hours=1)

    draft = registering.amend(
        registration=registration, by=author(registration.candidate), at=later
    )
    answers = draft.answers.get(section="identification")
    answers.answers = {**answers.answers, "address_1": "3 quai du Wault"}
    answers.save()
    version = registering.register(draft=draft, by=author(registration.candidate), at=later)

    registration.refresh_from_db()
    assert (version.number, registration.version) == (2, 2)
    assert version.changes == ["Numéro et voie : 12 rue des Îles → 3 quai du Wault"]
    assert [m.subject for m in Message.objects.order_by("pk")][-1] == (
        f"Modification d'inscription : Brevet d'essai – Marin, session 2027, n°{registration.number}"
    )
    [summary] = DocumentVersion.objects.for_folder(registration.folder, later).filter(
        document__kind="recapitulatif"
    )
    assert summary.number == 2


def test_what_changed_is_said_in_the_order_of_the_tabs():
    registration = a_registration(identification={"phone": "03 53 01 12 34"})
    by, later = author(registration.candidate), NOW + timedelta(hours=1)
    draft = registering.amend(registration=registration, by=by, at=later)
    identification = draft.answers.get(section="identification")
    identification.answers |= {"address_2": "Bât. B", "phone": ""}
    identification.save()
    candidacy = draft.answers.get(section="informations")
    candidacy.answers |= {"zone": "LITTORAL"}
    candidacy.save()

    version = registering.register(draft=draft, by=by, at=later)

    assert version.changes == [
        "Appartement, étage, bâtiment : rien → Bât. B",
        "Téléphone fixe : 03 53 01 12 34 → rien",
        "Zone géographique souhaitée : Lille et sa métropole → Littoral",
    ]


def test_a_modification_begun_and_not_saved_changes_nothing():
    registration = a_registration()

    registering.amend(registration=registration, by=author(registration.candidate), at=NOW)

    fresh = Registration.objects.get(pk=registration.pk)
    assert (fresh.version, fresh.versions.count(), Message.objects.count()) == (1, 1, 1)


def test_one_registers_once_for_an_exam_and_in_one_speciality():
    candidate = a_candidate()
    a_registration(candidate)
    other = a_draft(
        candidate, speciality="FOREST", epreuves={"statut-M1": None, "statut-M2": "inscrit"}
    )

    with pytest.raises(AlreadyRegistered):
        registering.register(draft=other, by=author(candidate), at=NOW)

    assert Registration.objects.count() == 1


def test_a_withdrawn_registration_gives_way_to_a_new_one_with_another_number():
    candidate = a_candidate()
    first = a_registration(candidate)
    leaving.withdraw(registration=first, by=author(candidate), at=NOW)

    draft = registering.begin_again(registration=first, by=author(candidate), at=NOW)
    version = registering.register(draft=draft, by=author(candidate), at=NOW)

    first.refresh_from_db()
    assert (first.state, version.registration.state) == ("withdrawn", "registered")
    assert first.number != version.registration.number
    assert version.snapshot["sections"] == first.versions.get().snapshot["sections"]


def test_only_who_has_something_to_send_is_told_that_the_date_of_silence_moves():
    owing = a_registration()
    load_invented(
        (
            """    retour_du_recapitulatif:
      texte: Imprimez, signez et renvoyez ce récapitulatif.
      echeance: {jours_apres_fermeture: 10}
""",
            "",
        ),
        ("libelle: Pièce d'identité,", "libelle: Pièce d'identité, obligatoire: false,"),
    )
    forget()
    complete = a_registration()

    said = [one.versions.get().snapshot["receipt"][2] for one in (owing, complete)]

    assert ["Ce délai ne court que du jour" in one for one in said] == [True, False]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Bureau des essais", "Bureau des essais, académie de Lille."),
        ("Rectorat de l'académie de Lille", "Rectorat de l'académie de Lille."),
    ],
)
def test_the_receipt_names_the_academy_once(name, said):
    load_invented(("nom: Bureau des essais de Lille", f"nom: {name}"))
    forget()

    registration = a_registration()

    received, *_ = registration.versions.get().snapshot["receipt"]
    assert received.endswith(f", par le service : {said}")

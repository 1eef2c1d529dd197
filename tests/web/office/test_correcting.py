"""« Corriger l'état civil »: frozen for their owner, corrected by the service on proof (I6)."""

import html
from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.acts.identities import correcting
from sporades.acts.registrations import deciding, leaving, registering
from sporades.batches import operations as batches
from sporades.batches.actions import ACTIONS
from sporades.candidates.forms import answers_of
from sporades.candidates.models import Identity
from sporades.candidates.operations import civil_data
from sporades.documents.models import DocumentVersion
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.states import RESTORE, SET_ASIDE, VALIDATE, State
from tests.factories import NOW, OPERATOR, a_registration, answer_all, answers_with, author
from tests.web.guide import links, main, plain

PROOF = "Carte d'identité reçue le 24 novembre"


def answers(registration, **changes):
    """Return what the page posts."""
    said = answers_of(registration.candidate.identity)
    day, month, year = said.pop("birth_date")
    return {
        **{name: value for name, value in said.items() if value not in (None, False)},
        "birth_date_day": day,
        "birth_date_month": month,
        "birth_date_year": year,
        "preuve": PROOF,
        "vue": registration.candidate.identity_id,
        **changes,
    }


def where(registration):
    """Return the address of the page."""
    return reverse("office:correct_identity", args=[registration.number])


def correct(client, registration, **changes):
    """Correct, and return the page that comes."""
    page = client.post(where(registration), answers(registration, **changes), follow=True)
    registration.refresh_from_db()
    return page


def test_the_registration_has_a_new_version_signed_by_its_manager(manager, in_lille):
    page = correct(manager, in_lille, birth_name="Le Gouff")

    assert "Son inscription en cours a une nouvelle version. Un mail part" in page.text
    assert (in_lille.version, in_lille.identity.birth_name) == (2, "Le Gouff")
    assert in_lille.name_key.startswith("le gouff")
    assert in_lille.candidate.identity_id == in_lille.identity_id
    [first, second] = in_lille.versions.order_by("number")
    assert first.is_intact
    assert second.is_intact
    assert second.changes == ["Nom de famille : Le Goff → Le Gouff"]
    assert second.author_name == manager.user.memberships.get().full_name
    assert second.snapshot["sections"] == first.snapshot["sections"]
    assert second.snapshot["name"] == "Maëlle Anne LE GOUFF"


def test_a_birth_date_without_its_day_or_its_month_needs_its_year_at_least(manager, in_lille):
    none = dict.fromkeys(("birth_date_day", "birth_date_month", "birth_date_year"), "")

    page = correct(manager, in_lille, **none, birth_date_is_partial="on")

    assert page.context["form"].errors == {
        "birth_date": ["Indiquez au moins l'année, par exemple 2008."]
    }


def test_the_summary_is_issued_again_and_the_old_one_is_replaced(manager, in_lille):
    correct(manager, in_lille, birth_name="Le Gouff")

    papers = DocumentVersion.objects.filter(
        document__folder=in_lille.folder, document__kind="recapitulatif"
    ).order_by("number")
    assert [one.number for one in papers] == [1, 2]
    assert "Gouff" in str(papers[1].content)
    assert "Gouff" not in str(papers[0].content)


def test_the_candidate_is_told_and_reads_it(manager, in_lille, sign_in):
    correct(manager, in_lille, birth_name="Le Gouff")

    letter = Message.objects.get(kind="identity_corrected")
    assert letter.recipient == in_lille.candidate.user.email
    assert in_lille.number in letter.body
    browser = sign_in(in_lille.candidate)
    assert "LE GOUFF" in browser.get("/accueil").text
    history = main(browser.get(f"/mes-inscriptions/{in_lille.number}/historique"))
    assert "Le Goff → devient Le Gouff" in history


def test_who_has_no_address_is_told_by_a_letter(manager, in_lille):
    candidate = in_lille.candidate
    candidate.user, candidate.email = None, ""
    candidate.save()

    page = correct(manager, in_lille, birth_name="Le Gouff")

    assert "Un courrier au candidat attend d'être imprimé." in html.unescape(page.text)
    told = Message.objects.get(kind="identity_corrected")
    assert (told.state, told.letter.candidate) == (Message.State.LETTER, candidate)


def test_the_journal_has_before_after_and_the_proof(manager, in_lille):
    correct(manager, in_lille, birth_name="Le Gouff")

    entry = Entry.objects.get(verb="identity corrected")
    assert entry.payload == {
        "before": {"birth_name": "Le Goff"},
        "after": {"birth_name": "Le Gouff", "proof": PROOF, "registration": in_lille.pk},
    }
    assert entry.actor_id == f"user:{manager.user.pk}"


@pytest.mark.parametrize("tab", ["journal", "history"])
def test_the_file_says_which_proof_was_seen_and_by_whom(manager, in_lille, tab):
    correct(manager, in_lille, birth_name="Le Gouff")

    page = main(manager.get(reverse(f"office:{tab}", args=[in_lille.number])))

    assert f"État civil corrigé, sur justificatif : {PROOF}" in page
    assert page.count(manager.user.memberships.get().full_name) == 2


def test_the_proof_is_said_where_a_batch_restores_what_was_set_aside_meanwhile(manager, in_lille):
    deciding.decide(
        registration=in_lille, decision=SET_ASIDE, reason="Hors académie.", by=OPERATOR, at=NOW
    )
    correcting.correct_identity(
        registration=in_lille,
        identity={**civil_data(in_lille.candidate.identity), "birth_name": "Le Gouff"},
        seen=in_lille.candidate.identity_id,
        proof=PROOF,
        by=OPERATOR,
        at=NOW,
    )
    batch = batches.prepare(
        registrations=type(in_lille).objects.all(),
        action=ACTIONS[RESTORE.name],
        reason="",
        reach=reach(manager.user.memberships.all(), Permission.DECIDE),
        by=manager.user,
        at=NOW,
    )
    batches.launch(batch=batch, by=OPERATOR, at=NOW)

    batches.go_on(str(batch.pk), at=NOW)

    page = main(manager.get(reverse("office:journal", args=[in_lille.number])))
    assert page.count(f"État civil corrigé, sur justificatif : {PROOF}") == 1


def test_a_correction_that_does_not_concern_a_file_is_not_in_it(manager, in_lille):
    leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=NOW)
    later = NOW + timedelta(days=1)
    other = a_registration(in_lille.candidate, at=later)
    correcting.correct_identity(
        registration=other,
        identity={**civil_data(in_lille.candidate.identity), "birth_name": "Le Gouff"},
        seen=in_lille.candidate.identity_id,
        proof=PROOF,
        by=OPERATOR,
        at=later,
    )

    journals = [
        main(manager.get(reverse("office:journal", args=[one.number]))) for one in (in_lille, other)
    ]

    assert [PROOF in one for one in journals] == [False, True]


def test_the_birth_date_moves_the_column_that_is_searched(manager, in_lille):
    correct(manager, in_lille, birth_date_day="15")

    assert in_lille.birth_date.day == 15


@pytest.mark.parametrize("decision", [VALIDATE])
def test_what_was_validated_stays_so_and_what_came_back_signed_stays_good(
    manager, in_lille, decision
):
    deciding.decide(registration=in_lille, decision=decision, reason="", by=OPERATOR, at=NOW)
    type(in_lille).objects.filter(pk=in_lille.pk).update(summary_posted_on=NOW.date())

    correct(manager, in_lille, birth_name="Le Gouff")

    assert in_lille.state == State.VALIDATED
    assert in_lille.summary_posted_on == NOW.date()


def withdraw(registration):
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)


def set_aside(registration):
    deciding.decide(
        registration=registration, decision=SET_ASIDE, reason="Date fausse.", by=OPERATOR, at=NOW
    )


@pytest.mark.parametrize("ended", [withdraw, set_aside])
def test_who_has_left_or_was_set_aside_is_corrected_for_the_next_time(
    manager, member, in_lille, ended, stopped_clock
):
    ended(in_lille)
    stopped_clock.move_to(NOW + timedelta(minutes=1))
    elsewhere = member("A25", email="ailleurs@exemple.test")
    file = reverse("office:registration", args=[in_lille.number])

    assert links(manager.get(file), "Corriger l'état civil") == [where(in_lille)]
    assert "elle reste telle qu'elle a été enregistrée" in main(manager.get(where(in_lille)))
    assert elsewhere.get(where(in_lille)).status_code == 404
    page = correct(manager, in_lille, birth_name="Le Gouff")

    said = "Aucune inscription n'est en cours : rien n'est publié de nouveau. Un mail part"
    assert said in plain(html.unescape(page.text))
    in_lille.candidate.refresh_from_db()
    assert in_lille.candidate.identity.birth_name == "Le Gouff"
    assert (in_lille.version, in_lille.identity.birth_name) == (1, "Le Goff")
    told = Message.objects.get(kind="identity_corrected").body
    assert "nouvelle version" not in told
    for tab in ("history", "journal"):
        assert PROOF in main(manager.get(reverse(f"office:{tab}", args=[in_lille.number])))


@pytest.mark.parametrize("ended", [withdraw, set_aside])
def test_who_is_registered_elsewhere_since_is_corrected_there_alone(
    manager, member, in_lille, ended, stopped_clock
):
    ended(in_lille)
    elsewhere = a_registration(in_lille.candidate, at=NOW + timedelta(minutes=1))
    type(in_lille).objects.filter(pk=elsewhere.pk).update(academy="A25")
    stopped_clock.move_to(NOW + timedelta(minutes=2))
    file = reverse("office:registration", args=[in_lille.number])
    record = reverse("office:record", args=[in_lille.candidate_id])

    for page in (file, record):
        assert links(manager.get(page), "Corriger l'état civil") == []
    answered = manager.post(where(in_lille), answers(in_lille, birth_name="Le Gouff"))

    assert answered.status_code == 404
    elsewhere.refresh_from_db()
    assert (elsewhere.version, elsewhere.identity.birth_name) == (1, "Le Goff")
    there = member("A25", email="ailleurs@exemple.test")
    assert there.get(where(elsewhere)).status_code == 200


def test_what_was_set_aside_stays_as_it_was_filed(manager, in_lille):
    deciding.decide(
        registration=in_lille, decision=SET_ASIDE, reason="Hors académie.", by=OPERATOR, at=NOW
    )

    corrected = {**civil_data(in_lille.candidate.identity), "birth_name": "Le Gouff"}
    correcting.correct_identity(
        registration=in_lille,
        identity=corrected,
        seen=in_lille.candidate.identity_id,
        proof=PROOF,
        by=OPERATOR,
        at=NOW,
    )
    in_lille.refresh_from_db()

    assert (in_lille.version, in_lille.identity.birth_name) == (1, "Le Goff")
    assert in_lille.candidate.identity.birth_name == "Le Gouff"
    # Restored, it stands under what was corrected meanwhile.
    deciding.decide(registration=in_lille, decision=RESTORE, reason="", by=OPERATOR, at=NOW)
    in_lille.refresh_from_db()
    assert (in_lille.version, in_lille.identity.birth_name) == (2, "Le Gouff")
    assert in_lille.state == State.REGISTERED
    papers = DocumentVersion.objects.filter(document__folder=in_lille.folder)
    assert papers.filter(document__kind="recapitulatif").count() == 2


def test_a_modification_that_is_open_goes_on_from_the_correction(manager, in_lille):
    draft = registering.amend(registration=in_lille, by=author(in_lille.candidate), at=NOW)
    answer_all(draft, answers_with(identification={"mobile": "06 39 98 99 99"}))

    correct(manager, in_lille, birth_name="Le Gouff")

    version = registering.register(draft=draft, by=author(in_lille.candidate), at=NOW)
    assert version.number == 3
    assert ["Nom de famille", "Le Gouff"] in version.snapshot["identity"]


def test_nothing_changed_makes_no_version(manager, in_lille):
    page = correct(manager, in_lille)

    assert page.status_code == 422
    assert "sont déjà celles du dossier" in html.unescape(page.text)
    assert in_lille.version == 1
    assert Identity.objects.filter(birth_name="Le Goff").count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"preuve": ""}, "preuve"),
        ({"birth_name": ""}, "birth_name"),
        ({"birth_name": "Le G0ff"}, "birth_name"),
        ({"birth_date_day": "31", "birth_date_month": "2"}, "birth_date"),
        ({"nationality": "00000"}, "nationality"),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_nothing_is_lost(manager, in_lille, changes, field):
    page = correct(manager, in_lille, usage_name="Kermarrec", **changes)

    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {field}
    assert "Kermarrec" in page.text
    assert " votre " not in page.text.partition("<main")[2].partition("</main")[0]
    assert in_lille.version == 1


def test_neither_an_auditor_nor_another_academy_corrects(member, in_lille):
    auditor = member("A09", role=Membership.Role.AUDITOR)
    elsewhere = member("A25", email="ouest@exemple.test")

    for client in (auditor, elsewhere):
        assert client.get(where(in_lille)).status_code == 404
        assert client.post(where(in_lille), answers(in_lille)).status_code == 404
    assert (
        "Corriger l" not in auditor.get(reverse("office:registration", args=[in_lille.number])).text
    )


@pytest.mark.parametrize(
    ("was", "born", "said"),
    [
        ((14, 3, 1998), (26, 11, 2008), "jusqu'ici majeur, est mineur"),
        ((26, 11, 2008), (25, 11, 2008), "jusqu'ici mineur, est majeur"),
        ((26, 11, 2008), (14, 3, 1998), "jusqu'ici mineur, est majeur"),
        ((14, 3, 1998), (25, 11, 2008), ""),
        ((26, 11, 2008), (27, 11, 2008), ""),
    ],
)
def test_a_minor_who_becomes_of_age_or_the_reverse_is_to_be_said_before_it_is_corrected(
    manager, in_lille, was, born, said
):
    parts = ("birth_date_day", "birth_date_month", "birth_date_year")
    if was != (14, 3, 1998):
        correct(manager, in_lille, **dict(zip(parts, was, strict=True)), majorite="on")
        in_lille.candidate.refresh_from_db()
    before = in_lille.version

    page = correct(manager, in_lille, **dict(zip(parts, born, strict=True)))

    assert in_lille.version == before + (not said)
    assert said in main(page)
    if said:
        assert page.context["form"].errors.keys() == {"majorite"}
        correct(manager, in_lille, **dict(zip(parts, born, strict=True)), majorite="on")
    assert in_lille.version == before + 1
    assert (in_lille.identity.birth_day, in_lille.identity.birth_year) == (born[0], born[2])


def test_an_age_that_does_not_change_is_not_asked_about(manager, in_lille):
    assert "majorite" not in manager.get(where(in_lille)).text


def test_two_who_correct_at_once_leave_one_history(manager, member, in_lille):
    # The second asked before the first had answered: it is judged on what stands by then.
    first = answers(in_lille, birth_name="Le Gouff")
    colleague = member("A09", email="collegue@exemple.test")

    stale = answers(in_lille, usage_name="Kermarrec")
    colleague.post(where(in_lille), first)
    second = manager.post(where(in_lille), stale)

    assert second.status_code == 422
    assert "Un collègue vient de corriger" in second.text
    assert "Kermarrec" in second.text
    in_lille.refresh_from_db()
    assert (in_lille.version, in_lille.identity.birth_name) == (2, "Le Gouff")


def test_a_colleague_who_corrects_the_same_is_not_told_as_oneself(manager, member, in_lille):
    said = answers(in_lille, birth_name="Le Gouff")
    member("A09", email="collegue@exemple.test").post(where(in_lille), said)

    page = manager.post(where(in_lille), said)

    assert page.status_code == 422
    assert "Un collègue vient de corriger" in page.text


def test_pressed_again_it_leads_to_the_file_as_the_first_time(manager, in_lille):
    said = answers(in_lille, birth_name="Le Gouff")

    first, second = (manager.post(where(in_lille), said) for _ in range(2))

    assert first.url == second.url == reverse("office:registration", args=[in_lille.number])
    page = main(manager.get(second.url))
    assert page.count("L'état civil est corrigé.") == 1
    assert "Son inscription en cours a une nouvelle version. Un mail part" in page
    in_lille.refresh_from_db()
    assert in_lille.version == 2
    assert Entry.objects.filter(verb="identity corrected").count() == 1
    assert Message.objects.filter(kind="identity_corrected").count() == 1


@pytest.mark.parametrize("changes", [{"usage_name": "Kermarrec"}, {"preuve": "Livret de famille"}])
def test_another_correction_from_the_same_page_is_said_to_come_after_ones_own(
    manager, in_lille, changes
):
    said = answers(in_lille, birth_name="Le Gouff")
    manager.post(where(in_lille), said)

    page = manager.post(where(in_lille), {**said, **changes})

    assert page.status_code == 422
    assert "Une correction est déjà enregistrée à votre nom" in html.unescape(page.text)
    assert "collègue" not in main(page)
    assert next(iter(changes.values())) in page.text
    assert Entry.objects.filter(verb="identity corrected").count() == 1


@pytest.mark.parametrize("seen", ["", "x", "9" * 40, "-1"])
def test_a_page_that_does_not_say_what_it_showed_corrects_nothing(manager, in_lille, seen):
    page = correct(manager, in_lille, birth_name="Le Gouff", vue=seen)

    assert page.status_code == 422
    assert "Cette page ne disait pas" in page.text
    assert in_lille.version == 1

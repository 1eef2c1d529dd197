"""« Aménagement d'épreuves »: chosen, signed, sent, followed by its candidate (H1, H4)."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sporades.accommodations.forms.measures import NOT_TICKED, MeasuresForm
from sporades.accommodations.granted import granted
from sporades.accommodations.late import Lateness
from sporades.accommodations.models import Again, Case
from sporades.accommodations.operations import DecisionOn, OpinionOn
from sporades.accommodations.operations.asking import sign
from sporades.accommodations.operations.refusals import (
    AnotherGuardian,
    NotTheirs,
    PapersMissing,
    PrecisionMissing,
)
from sporades.accommodations.queries import Proposal
from sporades.accommodations.rules import Sat, Wish, papers_in_words, rules_of, sat_for
from sporades.accommodations.states import Decision, Opinion, State
from sporades.acts import accommodating
from sporades.acts.registrations import leaving, registering
from sporades.exams.held import forget
from sporades.exams.schema.accommodations import OTHER_REASON
from sporades.registrations.models import Registration
from tests.accommodations import asked
from tests.accommodations.asked import (
    ACCESS,
    HALF,
    MANAGER,
    READER,
    THIRD,
    WITHOUT_ACCOMMODATIONS,
    WORDS,
    _notify,
    a_minor,
    again,
    case_of,
    decide,
    entrust,
    follow,
    opine,
    reach,
    said_so,
    send,
    write,
)
from tests.accommodations.test_asking import AFTER_CLOSING
from tests.factories import (
    NOW,
    a_candidate,
    a_registration,
    answer_all,
    answers_with,
    author,
    load_invented,
)
from tests.medical.given import confide
from tests.spaces import plain
from tests.web.guide import ask_to_withdraw, confirm, main, seen, words

pytestmark = pytest.mark.usefixtures("stopped_clock", "db")

CHOSEN = {"mesures-1": [THIRD], "mesures-2": [READER], "decision": "non", "plan": "aucun"}


@pytest.fixture
def registration():
    return a_registration(informations={"has_disability": "oui"})


def at(registration, *, page=""):
    return f"/mes-inscriptions/{registration.number}/amenagement{page}"


def test_from_the_first_choice_to_the_request_that_is_sent(sign_in, registration):
    client = sign_in(registration.candidate)

    first = client.get(at(registration))
    assert "Commencer ma demande" in main(first)
    answered = client.post(at(registration, page="/mesures"), CHOSEN)
    assert answered.headers["Location"] == at(registration, page="/epreuves")
    answered = client.post(
        at(registration, page="/epreuves"),
        {"epreuves-tiers": ["E1"], "epreuves-lecteur": ["E1", "E2", "E3", "M1"]},
    )
    assert answered.headers["Location"] == at(registration)

    read = main(client.get(at(registration)))
    assert "Temps majoré d'un tiers Français" in read
    assert "Secrétaire lecteur Toutes les épreuves" in read
    case = case_of(registration)
    client.post(at(registration, page="/envoi"), {"vu": case.revision})

    sent = main(client.get(at(registration)))
    assert "Fait : Demande envoyée Le mercredi 25 novembre 2026 à 10 h 30" in sent.replace(
        "\xa0", " "
    )
    assert (
        "Votre service gestionnaire vérifie que votre demande est complète, ou un médecin" in sent
    )
    assert [(one.code, one.papers) for one in case.measures.all()] == [
        (THIRD, ["E1"]),
        (READER, []),
    ]


def test_nothing_chosen_is_said_at_its_place(sign_in, registration):
    client = sign_in(registration.candidate)

    page = client.post(at(registration, page="/mesures"), {"decision": "non", "plan": "aucun"})

    assert page.status_code == 422
    assert page.context["form"].errors == {"mesures-1": ["Choisissez au moins une mesure."]}
    [line] = seen(page).cssselect("[data-error-summary] li a")
    assert (words(line), line.get("href")) == (
        "Choisissez au moins une mesure.",
        "#id_mesures-1_0",
    )
    assert seen(page).get_element_by_id("id_mesures-1_0").get("type") == "checkbox"
    assert "Cochez au moins une mesure, dans une liste ou une autre" in main(page)
    assert not Case.objects.exists()


def test_what_the_reglementation_does_not_know_is_refused_at_its_place(sign_in, registration):
    client = sign_in(registration.candidate)

    page = client.post(at(registration, page="/mesures"), {**CHOSEN, "mesures-1": ["INVENTEE"]})

    assert page.status_code == 422
    assert not Case.objects.exists()


def test_a_measure_without_an_epreuve_is_said_at_its_place(sign_in, registration):
    write(registration, Wish(THIRD))
    client = sign_in(registration.candidate)

    page = client.post(at(registration, page="/epreuves"), {})

    assert page.status_code == 422
    assert "Cochez au moins une épreuve" in main(page)


def test_where_each_epreuve_is_to_be_chosen_none_is_ticked_and_all_of_them_are_named(
    sign_in, a_choice_is_due
):
    filed = a_registration(informations={"has_disability": "oui"})
    write(filed, Wish(READER))
    client = sign_in(filed.candidate)

    page = client.get(at(filed, page="/epreuves"))
    assert "checked" not in page.text
    assert "Pour chaque mesure, cochez les épreuves où vous la demandez" in main(page)
    client.post(at(filed, page="/epreuves"), {"epreuves-lecteur": ["E1", "E2", "E3", "M1"]})

    assert case_of(filed).measures.get().papers == ["E1", "E2", "E3", "M1"]


def test_two_measures_that_exclude_each_other_are_told_apart_by_their_epreuves(
    sign_in, registration
):
    said_so(registration)
    client = sign_in(registration.candidate)
    first = main(client.get(at(registration, page="/mesures"))).replace("\xa0", " ")
    assert first.count("Pour une même épreuve, ne s'ajoute pas à « Temps majoré d'un tiers »") == 1
    assert "ne s'ajoute pas à « Temps majoré de moitié »" not in first
    both = {**CHOSEN, "mesures-1": [THIRD, HALF], "mesures-2": []}

    next_one = client.post(at(registration, page="/mesures"), both, follow=True)

    assert WORDS in main(next_one).replace("\xa0", " ")
    assert "checked" not in next_one.text
    same = {"epreuves-tiers": ["E1"], "epreuves-moitie": ["E1", "E2"]}
    refused = client.post(at(registration, page="/epreuves"), same)
    assert refused.status_code == 422
    [fault] = refused.context["form"].errors["epreuves-moitie"]
    assert fault.startswith(f"{WORDS} pour une même épreuve (Français) : cochez")
    assert refused.context["form"]["epreuves-moitie"].value() == ["E1", "E2"]
    unsaid = main(client.get(at(registration)))
    assert "Choisir les épreuves" in unsaid
    assert "Envoyer ma demande" not in unsaid
    client.post(
        at(registration, page="/epreuves"), {"epreuves-tiers": ["E1"], "epreuves-moitie": ["E2"]}
    )
    assert "Envoyer ma demande" in main(client.get(at(registration)))


def test_what_is_wrong_of_epreuves_is_said_at_once(sign_in, registration):
    said_so(registration)
    write(registration, Wish(THIRD), Wish(HALF), Wish(READER))

    typed = {"epreuves-tiers": ["E1", "E2"], "epreuves-moitie": ["E1", "E2"]}
    page = sign_in(registration.candidate).post(at(registration, page="/epreuves"), typed)

    errors = page.context["form"].errors
    assert set(errors) == {"epreuves-moitie", "epreuves-lecteur"}
    assert "(Français et Mathématiques)" in errors["epreuves-moitie"][0]


def test_a_signature_that_a_change_undoes_is_said_before_and_after(sign_in):
    filed = a_minor()
    write(filed, Wish(READER, ("E2",)))
    client, warned = (
        sign_in(filed.candidate),
        "Si vous changez quelque chose ici, il signe de nouveau.",
    )
    assert warned not in main(client.get(at(filed, page="/mesures")))
    asked.sign(filed)

    for page in ("/mesures", "/epreuves"):
        assert warned in main(client.get(at(filed, page=page)))
    assert "cette signature ne vaut plus" not in main(client.get(at(filed)))
    write(filed, Wish(READER, ("E1",)))

    after = main(client.get(at(filed)))
    assert "Signée par Anne Le Goff, mère, le mercredi 25 novembre 2026" in after
    assert "cette signature ne vaut plus, votre représentant légal signe de nouveau" in after
    assert warned not in main(client.get(at(filed, page="/mesures")))


def test_two_measures_that_no_epreuves_tell_apart_are_refused_at_their_place(sign_in):
    load_invented(("par_epreuve: false}", "par_epreuve: false, exclut: [LECTEUR]}"))
    forget()
    filed = a_registration(informations={"has_disability": "oui"})
    both = {**CHOSEN, "mesures-1": [], "mesures-2": [READER], "mesures-3": [ACCESS]}

    page = sign_in(filed.candidate).post(at(filed, page="/mesures"), both)

    assert page.status_code == 422
    [fault] = page.context["form"].errors["mesures-3"]
    assert "« Secrétaire lecteur » et « Locaux accessibles » s'excluent" in fault
    assert page.context["form"]["mesures-3"].value() == [ACCESS]
    assert not Case.objects.exists()


@pytest.fixture
def a_choice_is_due():
    load_invented(("famille: Aide humaine}", "famille: Aide humaine, epreuves_a_cocher: oui}"))
    forget()


def test_a_request_of_which_the_epreuves_are_not_chosen_is_not_sent(sign_in, a_choice_is_due):
    filed = a_registration(informations={"has_disability": "oui"})
    client = sign_in(filed.candidate)
    client.post(at(filed, page="/mesures"), {**CHOSEN, "mesures-1": []})

    page = client.get(at(filed))
    assert "Secrétaire lecteur Épreuves à choisir" in main(page)
    assert "Choisir les épreuves" in main(page)
    assert "Envoyer ma demande" not in main(page)
    refused = client.post(at(filed, page="/envoi"), {"vu": case_of(filed).revision}, follow=True)
    assert PapersMissing.message in refused.text
    assert case_of(filed).state == State.PREPARING

    client.post(at(filed, page="/epreuves"), {"epreuves-lecteur": ["E2"]})
    page = client.get(at(filed))
    assert "Choisir les épreuves" not in main(page)
    client.post(at(filed, page="/envoi"), {"vu": case_of(filed).revision})
    assert case_of(filed).state == State.ASKED


def test_a_guardian_signs_once_the_epreuves_are_chosen(sign_in, a_choice_is_due):
    filed = a_minor()
    write(filed, Wish(READER))
    client = sign_in(filed.candidate)

    assert SIGN not in main(client.get(at(filed)))
    assert ways(client, filed)[2] == ""
    assert client.get(at(filed, page="/signature")).headers["Location"] == at(filed)
    with pytest.raises(PapersMissing):
        sign(case_of(filed), name="Ana Ruiz", quality="mère", statement="Lu", at=NOW)

    client.post(at(filed, page="/epreuves"), {"epreuves-lecteur": ["E2"]})
    assert SIGN in main(client.get(at(filed)))
    assert ways(client, filed)[1] == at(filed, page="/signature")


SIGNED = {"qualite": "père", "accord": "on"}


def test_a_minor_does_not_sign_in_the_place_of_a_guardian(sign_in):
    filed = a_minor()
    Registration.objects.filter(pk=filed.pk).update(guardian_email=filed.candidate.address)
    case = write(filed, Wish(READER, ("E2",)))
    client = sign_in(filed.candidate)
    own, typed = filed.identity.full_name, {**SIGNED, "vu": case.revision}

    shown = client.get(at(filed, page="/signature"))
    assert "est celle du candidat : donnez-en une autre ici" in main(shown)
    assert "homonyme" not in shown.context["form"].fields
    refused = client.post(
        at(filed, page="/signature"),
        {**typed, "nom": own.upper(), "adresse": filed.candidate.address.upper()},
    )
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"nom", "adresse"}
    assert "je porte le même nom et le même prénom que le candidat" in main(refused)
    assert case_of(filed).signature is None

    said = {**typed, "nom": own, "homonyme": "on", "adresse": "pere@exemple.test"}
    client.post(at(filed, page="/signature"), said)

    signature = case_of(filed).signature
    assert (signature.name, signature.email) == (own, "pere@exemple.test")
    assert "le même prénom que le candidat" in signature.statement


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("🦄", "Enlevez ce qui n'appartient pas à un nom"),
        ("Anne Le Goff 2", "Un nom ne contient pas de chiffre"),
        ("Maman", "Écrivez le prénom et le nom."),
        ("- .", "Un nom contient au moins une lettre."),
    ],
)
def test_what_is_no_name_signs_nothing(sign_in, typed, said):
    filed = a_minor()
    case = write(filed, Wish(READER, ("E2",)))
    client = sign_in(filed.candidate)

    refused = client.post(
        at(filed, page="/signature"), {**SIGNED, "vu": case.revision, "nom": typed}
    )

    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"nom"}
    assert said in refused.context["form"].errors["nom"][0]
    assert case_of(filed).signature is None


@pytest.mark.parametrize("typed", ["sans prénom Le", "李小龙"])
def test_a_guardian_without_a_first_name_or_without_a_space_signs(sign_in, typed):
    filed = a_minor()
    case = write(filed, Wish(READER, ("E2",)))

    sign_in(filed.candidate).post(
        at(filed, page="/signature"), {**SIGNED, "vu": case.revision, "nom": typed, "aussi": "on"}
    )

    assert case_of(filed).signature.name == typed


def test_a_name_that_is_not_the_guardian_s_of_the_registration_is_asked_about(sign_in):
    filed = a_minor()
    case = write(filed, Wish(READER, ("E2",)))
    client, said = sign_in(filed.candidate), {**SIGNED, "vu": case.revision, "nom": "Paul Martin"}
    page = at(filed, page="/signature")

    assert "aussi" not in client.get(page).context["form"].fields
    refused = client.post(page, said)
    assert refused.status_code == 422
    assert refused.context["form"].errors["nom"] == [str(AnotherGuardian.of("Anne Le Goff"))]
    assert "Je suis aussi représentant légal du candidat" in main(refused)
    assert refused.context["form"]["nom"].value() == "Paul Martin"
    assert case_of(filed).signature is None

    for _ in range(2):
        client.post(page, {**said, "aussi": "on"})
    signature = case_of(filed).signature
    assert signature.name == "Paul Martin"
    assert signature.statement.endswith("Je suis aussi représentant légal du candidat.")


def test_a_guardian_of_whom_an_address_is_known_is_asked_for_no_other(sign_in):
    filed = a_minor()
    write(filed, Wish(READER, ("E2",)))

    page = sign_in(filed.candidate).get(at(filed, page="/signature"))

    assert "adresse" not in page.context["form"].fields
    assert "Un mail annoncera la signature, à anne@exemple.test ;" in main(page).replace(
        "\xa0", " "
    )
    assert "la première fois, un courrier aussi" in main(page)


def test_all_the_epreuves_are_said_only_where_all_are_meant():
    sat = [Sat("E1", "Français", frozenset({THIRD})), Sat("E2", "Oral", frozenset())]

    assert papers_in_words([], sat, THIRD) == "Français"
    assert papers_in_words([], sat[:1], THIRD) == "Toutes les épreuves"
    assert papers_in_words(["E2"], sat, THIRD) == "Oral"


@pytest.fixture
def a_precision_is_due():
    """Put a réglementation in force in which the reader's help must be specified."""
    _ask_for_a_precision()


def _ask_for_a_precision():
    load_invented(
        ("libelle: Secrétaire lecteur, ", 'libelle: Secrétaire lecteur, precision: "Lequel ?", ')
    )
    forget()


@pytest.mark.usefixtures("a_precision_is_due")
def test_a_measure_to_be_specified_is_so_by_its_candidate_and_read_by_all_who_decide(sign_in):
    registration = a_registration(informations={"has_disability": "oui"})
    client = sign_in(registration.candidate)

    asked = client.get(at(registration, page="/mesures"))
    without = client.post(at(registration, page="/mesures"), CHOSEN)
    said = {**CHOSEN, "precision-lecteur": "Une personne  lente"}
    client.post(at(registration, page="/mesures"), said)
    client.post(
        at(registration, page="/epreuves"),
        {"epreuves-tiers": ["E1"], "epreuves-lecteur": ["E1", "E2", "E3"]},
    )
    page = main(client.get(at(registration)))
    again = client.get(at(registration, page="/mesures"))

    assert "Secrétaire lecteur : Lequel ?" in main(asked)
    assert "rien de votre santé ici" in main(asked)
    assert without.status_code == 422
    assert without.context["form"].errors == {
        "precision-lecteur": ["Précisez la mesure que vous avez cochée."]
    }
    assert "Secrétaire lecteur : Une personne lente" in page
    assert again.context["form"]["precision-lecteur"].initial == "Une personne lente"
    for step in (send, entrust, opine, decide):
        step(registration)
    _notify(registration, at=NOW)
    document = client.get(f"/mes-documents/{registration.number}/decision-amenagement")
    assert "Secrétaire lecteur : Une personne lente" in main(document)
    assert "Secrétaire lecteur : Une personne lente" in main(client.get(at(registration)))
    assert [one.precision for one in granted(registration, "E2").measures] == ["Une personne lente"]
    renewed = client.get(at(registration, page="/mesures"))
    assert renewed.context["form"]["precision-lecteur"].initial == "Une personne lente"
    made = accommodating.take_again(
        case=case_of(registration), why=Again.ERROR, has_opinion=True, by=MANAGER, at=NOW
    )
    assert "Une personne lente" in [one.precision for one in made.measures.all()]


@pytest.mark.usefixtures("a_precision_is_due")
def test_a_measure_that_is_specified_and_not_ticked_is_not_dropped_unsaid(sign_in):
    registration = a_registration(informations={"has_disability": "oui"})
    client = sign_in(registration.candidate)
    said = {**CHOSEN, "mesures-2": [], "precision-lecteur": "Une personne lente"}

    page = client.post(at(registration, page="/mesures"), said)

    assert page.status_code == 422
    assert page.context["form"].errors == {"precision-lecteur": [NOT_TICKED]}
    assert page.context["form"]["precision-lecteur"].value() == "Une personne lente"
    assert not Case.objects.exists()
    client.post(at(registration, page="/mesures"), {**said, "mesures-2": [READER]})
    assert case_of(registration).measures.get(code=READER).precision == "Une personne lente"


@pytest.mark.usefixtures("a_precision_is_due")
def test_words_of_health_in_a_precision_are_pointed_out_once_and_may_stay(sign_in):
    registration = a_registration(informations={"has_disability": "oui"})
    client, page = sign_in(registration.candidate), at(registration, page="/mesures")
    said = {**CHOSEN, "precision-lecteur": "Une personne lente, cécité totale"}

    pointed_out = client.post(page, said)
    errors = pointed_out.context["form"].errors

    assert pointed_out.status_code == 422
    assert "« cécité »" in " ".join(errors["precision-lecteur"])
    assert seen(pointed_out).cssselect("main input[name=relu]")
    assert not client.post(page, {**said, "relu": "on"}).context
    assert case_of(registration).measures.get(code=READER).precision.endswith("cécité totale")
    calm = client.get(page)
    assert not seen(calm).cssselect("main input[name=relu]")


@pytest.mark.usefixtures("a_precision_is_due")
def test_a_measure_that_is_unticked_goes_with_the_precision_that_was_there(sign_in):
    registration = a_registration(informations={"has_disability": "oui"})
    write(registration, Wish(THIRD), Wish(READER, precision="Une personne lente"))
    client = sign_in(registration.candidate)
    said = {**CHOSEN, "mesures-2": [], "precision-lecteur": "Une personne lente"}

    client.post(at(registration, page="/mesures"), said)

    assert [one.code for one in case_of(registration).measures.all()] == [THIRD]


@pytest.fixture
def a_former_decision_is_asked_for():
    """Put a réglementation in force in which who had a decision is asked for it."""
    paper = (
        "{code: ANTERIEURE, libelle: Dernière décision, aide: Le médecin y lit ce que vous aviez, "
        "obligatoire: false, si: {decision_anterieure: true}}"
    )
    load_invented(("      tardive:\n", f"        - {paper}\n      tardive:\n"))
    forget()


@pytest.mark.usefixtures("a_former_decision_is_asked_for")
@pytest.mark.parametrize(("answer", "is_asked"), [("oui", True), ("non", False)])
def test_a_former_decision_is_asked_of_who_says_that_there_was_one(sign_in, answer, is_asked):
    registration = a_registration(informations={"has_disability": "oui"})
    client = sign_in(registration.candidate)

    client.post(at(registration, page="/mesures"), {**CHOSEN, "decision": answer})
    page = main(client.get(at(registration)))
    confided = main(client.get(f"/mes-inscriptions/{registration.number}/sante"))

    said = "Dernière décision (pas obligatoire) : pas déposé. Le médecin y lit ce que vous aviez"
    assert (said in page) is is_asked
    assert "Autre bilan (selon votre situation) : pas déposé." in page
    assert ("Dernière décision" in confided) is is_asked


@pytest.mark.usefixtures("a_former_decision_is_asked_for")
@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_a_decision_that_the_service_has_notified_is_not_to_be_confided(sign_in, where):
    registration = a_registration(informations={"has_disability": "oui"})
    reach(registration, State.NOTIFIED)
    if where == "elsewhere":
        leaving.withdraw(
            registration=again(registration), by=author(registration.candidate), at=NOW
        )
        registration = a_registration(
            registration.candidate, informations={"has_disability": "oui"}
        )
    client = sign_in(registration.candidate)

    form = client.get(at(registration, page="/mesures")).context["form"]
    [hint] = [label.hint for value, label in form["decision"].field.choices if value == "oui"]
    assert (form["decision"].initial, "vous n'avez pas à la joindre" in hint) == ("oui", True)
    client.post(at(registration, page="/mesures"), {**CHOSEN, "decision": "oui"})

    page = main(client.get(at(registration)))
    assert "Oui, que le service a notifiée" in page
    assert "Dernière décision" not in page
    assert "Dernière décision" not in main(
        client.get(f"/mes-inscriptions/{registration.number}/sante")
    )


def test_what_the_decision_on_another_registration_spares_is_said_with_what_it_does_not(sign_in):
    first = a_registration(informations={"has_disability": "oui"})
    reach(first, State.NOTIFIED)
    client = sign_in(first.candidate)
    asked = main(ask_to_withdraw(client, first.number))
    leaving.withdraw(registration=again(first), by=author(first.candidate), at=NOW)
    second = a_registration(first.candidate, informations={"has_disability": "oui"})

    pages = [main(client.get(at(second))), main(client.get(at(second, page="/mesures")))]
    client.post(at(second, page="/mesures"), {**CHOSEN, "decision": "oui"})
    pages.append(main(client.get(at(second))))

    assert "ne passe pas d'elle-même à une nouvelle inscription" in asked
    left = main(client.get(f"/mes-inscriptions/{first.number}"))
    assert "ne passe pas d'elle-même à une nouvelle inscription" in left
    assert "Si vous avez déjà fourni des pièces justificatives, elles ne passent pas" in asked
    assert "session précédente" not in pages[0]
    for page in pages:
        assert "ne passe pas d'elle-même à celle-ci. Le service l'a déjà" in page
        assert "papiers de santé, avis d'un médecin, nouvelle décision." in page


def test_a_request_that_goes_with_its_registration_is_said_before(
    sign_in, registration, kept, confided
):
    client = sign_in(registration.candidate)
    without = main(ask_to_withdraw(client, registration.number))
    write(registration)

    page = main(client.get(f"/mes-inscriptions/{registration.number}/desinscription"))

    assert "Votre demande d'aménagement d'épreuves sera retirée aussi" in page
    assert "papiers de santé" not in page
    assert "aménagement" not in without
    confide(registration)
    page = main(client.get(f"/mes-inscriptions/{registration.number}/desinscription"))
    assert "seront effacés à partir du 29 novembre 2026. Si vous vous réinscrivez" in page.replace(
        "\xa0", " "
    )


@pytest.mark.parametrize("is_confided", [True, False])
def test_what_was_confided_is_led_to_from_a_registration_that_was_withdrawn(
    sign_in, registration, is_confided
):
    write(registration)
    if is_confided:
        confide(registration)
    leaving.withdraw(registration=again(registration), by=author(registration.candidate), at=NOW)

    page = sign_in(registration.candidate).get(f"/mes-inscriptions/{registration.number}").text

    assert (f'href="/mes-inscriptions/{registration.number}/sante"' in page) is is_confided


@pytest.mark.parametrize(
    ("category", "wishes", "why"),
    [
        ("INDIV", [Wish(READER)], "votre catégorie de candidat n'a pas droit à la procédure"),
        ("FORM", [Wish(HALF)], "« Temps majoré de moitié » demande la procédure complète"),
        ("FORM", [Wish(READER)], ""),
    ],
)
def test_why_a_plan_does_not_spare_the_whole_procedure_is_said(sign_in, category, wishes, why):
    of_category = {} if category == "INDIV" else {"qualification": {"experience": "3"}}
    registration = a_registration(
        informations={"has_disability": "oui", "category": category}, **of_category
    )
    write(registration, *wishes, plan="PAP")

    page = main(sign_in(registration.candidate).get(at(registration)))

    assert ("Pourquoi : " in page) is bool(why)
    assert why in page


def test_the_hint_of_a_former_decision_is_of_who_says_that_there_was_one(sign_in, registration):
    page = sign_in(registration.candidate).get(at(registration, page="/mesures"))

    [hint] = seen(page).cssselect("label[for=id_decision_1] .s-when-chosen")
    assert words(hint) == "Joignez-la à vos papiers"
    assert not seen(page).cssselect("label[for=id_decision_0] .fr-hint-text")


@pytest.fixture
def a_delay_is_usual():
    """Put a réglementation in force that says in how many days a decision ordinarily comes."""
    load_invented(
        (
            "      decision:\n        autorite:",
            "      decision:\n        delai_habituel: 60\n        autorite:",
        )
    )
    forget()


def step_of(client, registration, label="Décision prise"):
    """Return what the tracker says under a step."""
    steps = client.get(at(registration)).context["steps"]
    return next(one["note"] for one in steps if one["label"] == label)


@pytest.mark.usefixtures("a_delay_is_usual")
def test_the_usual_delay_of_a_decision_is_told_with_its_day_and_as_no_promise(sign_in):
    registration = a_registration(informations={"has_disability": "oui"})
    client = sign_in(registration.candidate)
    in_days = "D'ordinaire, dans les 60 jours qui suivent l'envoi d'une demande complète."

    assert in_days in main(client.get(at(registration)))
    write(registration, plan="PAP")
    assert f"Ensuite : l'avis du médecin, puis la décision. {in_days}" in main(
        client.get(at(registration))
    ).replace("\xa0", " ")
    send(registration)
    assert step_of(client, registration) == in_days  # a paper is still to be confided
    for kind in ("CERTIFICAT", "PLAN"):
        confide(registration, kind=kind)
    assert step_of(client, registration) == (
        "D'ordinaire d'ici au 24 janvier 2027, si rien n'y manque. C'est une indication, pas un "
        "engagement."
    )
    entrust(registration)
    opine(registration)
    assert step_of(client, registration) == (
        "L'avis du médecin est rendu. La décision est prise par : Recteur de l'académie. D'ordinaire "
        "d'ici au 24 janvier 2027. C'est une indication, pas un engagement."
    )
    with time_machine.travel(NOW + timedelta(days=61), tick=False):
        later = sign_in(registration.candidate)
        assert "ce délai est passé depuis le 24 janvier 2027" in step_of(later, registration)
    decide(registration)
    assert "D'ordinaire" not in main(client.get(at(registration)))


@pytest.mark.usefixtures("a_delay_is_usual")
def test_no_day_is_told_of_a_request_that_lacks_something_nor_of_a_decision_taken_again(sign_in):
    registration = a_registration(informations={"has_disability": "oui"})
    client = sign_in(registration.candidate)
    reach(registration, State.INCOMPLETE)

    assert "d'ici au" not in main(client.get(at(registration)))

    other = a_registration(informations={"has_disability": "oui"})
    first = reach(other, State.NOTIFIED)
    accommodating.take_again(case=first, why=Again.ERROR, has_opinion=True, by=MANAGER, at=NOW)
    assert "D'ordinaire" not in main(sign_in(other.candidate).get(at(other)))


def test_where_the_reglementation_is_silent_no_delay_is_told(sign_in, registration):
    client = sign_in(registration.candidate)
    assert "D'ordinaire" not in main(client.get(at(registration)))

    reach(registration, State.ASKED)

    assert "D'ordinaire" not in main(client.get(at(registration)))


@pytest.mark.usefixtures("a_precision_is_due")
def test_what_is_not_to_be_specified_keeps_no_words(sign_in):
    registration = a_registration(informations={"has_disability": "oui"})

    write(registration, Wish(THIRD, precision="Le mien"))

    assert case_of(registration).measures.get().precision == ""


@pytest.mark.usefixtures("a_precision_is_due")
def test_a_request_that_does_not_say_which_one_is_not_sent(sign_in):
    registration = a_registration(informations={"has_disability": "oui"})
    write(registration, Wish(READER))
    client = sign_in(registration.candidate)

    page = client.get(at(registration))

    assert "Préciser les mesures" in main(page)
    assert "Envoyer ma demande" not in main(page)
    with pytest.raises(PrecisionMissing):
        send(registration)


def test_a_minor_is_asked_for_the_signature_before_sending(sign_in):
    registration = a_minor()
    write(registration)
    client = sign_in(registration.candidate)

    page = main(client.get(at(registration)))
    assert "Faire signer mon représentant légal" in page
    assert "Envoyer ma demande" not in page
    refused = client.post(at(registration, page="/signature"), {"nom": "Anne Le Goff"})
    assert refused.status_code == 422
    case = case_of(registration)
    client.post(
        at(registration, page="/signature"),
        {"nom": "Anne Le Goff", "qualite": "mère", "accord": "on", "vu": case.revision},
    )

    page = main(client.get(at(registration)))
    assert "Signée par Anne Le Goff, mère" in page
    assert "Envoyer ma demande" in page


def test_sending_what_was_not_read_sends_nothing(sign_in, registration):
    write(registration)
    client = sign_in(registration.candidate)

    for read in ("", "²", "99", "9" * 40):
        client.post(at(registration, page="/envoi"), {"vu": read})

    assert case_of(registration).state == State.PREPARING


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (
            State.PREPARING,
            (
                "À faire Déposer « Certificat du médecin » (obligatoire) Relire et envoyer la demande "
                "Ensuite : l'avis du médecin, puis la décision."
            ),
        ),
        (State.INCOMPLETE, "Le papier est illisible. Aucune date limite"),
        (State.WITH_DOCTOR, "Le médecin désigné étudie votre demande"),
        (
            State.OPINION_GIVEN,
            "L'avis du médecin est rendu. La décision est prise par : Recteur de l'académie.",
        ),
        (State.DECIDED, "Votre service gestionnaire vous notifie la décision."),
    ],
)
def test_what_is_awaited_is_said_with_whom(sign_in, registration, state, said):
    reach(registration, state)

    page = main(sign_in(registration.candidate).get(at(registration))).replace("\xa0", " ")

    assert said in page
    assert "La décision Temps" not in page


@pytest.mark.parametrize("state", [State.INCOMPLETE, State.ASKED, State.PREPARING])
def test_until_when_a_request_is_completed_is_said_wherever_it_is_called_for(
    sign_in, registration, state
):
    reach(registration, state)
    if state == State.PREPARING:
        send(registration)
        accommodating.take_up(case=case_of(registration), by=author(registration.candidate), at=NOW)
    client = sign_in(registration.candidate)

    mine = f"/mes-inscriptions/{registration.number}"
    for page in (f"{mine}/amenagement", "/accueil", f"{mine}/suis-je-inscrit", f"{mine}/numero"):
        said = main(client.get(page))
        assert "Aucune date limite n'est fixée pour cela" in said, page


def test_beside_another_request_the_decision_is_still_said_to_be_in_force(sign_in, registration):
    reach(registration, State.NOTIFIED)
    write(registration)
    client = sign_in(registration.candidate)

    page = main(client.get(f"/mes-inscriptions/{registration.number}/suis-je-inscrit"))

    assert "La décision notifiée le 25 novembre 2026 reste en vigueur." in page.replace("\xa0", " ")


def test_a_notified_decision_says_who_took_it_and_how_to_contest_it(sign_in, registration):
    reach(registration, State.NOTIFIED)
    client = sign_in(registration.candidate)
    unread = main(client.get(at(registration))).replace("\xa0", " ")
    assert "Lire la notification" in unread
    assert "Temps majoré d'un tiers Accordée" not in unread
    until = case_of(registration).notification.content["until"].replace("\xa0", " ")
    assert until in unread
    assert "à compter du jour où vous l'ouvrez" in until

    read = client.get(f"/mes-documents/{registration.number}/decision-amenagement")
    page = main(client.get(at(registration))).replace("\xa0", " ")

    assert "Décision prise par : Claude Martin" in main(read)
    assert (
        "Dernier jour pour contester cette décision : le 26 janvier 2027 Vous l'avez ouverte pour la "
        "première fois le 25 novembre 2026, et le délai court de ce jour."
        in main(read).replace("\xa0", " ")
    )
    assert case_of(registration).opened_at == NOW
    assert "Temps majoré d'un tiers Accordée" in page
    assert (
        "Décision prise par : Claude Martin, cheffe du service des examens, Rectorat de Lille"
        in page
    )
    assert "Vous pouvez saisir le tribunal administratif des essais." in page
    assert (
        "Notifiée le 25 novembre 2026 et ouverte le 25 novembre 2026. Vous avez deux mois à compter "
        "de ce jour : vous pouvez la contester jusqu'au 26 janvier 2027 inclus." in page
    )
    assert [words.count("deux mois") for words in (unread, page, main(read))] == [1, 1, 1]
    assert "Contester la décision" in page
    assert "Rectorat des essais, 59000 Lille" in page
    assert "Faire une autre demande ne conteste pas celle-ci" in page


def test_the_former_decision_is_shown_while_another_request_is_under_way(sign_in, registration):
    former = reach(registration, State.NOTIFIED)
    reach(registration, State.ASKED, Wish(READER))

    page = main(sign_in(registration.candidate).get(at(registration)))

    assert "Elle est en vigueur jusqu'à la décision sur votre nouvelle demande, qui la remp" in page
    assert former.notified_at


def ticked(page):
    """Return the codes of the measures that a page shows ticked."""
    form = page.context["form"]
    names = [name for name in form.fields if name.startswith("mesures")]
    return [code for name in names for code in form[name].initial]


def test_another_request_starts_from_what_is_granted_and_says_that_it_replaces_it(
    sign_in, registration
):
    wishes = (Wish(THIRD, ("E1",)), Wish(READER), Wish(ACCESS))
    reach(registration, State.OPINION_GIVEN, *wishes, plan="PAP")
    decide(registration, LECTEUR=DecisionOn(Decision.REFUSED, reason="Sans objet."))
    _notify(registration, at=NOW)
    client = sign_in(registration.candidate)
    client.get(f"/mes-documents/{registration.number}/decision-amenagement")

    page = client.get(at(registration, page="/mesures"))

    assert ticked(page) == [THIRD, ACCESS]
    assert (page.context["form"]["plan"].initial, page.context["form"]["decision"].initial) == (
        "PAP",
        "oui",
    )
    said = main(page).replace("\xa0", " ")
    assert "La décision sur cette demande remplacera celle qui vous a été notifiée le" in said
    assert "Ce que vous ne cochez pas ne vous sera plus accordé." in said


def test_of_a_decision_that_was_not_read_nothing_is_said_by_another_request(sign_in, registration):
    reach(registration, State.OPINION_GIVEN, Wish(THIRD), Wish(READER))
    decide(registration, LECTEUR=DecisionOn(Decision.REFUSED, reason="Sans objet."))
    _notify(registration, at=NOW)

    page = sign_in(registration.candidate).get(at(registration, page="/mesures"))

    assert ticked(page) == [THIRD, READER]
    assert "Lisez d'abord la notification" in main(page)


def test_what_was_granted_and_is_not_asked_again_is_named_where_it_is_read_over(
    sign_in, registration
):
    reach(registration, State.NOTIFIED, Wish(THIRD), Wish(READER, ("E1", "E2")), Wish(ACCESS))
    client = sign_in(registration.candidate)
    client.get(f"/mes-documents/{registration.number}/decision-amenagement")

    write(registration, Wish(THIRD, ("E1",)), Wish(READER, ("E1",)))
    some = client.get(at(registration))
    write(registration, Wish(THIRD), Wish(READER), Wish(ACCESS), Wish(HALF))
    none = client.get(at(registration))

    assert some.context["lost"] == [
        "Temps majoré d'un tiers (Mathématiques et Éducation physique et sportive)",
        "Secrétaire lecteur (Mathématiques)",
        "Locaux accessibles",
    ]
    assert "Accordé alors, et pas redemandé : vous ne l'aurez plus." in main(some).replace(
        "\xa0", " "
    )
    assert none.context["lost"] == []
    assert "remplacera celle qui vous a été notifiée" in main(none)


def test_the_epreuves_of_a_decision_are_said_to_be_those_of_today_once_something_was_changed(
    sign_in, registration
):
    reach(registration, State.NOTIFIED, Wish(THIRD))
    client = sign_in(registration.candidate)
    client.get(f"/mes-documents/{registration.number}/decision-amenagement")
    before = main(client.get(at(registration)))

    Registration.objects.filter(pk=registration.pk).update(amended_at=NOW + timedelta(days=2))
    after = main(client.get(at(registration)))

    said = (
        "L'inscription a été modifiée depuis, le 27 novembre 2026 : les épreuves nommées ici sont "
        "celles d'aujourd'hui. La notification garde celles du jour de la décision."
    )
    assert said in plain(after)
    assert "modifiée depuis" not in before


def test_a_decision_that_grants_nothing_is_not_said_to_be_valid_until_the_diploma(
    sign_in, registration
):
    reach(registration, State.OPINION_GIVEN, Wish(THIRD))
    decide(registration, TIERS=DecisionOn(Decision.REFUSED, reason="Non prévu."))
    _notify(registration, at=NOW)
    client = sign_in(registration.candidate)
    paper = main(client.get(f"/mes-documents/{registration.number}/decision-amenagement"))

    page = main(client.get(at(registration)))

    for said in (page, paper):
        assert "jusqu'à l'obtention du diplôme" not in said
        assert "interrompt le délai pour saisir le tribunal" in plain(said)


@pytest.mark.parametrize(
    ("why", "has_opinion", "reason"),
    [
        (Again.ERROR, True, "pour corriger une erreur"),
        (Again.APPEAL, False, "à la suite d'un recours"),
    ],
)
def test_a_decision_that_the_service_takes_again_is_said_with_since_when_and_why(
    sign_in, registration, why, has_opinion, reason
):
    first = reach(registration, State.NOTIFIED)
    made = asked.taken_again(first, why=why, has_opinion=has_opinion, at=NOW + timedelta(days=1))
    client = sign_in(registration.candidate)

    page = main(client.get(at(registration))).replace("\xa0", " ")
    sure = main(client.get(f"/mes-inscriptions/{registration.number}/suis-je-inscrit"))
    client.post(at(registration, page="/retrait"))

    said = f"a repris la décision le jeudi 26 novembre 2026 à 10 h 30 (heure de Paris), {reason}."
    assert said in page
    assert said in sure.replace("\xa0", " ")
    assert "Décision reprise" in page
    assert f"Le jeudi 26 novembre 2026 à 10 h 30 (heure de Paris), {reason}." in page
    assert "Elle reste en vigueur jusqu'à la nouvelle décision." in page
    assert "nouvelle demande" not in page
    assert "Retirer ma demande" not in page
    with pytest.raises(NotTheirs):
        accommodating.withdraw(case=made, by=author(registration.candidate), at=NOW)
    made.refresh_from_db()
    assert made.is_open


def test_a_decision_taken_again_that_lacks_something_is_answered_and_not_changed(
    sign_in, registration
):
    asked.taken_again(reach(registration, State.NOTIFIED), why=Again.ERROR)
    asked.find_incomplete(registration)
    client = sign_in(registration.candidate)

    page = client.get(at(registration))
    choosing = client.get(at(registration, page="/mesures"))
    posted = client.post(
        at(registration, page="/mesures"), {**CHOSEN, "revision": case_of(registration).revision}
    )

    assert "Envoyer de nouveau ma demande" in main(page)
    assert at(registration, page="/mesures") not in page.content.decode()
    assert choosing.headers["Location"] == at(registration)
    assert posted.status_code == 409
    assert "a repris la décision : ce n'est pas une demande à changer" in main(posted)
    client.post(at(registration, page="/envoi"), {"vu": case_of(registration).revision})
    assert case_of(registration).state == State.ASKED


def test_a_taking_again_that_was_cancelled_is_said_where_the_candidate_looks(sign_in, registration):
    first = reach(registration, State.NOTIFIED)
    made = accommodating.take_again(
        case=first, why=Again.ERROR, has_opinion=True, by=MANAGER, at=NOW + timedelta(days=1)
    )
    accommodating.cancel_taking_again(
        case=made, reason="Reprise par erreur.", by=MANAGER, at=NOW + timedelta(days=2)
    )
    client = sign_in(registration.candidate)

    page = main(client.get(at(registration))).replace("\xa0", " ")
    own = f"/mes-inscriptions/{registration.number}"
    [notified] = [
        link.get("href")
        for link in seen(client.get(own)).cssselect("main a")
        if words(link).startswith("Ouvrir le document")
    ]
    client.get(notified)
    sure = read(client, own)

    assert "Décision reprise Le jeudi 26 novembre 2026 à 10 h 30 (heure de Paris), pour" in page
    assert (
        "Reprise annulée Le vendredi 27 novembre 2026 à 10 h 30 (heure de Paris) : la décision "
        "notifiée reste en vigueur. Motif : Reprise par erreur." in page
    )
    assert page.index("Décision notifiée") < page.index("Décision reprise")
    assert (
        "il y a renoncé le vendredi 27 novembre 2026 à 10 h 30 (heure de Paris) : la décision "
        "notifiée reste en vigueur." in sure
    )
    assert "a repris la décision le" not in page


def test_what_is_granted_for_some_epreuves_is_said_refused_for_the_others(sign_in, registration):
    reach(registration, State.WITH_DOCTOR, Wish(READER, ("E1", "E2")))
    opine(registration, LECTEUR=OpinionOn(Opinion.FAVOURABLE, papers=("E1",)))
    follow(registration)
    accommodating.notify_decision(registration=registration, by=MANAGER, at=NOW)
    client = sign_in(registration.candidate)

    document = main(client.get(f"/mes-documents/{registration.number}/decision-amenagement"))
    page = main(client.get(at(registration)))

    said = "Accordée pour : Français ; refusée pour : Mathématiques"
    assert said in document.replace("\xa0", " ")
    assert said in page.replace("\xa0", " ")
    assert "Accordée en partie" in page
    assert not granted(again(registration), "E2").measures


def test_what_is_only_begun_has_not_failed_and_lacks_said_before_the_signature(sign_in):
    registration = a_minor()
    write(registration, Wish(READER), plan="PAP")
    client = sign_in(registration.candidate)

    page = main(client.get(at(registration)))
    signing = main(client.get(at(registration, page="/signature")))

    assert "Envoyer la demande Ensuite" in page
    assert "Manque" not in page
    assert "Il reste à déposer « Votre plan »." in page.replace("\xa0", " ")
    assert "puis déposer ce qui manque avant l'avis du médecin" in page
    assert "Un mail annoncera la signature, à anne@exemple.test" in signing
    assert "Simplifiée : votre plan porte déjà l'avis d'un médecin" in page.replace("\xa0", " ")


def come_next(client, registration):
    """Return what the top of a page lists to be done, and its main buttons."""
    page = seen(client.get(at(registration)))
    main_ones = page.cssselect("main .fr-btn:not(.fr-btn--secondary)")
    listed = [words(one).replace("\xa0", " ") for one in page.cssselect("#a-faire + ol > li")]
    return listed, [words(one) for one in main_ones]


def ways(client, registration):
    """Return where each thing that the top lists is done, nothing where it cannot be yet."""
    page = seen(client.get(at(registration)))
    return [
        next((link.get("href") for link in one.cssselect("a")), "")
        for one in page.cssselect("#a-faire + ol > li")
    ]


GUARDIAN = "Faire signer la demande par votre représentant légal"
READ_AND_SEND = "Relire et envoyer la demande"
CONFIDE, SIGN, SEND = (
    "Déposer mes papiers de santé",
    "Faire signer mon représentant légal",
    "Envoyer ma demande",
)


def test_the_top_says_what_is_next_and_the_main_button_does_it(sign_in, kept, confided):
    filed = a_minor()
    client = sign_in(filed.candidate)

    accommodating.prepare(registration=again(filed), by=author(filed.candidate), at=NOW)
    assert come_next(client, filed) == (
        ["Choisir les mesures que vous demandez", GUARDIAN, "Envoyer la demande"],
        ["Choisir les mesures"],
    )
    write(filed, Wish(READER), plan="PAP")
    assert come_next(client, filed) == (
        ["Déposer « Votre plan » (obligatoire)", GUARDIAN, "Envoyer la demande"],
        [CONFIDE],
    )
    confide(filed, kind="PLAN")
    assert come_next(client, filed) == ([GUARDIAN, "Envoyer la demande"], [SIGN])
    asked.sign(filed)
    assert come_next(client, filed) == ([READ_AND_SEND], [SEND])


def test_what_is_to_be_done_is_at_the_top_with_its_link_once_it_may_be(sign_in, kept, confided):
    filed = a_minor()
    client = sign_in(filed.candidate)
    accommodating.prepare(registration=again(filed), by=author(filed.candidate), at=NOW)
    assert ways(client, filed) == [at(filed, page="/mesures"), "", ""]
    write(filed, Wish(READER), plan="PAP")
    health = f"/mes-inscriptions/{filed.number}/sante"
    assert ways(client, filed) == [health, at(filed, page="/signature"), ""]
    asked.sign(filed)
    assert ways(client, filed) == [health, "#demande"]
    page, said = seen(client.get(at(filed))), read(client, at(filed))
    assert said.index("À envoyer avant le") < said.index("À faire Déposer « Votre plan »")
    assert said.index("À faire") < said.index("Vos papiers de santé")
    # What others do then is one line, and no step waits for its candidate among theirs.
    assert not page.cssselect("main .s-checks")
    assert page.cssselect("#demande")


def the_state(page):
    """Return what the page says first of a request, and how."""
    [first, *_] = seen(page).cssselect("main .s-state")
    [kind] = [one for one in first.get("class").split() if one.startswith("s-state--")]
    return words(first), kind.removeprefix("s-state--")


@pytest.mark.parametrize(
    ("decisions", "state"),
    [
        ({}, ("2 mesures accordées", "success")),
        ({READER: Decision.REFUSED}, ("1 mesure accordée, 1 refusée", "info")),
        ({THIRD: Decision.REFUSED, READER: Decision.REFUSED}, ("2 mesures refusées", "error")),
    ],
)
def test_once_read_a_decision_is_the_answer_and_its_steps_are_folded(
    sign_in, registration, decisions, state
):
    reach(registration, State.OPINION_GIVEN, Wish(THIRD), Wish(READER))
    decide(
        registration,
        **{code: DecisionOn(one, reason="Motif.") for code, one in decisions.items()},
    )
    _notify(registration, at=NOW)
    client = sign_in(registration.candidate)
    assert the_state(client.get(at(registration)))[0] == "Notifiée"
    client.get(f"/mes-documents/{registration.number}/decision-amenagement")

    page = client.get(at(registration))

    assert the_state(page) == state
    said = main(page).replace("\xa0", " ")
    places = [
        said.index(one)
        for one in (
            state[0],
            "Lire la notification",
            "vous pouvez la contester jusqu'au",
            "Temps majoré d'un tiers",
            "Les étapes de votre demande",
            "Avis du médecin rendu",
        )
    ]
    assert places == sorted(places)
    [steps] = seen(page).cssselect("main details")
    assert steps.get("open") is None
    assert len(steps.cssselect(".s-checks > li")) == 6


def test_a_measure_that_is_granted_otherwise_is_not_counted_as_it_was_asked(sign_in, registration):
    reach(registration, State.OPINION_GIVEN, Wish(THIRD), Wish(READER))
    decide(registration, **{THIRD: DecisionOn(Decision.OTHER, HALF, reason="Motif.")})
    _notify(registration, at=NOW)
    client = sign_in(registration.candidate)
    client.get(f"/mes-documents/{registration.number}/decision-amenagement")

    assert the_state(client.get(at(registration)))[0] == (
        "1 mesure remplacée par une autre, 1 accordée"
    )


def test_a_signature_does_not_hide_that_a_mandatory_paper_is_missing(sign_in):
    filed = a_minor()
    case = write(filed, Wish(READER), plan="PAP")
    client = sign_in(filed.candidate)
    signing = {**SIGNED, "nom": "Anne Le Goff", "vu": case.revision}

    signed = client.post(at(filed, page="/signature"), signing, follow=True)

    said = "La demande est signée. Il reste à déposer « Votre plan », puis à envoyer la demande."
    assert said in main(signed).replace("\xa0", " ")
    assert come_next(client, filed) == (
        ["Déposer « Votre plan » (obligatoire)", READ_AND_SEND],
        [CONFIDE],
    )
    [send_it] = [one for one in seen(signed).cssselect("main button") if words(one) == SEND]
    assert "fr-btn--secondary" in send_it.get("class")


def test_a_signature_of_what_lacks_nothing_leaves_it_to_be_sent(sign_in, kept, confided):
    filed = a_minor()
    case = write(filed, Wish(READER), plan="PAP")
    confide(filed, kind="PLAN")
    signing = {**SIGNED, "nom": "Anne Le Goff", "vu": case.revision}

    signed = sign_in(filed.candidate).post(at(filed, page="/signature"), signing, follow=True)

    assert "La demande est signée. Il reste à envoyer la demande." in main(signed)


def test_two_mandatory_papers_are_said_to_be_so(sign_in, kept, confided):
    filed = a_registration(informations={"has_disability": "oui"})
    write(filed, Wish(READER), plan="PAP")
    client = sign_in(filed.candidate)

    page = read(client, at(filed))

    both = "« Certificat du médecin » et « Votre plan »"
    assert f"Déposer {both} (obligatoires) {READ_AND_SEND}" in page
    assert "Certificat du médecin (obligatoire) : à déposer." in page
    assert "Votre plan (obligatoire) : à déposer." in page
    assert "Autre bilan (selon votre situation) : pas déposé." in page


def test_before_it_is_sent_a_request_says_what_will_still_be_due_and_until_when(
    sign_in, registration, kept, confided
):
    write(registration)
    client = sign_in(registration.candidate)
    still_due = (
        "Il reste à déposer « Certificat du médecin ». Sans cela, votre demande est incomplète. Vous "
        "pouvez envoyer votre demande ainsi, puis déposer ce qui manque avant l'avis du médecin. "
        "Aucun jour n'est fixé pour cela : faites-le vite, car votre demande peut vous être rendue "
        "comme incomplète, ou être étudiée sans. Déposer ce qui manque"
    )

    assert still_due in read(client, at(registration))
    assert come_next(client, registration)[1] == [CONFIDE]
    confide(registration, kind="CERTIFICAT")
    assert "Déposer ce qui manque" not in read(client, at(registration))
    assert come_next(client, registration)[1] == [SEND]


def test_before_it_is_signed_it_is_said_already_that_it_may_be_sent_without_the_paper(
    sign_in, kept, confided
):
    filed = a_minor()
    write(filed, Wish(READER))

    page = read(sign_in(filed.candidate), at(filed))

    assert (
        "Vous pouvez faire signer et envoyer votre demande ainsi, puis déposer ce qui manque avant "
        "l'avis du médecin."
    ) in page


@pytest.mark.usefixtures("a_choice_is_due")
def test_epreuves_to_be_ticked_come_before_all_else(sign_in):
    filed = a_registration(informations={"has_disability": "oui"})
    write(filed, Wish(READER))

    assert come_next(sign_in(filed.candidate), filed) == (
        [
            "Choisir les épreuves de chaque mesure",
            "Déposer « Certificat du médecin » (obligatoire)",
            "Relire et envoyer la demande",
        ],
        ["Choisir les épreuves"],
    )


@pytest.mark.usefixtures("a_precision_is_due")
def test_a_measure_to_be_specified_comes_before_all_else(sign_in):
    filed = a_registration(informations={"has_disability": "oui"})
    write(filed, Wish(READER))

    said, main_ones = come_next(sign_in(filed.candidate), filed)

    assert said[:2] == [
        "Préciser les mesures choisies",
        "Déposer « Certificat du médecin » (obligatoire)",
    ]
    assert main_ones == ["Préciser les mesures"]


def test_what_is_left_of_an_incomplete_request_is_said_beside_what_its_service_writes(
    sign_in, kept, confided
):
    filed = a_minor()
    write(filed)
    asked.sign(filed)
    send(filed)
    asked.find_incomplete(filed)
    write(filed, Wish(READER))
    client = sign_in(filed.candidate)

    said, main_ones = come_next(client, filed)
    lacking = "Le papier est illisible. Aucune date limite"
    page = read(client, at(filed))
    assert page.index(lacking) < page.index("À faire") < page.index("Les étapes de votre demande")
    assert page.count("Le papier est illisible.") == 1
    assert said == [
        "Déposer « Certificat du médecin » (obligatoire)",
        GUARDIAN,
        "Envoyer de nouveau la demande",
    ]
    assert main_ones == [CONFIDE]
    confide(filed, kind="CERTIFICAT")
    asked.sign(filed)

    said, main_ones = come_next(client, filed)
    assert said == ["Relire et envoyer de nouveau la demande"]
    assert lacking in read(client, at(filed))
    assert main_ones == ["Envoyer de nouveau ma demande"]


@pytest.mark.parametrize("state", [State.ASKED, State.WITH_DOCTOR])
def test_of_what_others_look_at_the_main_button_is_that_of_the_missing_paper(
    sign_in, registration, state, kept, confided
):
    reach(registration, state)
    client = sign_in(registration.candidate)

    assert come_next(client, registration) == ([], [CONFIDE])
    confide(registration, kind="CERTIFICAT")
    page = client.get(at(registration))
    assert not seen(page).cssselect("main .fr-btn:not(.fr-btn--secondary)")


def test_a_decision_that_was_not_read_comes_before_another_request(
    sign_in, registration, kept, confided
):
    reach(registration, State.NOTIFIED)
    write(registration)
    client = sign_in(registration.candidate)

    assert come_next(client, registration) == (
        [
            "Lire la notification de la décision précédente",
            "Déposer « Certificat du médecin » (obligatoire)",
            READ_AND_SEND,
        ],
        ["Lire la notification"],
    )
    assert ways(client, registration)[0] == (
        f"/mes-documents/{registration.number}/decision-amenagement"
    )
    client.get(f"/mes-documents/{registration.number}/decision-amenagement")
    assert come_next(client, registration)[1] == [CONFIDE]


GUARDIAN_SIGNS = (
    "Tant que vous avez moins de 18 ans, votre représentant légal signe votre demande ici avant "
    "l'envoi."
)


def test_a_minor_reads_from_the_start_that_a_guardian_signs(sign_in, registration):
    minor = a_minor()
    theirs, own = sign_in(minor.candidate), sign_in(registration.candidate)

    for page in ("", "/mesures"):
        assert GUARDIAN_SIGNS in read(theirs, at(minor, page=page))
        assert "représentant légal" not in read(own, at(registration, page=page))
    write(minor, Wish(READER))
    assert GUARDIAN_SIGNS in read(theirs, at(minor, page="/mesures"))
    asked.sign(minor)
    assert GUARDIAN_SIGNS not in read(theirs, at(minor, page="/mesures"))


def test_whoever_signs_reads_until_when_the_request_is_sent_and_whom_to_telephone(sign_in):
    minor = a_minor()
    managing = minor.service.managing_service
    managing.phone = "03 20 15 60 00"
    managing.save(update_fields=["phone"])
    write(minor, Wish(READER, ("E2",)))

    page = sign_in(minor.candidate).get(at(minor, page="/signature"))

    assert (
        "Cette demande n'est pas encore envoyée : elle est à envoyer avant le mardi 15 décembre 2026 "
        "à 23 h 59 (heure de Paris). Signer la demande ne l'envoie pas."
    ) in main(page).replace("\xa0", " ")
    [phone] = seen(page).cssselect("main .s-contact a[href^='tel:']")
    assert words(phone).replace("\xa0", " ") == "03 20 15 60 00"


@pytest.mark.parametrize(
    ("guardian", "way"), [("anne@exemple.test", "Un mail"), ("", "Un courrier")]
)
def test_who_takes_a_signed_request_back_reads_that_whoever_signed_it_is_told(
    sign_in, guardian, way
):
    minor = a_minor(guardian=guardian)
    write(minor)
    client, where = sign_in(minor.candidate), at(minor, page="/retrait")
    said = f"{way} dira à votre représentant légal que la demande signée est retirée."
    assert "représentant légal" not in read(client, where)

    asked.sign(minor)

    assert said in read(client, where)


@pytest.mark.parametrize("guardian", ["anne@exemple.test", ""])
def test_a_minor_who_leaves_reads_whether_a_guardian_is_told(sign_in, guardian):
    minor = a_minor(guardian=guardian)

    page = main(ask_to_withdraw(sign_in(minor.candidate), minor.number))

    told = "un autre, ou un courrier," if guardian else "un courrier"
    said = f"Un mail vous confirmera votre désinscription ; {told} préviendra votre représentant légal."
    assert said in page.replace("\xa0", " ")


@pytest.mark.parametrize("state", list(State))
def test_it_costs_few_queries_wherever_the_request_stands(sign_in, registration, state):
    reach(registration, state)
    client = sign_in(registration.candidate)
    client.get(at(registration))

    with CaptureQueriesContext(connection) as asked:
        assert client.get(at(registration)).status_code == 200

    assert len(asked) <= 8


def test_a_request_is_taken_back_once_confirmed(sign_in, registration):
    reach(registration, State.ASKED)
    client = sign_in(registration.candidate)

    assert client.get(at(registration, page="/retrait")).status_code == 200
    assert case_of(registration).state == State.ASKED
    confirm(client, at(registration, page="/retrait"))

    assert case_of(registration).state == State.WITHDRAWN
    assert "Faire une autre demande" in main(client.get(at(registration)))


def test_a_request_that_was_sent_since_its_page_was_opened_is_not_taken_back(sign_in, registration):
    write(registration)
    client, where = sign_in(registration.candidate), at(registration, page="/retrait")
    unseen = seen(client.get(where)).cssselect("main form input[type=hidden]")
    old = {one.get("name"): one.get("value") for one in unseen}
    send(registration)

    page = client.post(where, old)

    assert page.status_code == 409
    assert "Rien n'est retiré : votre demande a changé dans une autre fenêtre" in main(page)
    assert "Plus personne n'étudiera cette demande." in main(page)
    assert case_of(registration).state == State.ASKED


def test_nor_is_one_that_was_begun_since_in_place_of_it(sign_in, registration):
    write(registration)
    client, where = sign_in(registration.candidate), at(registration, page="/retrait")
    unseen = seen(client.get(where)).cssselect("main form input[type=hidden]")
    old = {one.get("name"): one.get("value") for one in unseen}
    client.post(where, old)
    write(registration)

    page = client.post(where, old)

    assert page.status_code == 409
    assert case_of(registration).state == State.PREPARING


def test_what_is_lost_by_taking_a_request_back_is_said_before(sign_in, registration, stopped_clock):
    reach(registration, State.ASKED)
    said = main(sign_in(registration.candidate).get(at(registration, page="/retrait")))
    assert "Vous pourrez en faire une autre avant le mardi 15 décembre 2026" in said

    stopped_clock.move_to(AFTER_CLOSING)
    said = main(sign_in(registration.candidate).get(at(registration, page="/retrait")))
    assert "est passée : une autre demande serait tardive" in said


def test_a_mandatory_paper_that_is_missing_is_said_before_sending_after_and_at_home(
    sign_in, registration, kept, confided
):
    write(registration)
    client = sign_in(registration.candidate)
    missing = (
        "Il reste à déposer « Certificat du médecin ». Sans cela, votre demande est incomplète."
    )
    assert missing in main(client.get(at(registration)))

    sent = client.post(
        at(registration, page="/envoi"), {"vu": case_of(registration).revision}, follow=True
    )
    assert f"Votre demande est envoyée. {missing}" in main(sent)
    assert "À vous : déposez « Certificat du médecin »." in main(sent)
    awaited = "est envoyée, mais il reste à déposer « Certificat du médecin »."
    assert awaited in main(client.get("/accueil"))
    assert "À vous : déposez « Certificat du médecin »." in main(
        client.get(f"/mes-inscriptions/{registration.number}/suis-je-inscrit")
    )

    confide(registration, kind="CERTIFICAT")
    for page in ("/accueil", at(registration)):
        assert "Certificat du médecin »" not in main(client.get(page)), page


def test_a_mandatory_paper_that_is_missing_is_still_said_once_a_doctor_has_the_request(
    sign_in, registration, kept, confided
):
    reach(registration, State.WITH_DOCTOR)
    client = sign_in(registration.candidate)
    mine = f"/mes-inscriptions/{registration.number}"
    missing = "À vous : déposez « Certificat du médecin »."

    lacking = main(client.get(at(registration)))
    assert missing in lacking
    assert "À faire : Compléter la demande À vous" in lacking
    assert "Chez le médecin : il manque un papier" in lacking
    assert not seen(client.get(at(registration))).cssselect(".is-missing")
    assert "Complète, confiée" not in lacking
    assert missing in main(client.get(f"{mine}/suis-je-inscrit"))
    awaited = "est chez le médecin, mais il reste à déposer « Certificat du médecin »."
    assert awaited in main(client.get("/accueil"))

    confide(registration, kind="CERTIFICAT")
    assert "Confiée au médecin" in main(client.get(at(registration)))
    for page in ("/accueil", at(registration), f"{mine}/suis-je-inscrit"):
        assert "Certificat du médecin »" not in main(client.get(page)), page


def test_what_is_with_the_doctor_is_not_opened_to_be_changed(sign_in, registration):
    reach(registration, State.WITH_DOCTOR)
    client = sign_in(registration.candidate)

    answered = client.get(at(registration, page="/mesures"))

    assert answered.headers["Location"] == at(registration)


def test_it_does_not_exist_for_another_candidate(sign_in, registration):
    reach(registration, State.ASKED)
    client = sign_in(a_candidate())

    for page in ("", "/mesures", "/epreuves", "/signature", "/retrait"):
        assert client.get(at(registration, page=page)).status_code == 404


def test_where_it_is_asked_for_elsewhere_the_page_says_how(sign_in):
    load_invented(WITHOUT_ACCOMMODATIONS)
    forget()
    registration = a_registration(informations={"has_disability": "oui"})
    client = sign_in(registration.candidate)

    page = main(client.get(at(registration)))
    assert "demandez le formulaire à votre service gestionnaire" in page
    assert client.get(at(registration, page="/mesures")).status_code == 404
    asked = main(client.get(f"/mes-inscriptions/{registration.number}/numero"))
    assert "demandez le formulaire à votre service gestionnaire" in asked


def test_where_it_is_asked_for_elsewhere_no_day_that_has_passed_is_given_to_ask(
    sign_in, stopped_clock
):
    load_invented(WITHOUT_ACCOMMODATIONS)
    forget()
    registration = a_registration()
    stopped_clock.move_to("2026-12-20T12:00:00Z")

    late = main(sign_in(registration.candidate).get(at(registration)))
    whole = Registration.objects.whole().get(pk=registration.pk)
    leaving.withdraw(registration=whole, by=author(registration.candidate), at=NOW)
    left = main(sign_in(registration.candidate).get(at(registration)))

    assert "est passée : pour un aménagement, contactez votre service gestionnaire." in late
    assert "Aucun aménagement ne peut être demandé." in left
    assert "envoyez-lui votre demande" not in late + left


def test_who_declared_a_handicap_is_told_where_to_ask(sign_in, registration):
    client = sign_in(registration.candidate)

    for page in ("/accueil", f"/mes-inscriptions/{registration.number}/suis-je-inscrit"):
        answered = client.get(page)
        assert "Vous avez déclaré un handicap" in main(answered), page
        assert f'href="{at(registration)}"' in answered.text, page


def test_who_declared_none_is_not_told_and_may_ask_all_the_same(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)

    assert "handicap" not in main(client.get("/accueil"))
    assert (
        f'href="{at(registration)}"' in client.get(f"/mes-inscriptions/{registration.number}").text
    )
    assert client.get(at(registration, page="/mesures")).status_code == 200


def test_what_is_not_sent_or_incomplete_awaits_and_what_others_look_at_does_not(
    sign_in, registration, kept, confided
):
    client = sign_in(registration.candidate)
    write(registration)
    assert "Votre demande d'aménagement n'est pas envoyée." in main(client.get("/accueil"))
    case_of(registration).delete()

    reach(registration, State.INCOMPLETE)
    page = main(client.get("/accueil")).replace("\xa0", " ")
    assert "Votre demande d'aménagement est incomplète : Le papier est illisible." in page
    case_of(registration).delete()

    confide(registration, kind="CERTIFICAT")
    reach(registration, State.WITH_DOCTOR)
    assert "aménagement" not in main(client.get("/accueil"))


def test_taking_a_draft_back_beside_a_decision_says_until_when_papers_stay(
    sign_in, registration, kept, confided
):
    confide(registration)
    reach(registration, State.NOTIFIED)
    write(registration)
    client = sign_in(registration.candidate)

    page = main(client.get(at(registration, page="/retrait"))).replace("\xa0", " ")

    assert "ils sont effacés à partir du 27 février 2027." in page


def test_taking_back_what_was_never_sent_nor_has_papers_says_nothing_of_either(
    sign_in, registration
):
    write(registration)

    page = main(sign_in(registration.candidate).get(at(registration, page="/retrait")))

    assert "Cette demande n'a pas été envoyée : personne ne l'étudie." in page
    assert "Plus personne n'étudiera" not in page
    assert "papiers" not in page


def test_taking_the_only_request_back_says_that_its_papers_are_erased(
    sign_in, registration, kept, confided
):
    confide(registration)
    reach(registration, State.ASKED)
    client = sign_in(registration.candidate)

    page = main(client.get(at(registration, page="/retrait"))).replace("\xa0", " ")
    assert "sont effacés à partir du 26 novembre 2026. Si vous faites une autre demande" in page
    assert "Plus personne n'étudiera cette demande." in page


def measures_form(registration, *, sat, proposed):
    return MeasuresForm(
        rules=rules_of(again(registration)),
        sat=sat,
        case=None,
        former=None,
        proposed=proposed,
        lateness=Lateness.NONE,
        is_held=True,
    )


def test_what_a_decision_grants_is_said_to_be_ticked_where_it_is(registration):
    sat = sat_for(again(registration), None)
    said = {
        papers: measures_form(
            registration, sat=sat, proposed=[Proposal(THIRD, (papers,))]
        ).ticked_in_words("Ce qu'elle vous accorde")
        for papers in ("E1", "KEPT")
    }
    nothing = measures_form(registration, sat=sat, proposed=[])

    assert said == {
        "E1": "Ce qu'elle vous accorde est coché.",
        "KEPT": "Ce qu'elle vous accorde ne vaut pour aucune des épreuves que vous passez : rien n'en "
        "est coché.",
    }
    assert nothing.ticked_in_words("Ce qu'elle vous accorde") == ""


def test_a_measure_that_is_not_offered_is_not_named_among_those_excluded(registration):
    said_so(registration)
    sat = sat_for(again(registration), None)
    without = [replace(one, measures=one.measures - {THIRD}) for one in sat]

    both, alone = (
        dict(measures_form(registration, sat=one, proposed=[]).fields["mesures-1"].choices)
        for one in (sat, without)
    )

    assert "Temps majoré d'un tiers" in both[HALF].hint
    assert THIRD not in alone
    assert "Temps majoré d'un tiers" not in alone[HALF].hint


def test_the_address_of_a_guardian_who_signed_before_is_typed_already(sign_in):
    filed = a_minor(guardian="")
    write(filed, Wish(READER, ("E2",)))
    asked.sign(filed, email="anne@exemple.test")
    write(filed, Wish(READER, ("E1",)))

    page = sign_in(filed.candidate).get(at(filed, page="/signature"))

    assert page.context["form"]["adresse"].value() == "anne@exemple.test"
    assert "la première fois, un courrier aussi" in main(page)


def test_what_a_registration_that_is_withdrawn_had_asked_goes_with_it(sign_in, registration):
    reach(registration, State.ASKED)
    client = sign_in(registration.candidate)
    ask_to_withdraw(client, registration.number)

    left = main(client.post(f"/mes-inscriptions/{registration.number}/desinscription", follow=True))
    page = main(client.get(at(registration)))

    said = "a été retirée avec votre inscription le mercredi 25 novembre 2026 à 10 h 30"
    assert "Votre demande d'aménagement d'épreuves est retirée aussi." in left
    assert said in left.replace("\xa0", " ")
    assert said in page.replace("\xa0", " ")
    assert "Aucun aménagement ne peut être demandé." in page


def test_a_request_that_was_taken_back_is_still_said_where_it_is_followed(sign_in, registration):
    client = sign_in(registration.candidate)
    assert "Retirée" not in main(client.get(at(registration)))
    reach(registration, State.WITHDRAWN)

    page = main(client.get(at(registration))).replace("\xa0", " ")

    assert (
        "Retirée Votre demande d'aménagement, envoyée le mercredi 25 novembre 2026 à 10 h 30"
        in page
    )
    assert "Faire une autre demande" in page
    assert "Commencer ma demande" not in page


def test_a_request_that_was_taken_back_is_said_beside_the_decision_in_force(sign_in, registration):
    reach(registration, State.NOTIFIED)
    write(registration, at=NOW + timedelta(days=1))
    case, by = case_of(registration), author(registration.candidate)
    accommodating.withdraw(case=case, by=by, at=NOW + timedelta(days=2))

    page = main(sign_in(registration.candidate).get(at(registration))).replace("\xa0", " ")

    assert "qui n'était pas envoyée, a été retirée le vendredi 27 novembre 2026" in page
    assert "La décision" in page


def test_a_request_made_after_one_that_was_taken_back_is_the_one_that_is_said(
    sign_in, registration
):
    reach(registration, State.WITHDRAWN)
    write(registration, at=NOW + timedelta(days=1))

    assert "a été retirée" not in main(sign_in(registration.candidate).get(at(registration)))


@pytest.mark.parametrize(
    ("state", "recap", "after"),
    [
        (State.PREPARING, "qui n'est pas envoyée, sera retirée.", "est retirée."),
        (State.WITH_DOCTOR, "votre demande d'aménagement reste", "Retirer ma demande"),
        (State.NOTIFIED, "la décision d'aménagement notifiée reste en vigueur", "Pour y renoncer"),
    ],
)
def test_a_handicap_that_is_declared_no_more_says_what_stands(
    sign_in, registration, state, recap, after
):
    reach(registration, state)
    client = sign_in(registration.candidate)
    draft = registering.amend(
        registration=again(registration), by=author(registration.candidate), at=NOW
    )
    page = f"/inscription/{draft.pk}/recapitulatif"
    assert "« Non » à la question sur le handicap" not in main(client.get(page)).replace(
        "\xa0", " "
    )
    answer_all(draft, answers_with(informations={"has_disability": "non"}), at=NOW)

    assert recap in main(client.get(page)).replace("\xa0", " ")
    saved = client.post(page, {"etat": again(registration).decided_mark}, follow=True)
    assert after in main(saved).replace("\xa0", " ")
    own = main(client.get(at(registration))).replace("\xa0", " ")
    assert ("Votre inscription répond « Non »" in own) == (state != State.PREPARING)


@pytest.mark.parametrize("instant", [NOW, AFTER_CLOSING])
def test_who_asks_after_having_answered_that_there_is_none_is_not_told_to_take_it_back(
    sign_in, undeclared, stopped_clock, instant
):
    stopped_clock.move_to(instant)
    late = {"late_reason": "APPARUE"} if instant == AFTER_CLOSING else {}
    reach(undeclared, State.ASKED, at=instant, **late)
    mine, said = at(undeclared), "Votre inscription répond « Non » à la question sur le handicap"

    assert said not in read(sign_in(undeclared.candidate), mine)


def test_nor_is_who_prepares_a_late_request_asked_to_change_an_answer_that_is_changed_no_more(
    sign_in, undeclared, stopped_clock
):
    stopped_clock.move_to(AFTER_CLOSING)
    reach(undeclared, State.PREPARING, at=AFTER_CLOSING, late_reason="APPARUE")

    assert "répond « Non »" not in read(sign_in(undeclared.candidate), at(undeclared))


def test_whoever_asks_without_having_declared_a_handicap_reads_it_before_it_is_sent(
    sign_in, registration
):
    Registration.objects.filter(pk=registration.pk).update(has_disability=False)
    reach(registration, State.PREPARING)

    said = main(sign_in(registration.candidate).get(at(registration))).replace("\xa0", " ")

    assert "Votre demande d'aménagement s'envoie quand même" in said


def test_a_decision_that_is_replaced_leaves_the_documents_for_the_history_and_opens(
    sign_in, registration, stopped_clock
):
    reach(registration, State.NOTIFIED)
    later = NOW + timedelta(days=2)
    reach(registration, State.NOTIFIED, at=later)
    stopped_clock.move_to(later)
    client = sign_in(registration.candidate)

    folder = client.get(f"/mes-documents/{registration.number}")
    assert "version n°2" in main(folder)
    [line] = [
        words(one)
        for one in seen(folder).cssselect(".s-document")
        if "Notification d'aménagement" in words(one)
    ]
    assert "version n°2" in line
    assert "Remplacée" not in main(folder)
    folder = client.get(f"/mes-inscriptions/{registration.number}/historique")
    page = main(folder).replace("\xa0", " ")
    assert "Décisions remplacées" in page
    assert "Remplacée par celle du 27 novembre 2026 à 10 h 30 (heure de Paris)" in page
    twins = [one.get("href") for one in seen(folder).cssselect("a[href$='?version=1']")]
    assert len(twins) == 2
    [twin] = [one for one in twins if "pdf" not in one]
    read = client.get(twin)
    assert "Remplacée par celle du 27 novembre 2026" in main(read).replace("\xa0", " ")
    assert Case.objects.earliest("begun_at").opened_at == later
    assert case_of(registration).opened_at is None
    assert "Remplacée" not in main(client.get(twin.removesuffix("?version=1")))
    assert client.get(twin.replace("version=1", "version=9")).status_code == 404


def test_a_late_request_says_why(sign_in, registration, stopped_clock):
    stopped_clock.move_to(AFTER_CLOSING)
    client = sign_in(registration.candidate)

    page = client.get(at(registration, page="/mesures"))
    assert "Pourquoi votre demande vient-elle après la date limite ?" in main(page).replace(
        "\xa0", " "
    )
    refused = client.post(at(registration, page="/mesures"), CHOSEN)
    assert refused.status_code == 422
    client.post(at(registration, page="/mesures"), {**CHOSEN, "motif": "APPARUE"})

    assert case_of(registration).late_reason == "APPARUE"


def test_changing_a_request_that_was_sent_in_time_is_confirmed_and_keeps_its_date(
    sign_in, registration, stopped_clock
):
    reach(registration, State.ASKED, Wish(THIRD), Wish(READER), Wish(ACCESS))
    stopped_clock.move_to(AFTER_CLOSING)
    client = sign_in(registration.candidate)

    page = main(client.get(at(registration, page="/reprise"))).replace("\xa0", " ")
    assert "demande : le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris)." in page
    assert "personne ne l'étudie tant que vous ne l'avez pas envoyée de nouveau" in page
    assert "elle reste dans les temps, même si la date limite est passée" in page
    assert case_of(registration).state == State.ASKED
    client.post(at(registration, page="/reprise"))

    for where in (at(registration, page="/mesures"), at(registration), "/accueil"):
        page = main(client.get(where)).replace("\xa0", " ")
        assert "tardive est reçue" not in page
        assert (
            "Envoyée le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris), elle garde cette date : "
            "elle n'est pas tardive." in page
        )
    assert client.post(at(registration, page="/mesures"), CHOSEN).status_code == 302
    client.post(at(registration, page="/envoi"), {"vu": case_of(registration).revision})

    page = main(client.get(at(registration))).replace("\xa0", " ")
    assert (
        "Demande envoyée Le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris), puis de nouveau "
        "le dimanche 20 décembre 2026" in page
    )


def test_a_change_is_left_and_the_request_stands_as_it_was_sent(sign_in, registration):
    reach(registration, State.ASKED)
    client = sign_in(registration.candidate)
    assert "telle qu'elle était envoyée" not in main(client.get(at(registration)))
    client.post(at(registration, page="/reprise"))
    client.post(at(registration, page="/mesures"), CHOSEN)

    assert "Garder ma demande telle qu'elle était envoyée" in main(client.get(at(registration)))
    seen_there = {"vu": case_of(registration).revision}
    page = client.post(at(registration, page="/telle-qu-envoyee"), seen_there, follow=True)

    assert "Votre demande est gardée telle qu'elle était envoyée, à sa date." in main(page)
    assert [one.code for one in case_of(registration).measures.all()] == [THIRD, ACCESS]
    # Another window still shows what was being changed.
    page = main(client.post(at(registration, page="/envoi"), seen_there, follow=True))
    assert "Votre demande est envoyée" not in page
    assert "Cette demande a changé depuis que vous l'avez ouverte" in page


@pytest.mark.parametrize("state", [State.PREPARING, State.WITH_DOCTOR, State.NOTIFIED])
def test_only_what_nobody_has_looked_at_is_confirmed_to_be_changed(sign_in, registration, state):
    reach(registration, state)
    client = sign_in(registration.candidate)

    assert client.get(at(registration, page="/reprise")).headers["Location"] == at(registration)


def test_a_late_request_that_is_completed_keeps_the_reason_that_is_asked_no_more(
    sign_in, registration, stopped_clock
):
    reach(registration, State.INCOMPLETE, late_reason="APPARUE", at=AFTER_CLOSING)
    stopped_clock.move_to(AFTER_CLOSING)
    client = sign_in(registration.candidate)
    client.post(at(registration, page="/mesures"), CHOSEN)

    assert case_of(registration).late_reason == "APPARUE"


def test_another_reason_is_told_in_words_and_asked_for_first(sign_in, registration, stopped_clock):
    stopped_clock.move_to(AFTER_CLOSING)
    client = sign_in(registration.candidate)
    said = {**CHOSEN, "motif": OTHER_REASON}

    assert (
        next(iter(client.get(at(registration, page="/mesures")).context["form"].fields)) == "motif"
    )
    refused = client.post(at(registration, page="/mesures"), said)
    assert (refused.status_code, refused.context["form"].errors) == (
        422,
        {"raison": ["Écrivez votre raison, en quelques mots."]},
    )
    client.post(at(registration, page="/mesures"), {**said, "raison": "Je ne le savais pas."})

    page = main(client.get(at(registration))).replace("\xa0", " ")
    assert "Demande tardive Autre raison : Je ne le savais pas." in page
    # The épreuves are chosen on a page that asks no reason.
    client.post(
        at(registration, page="/epreuves"), {"epreuves-tiers": ["E1"], "epreuves-lecteur": ["E1"]}
    )
    assert case_of(registration).late_words == "Je ne le savais pas."
    client.post(
        at(registration, page="/mesures"), {**said, "motif": "APPARUE", "raison": "Je l'ignorais."}
    )
    assert (case_of(registration).late_reason, case_of(registration).late_words) == ("APPARUE", "")


WITHOUT_LATE_REASONS = (
    "      tardive:\n        - {code: APPARUE, libelle: La gêne est apparue après la date limite}\n",
    "",
)
"""A change to the file of the invented exam: nothing is taken after the deadline."""
OFFERED = "Un besoin apparu après la clôture ?"


@pytest.fixture
def undeclared():
    """File the registration of somebody who declared no handicap."""
    return a_registration(informations={"has_disability": "non"})


def read(client, where):
    """Return what a page says, with plain spaces."""
    return main(client.get(where)).replace("\xa0", " ")


def test_a_need_that_appears_after_the_closing_is_found_from_home_to_the_request_that_is_sent(
    sign_in, undeclared, stopped_clock
):
    page = f"/mes-inscriptions/{undeclared.number}"
    client = sign_in(undeclared.candidate)
    assert OFFERED not in read(client, "/accueil") + read(client, page)

    stopped_clock.move_to(AFTER_CLOSING)
    client = sign_in(undeclared.candidate)
    for where in ("/accueil", page):
        assert OFFERED in read(client, where)
        assert f'href="{at(undeclared)}"' in client.get(where).text
    assert "Une demande tardive est reçue, si vous en donnez la raison." in read(
        client, at(undeclared)
    )
    client.post(at(undeclared, page="/mesures"), {**CHOSEN, "motif": "APPARUE"})

    assert "Finir ma demande d'aménagement" in read(client, "/accueil")
    assert OFFERED not in read(client, "/accueil") + read(client, page)
    assert "Papiers de santé" in read(client, page)
    client.post(at(undeclared, page="/envoi"), {"vu": case_of(undeclared).revision})
    assert case_of(undeclared).state == State.ASKED


def test_who_declared_a_handicap_and_asked_for_nothing_reads_it_once_the_deadline_has_passed(
    sign_in, registration, stopped_clock
):
    page = f"/mes-inscriptions/{registration.number}"
    passed = "La date limite, le mardi 15 décembre 2026 à 23 h 59 (heure de Paris), est passée."
    late = f"{passed} Une demande tardive est reçue, si vous en donnez la raison."
    stopped_clock.move_to(AFTER_CLOSING)
    client = sign_in(registration.candidate)

    declared = "Vous avez déclaré un handicap, et aucune demande"
    assert f"À faire : Demande d'aménagement d'épreuves {declared} n'est envoyée. {late}" in read(
        client, page
    )
    assert f"{declared} d'aménagement n'est envoyée. Une demande tardive dit" in read(
        client, "/accueil"
    )
    assert OFFERED not in read(client, "/accueil") + read(client, page)

    client.post(at(registration, page="/mesures"), {**CHOSEN, "motif": "APPARUE"})
    begun = f"À faire : Demande d'aménagement d'épreuves Votre demande n'est pas envoyée. {late}"
    assert begun in read(client, page)

    # Nobody asks for it any more once the year of the session is over.
    stopped_clock.move_to("2028-01-02T10:00:00Z")
    client = sign_in(registration.candidate)
    assert f"Votre demande n'est pas envoyée. {passed}" in read(client, page)
    assert "À faire : Demande d'aménagement" not in read(client, page)


def test_a_need_is_offered_to_be_told_until_the_last_minute_of_late_requests(
    sign_in, stopped_clock
):
    load_invented(
        (
            "      tardive:\n",
            "      tardive_jusqu_au: {jours_apres_fermeture: 10}\n      tardive:\n",
        )
    )
    forget()
    registration = a_registration(informations={"has_disability": "non"})
    stopped_clock.move_to("2026-12-25T22:59:59Z")
    client = sign_in(registration.candidate)
    assert OFFERED in read(client, "/accueil")
    assert "est reçue avant le vendredi 25 décembre 2026 à 23 h 59" in read(
        client, at(registration)
    )

    stopped_clock.move_to("2026-12-25T23:00:00Z")
    client = sign_in(registration.candidate)

    assert OFFERED not in read(client, "/accueil")
    assert "Commencer ma demande" not in read(client, at(registration))
    answered = client.post(at(registration, page="/mesures"), {**CHOSEN, "motif": "APPARUE"})
    assert answered.status_code == 409
    assert "La date limite des demandes d'aménagement est passée" in main(answered)
    assert not Case.objects.filter(registration=registration).exists()


CALENDAR = "    calendrier:\n      - {libelle: Épreuves écrites, du: 2027-05-17, au: 2027-05-21}\n"


@pytest.mark.parametrize(
    ("changes", "last", "after"),
    [
        ((), "2027-05-21T21:59:59Z", "2027-05-21T22:00:00Z"),
        (((CALENDAR, ""),), "2027-12-31T22:59:59Z", "2027-12-31T23:00:00Z"),
    ],
    ids=["its last date", "without any, the year of its session"],
)
def test_a_need_is_offered_to_be_told_until_the_exam_is_over(
    sign_in, stopped_clock, changes, last, after
):
    load_invented(*changes)
    forget()
    registration = a_registration(informations={"has_disability": "non"})
    for instant, is_offered in ((last, True), (after, False)):
        stopped_clock.move_to(instant)
        client = sign_in(registration.candidate)

        page = read(client, f"/mes-inscriptions/{registration.number}")

        assert (OFFERED in page) is is_offered
        assert ("Commencer ma demande" in read(client, at(registration))) is is_offered
    said = {**CHOSEN, "motif": "APPARUE"}
    assert client.post(at(registration, page="/mesures"), said).status_code == 409
    assert not Case.objects.filter(registration=registration).exists()


def test_what_was_never_sent_in_time_is_not_written_any_more_where_nothing_late_is_taken(
    sign_in, stopped_clock
):
    load_invented(WITHOUT_LATE_REASONS)
    forget()
    registration = a_registration(informations={"has_disability": "oui"})
    write(registration)
    stopped_clock.move_to(AFTER_CLOSING)

    client = sign_in(registration.candidate)
    page = read(client, at(registration))

    assert "est passée." in page
    assert "Envoyer ma demande" not in page
    assert "Finir ma demande" not in read(client, "/accueil")


def test_what_was_sent_in_time_is_completed_where_nothing_late_is_taken(sign_in, stopped_clock):
    load_invented(WITHOUT_LATE_REASONS)
    forget()
    registration = a_registration(informations={"has_disability": "oui"})
    reach(registration, State.INCOMPLETE)
    stopped_clock.move_to(AFTER_CLOSING)
    client = sign_in(registration.candidate)

    client.post(at(registration, page="/envoi"), {"vu": case_of(registration).revision})

    assert case_of(registration).state == State.ASKED


def test_a_late_request_that_is_incomplete_awaits_at_home_whatever_was_declared(
    sign_in, undeclared, stopped_clock
):
    reach(undeclared, State.INCOMPLETE, late_reason="APPARUE", at=AFTER_CLOSING)
    stopped_clock.move_to("2028-01-10T12:00:00Z")

    assert "Compléter ma demande" in read(sign_in(undeclared.candidate), "/accueil")


@pytest.mark.parametrize("step", ["nothing is asked", "a request is begun", "it is sent"])
@pytest.mark.parametrize("page", ["/accueil", "", "/suis-je-inscrit", "/amenagement", "/sante"])
def test_after_the_closing_a_page_costs_eight_queries_too(
    sign_in, undeclared, stopped_clock, page, step
):
    stopped_clock.move_to(AFTER_CLOSING)
    client = sign_in(undeclared.candidate)
    if step != "nothing is asked":
        client.post(at(undeclared, page="/mesures"), {**CHOSEN, "motif": "APPARUE"})
    if step == "it is sent":
        client.post(at(undeclared, page="/envoi"), {"vu": case_of(undeclared).revision})
        assert case_of(undeclared).state == State.ASKED
    where = page if page == "/accueil" else f"/mes-inscriptions/{undeclared.number}{page}"
    assert client.get(where).status_code == 200

    with CaptureQueriesContext(connection) as asked:
        client.get(where)

    assert len(asked) <= 8


def test_a_draft_that_is_withdrawn_was_studied_by_nobody(sign_in, registration):
    client, where = sign_in(registration.candidate), at(registration)
    write(registration, Wish(THIRD))
    asked._withdraw(registration, at=NOW)
    assert "qui n'était pas envoyée, a été retirée" in main(client.get(where))
    assert "Plus personne ne l'étudie" not in main(client.get(where))


def test_a_draft_that_is_withdrawn_leaves_said_the_request_before_it_that_was_sent(
    sign_in, registration
):
    reach(registration, State.ASKED, Wish(THIRD))
    asked._withdraw(registration, at=NOW)
    write(registration, Wish(THIRD), at=NOW + timedelta(hours=1))
    asked._withdraw(registration, at=NOW + timedelta(hours=2))

    said = main(sign_in(registration.candidate).get(at(registration)))

    assert "qui n'était pas envoyée, a été retirée" in said
    assert "Votre demande d'aménagement, envoyée le" in said
    assert "Plus personne ne l'étudie" in said


def test_where_the_registration_stands_no_more_nothing_invites_to_ask(sign_in, registration):
    intro = rules_of(registration).intro
    client = sign_in(registration.candidate)
    assert intro[:30] in main(client.get(at(registration)))
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)

    said = main(client.get(at(registration)))

    assert "Aucun aménagement ne peut être demandé" in said
    assert intro[:30] not in said

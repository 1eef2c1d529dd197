"""« Réglementations »: load, read the difference, try, put in force, take out again."""

import html
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.registrations import moving, standing_in
from sporades.exams.models import PreparedRegulation, RegistrationService, Regulation
from sporades.exams.operations import preparing
from sporades.exams.states import PreparedState
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.territory import reference
from sporades.territory.models import Academy, ManagingService
from sporades.trials.models import Trial, TrialRefusal
from sporades.trials.states import TrialState
from tests.factories import (
    INVENTED,
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_registration,
    load_invented,
    registered_in_two_academies,
    without_exclusion,
)
from tests.jobs import work
from tests.requests import ask
from tests.spaces import plain
from tests.web.guide import links, main, seen, words

TEXT = INVENTED.read_text(encoding="utf-8")
SAVE = "enregistrez-le en UTF-8 (« Enregistrer sous », puis l'encodage « UTF-8 »)."
OLDER = ("minimum: 18, au: 2027-12-31", "minimum: 40, au: 2027-12-31")
SEVEN = ("coefficient: 3,", "coefficient: 7,")
HEAD = Membership.Role.HEAD
LOAD = "/gestion/reglementations/chargement"


@pytest.fixture(autouse=True)
def _in_force(invented_exam):
    """The invented exam is in force."""


@pytest.fixture
def administrator(member):
    """Return the browser of an administrator."""
    return member(role=Membership.Role.ADMINISTRATOR, email="admin@exemple.test")


@pytest.fixture
def head(member):
    """Return the browser of the head of service of Lille."""
    return member("A09", role=HEAD, email="cheffe@exemple.test")


def changed(*changes):
    """Return the invented file, some passages changed: pairs of old and new."""
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def send(browser, content, name="essai.yaml"):
    """Load a file, and return the page that answers."""
    raw = content if isinstance(content, bytes) else content.encode()
    return browser.post(LOAD, {"fichier": SimpleUploadedFile(name, raw)}, follow=True)


def said(page):
    """Return what a page says, its spaces plain."""
    return plain(html.unescape(page.text))


def test_one_is_told_to_start_from_the_file_that_serves(administrator):
    page = administrator.get(LOAD)

    assert "partez de leur dernier fichier" in said(page)
    assert links(page, "Réglementations")[-1] == reverse("office:regulations")


def prepared(browser, *changes):
    """Load a changed file, and return it."""
    page = send(browser, changed(*(changes or (SEVEN,))))
    return PreparedRegulation.objects.get(pk=page.resolver_match.kwargs["prepared"])


def put_in_force(browser, file, **changes):
    """Read the page that puts a file in force, type and tick what it asks, and send it."""
    where = reverse("office:enforce_regulation", args=[file.pk])
    seal = browser.get(where).context["form"]["vu"].value()
    return browser.post(
        where, {"vu": seal, "lu": "on", "nom": "essai 2027", **changes}, follow=True
    )


# --- Lists ---------------------------------------------------------------------------------------


def test_the_list_says_what_is_in_force_since_when_by_whom_and_how_many_registered(
    manager, in_lille, in_versailles
):
    load_invented(SEVEN)
    a_registration(a_candidate())

    page = said(manager.get("/gestion/reglementations"))

    assert "version 2" in page
    assert "mercredi 25 novembre 2026 à 10\u00a0h\u00a030 (heure de Paris), par Essai" in page
    # Those of Versailles are not a manager's of Lille.
    assert "1 sous la version 2, 1 sous la version 1" in page
    assert "Charger un fichier" not in page


def test_a_domain_outside_the_perimeter_does_not_exist(member):
    elsewhere = member("A09", domains=["AUTRE"])

    assert "Aucune réglementation de votre périmètre" in said(
        elsewhere.get("/gestion/reglementations")
    )
    assert elsewhere.get("/gestion/reglementations/ESSAI/2027").status_code == 404


def test_every_version_has_its_page_its_digest_and_its_file(manager, in_lille):
    load_invented(SEVEN)
    load_invented(SEVEN, ("# An exam", "# Relu. An exam"))

    page = said(manager.get("/gestion/reglementations/ESSAI/2027"))
    change = said(manager.get("/gestion/reglementations/ESSAI/2027/versions/2"))
    files = [
        manager.get(f"/gestion/reglementations/ESSAI/2027/versions/{version}/fichiers/{rank}")
        for version, rank in ((1, 1), (2, 1), (2, 2))
    ]

    for version in Regulation.objects.all():
        assert version.digest in page
    assert "Inscriptions en cours : 1." in page
    assert "rechargé le" in page
    assert page.index("versions/2/fichiers/2") < page.index("versions/2/fichiers/1")
    assert "Épreuve E1, Français : coefficient 7 au lieu de 3" in plain(
        change.replace("<strong>", "").replace("</strong>", "")
    )
    assert [file.content.decode() for file in files] == [
        TEXT,
        changed(SEVEN),
        changed(SEVEN, ("# An exam", "# Relu. An exam")),
    ]
    assert files[1].headers["Content-Disposition"] == 'attachment; filename="ESSAI-2027-v2.yaml"'


@pytest.mark.parametrize(
    "rest",
    ["3/fichiers/1", "1/fichiers/2", "1/fichiers/0", "9", f"1/fichiers/{10**30}", f"{10**30}"],
)
def test_a_version_or_a_file_that_is_not_there_is_not_found(manager, rest):
    assert manager.get(f"/gestion/reglementations/ESSAI/2027/versions/{rest}").status_code == 404


def test_a_file_taken_out_and_loaded_again_has_nothing_to_put_in_force(administrator):
    where = "/gestion/reglementations/ESSAI/2027/versions/1/fichiers/1"

    page = send(administrator, administrator.get(where).content)

    assert page.status_code == 422
    assert "Ce fichier dit ce qui est déjà en vigueur (version 1)" in said(page)
    assert not PreparedRegulation.objects.exists()
    assert "Fichier n°" not in administrator.get("/gestion/reglementations/ESSAI/2027").text


# --- Loading -------------------------------------------------------------------------------------


def test_a_good_file_is_prepared_and_shown_to_colleagues_and_nothing_changes(
    administrator, manager, head
):
    page = send(administrator, changed(SEVEN))

    assert "Il n'est pas en vigueur" in said(page)
    assert Regulation.objects.count() == 1
    file = PreparedRegulation.objects.get()
    where = reverse("office:prepared", args=[file.pk])
    assert where in head.get("/gestion/").text
    assert where not in manager.get("/gestion/").text
    for browser in (manager, head):
        assert where in browser.get("/gestion/reglementations").text
        page = browser.get(where)
        assert "coefficient 7 au lieu de 3" in said(page)
        assert (
            words(seen(page).cssselect("h1")[0]) == "Réglementation : Brevet d'essai, session 2027"
        )
    assert administrator.get(f"{where}/fichier").content.decode() == changed(SEVEN)
    assert Entry.objects.get(verb="regulation prepared").actor_id == f"user:{administrator.user.pk}"


E1, E2 = (
    next(line for line, said in enumerate(TEXT.splitlines(), 1) if f"{{code: {code}," in said)
    for code in ("E1", "E2")
)
ONE = "examens[BE].epreuves"


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (
            changed(("coefficient: 3,", "coefficient: trois,")),
            (E1, f"{ONE}[E1].coefficient", "type"),
            "« trois » ne convient pas : un nombre est attendu, avec un point : « 2.5 ».",
        ),
        (
            changed(("nature: ecrite, duree: 3 h,", "nature: ecrit, duree: 3 h,")),
            (E1, f"{ONE}[E1].nature", "valeur"),
            "« ecrit » ne convient pas : ecrite, orale, pratique, ecrite_et_orale,",
        ),
        (
            changed(("diplomes: [BAC]", "diplomes: [BAK]")),
            (E2, f"{ONE}[E2].dispenses[1].diplomes", "reference_inconnue"),
            "Diplôme « BAK » : ce code n'existe pas ici (AUCUN, CAP, BAC).",
        ),
        (
            changed(("format: 1\n", "")),
            (2, "format", "cle_manquante"),
            "La clé « format » est obligatoire.",
        ),
        (
            "domaine: {code: ESSAI",
            (1, "", "yaml"),
            "Ce n'est pas du YAML correct : une accolade ou une virgule manque.",
        ),
        (
            b"\x89PNG\r\n\x1a\n\xff",
            (1, "", "lecture"),
            f"Ce fichier n'est pas du texte en UTF-8 : {SAVE}",
        ),
        (TEXT.encode("utf-16"), (1, "", "lecture"), f"Ce fichier est en UTF-16 : {SAVE}"),
        (
            b"PK\x03\x04\xff",
            ("", "", "lecture"),
            "Ce fichier est un document de traitement de texte",
        ),
        ("[" * 100_000, (1, "", "demesure"), "Le fichier est trop grand, ou se répète sans fin."),
        (
            "x" * 600_000,
            ("", "", "demesure"),
            "Ce fichier pèse plus de 500 Ko : découpez-le par domaine.",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line_its_place_and_its_rule(
    administrator, content, place, message
):
    page = send(administrator, content)

    [(line, where, first_message, rule), *_] = page.context["problems"]
    assert (line, where, rule) == (str(place[0]), *place[1:])
    assert first_message.startswith(message)
    assert first_message in said(page)
    # A word of the machine is read whole, to be sought for.
    whole = {words(one) for one in seen(page).cssselect("td.s-whole")}
    assert whole == {one[3] for one in page.context["problems"]}
    assert "plus bas : corrigez-le, puis chargez-le. Rien n'est changé." in said(page)
    assert page.status_code == 422
    assert not PreparedRegulation.objects.exists()


def test_a_relative_date_of_the_demo_is_refused_in_words_of_the_screen(administrator):
    text = changed(
        (
            "ouverture: 2026-10-12 08:00, fermeture: 2026-12-15 17:00",
            'ouverture: "@J-12 08:00", fermeture: 2026-12-15 17:00',
        )
    )

    page = send(administrator, text)

    [(_, _, message, rule)] = page.context["problems"]
    assert rule == "date_relative"
    assert "Écrivez le jour et l'heure, « 2026-11-15 23:59 »." in message
    assert "--" not in message


def test_an_empty_file_is_said_at_its_field(administrator):
    page = send(administrator, "")

    assert "Ce fichier est vide : choisissez-en un autre." in said(page)


def test_no_file_is_said_at_its_field(administrator):
    page = administrator.post(LOAD, {})

    assert page.status_code == 422
    assert "Choisissez un fichier." in said(page)


def test_a_text_in_place_of_the_file_is_no_file(administrator):
    assert administrator.post(LOAD, {"fichier": TEXT}).status_code == 422
    assert not PreparedRegulation.objects.exists()


def test_two_megabytes_are_refused_unread(administrator):
    page = send(administrator, b"[" * 2_000_000)

    assert page.status_code == 413
    assert "500 Ko de fichier au plus" in said(page)


def test_a_file_sent_to_another_page_is_read_by_nobody(administrator):
    page = administrator.post(
        "/gestion/bandeau", {"message": SimpleUploadedFile("a.yaml", TEXT.encode())}
    )

    assert dict(page.wsgi_request.FILES) == {}
    assert page.status_code == 422


def test_what_the_file_says_is_text_and_nothing_else(administrator):
    hostile = '"><img src=x onerror=1>{{7*7}}${7*7}'
    text = changed(
        ("libelle: Français,", f"libelle: '{hostile}',"),
        ("- Ce brevet n'existe pas. Il sert à vérifier que tout fonctionne.", f"- '{hostile * 3}'"),
    )

    page = send(administrator, text, name=f"{hostile}.yaml")

    assert "<img" not in page.text
    assert page.text.count("{{7*7}}") == page.text.count("${7*7}") > 3


def test_a_domain_of_another_perimeter_is_refused_like_one_that_is_not(member):
    head = member("A09", role=HEAD, domains=["AUTRE"], email="autre@exemple.test")

    known = send(head, TEXT)
    unknown = send(head, changed(("{code: ESSAI,", "{code: RIEN,")))

    assert [page.context["problems"][0][3] for page in (known, unknown)] == ["perimetre"] * 2
    assert "Le domaine « ESSAI » n'est pas de votre périmètre." in said(known)
    assert not PreparedRegulation.objects.exists()


def test_an_administrator_may_bring_a_new_domain_and_a_new_session(administrator):
    page = send(
        administrator,
        changed(
            ("{code: ESSAI,", "{code: NEUF,"),
            (
                '{code: "2027", libelle: session 2027, annee: 2027}',
                '{code: "2028", libelle: session 2028, annee: 2028}',
            ),
        ),
    )

    assert "ce sera la version 1" in said(page)
    page = put_in_force(administrator, PreparedRegulation.objects.get(), nom="NEUF 2028")
    assert page.resolver_match.view_name == "office:regulation"
    assert Regulation.objects.get(domain__code="NEUF").number == 1


def test_dates_that_have_passed_are_said_to_open_or_to_leave_closed_at_once(administrator):
    # As in the file of last year, taken up again.
    file = prepared(
        administrator,
        ("{code: ESSAI, libelle: Brevet d'essai,", "{code: NEUF, libelle: Brevet tout neuf,"),
        ("fermeture: 2026-12-15 23:59", "fermeture: 2026-11-15 23:59"),
    )
    page, confirmed = (
        main(administrator.get(reverse(f"office:{name}", args=[file.pk])))
        for name in ("prepared", "enforce_regulation")
    )

    assert "Brevet tout neuf, session 2027" in page
    for told in (page, confirmed):
        assert (
            "Académie de Versailles, grand public : ouvert dès la mise en vigueur, car son "
            "ouverture est passée"
        ) in told
        assert (
            "Académie de Lille, grand public : fermé, car sa fermeture est passée : personne ne "
            "s'y inscrira"
        ) in told


def test_nothing_is_said_of_services_that_stand_or_open_later(administrator):
    standing = prepared(administrator)
    later = prepared(
        administrator,
        ("{code: ESSAI,", "{code: NEUF,"),
        ("A09, ouverture: 2026-10-12", "A09, ouverture: 2026-12-12"),
        ("A25, ouverture: 2026-10-12", "A25, ouverture: 2026-12-12"),
    )

    for file in (standing, later):
        page = main(administrator.get(reverse("office:prepared", args=[file.pk])))
        assert "Ce que ses dates feraient aussitôt" not in page


@pytest.mark.parametrize("role", [Membership.Role.MANAGER, Membership.Role.AUDITOR])
def test_who_may_only_read_loads_nothing(member, role):
    reader = member("A09", role=role)

    assert reader.get(LOAD).status_code == 404
    assert send(reader, TEXT).status_code == 404
    assert "Charger un fichier" not in reader.get("/gestion/reglementations/ESSAI/2027").text


# --- Dry run -------------------------------------------------------------------------------------


def test_a_dry_run_is_asked_followed_and_read(administrator, head, in_lille, in_versailles):
    file = prepared(administrator, OLDER)
    where = reverse("office:prepared", args=[file.pk])

    page = administrator.post(f"{where}/essai", follow=True)
    assert "0 % jugées" in said(page)
    assert "Revenir au fichier" not in said(page)
    work("trials")

    trial = Trial.objects.get()
    page = administrator.get(reverse("office:trial", args=[trial.pk]))
    assert links(page, "Revenir au fichier, pour en décider") == [where]
    [heading] = seen(page).cssselect("h1")
    assert words(heading) == "Essai à blanc : Brevet d'essai, session 2027"
    assert "Acceptées telles quelles : 0. Refusées : 2." in said(page)
    assert "Il faut avoir 18 ans" in said(page)
    for number in (in_lille.number, in_versailles.number):
        assert reverse("office:registration", args=[number]) in page.text
    # In another perimeter, what is not there is not there.
    mine = head.get(reverse("office:trial", args=[trial.pk]))
    assert "Acceptées telles quelles : 0. Refusées : 1." in said(mine)
    assert in_lille.number in mine.text
    assert in_versailles.number not in mine.text
    reason = page.context["reasons"][0].key
    assert head.get(f"{reverse('office:trial', args=[trial.pk])}?motif={reason}").status_code == 200
    assert "Acceptées telles quelles : 0. Refusées : 1." in said(head.get(where))


def test_a_dry_run_says_that_who_moved_since_is_counted_where_they_were(
    administrator, head, in_lille
):
    file = prepared(administrator, OLDER)
    administrator.post(reverse("office:try_regulation", args=[file.pk]))
    work("trials")
    where = reverse("office:trial", args=[Trial.objects.get().pk])
    before = said(head.get(where))
    moved = Registration.objects.whole().get(pk=in_lille.pk)
    moving.move_for_good(
        registration=moved, academy="A25", reason="Déménagement", by=OPERATOR, at=NOW
    )

    after = head.get(where)

    assert "ont changé d'académie" not in before
    assert "Refusées : 1." in said(after)
    assert "Des inscriptions ont changé d'académie depuis" in said(after)
    assert after.context["reasons"] == []


def test_reasons_without_end_are_cut_and_the_page_says_so(administrator, in_lille):
    file = prepared(administrator, OLDER)
    administrator.post(reverse("office:try_regulation", args=[file.pk]))
    work("trials")
    where = reverse("office:trial", args=[Trial.objects.get().pk])
    [first] = TrialRefusal.objects.all()

    def more(count):
        for _ in range(count):
            first.pk, first.message = None, f"Motif n° {TrialRefusal.objects.count()}"
            first.save(force_insert=True)
        return administrator.get(where)

    whole, cut = more(49), more(1)

    sentence = "Seuls les 50 motifs les plus fréquents sont montrés"
    assert (len(whole.context["reasons"]), sentence in said(whole)) == (50, False)
    assert (len(cut.context["reasons"]), sentence in said(cut)) == (50, True)


def test_a_dry_run_says_beside_which_version_it_was_and_when_another_one_is_in_force(administrator):
    file = prepared(administrator, OLDER)
    where = reverse("office:prepared", args=[file.pk])
    page = administrator.post(f"{where}/essai", follow=True)
    work("trials")
    tried = page.request["PATH_INFO"]
    beside, anew = "Jugé à côté de la version 1", "La version 2 est en vigueur depuis"

    for before in (where, tried):
        page = said(administrator.get(before))
        assert beside in page
        assert anew not in page

    load_invented(SEVEN, at=NOW + timedelta(minutes=1))
    for after in (where, tried):
        page = said(administrator.get(after))
        assert beside in page
        assert f"{anew} : essayez de nouveau." in page


def test_what_the_check_warns_of_is_read_before_the_file_is_put_in_force(administrator):
    file = prepared(administrator, ("coefficient: 3,", "coefficient: 0,"))

    page = said(administrator.get(reverse("office:prepared", args=[file.pk])))

    assert "À relire dans le fichier" in page
    assert "Avec un coefficient de 0, cette épreuve ne compte pas" in page
    assert "« essais@lille.exemple.test » ne mène nulle part" in page
    other = prepared(
        administrator,
        ("essais@lille.exemple.test", "essais-lille@exemple.fr"),
        ("essais@versailles.exemple.test", "essais-versailles@exemple.fr"),
    )
    assert "À relire" not in said(administrator.get(reverse("office:prepared", args=[other.pk])))


def test_a_dry_run_names_who_would_lose_an_epreuve(administrator, in_lille, in_versailles):
    [line] = [one for one in INVENTED.read_text("utf-8").splitlines() if "{code: E2," in one]
    file = prepared(administrator, (f"{line}\n", ""))
    administrator.post(reverse("office:try_regulation", args=[file.pk]))
    work("trials")

    page = administrator.get(reverse("office:trial", args=[Trial.objects.get().pk]))

    assert "Toutes seraient acceptées : 2, dont 2 perdent une épreuve ou une réponse." in said(page)
    Trial.objects.update(state=TrialState.RUNNING, ended_at=None)
    half = said(administrator.get(reverse("office:trial", args=[Trial.objects.get().pk])))
    assert "Toutes seraient acceptées" not in half
    assert "Parmi celles qui sont déjà jugées. Acceptées : 2" in half
    assert "L'épreuve « Mathématiques » (U2) n'est plus proposée" in said(page)
    for number in (in_lille.number, in_versailles.number):
        assert reverse("office:registration", args=[number]) in page.text
    [loss] = page.context["losses"]
    again = administrator.get(page.request["PATH_INFO"] + f"?motif={loss.key}")
    assert "Inscriptions acceptées, qui perdraient une épreuve ou une réponse" in said(again)
    assert in_lille.number in again.text


@pytest.mark.parametrize(
    "query",
    [
        "?motif=abc",
        "?motif=²",
        "?motif=0",
        "?motif=99999999999999999999",
        "?page=x",
        "?motif=%00",
        "?page=9",
    ],
)
def test_an_address_that_makes_no_sense_shows_the_whole(administrator, in_lille, query):
    file = prepared(administrator, OLDER)
    administrator.post(reverse("office:try_regulation", args=[file.pk]))
    work("trials")

    page = administrator.get(reverse("office:trial", args=[Trial.objects.get().pk]) + query)

    assert page.status_code == 200
    assert in_lille.number in page.text
    assert "Voir tous les motifs" not in page.text


# --- Putting in force ----------------------------------------------------------------------------


def test_what_was_read_is_put_in_force_and_what_was_filed_keeps_its_version(
    administrator, in_lille
):
    a_draft()
    file = prepared(administrator)
    asked = said(administrator.get(reverse("office:enforce_regulation", args=[file.pk])))
    assert "1 inscription, 0 modification" in asked

    page = put_in_force(administrator, file)

    assert "La version 2 est en vigueur" in said(page)
    assert Regulation.objects.latest("number").rules.exam("BE").paper("E1").coefficient == 7
    in_lille.refresh_from_db()
    assert in_lille.regulation.number == 1
    entry = Entry.objects.get(verb="regulation put in force")
    assert entry.actor_id == f"user:{administrator.user.pk}"
    assert entry.payload["after"]["number"] == 2
    file.refresh_from_db()
    assert file.state == PreparedState.ENFORCED
    again = said(administrator.get(reverse("office:prepared", args=[file.pk])))
    assert "Mise en vigueur" in again
    assert "Retirer ce fichier" not in again


def test_what_stands_and_is_no_longer_admitted_together_is_listed_before_and_after(
    administrator, manager
):
    without_exclusion()
    person = a_candidate()
    registered_in_two_academies(person)
    numbers = Registration.objects.filter(candidate=person).values_list("number", flat=True)
    file = prepared(administrator, SEVEN)

    asked = said(administrator.get(reverse("office:enforce_regulation", args=[file.pk])))
    after = said(put_in_force(administrator, file))

    for page, rules in ((asked, "ce fichier"), (after, "cette version")):
        assert f"1 candidat a plusieurs inscriptions en cours que {rules} n'admet pas" in page
        assert all(f"n°{number}" in page for number in numbers)
    assert Registration.objects.active().filter(candidate=person).count() == 2
    # A manager of Lille alone has one of the two.
    assert "n'admet pas" not in said(manager.get("/gestion/reglementations/ESSAI/2027"))


def test_what_agents_fill_and_what_waits_for_a_decision_are_counted_too(administrator, in_lille):
    begun = a_draft()
    standing_in.begin(
        candidate=a_candidate(),
        exam=begun.exam,
        speciality=begun.speciality,
        service=begun.service,
        author=administrator.user,
        by=OPERATOR,
        at=NOW,
    )
    ask(in_lille, begun.service.closes_at + timedelta(hours=1))
    file = prepared(administrator)

    page = said(administrator.get(reverse("office:enforce_regulation", args=[file.pk])))

    assert "2 inscriptions, 0 modifications, 1 demande de modification à décider" in page


DAYS = ("du: 2027-05-17, au: 2027-05-21", "du: 2027-04-05, au: 2027-04-09")
RENAMED = ("{code: MARIN, libelle: Marin}", "{code: MARIN, libelle: Bûcheron}")


def reached(page):
    """Return what a page says that would change for those who are registered already."""
    _, _, after = said(page).partition("Ce qui changerait aussi pour les inscriptions en cours")
    return after.partition("</h2>")[2].partition("<h2")[0]


def test_what_changes_at_once_for_those_who_are_registered_is_said_with_their_number(
    administrator, in_lille, in_versailles
):
    file = prepared(administrator, DAYS, RENAMED, SEVEN)

    read = reached(administrator.get(reverse("office:prepared", args=[file.pk])))
    asked = reached(administrator.get(reverse("office:enforce_regulation", args=[file.pk])))

    for page in (read, asked):
        assert "Personne n'est prévenu" in page
        assert "« Écrire aux candidats »" in page
        assert "Brevet d'essai : 2 inscriptions en cours" in page
        assert "du 5 avril 2027 au lieu du 17 mai 2027" in page
        assert "Brevet d'essai – Marin : 2 inscriptions en cours" in page
        assert "« Bûcheron » au lieu de « Marin »" in page
        assert "pour une autre spécialité, donnez un autre code" in page
        # A registration keeps the coefficients of its version.
        assert "oefficient" not in page


def test_what_each_registration_keeps_of_its_version_is_not_said_to_change_for_it(
    administrator, in_lille
):
    file = prepared(
        administrator, SEVEN, ("libelle: Forestier}", "libelle: Forestier, option: Monts}")
    )

    page = administrator.get(reverse("office:enforce_regulation", args=[file.pk]))

    assert not reached(page)
    assert "gardent les règles de leur version" in said(page)


def test_the_name_of_the_domain_changes_for_all_that_one_may_read(
    administrator, manager, in_lille, in_versailles
):
    file = prepared(
        administrator, ("libelle: Brevet d'essai, rubrique", "libelle: Essais, rubrique")
    )
    where = reverse("office:prepared", args=[file.pk])

    assert "Brevet d'essai, session 2027 : 2 inscriptions en cours" in reached(
        administrator.get(where)
    )
    assert "Brevet d'essai, session 2027 : 1 inscription en cours" in reached(manager.get(where))


def test_an_exam_that_comes_back_is_compared_with_the_last_version_that_had_it(
    administrator, in_lille
):
    bare = TEXT.replace("- code: BE\n", "- code: AUTRE\n")
    put_in_force(
        administrator,
        PreparedRegulation.objects.get(
            pk=send(administrator, bare).resolver_match.kwargs["prepared"]
        ),
    )

    file = prepared(administrator, DAYS)

    page = reached(administrator.get(reverse("office:prepared", args=[file.pk])))
    assert "Brevet d'essai : 1 inscription en cours" in page
    assert "du 5 avril 2027 au lieu du 17 mai 2027" in page


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"nom": ""}, "Écrivez : ESSAI 2027."),
        ({"nom": "ESSAI 2026"}, "Ce n'est pas ce que vous mettez en vigueur"),
        ({"lu": ""}, "Lisez la différence, puis cochez la case."),
    ],
)
def test_what_is_put_in_force_is_ticked_and_typed(administrator, sent, message):
    file = prepared(administrator)

    page = put_in_force(administrator, file, **sent)

    assert page.status_code == 422
    assert message in said(page)
    assert Regulation.objects.count() == 1


def test_a_page_that_has_aged_is_refused_and_the_difference_shown_anew(administrator):
    file = prepared(administrator)
    where = reverse("office:enforce_regulation", args=[file.pk])
    seal = administrator.get(where).context["form"]["vu"].value()
    load_invented(("coefficient: 3,", "coefficient: 5,"))

    page = administrator.post(where, {"vu": seal, "lu": "on", "nom": "ESSAI 2027"}, follow=True)

    assert "a changé depuis que cette page vous a été montrée" in said(page)
    assert "coefficient 7 au lieu de 5" in said(page)
    assert page.context["form"].is_bound is False
    assert Regulation.objects.latest("number").number == 2


def test_the_second_factor_is_asked_again(administrator, time_machine):
    file = prepared(administrator)
    time_machine.move_to(NOW + timedelta(minutes=6))

    late = administrator.get(reverse("office:enforce_regulation", args=[file.pk]))

    assert late.url.startswith(reverse("mfa_reauthenticate"))
    assert "mettre une réglementation en vigueur" in said(administrator.get(late.url))


def test_a_head_puts_in_force_what_concerns_their_academies_alone(head):
    file = prepared(head)

    page = put_in_force(head, file)

    # The invented exam is open in Versailles too.
    assert page.status_code == 422
    assert "Ce fichier concerne d'autres académies que les vôtres" in said(page)
    assert Regulation.objects.count() == 1
    where = reverse("office:prepared", args=[file.pk])
    assert reverse("office:enforce_regulation", args=[file.pk]) not in head.get(where).text


def test_a_head_of_every_academy_that_it_concerns_does_put_it_in_force(member):
    head = member("A09", "A25", role=HEAD, domains=["ESSAI"], email="deux@exemple.test")

    page = put_in_force(head, prepared(head))

    assert "La version 2 est en vigueur" in said(page)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (
            ("telephone: 03 53 01 00 01,", "telephone: 03 53 01 00 99,"),
            "change le service gestionnaire Bureau des essais de Lille (académie de Lille)",
        ),
        (
            ("libelle: session 2027,", "libelle: session de juin 2027,"),
            "change le nom de la session 2027",
        ),
    ],
)
def test_what_serves_other_domains_too_is_not_changed_from_one_of_them(member, change, what):
    load_invented(("{code: ESSAI,", "{code: AUTRE,"))
    here = member("A09", "A25", role=HEAD, domains=["ESSAI"], email="ici@exemple.test")
    both = member("A09", "A25", role=HEAD, domains=["ESSAI", "AUTRE"], email="tout@exemple.test")
    before = ManagingService.objects.get(academy="A09", code="essais")
    file = prepared(here, change)

    page = put_in_force(here, file)

    why = f"{what}, qui sert aussi hors de votre périmètre : un administrateur peut"
    assert page.status_code == 422
    assert f"Ce fichier {why}" in said(page)
    shown = here.get(reverse("office:prepared", args=[file.pk]))
    assert f"Ce fichier {why}" in said(shown)
    assert reverse("office:enforce_regulation", args=[file.pk]) not in shown.text
    assert ManagingService.objects.get(pk=before.pk).phone == before.phone
    assert "est en vigueur" in said(put_in_force(both, file))


THERE = "academie: A25, ouverture: 2026-10-12 08:00, fermeture: 2026-12-15 17:00"
LATER = (THERE, THERE.replace("12-15", "12-20"))


@pytest.mark.parametrize(
    "change",
    [
        LATER,
        (THERE, THERE.replace("12-15", "12-10")),
        (THERE, THERE.replace("10-12", "11-27")),
    ],
    ids=["extended alone", "closed sooner and nobody told", "shut again"],
)
def test_a_file_does_not_change_the_dates_of_a_service_that_has_opened(administrator, change):
    file = prepared(administrator, SEVEN, change)
    service = RegistrationService.objects.get(academy="A25")
    before = (service.opens_at, service.closes_at)
    where = reverse("office:prepared", args=[file.pk])

    page = put_in_force(administrator, file)

    service.refresh_from_db()
    told = "Ce fichier change les dates d'un service qui a ouvert (académie de Versailles)"
    assert page.status_code == 422
    assert told in said(page)
    assert told in said(administrator.get(where))
    assert "Mettre en vigueur</a>" not in administrator.get(where).text
    assert (service.opens_at, service.closes_at) == before
    assert Regulation.objects.count() == 1


def test_a_file_changes_the_dates_of_what_has_not_opened_yet(administrator):
    RegistrationService.objects.filter(academy="A25").update(opens_at=NOW + timedelta(days=1))

    page = put_in_force(
        administrator,
        prepared(administrator, (THERE, LATER[1].replace("10-12", "11-27"))),
    )

    assert "est en vigueur" in said(page)


def test_what_two_persons_have_extended_keeps_no_file_back(administrator):
    file = prepared(administrator, SEVEN, LATER)
    service = RegistrationService.objects.get(academy="A25")
    closing = service.closes_at + timedelta(days=5)
    RegistrationService.objects.filter(pk=service.pk).update(closes_at=closing, moved_at=NOW)

    assert "est en vigueur" in said(put_in_force(administrator, file))


def test_what_stays_as_it_is_names_the_date_that_the_office_has_changed(administrator):
    service = RegistrationService.objects.get(academy="A25")
    was = service.opening_in_words
    service.opens_at, service.moved_at = service.opens_at - timedelta(days=1), NOW
    service.save()

    file = prepared(administrator, SEVEN)
    page = administrator.get(reverse("office:prepared", args=[file.pk]))

    kept = f"elles restent celles-là : ouvre le {service.opening_in_words}, et non le {was}"
    [line] = [words(one) for one in seen(page).cssselect("main li") if "celles-là" in words(one)]
    assert line.removesuffix(".").endswith(" ".join(kept.split()))


def test_a_service_that_serves_one_domain_alone_is_changed_from_it(member):
    head = member("A09", "A25", role=HEAD, domains=["ESSAI"], email="ici@exemple.test")

    put_in_force(head, prepared(head, ("telephone: 03 53 01 00 01,", "telephone: 03 53 01 00 99,")))

    assert ManagingService.objects.get(academy="A09", code="essais").phone == "03 53 01 00 99"


def test_a_head_brings_no_domain_that_is_of_no_academy(member):
    head = member("A09", role=HEAD, email="seule@exemple.test")
    start = TEXT.index("services_gestionnaires:")
    page = send(head, TEXT[:start].replace("{code: ESSAI,", "{code: NEUF,"))
    file = PreparedRegulation.objects.get()

    assert page.status_code == 200
    assert put_in_force(head, file, nom="NEUF 2027").status_code == 422
    assert not Regulation.objects.filter(domain__code="NEUF").exists()


def test_a_file_that_is_given_up_stays_in_the_list_and_is_put_in_force_no_more(administrator, head):
    file = prepared(administrator)
    drop = reverse("office:drop_regulation", args=[file.pk])

    page = administrator.post(drop, follow=True)

    assert "Le fichier est retiré" in said(page)
    assert not Message.objects.filter(kind="regulation_dropped").exists()
    assert put_in_force(administrator, file).status_code == 422
    assert "retiré" in said(administrator.get("/gestion/reglementations/ESSAI/2027"))
    assert Entry.objects.filter(verb="regulation dropped").count() == 1
    again = head.post(drop, follow=True)
    assert "n'est plus possible" in said(again)


def test_a_file_that_concerns_other_academies_is_not_given_up_by_a_head(administrator, head):
    file = prepared(administrator)
    drop = reverse("office:drop_regulation", args=[file.pk])

    before = said(head.get(reverse("office:prepared", args=[file.pk])))
    page = said(head.post(drop, follow=True))

    assert "Essayer à blanc" in before
    assert "Retirer ce fichier" not in before
    assert "il est retiré par la personne qui l'a chargé, ou par un administrateur" in page
    file.refresh_from_db()
    assert file.is_waiting
    assert not Entry.objects.filter(verb="regulation dropped").exists()


def test_a_head_gives_up_the_file_that_they_have_loaded_themselves(head):
    file = prepared(head)

    before = said(head.get(reverse("office:prepared", args=[file.pk])))
    page = said(head.post(reverse("office:drop_regulation", args=[file.pk]), follow=True))

    assert "Retirer ce fichier" in before
    assert "Le fichier est retiré" in page
    file.refresh_from_db()
    assert file.state == PreparedState.DROPPED


def test_who_has_loaded_a_file_is_told_that_somebody_else_gives_it_up(administrator, head):
    file = prepared(head)

    for _ in range(2):
        administrator.post(reverse("office:drop_regulation", args=[file.pk]))

    told = Message.objects.get(kind="regulation_dropped")
    assert told.recipient == head.user.email
    assert "Claude Martin retire le fichier de réglementation" in told.body
    assert f"/gestion/reglementations/preparees/{file.pk}" in told.body


def test_an_old_version_is_prepared_again_and_makes_a_new_one(administrator):
    load_invented(("# An exam", "# Relu. An exam"))
    load_invented(SEVEN)

    page = administrator.post("/gestion/reglementations/ESSAI/2027/versions/1/reprise", follow=True)
    assert "coefficient 3 au lieu de 7" in said(page)
    assert PreparedRegulation.objects.get().source.startswith("# Relu. An exam")
    put_in_force(administrator, PreparedRegulation.objects.get())

    numbers = Regulation.objects.order_by("number").values_list("number", "digest")
    assert [number for number, _ in numbers] == [1, 2, 3]
    assert numbers[0][1] == numbers[2][1]


def test_an_old_version_that_the_check_refuses_by_now_says_why(administrator, monkeypatch):
    load_invented(SEVEN)
    monkeypatch.setattr(preparing, "MOST_WAITING", 0)

    page = administrator.post("/gestion/reglementations/ESSAI/2027/versions/1/reprise", follow=True)

    assert "fichiers attendent déjà" in said(page)


def test_a_draft_begun_before_is_judged_under_what_was_put_in_force(administrator):
    from sporades.acts.registrations import registering
    from sporades.registrations.refusals import RulesChanged
    from tests.factories import author

    draft = a_draft()
    put_in_force(administrator, prepared(administrator, OLDER))

    with pytest.raises(RulesChanged):
        registering.register(draft=draft, by=author(draft.candidate), at=NOW)
    assert not Registration.objects.exists()


@pytest.fixture
def closing(db):
    """Tell from which day an academy is no more, as a load of the official lists does."""

    def made(day):
        Academy.objects.filter(code="A25").update(closed_on=day, successor="A09")
        reference.forget()

    yield made
    reference.forget()


@pytest.mark.parametrize("last_day", ["2026-12-31", "2026-11-24"])
def test_a_file_that_waits_for_an_academy_that_closes_is_shown_and_dropped(
    administrator, closing, last_day
):
    waiting = prepared(administrator)

    closing(last_day)

    where = reverse("office:prepared", args=[waiting.pk])
    assert administrator.get(where).status_code == 200
    administrator.post(reverse("office:drop_regulation", args=[waiting.pk]))
    waiting.refresh_from_db()
    assert waiting.state == PreparedState.DROPPED


def test_a_file_is_written_for_an_academy_until_its_last_day(administrator, closing):
    closing("2026-11-25")
    assert prepared(administrator)

    closing("2026-11-24")

    assert "n'existe pas, ou n'existe plus" in said(send(administrator, changed(OLDER)))

"""« Exporter »: what a manager asks for, what another approves, what nobody else sees."""

import html
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.core import files
from sporades.exchanges import operations
from sporades.exchanges.models import Export
from sporades.exchanges.states import ExportState
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.searches.catalogue import CRITERIA
from sporades.searches.columns import BY_CODE, MEANINGS
from sporades.searches.operations import keep
from sporades.searches.operators import Operator
from sporades.searches.trees import Group, Leaf, Link
from sporades.web.layout.readers import READER, mark_of
from tests.factories import NOW, a_candidate, a_registration
from tests.jobs import work
from tests.web.guide import main, seen, value_of, words
from tests.web.office.conftest import second_factor_shown
from tests.web.office.test_search import leaf, names, sought
from tests.web.registry.world import a_member

WHY = "Préparer les convocations de juin"
HEAD = Membership.Role.HEAD


def asked(client, *, motif=WHY, form="csv", tri=""):
    """Search for everybody, ask for an export, and return its page."""
    page = sought(client, leaf("g-1", "nom", "non_vide"))
    where = reverse("office:export", args=[page.context["search"].pk])
    return client.post(f"{where}{tri}", {"format": form, "motif": motif}, follow=True)


def a_tree(criterion, operator, value):
    """Return a tree whose group holds one comparison."""
    compared = Leaf(CRITERIA[criterion], Operator(operator), (value,))
    return Group(members=(Group(link=Link.OR, members=(compared,)),))


def page_of(export, name="one_export"):
    """Return the address of a page of an export."""
    return reverse(f"office:{name}", args=[export.pk])


@pytest.fixture
def few(monkeypatch, db):
    """Ask for an approval from one line on; there is an administrator to give it."""
    a_member("admin@exemple.test", Membership.Role.ADMINISTRATOR, [])
    for room in (operations, __import__("sporades.exchanges.models", fromlist=["models"])):
        monkeypatch.setattr(room, "WITHOUT_APPROVAL", 0)


@pytest.mark.parametrize("form", ["csv", "xlsx", "ods"])
def test_a_manager_takes_what_a_search_finds(manager, in_lille, in_versailles, form):
    assert "Exporter ces inscriptions" in sought(manager, leaf("g-1", "nom", "non_vide")).text

    page = asked(manager, form=form)
    assert "vous recevrez un mail quand il sera prêt" in html.unescape(page.text)
    work("exchanges")
    export = Export.objects.get()
    ready = manager.get(page_of(export))
    file = manager.get(page_of(export, "export_file"))

    assert "Télécharger le fichier" in ready.text
    assert file.headers["Content-Disposition"] == f'attachment; filename="{export.file_name}"'
    assert file.headers["Cache-Control"] == "private, no-store"
    if form == "csv":
        assert in_lille.number in file.content.decode()
        assert in_versailles.number not in file.content.decode()


def test_an_export_is_told_by_the_clock_of_those_who_ask_for_it(manager, in_lille):
    asked(manager)
    work("exchanges")
    export = Export.objects.get()
    said = (export.asked_in_words, export.kept_until_in_words)
    [perimeter] = export.perimeters

    export.perimeters = [perimeter | {"academies": ["A28"]}]
    there = (export.asked_in_words, export.kept_until_in_words)
    export.perimeters = [perimeter | {"academies": ["A09", "A28"]}]

    assert (export.asked_in_words, export.kept_until_in_words) == said
    assert all(one.endswith("(heure de Paris)") for one in said)
    assert all(one.endswith("13\xa0h\xa030 (heure de La Réunion)") for one in there)


def test_a_file_that_is_lost_is_said_to_be_and_another_is_made(manager, in_lille):
    asked(manager)
    work("exchanges")
    lost = Export.objects.get()
    files.forget(lost.file_key)

    page = manager.get(page_of(lost, "export_file"), follow=True)

    assert "Ce fichier est perdu ou abîmé : demandez un nouvel export." in main(page)
    asked(manager)
    work("exchanges")
    [again] = Export.objects.exclude(pk=lost.pk)
    assert in_lille.number in manager.get(page_of(again, "export_file")).content.decode()


def test_the_order_of_the_list_is_that_of_the_file(manager, in_lille):
    asked(manager, tri="?tri=-numero_inscription")

    assert Export.objects.get().order == "-numero_inscription"


@pytest.mark.parametrize("motif", ["", "   ", "rien"])
def test_a_purpose_is_asked_for_and_nothing_typed_is_lost(manager, in_lille, motif):
    page = asked(manager, motif=motif, form="ods")

    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {"motif"}
    assert ("Dites-en plus : 10 signes au moins." in main(page)) == (motif == "rien")
    assert page.context["form"]["format"].value() == "ods"
    assert not Export.objects.exists()


def test_the_second_factor_is_asked_again(manager, in_lille, time_machine):
    page = sought(manager, leaf("g-1", "nom", "non_vide"))
    where = reverse("office:export", args=[page.context["search"].pk])

    time_machine.move_to(NOW + timedelta(minutes=6))
    late = manager.get(where)

    assert late.url.startswith(reverse("mfa_reauthenticate"))
    assert "exporter des inscriptions" in manager.get(late.url).text
    second_factor_shown(manager, at=NOW + timedelta(minutes=6))
    assert manager.get(where).status_code == 200


def test_the_purpose_that_was_typed_waits_while_the_second_factor_is_shown(
    manager, in_lille, time_machine
):
    page = sought(manager, leaf("g-1", "nom", "non_vide"))
    where = f"{reverse('office:export', args=[page.context['search'].pk])}?tri=-numero_inscription"
    late = NOW + timedelta(minutes=16)
    time_machine.move_to(late)

    typed = {"format": "ods", "motif": WHY, READER: mark_of(manager.user)}
    detour = manager.post(where, typed)
    second_factor_shown(manager, at=late)
    page = manager.get(where)

    assert detour.url == f"{reverse('mfa_reauthenticate')}?{urlencode({'next': where})}"
    assert {name: value_of(page, name) for name in ("format", "motif")} == {
        "format": "ods",
        "motif": WHY,
    }
    assert not Export.objects.exists()
    manager.post(where, typed)
    assert Export.objects.get().purpose == WHY
    assert value_of(manager.get(where), "motif") == ""


def test_a_password_given_again_is_no_second_factor(manager, in_lille, time_machine):
    page = sought(manager, leaf("g-1", "nom", "non_vide"))
    later = NOW + timedelta(minutes=6)
    time_machine.move_to(later)
    session = manager.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        *session[AUTHENTICATION_METHODS_SESSION_KEY],
        {"method": "password", "at": later.timestamp(), "reauthenticated": True},
    ]
    session.save()

    answer = manager.get(reverse("office:export", args=[page.context["search"].pk]))

    assert answer.url.startswith(reverse("mfa_reauthenticate"))


def test_the_file_is_not_for_whoever_has_another_perimeter_by_then(manager, in_lille):
    asked(manager)
    work("exchanges")
    export = Export.objects.get()
    manager.user.memberships.update(academies=["A25"])

    assert manager.get(page_of(export, "export_file")).status_code == 404


def test_a_head_request_is_no_way_around_the_five_minutes(manager, in_lille, time_machine):
    asked(manager)
    work("exchanges")
    time_machine.move_to(NOW + timedelta(minutes=6))

    answer = manager.head(page_of(Export.objects.get(), "export_file"))

    assert answer.url.startswith(reverse("mfa_reauthenticate"))


def test_what_columns_mean_is_said_before_and_after_a_file_is_asked_for(manager, in_lille):
    columns = ["nom", "canal", "representant", "representant_mail"]
    kept = keep(tree=Group(), columns=columns, by=manager.user, at=NOW)
    where = reverse("office:export", args=[kept.pk])

    before = manager.get(where)
    after = manager.post(where, {"format": "csv", "motif": WHY}, follow=True)

    for page in (before, after):
        said = [words(one) for one in seen(page).cssselect("main details li")]
        assert said[0].startswith("Canal : Comment le candidat est prévenu")
        assert said[1:] == [
            "Représentant légal, Adresse mail du représentant légal : Vide dès que le candidat est majeur."
        ]
    assert "certaines colonnes" not in main(asked(manager))


def test_every_meaning_is_of_a_column():
    assert MEANINGS.keys() <= BY_CODE.keys()


def test_an_auditor_exports_nothing(member, in_lille):
    auditor = member("A09", role=Membership.Role.AUDITOR)
    page = sought(auditor, leaf("g-1", "nom", "non_vide"))

    assert "Exporter" not in page.text
    where = reverse("office:export", args=[page.context["search"].pk])
    assert auditor.get(where).status_code == 404


def test_lines_asked_for_in_one_day_are_for_a_second_person_and_it_is_said_before_and_to_them(
    manager, in_lille, few, monkeypatch
):
    monkeypatch.setattr(operations, "WITHOUT_APPROVAL", 1)
    monkeypatch.setattr("sporades.exchanges.models.WITHOUT_APPROVAL", 1)
    asked(manager)
    work("exchanges")
    found = sought(manager, leaf("g-1", "nom", "non_vide")).context["search"].pk

    before = main(manager.get(reverse("office:export", args=[found])))
    asked(manager, form="ods")

    assert "Au-delà de 5 000 lignes qu'une même personne demande en un jour" in before
    told = Message.objects.get(kind="export_to_approve").body
    assert "1 ligne. Au-delà de 5 000 lignes qu'une même personne demande en un jour" in told


@pytest.mark.usefixtures("few")
def test_a_large_export_is_approved_by_another_and_taken_by_its_author_alone(
    manager, member, in_lille
):
    page = asked(manager)
    export = Export.objects.get()
    assert "une autre personne doit l'approuver" in html.unescape(page.text)
    assert "Approuver" not in page.text

    head = member("A09", role=HEAD, email="cheffe@exemple.test")
    assert page_of(export) in head.get(reverse("office:exports")).text
    assert page_of(export) in head.get(reverse("office:home")).text
    assert WHY in head.get(page_of(export)).text
    head.post(page_of(export, "approve_export"))
    work("exchanges")

    export.refresh_from_db()
    assert export.state == ExportState.READY
    assert manager.get(page_of(export, "export_file")).status_code == 200
    assert head.get(page_of(export, "export_file")).status_code == 404


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("decides", ["approve_export", "refuse_export"])
def test_an_export_that_has_grown_is_not_decided_from_the_page_of_before(
    manager, member, in_lille, decides
):
    asked(manager)
    export = Export.objects.get()
    head = member("A09", role=HEAD, email="cheffe@exemple.test")
    read = value_of(head.get(page_of(export)), "vu")
    member("A09", role=HEAD, email="chef@exemple.test").post(page_of(export, "approve_export"))
    a_registration(a_candidate(birth_name="Tardive"))
    work("exchanges")

    page = head.post(page_of(export, decides), {"vu": read}, follow=True)

    export.refresh_from_db()
    assert (export.state, export.total) == (ExportState.PROPOSED, 2)
    assert "Relisez-le avant d'en décider" in html.unescape(page.text)
    head.post(page_of(export, decides), {"vu": value_of(page, "vu")})
    export.refresh_from_db()
    assert export.state != ExportState.PROPOSED


@pytest.mark.usefixtures("few")
def test_a_refusal_is_read_by_its_author(manager, member, in_lille):
    asked(manager)
    export = Export.objects.get()
    head = member("A09", role=HEAD, email="cheffe@exemple.test")

    head.post(page_of(export, "refuse_export"))

    assert "Refusé" in manager.get(page_of(export)).text


@pytest.mark.usefixtures("few")
def test_a_head_of_elsewhere_does_not_know_of_it(manager, member, in_lille):
    asked(manager)
    export = Export.objects.get()
    elsewhere = member("A25", role=HEAD, email="ouest@exemple.test")

    assert page_of(export) not in elsewhere.get(reverse("office:exports")).text
    assert elsewhere.get(page_of(export)).status_code == 404
    assert elsewhere.post(page_of(export, "approve_export")).status_code == 404
    export.refresh_from_db()
    assert export.state == ExportState.PROPOSED


@pytest.mark.usefixtures("few", "in_lille")
def test_who_asks_reads_who_may_approve_and_that_nobody_may_any_more(manager):
    asked(manager)
    page = page_of(Export.objects.get())
    able = Membership.objects.get(role=Membership.Role.ADMINISTRATOR)

    assert f"Le peut : {able.full_name} (administrateur)." in main(manager.get(page))
    able.user.is_active = False
    able.user.save()

    assert "doit l'approuver, et aucune ne le peut plus : voyez avec" in main(manager.get(page))


@pytest.mark.usefixtures("few")
def test_a_head_does_not_approve_their_own(member, in_lille):
    head = member("A09", role=HEAD)
    asked(head)
    export = Export.objects.get()

    page = head.post(page_of(export, "approve_export"), follow=True)

    assert "une autre personne que celle qui le demande" in html.unescape(page.text)
    export.refresh_from_db()
    assert export.state == ExportState.PROPOSED


@pytest.mark.usefixtures("few")
def test_who_approves_reads_how_many_lines_there_are_by_now_for_its_author(
    manager, member, in_lille, in_versailles
):
    asked(manager)
    export = Export.objects.get()
    head = member("A09", role=HEAD, email="cheffe@exemple.test")
    a_registration(a_candidate(birth_name="Tardive"))

    before = main(head.get(page_of(export)))
    manager.user.memberships.update(academies=["A25"])
    after = main(head.get(page_of(export)))

    assert "1 ligne à la demande ; 2 aujourd'hui dans le périmètre de son auteur" in before
    assert "ne lit plus aucune" not in before
    assert "1 ligne à la demande ; aucune aujourd'hui dans le périmètre de son auteur" in after
    assert "l'approuver ne donnerait aucun fichier" in after


@pytest.mark.usefixtures("few")
def test_an_approved_export_that_finds_nothing_any_more_ends_with_words(manager, member, in_lille):
    asked(manager)
    export = Export.objects.get()
    head = member("A09", role=HEAD, email="cheffe@exemple.test")
    manager.user.memberships.update(academies=["A25"])

    head.post(page_of(export, "approve_export"))
    work("exchanges")

    export.refresh_from_db()
    assert (export.state, export.file_key) == (ExportState.STOPPED, "")
    assert "Aucune inscription ne répond plus à ces critères" in main(manager.get(page_of(export)))


def test_a_ready_file_out_of_the_perimeter_of_its_author_has_no_button(manager, in_lille):
    asked(manager)
    work("exchanges")
    export = Export.objects.get()
    before = manager.get(page_of(export)).text
    manager.user.memberships.update(academies=["A25"])

    page = manager.get(page_of(export))

    assert page_of(export, "export_file") in before
    assert page_of(export, "export_file") not in page.text
    assert "le fichier ne se télécharge plus" in main(page)


def test_a_file_that_is_made_of_less_than_was_asked_for_is_taken(member, in_lille, in_versailles):
    client = member("A09", "A25")
    asked(client)
    client.user.memberships.update(academies=["A09", "A28"])

    work("exchanges")

    made = Export.objects.get()
    page = seen(client.get(page_of(made)))
    assert "Télécharger le fichier" in words(page)
    assert "académie de Lille, tous les domaines" in words(page)
    text = client.get(page_of(made, "export_file")).content.decode("utf-8-sig")
    assert in_lille.number in text
    assert in_versailles.number not in text
    entries = Entry.objects.filter(verb="export made")
    assert list(entries.values_list("academy", flat=True)) == ["A09"]
    # What it was asked for is kept beside.
    [at_first] = Entry.objects.filter(verb="export asked")
    assert at_first.payload["after"]["perimeters"][0]["academies"] == ["A09", "A25"]
    client.user.memberships.update(academies=["A25"])
    assert client.get(page_of(made, "export_file")).status_code == 404


def test_one_stops_ones_own_export(manager, in_lille):
    asked(manager)
    export = Export.objects.get()

    page = manager.post(page_of(export, "stop_export"), follow=True)
    work("exchanges")

    assert "export est arrêté" in html.unescape(page.text)
    assert manager.get(page_of(export, "export_file")).status_code == 409


@pytest.mark.parametrize(
    "criterion",
    [
        ("handicap", "egal", "oui"),
        ("handicap", "egal", "non"),
        ("mesure", "demande", "TEMPS"),
    ],
)
def test_what_a_search_of_health_finds_is_not_taken_out_and_it_says_why(
    manager, in_lille, time_machine, criterion
):
    search = keep(tree=a_tree(*criterion), columns=[], by=manager.user, at=NOW)
    where = reverse("office:export", args=[search.pk])
    time_machine.move_to(NOW + timedelta(minutes=6))

    page = manager.get(where)
    refused = manager.post(where, {"format": "csv", "motif": WHY})

    assert page.status_code == 200
    assert "« Demande d'aménagement » et « Aménagements accordés » disent" in main(page)
    assert "Demander l'export" not in main(page)
    assert refused.status_code == 422
    assert "elle ne s'exporte pas" in main(refused)
    assert not Export.objects.exists()


def test_an_export_of_health_that_was_asked_for_before_does_not_say_of_what(manager, in_lille):
    asked(manager)
    Export.objects.update(tree=a_tree("handicap", "egal", "oui").as_json())
    export = Export.objects.get()

    said = main(manager.get(page_of(export))), main(manager.get(reverse("office:exports")))

    for page in said:
        assert "un critère de santé, qu'un export n'écrit pas" in page
        assert "Handicap" not in page


def test_after_the_day_that_it_says_a_file_is_not_given_any_more(manager, in_lille, time_machine):
    asked(manager)
    work("exchanges")
    export = Export.objects.get()
    Export.objects.update(ready_at=NOW - timedelta(hours=48, seconds=1))

    page, answer = manager.get(page_of(export)), manager.get(page_of(export, "export_file"))

    assert "Ce fichier n'est plus gardé" in main(page)
    assert page_of(export, "export_file") not in page.text
    assert answer.status_code == 409


def test_a_search_that_finds_nothing_says_so(manager, db, invented_exam):
    page = asked(manager)

    assert page.status_code == 422
    assert "il n'y a rien à exporter" in html.unescape(page.text)


def test_a_store_that_does_not_answer_is_said(manager, in_lille, settings, monkeypatch):
    asked(manager)
    work("exchanges")
    export = Export.objects.get()
    monkeypatch.setattr("django.core.files.storage.default_storage.open", _away)

    page = manager.get(page_of(export, "export_file"), follow=True)

    assert "ne peut pas être lu en ce moment" in page.text


def _away(name):
    raise OSError


def test_a_page_says_what_an_export_is_of_and_the_list_tells_exports_apart(manager, in_lille):
    for form in ("csv", "ods"):
        asked(manager, form=form)
    criteria = "Nom de famille : non vide"

    for export in Export.objects.all():
        facts = " ".join(main(manager.get(page_of(export))).split())
        assert "Périmètre académie de Lille, tous les domaines" in facts
        assert "Jours et heures Heure de Paris" in facts
        assert f"Critères {criteria}" in facts
        assert f"Format {export.spreadsheet.label}" in facts
    listed = seen(manager.get(reverse("office:exports")))
    links = [words(one) for one in listed.cssselect(".s-card a")]
    assert [" ".join(one.split()[:3]) for one in links] == [
        f"Export {one.mark}, {one.form.upper()},"
        for one in Export.objects.order_by("-asked_at", "-pk")
    ]
    assert words(listed).count(f"Critères : {criteria}") == 2


def test_a_search_that_another_has_replaced_since_its_page_was_read_is_not_exported(
    manager, in_lille
):
    kept, _ = names(manager, "Le Goff", "La nôtre")
    page = manager.get(f"{kept}/export")
    read = dict(seen(page).cssselect("main form")[-1].fields)
    names(manager, "Le", "La nôtre", deja="La nôtre", remplace="on")

    refused = manager.post(f"{kept}/export", {**read, "format": "csv", "motif": WHY})

    assert refused.status_code == 422
    assert "Cette recherche a changé depuis que cette page est ouverte" in main(refused)
    assert "Nom de famille : contient « Le »" in main(refused)
    assert not Export.objects.exists()
    again = dict(seen(refused).cssselect("main form")[-1].fields)
    manager.post(f"{kept}/export", again)
    assert Export.objects.get().purpose == WHY

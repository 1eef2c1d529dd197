"""What every field of every form says when it refuses an answer."""

import pkgutil
import re
from copy import deepcopy
from datetime import date
from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace

import pytest
from allauth.core import context
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import BaseForm
from django.test import RequestFactory
from django.utils.datastructures import MultiValueDict

import sporades
from sporades.accommodations.forms.choices import ChoicesForm
from sporades.accommodations.forms.signature import WhoSigns
from sporades.accommodations.late import Lateness
from sporades.accommodations.rules import Wish, rules_of, sat_for
from sporades.accommodations.states import Opinion, State
from sporades.accounts.models import User
from sporades.accounts.permissions import Perimeter, Reach
from sporades.acts.medical.taking_up import Offered
from sporades.core.actors import Actor
from sporades.drawers.models import KeptFile
from sporades.evidence.models import Deposit, Evidence
from sporades.evidence.reasons import GENERAL
from sporades.exams.models import PreparedRegulation
from sporades.exams.queries import programme_of
from sporades.exams.schema.eligibility import Residence
from sporades.medical.models import Compartment, Paper, Remark
from sporades.registrations.dossier import dossier_of
from sporades.registrations.models import ChangeRequest, Registration
from sporades.registrations.sections import SECTIONS
from sporades.registrations.sections.base import SectionForm
from sporades.searches.catalogue import CRITERIA
from sporades.searches.trees import Group, Leaf
from sporades.web.account.factor_forms import CredentialField
from sporades.web.doctor.forms import OpinionForm
from sporades.web.layout.errors import SECRETS
from sporades.web.office.accommodations.author_form import AuthorForm
from sporades.web.office.pieces.forms import OTHER, RefusalForm
from sporades.web.office.registrations.decision_forms import BatchForm, DecisionForm
from sporades.web.office.searches.building import SearchForm
from sporades.web.office.searches.choosing import Counted
from sporades.web.office.searches.message_forms import MailingForm
from sporades.web.office.services.extending_form import TogetherForm
from tests.accommodations.asked import READER, RECTOR, reach, write
from tests.factories import NOW, a_candidate, a_draft, a_registration
from tests.tree import ending, text_of

# A minor born abroad is asked everything; nobody is asked about the national service before that.
WITH_EVERY_QUESTION = {"birth_year": 2009, "birth_month": 7, "birth_country": "99350"}
INTERNAL = "CODE-INTERNE"
OF_THE_HOUSE = (
    "valide",
    INTERNAL,
    "Sélectionnez",
    "Saisissez",
    "Assurez-vous",
    "Enter ",
    "n'en fait",
    "n'est pas autorisé",
)
ANSWERS = (
    "",
    " ",
    "x",
    INTERNAL,
    "x" * 6000,
    "-1",
    "9" * 30,
    "1,23456",
    "31/02/2008",
    "\x00",
    "a@",
)

EVERYWHERE = Reach((Perimeter(None, None, Actor("administrator", "Essai")),))


NO_TIME = SimpleNamespace(usual=None, is_short=True, example=date(2027, 1, 8))


def classes():
    """Return every form class of the tree that is shown to somebody."""
    for module in pkgutil.walk_packages(sporades.__path__, "sporades."):
        import_module(module.name)
    found, seen = [BaseForm], set()
    while found:
        found = [child for parent in found for child in parent.__subclasses__()]
        seen.update(found)
    asks_nothing = {SectionForm, ChoicesForm, WhoSigns, AuthorForm, TogetherForm}
    return {one for one in seen if one.__module__.startswith("sporades.")} - asks_nothing


def every_criterion():
    """Return a tree in which each criterion stands once."""
    leaves = [Leaf(one, one.operators[0]) for one in CRITERIA.values()]
    return Group(members=(*leaves[:29], Group(members=tuple(leaves[29:]))))


def of_accommodations():
    """Return what forms about accommodations are made of: the rules, the épreuves, a request."""
    registration = a_registration()
    case = write(registration, Wish(READER))
    case.registration = registration
    return {"rules": rules_of(registration), "sat": sat_for(registration, None), "case": case}


def decided_of():
    """Return what the form of a decision is made of: a request that has its opinion, an author."""
    registration = a_registration()
    case = reach(registration, State.OPINION_GIVEN)
    case.registration = registration
    return {"case": case, "author": RECTOR}


def offered(registration):
    """Return what may be taken up of a registration that was left: a paper, and a comment."""
    found = Compartment(registration=registration)
    paper = Paper(compartment=found, size=1, pages=1, given_at=NOW, wrapped=b"", master="")
    remark = Remark(compartment=found, written_at=NOW, wrapped=b"", master="")
    return Offered(found, papers=[paper], remarks=[remark], infected=0, taken=frozenset())


def every_form():
    """Return one form of each class, by class."""
    draft = a_draft(a_candidate(**WITH_EVERY_QUESTION))
    user = draft.candidate.user
    answers = {row.section: row.answers for row in draft.answers.all()}
    dossier = dossier_of(draft, day=NOW.date(), answers=answers)
    here = {"data": None, "reach": Reach(), "at": NOW}
    asking = of_accommodations()
    arguments = {
        "IdentityForm": {"on": NOW.date()},
        "AccountForm": {"on": NOW.date()},
        "CorrectionForm": {"on": NOW.date()},
        "LateForm": {},
        "MeasuresForm": {
            **asking,
            "former": None,
            "proposed": [],
            "lateness": Lateness.FIRST,
            "is_held": True,
        },
        "PapersForm": {**asking, "lateness": Lateness.ADDING},
        "AnswerMessageForm": {"candidate": draft.candidate},
        "SignatureForm": {"case": asking["case"]},
        "AnswerForm": {"is_accepted": True},
        "ComplementForm": {
            "asked": ChangeRequest(registration=asking["case"].registration),
            "at": NOW,
        },
        "OtherDayForm": {
            "asked": ChangeRequest(
                registration=asking["case"].registration,
                asked_at=NOW,
                completed_at=NOW,
                complement_came_by="desk",
            ),
            "at": NOW,
        },
        "AppealForm": {"registration": asking["case"].registration, "is_minor": True},
        "EnteredAppealForm": {"today": NOW.date(), "notified": NOW.date(), "is_minor": True},
        "EntryForm": {
            "registration": asking["case"].registration,
            "rules": asking["rules"],
            "case": None,
            "at": NOW,
        },
        "OpinionForm": {"case": asking["case"]},
        "GiveBackForm": {"others": []},
        "ChoiceForm": {"offers": [(programme_of(draft.service), [draft.service])]},
        "IdentityOfSomebodyForm": {"on": NOW.date()},
        "PostedForm": {"first": NOW.date(), "last": NOW.date(), "left": [1, 2]},
        "RecordForm": {"on": NOW.date(), "academies": ["A09", "A25"]},
        "BatchForm": {"allows": lambda _permission: EVERYWHERE, "at": NOW},
        "ActsForm": {**here, "journal": here["reach"]},
        "MailingForm": {"counts": Counted(chosen=2, ended=1, by_letter=1, ended_by_letter=0)},
        "LatelyForm": {"at": NOW},
        "ContactForm": {"managing": draft.service.managing_service, "on": NOW.date()},
        "CorrectionRequestForm": {"on": NOW.date(), "sender": user},
        "RequestForm": {"sender": user},
        "LateRequestForm": {"sender": user},
        "CompleteForm": {"sender": user},
        "ProofForm": {"sender": user},
        "SignUpForm": {"on": NOW.date()},
        "SlipForm": {"on": NOW.date()},
        "ClaimForm": {"on": NOW.date()},
        "ChangeAddressForm": {"user": user},
        "LoginForm": {"request": RequestFactory().get("/")},
        "ActivationForm": {"user": user},
        "ReauthenticateForm": {"user": user},
        "ChangePasswordForm": {"user": user},
        "SetPasswordForm": {"user": user},
        "ResetPasswordKeyForm": {"user": user},
        "SecondFactorForm": {"user": user},
        "SecondFactorAgainForm": {"user": user},
        "ActivateTOTPForm": {"user": user},
        "SecondWebAuthnForm": {"user": user},
        "WebAuthnAgainForm": {"user": user},
        "AddWebAuthnForm": {"user": user},
        "EditWebAuthnForm": {"instance": SimpleNamespace(wrap=lambda: SimpleNamespace(name=""))},
        "ConsentsForm": {"registration": a_registration()},
        "MoveForm": {"services": [draft.service], "registration": a_registration()},
        "AcademyForm": {
            "data": None,
            "services": [draft.service],
            "residence": Residence(),
            "at": NOW,
        },
        "SearchForm": {"tree": every_criterion(), "columns": [], "reach": Reach()},
        "DatesForm": {"service": draft.service},
        "ServicesForm": {"data": None, "services": [draft.service], "at": NOW},
        "ExtendForm": {"services": [draft.service], "at": NOW},
        "PutOffForm": {"services": [draft.service], "at": NOW},
        "DecisionForm": {"registration": a_registration(), "at": NOW},
        "MoreForm": {"registration": a_registration(), "at": NOW},
        "UntilForm": {"registration": a_registration(), "at": NOW},
        "UploadsForm": {"sender": user},
        "ProvideForm": {
            "sender": user,
            "drawer": [KeptFile(pk=1, name="carte.jpg", size=1, pages=1)],
            "given": [
                Evidence(
                    label="Pièce d'identité",
                    deposit=Deposit(pk=1, name="carte.jpg", size=1, pages=1),
                    registration=Registration(number="20000000010"),
                )
            ],
            "former": Deposit(name="carte.jpg", size=1, pages=1),
        },
        "RefusalForm": {"reasons": GENERAL, "time": NO_TIME},
        "DelayForm": {"time": NO_TIME},
        "ByPostForm": {"today": NOW.date(), "opens": NOW.date()},
        "ReceivedForm": {"today": NOW.date(), "opens": NOW.date()},
        "CorrectedPostmarkForm": {"today": NOW.date(), "opens": NOW.date()},
        "EnvelopeForm": {"papers": [], "at": NOW},
        "ScanForm": {"today": NOW.date(), "opens": NOW.date()},
        "RuleWaiverForm": {"today": NOW.date()},
        "EntrustForm": {"doctors": []},
        "CaseDecisionForm": decided_of(),
        "StepForm": {"data": None, "reach": EVERYWHERE},
        "LateRequestsForm": {"data": None, "reach": EVERYWHERE},
        "PlacesForm": {"data": None, "reach": EVERYWHERE},
        "PublicationsForm": {"data": None, "reach": EVERYWHERE},
        "QueueForm": {"data": None, "reach": EVERYWHERE},
        "BannerForm": {"at": NOW, "shown": None},
        "SelectionForm": here,
        "PeriodForm": here,
        "DaySelectionForm": here,
        "RegistrationsForm": here,
        "RefusedAnswersForm": here,
        "MailLogForm": here,
        "AgentsForm": {"data": None, "reach": EVERYWHERE},
        "RoleForm": {"reach": EVERYWHERE, "domains": {"ESSAI": "Essai"}},
        "InviteForm": {"reach": EVERYWHERE, "domains": {"ESSAI": "Essai"}},
        "TakeUpForm": {"offered": offered(asking["case"].registration)},
        "EnforceForm": {"prepared": PreparedRegulation(domain_code="ESSAI", session_code="2027")},
    }
    tabs = {section.form: section.judged(dossier) for section in SECTIONS}
    request = RequestFactory().get("/")
    request.session, request.user, request.arrived_at = {}, user, NOW
    with context.request_context(request):
        return {
            one: tabs[one] if one in tabs else one(**arguments.get(one.__name__, {}))
            for one in classes()
        }


def every_field(form):
    """Return each field that a form may show, those that it asks in some states only included."""
    for name, field in {**deepcopy(type(form).base_fields), **form.fields}.items():
        yield name, field, field.get_bound_field(form, name)


def refusals(field):
    """Return what a field says of answers that nobody should give."""
    files = (None, SimpleUploadedFile("x" * 300, b""), SimpleUploadedFile("x", b""))
    given = files if isinstance(field, forms.FileField) else ANSWERS
    if isinstance(field, forms.MultipleChoiceField):
        given = ([], [INTERNAL], INTERNAL)
    if isinstance(field, forms.MultiValueField):
        given = ([], ["", "", ""], ["x", "", ""])
    for one in given:
        try:
            field.clean(one)
        except ValidationError as refusal:
            yield from refusal.messages


def test_no_field_of_any_form_speaks_the_words_of_the_framework():
    forms_made = every_form()

    said = [
        (type(form).__name__, name, message)
        for form in forms_made.values()
        for name, field, _ in every_field(form)
        for message in refusals(field)
    ]

    assert {name for name, *_ in said} == {one.__name__ for one in forms_made}
    assert [one for one in said if any(word in one[2] for word in OF_THE_HOUSE)] == []
    of_django = forms.Field.default_error_messages["required"]
    assert [one for one in said if one[2] == of_django] == []


TOGETHER = (*ANSWERS, "a\0", "a\0" * 3000, "é@" * 3000, "@\0")


def test_a_text_of_any_form_is_refused_for_one_fault_at_a_time():
    texts = [
        (f"{type(form).__name__}.{name}", field)
        for form in every_form().values()
        for name, field, _ in every_field(form)
        if isinstance(field, forms.CharField)
    ]

    several = {name for name, field in texts for one in TOGETHER if len(faults(field, one)) > 1}

    assert len(texts) > 100
    assert several == set()


def faults(field, answer):
    """Return what a field says of one answer."""
    try:
        field.clean(answer)
    except ValidationError as refusal:
        return refusal.messages
    return []


def asking_in_clean(wrong):
    """Return forms that ask in the end for an answer which was given, and is refused."""
    case = of_accommodations()["case"]
    name = next(one for one in CRITERIA.values() if one.code == "nom")
    tree = Group(members=(Leaf(name, name.operators[0], (wrong,)),))
    flag = {"decision": "flag", "motif": wrong}
    read = {"objet": "Pièce", "texte": "Votre pièce est attendue.", "garder": "1"}
    counts = Counted(chosen=2, ended=0, by_letter=0, ended_by_letter=0)
    other = {"avis-lecteur": Opinion.OTHER.value, "autre-lecteur": wrong}
    own = {"raison": OTHER, "motif": wrong}
    return [
        (DecisionForm(flag, registration=a_registration(), at=NOW), "motif"),
        (BatchForm(flag, allows=lambda _permission: EVERYWHERE, at=NOW), "motif"),
        (MailingForm({**read, "nom_du_modele": wrong}, counts=counts), "nom_du_modele"),
        (OpinionForm(other, case=case), "autre-lecteur"),
        (RefusalForm(own, reasons=GENERAL, time=NO_TIME), "motif"),
        (SearchForm(tree, [], reach=Reach(), is_judged=True), "g-1-valeur"),
    ]


@pytest.mark.parametrize("wrong", ["a\0b", "x" * 6000])
def test_an_answer_that_is_refused_is_not_said_to_be_missing_too(wrong):
    said = {type(form).__name__: form.errors[name] for form, name in asking_in_clean(wrong)}

    assert {name: len(of_one) for name, of_one in said.items()} == dict.fromkeys(said, 1)


@pytest.mark.parametrize("wrong", ["", " "])
def test_one_that_is_missing_is_asked_for(wrong):
    said = [form.errors[name] for form, name in asking_in_clean(wrong)]

    assert [len(of_one) for of_one in said] == [1] * len(said)


# Their labels are the exam's own, given where they are asked (`_ask_by_diploma`).
CALLED_BY_THE_EXAM = {("QualificationForm", "colouring")}


def test_every_field_of_any_form_is_called_by_a_label_that_somebody_wrote():
    named_by_the_code = {
        (type(form).__name__, name)
        for form in every_form().values()
        for name, field, bound in every_field(form)
        if not (field.label or bound.is_hidden)
    }

    assert named_by_the_code == CALLED_BY_THE_EXAM


def test_no_secret_of_any_form_is_ever_shown_again():
    secret = {
        name
        for form in every_form().values()
        for name, field, _ in every_field(form)
        if isinstance(field.widget, forms.PasswordInput)
        or isinstance(field, CredentialField)
        or field.widget.attrs.get("autocomplete") == "one-time-code"
    }

    assert {"password", "password1", "oldpassword", "code", "credential"} <= secret
    assert secret <= SECRETS


def test_nobody_is_let_in_by_what_others_know_of_them():
    asked = {name for form in every_form().values() for name, *_ in every_field(form)}
    kept = {one.name for one in User._meta.get_fields()}

    assert not [
        one for one in asked | kept if re.search(r"hint|indice|secret|reponse_|rappel", one)
    ]


def test_a_password_is_typed_unseen_and_by_whatever_helps_to_keep_it():
    asked = {
        (name, type(field.widget).input_type, field.widget.attrs.get("autocomplete"))
        for form in every_form().values()
        for name, field, _ in every_field(form)
        if name in {"password", "password1", "oldpassword"}
    }
    scripts = [text_of(path) for path in ending(".js", under=["sporades/"])]

    assert {kind for _, kind, _ in asked} == {"password"}
    assert {said for *_, said in asked} == {"current-password", "new-password"}
    assert not [one for one in scripts if re.search(r"\bpaste\b", one)]


class Asked(forms.Form):
    name = forms.CharField(label="Nom", min_length=2, max_length=5)
    height = forms.DecimalField(label="Taille", min_value=100, max_value=250, decimal_places=0)
    mark = forms.DecimalField(label="Note", min_value=Decimal("0.5"), decimal_places=2)
    years = forms.IntegerField(label="Années", max_value=60)
    session = forms.DecimalField(
        label="Session", min_value=Decimal(2011), max_value=Decimal(2026), decimal_places=0
    )
    since = forms.IntegerField(label="Depuis", min_value=1980)
    day = forms.DateField(label="Jour")
    address = forms.EmailField(label="Adresse")
    zone = forms.ChoiceField(label="Zone", choices=[("A", "Nord")])
    form = forms.ChoiceField(label="Forme", choices=[("A", "Globale")], widget=forms.RadioSelect)
    sports = forms.MultipleChoiceField(label="Sports", choices=[("A", "Voile")])
    accepted = forms.BooleanField(label="J'accepte")
    own = forms.IntegerField(label="Année", error_messages={"invalid": "Indiquez l'année."})


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("name", "", "Remplissez « Nom »."),
        ("name", "a", "Allongez cette réponse : il y faut au moins 2 signes."),
        ("name", "abcdef", "Raccourcissez cette réponse : elle a 6 signes, pour 5 au plus."),
        ("height", "99", "Indiquez un nombre entre 100 et 250."),
        ("height", "120.5", "Indiquez un nombre entier, sans virgule."),
        (
            "name",
            "a\0b",
            "Effacez cette réponse et écrivez-la de nouveau : elle contient un signe qui ne se voit pas.",
        ),
        ("height", "grand", "Indiquez un nombre, par exemple 250."),
        ("session", "abcd", "Indiquez un nombre, par exemple 2026."),
        ("since", "abcd", "Indiquez un nombre, par exemple 1980."),
        ("years", "x", "Indiquez un nombre, par exemple 12."),
        ("mark", "0", "Indiquez 0,5 ou plus."),
        ("mark", "1.234", "Gardez au plus 2 chiffres après la virgule."),
        ("mark", "x", "Indiquez un nombre, par exemple 12,5."),
        ("years", "61", "Indiquez 60 ou moins."),
        ("day", "hier", "Indiquez le jour, le mois et l'année, par exemple 14 03 2008."),
        ("address", "a@b", "Indiquez une adresse complète, par exemple prenom.nom@exemple.fr"),
        ("zone", "", "Choisissez dans la liste."),
        ("zone", "B", "Cette réponse n'est pas proposée ici : choisissez dans la liste."),
        ("form", "", "Choisissez une réponse."),
        ("form", "B", "Cette réponse n'est pas proposée ici : choisissez-en une autre."),
        ("sports", [], "Choisissez au moins une réponse."),
        ("sports", ["B"], "Une de ces réponses n'est pas proposée ici : choisissez de nouveau."),
        ("accepted", "", "Cochez la case « J'accepte »."),
        ("own", "x", "Indiquez l'année."),
    ],
)
def test_a_field_says_what_to_do(name, typed, words):
    form = Asked(MultiValueDict({name: typed if isinstance(typed, list) else [typed]}))

    assert form.errors[name] == [words]

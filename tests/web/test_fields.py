"""How every form is printed: what a person sees, hears and can reach."""

import lxml.html
import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import get_default_renderer
from django.template.loader import render_to_string

from sporades.web.components.gallery import EveryField
from sporades.web.layout.context import frame
from tests.web.guide import words


@pytest.fixture(autouse=True)
def _invented():
    """These tests need no exam, and no database."""


def form_of(data=None):
    return lxml.html.fromstring(f"<div>{EveryField(data)}</div>")


def controls(html):
    return [
        one
        for one in html.cssselect("input, select, textarea")
        if one.get("type") not in ("hidden", "submit")
    ]


def test_every_control_has_a_label_of_its_own():
    html = form_of()

    labels = {label.get("for"): words(label) for label in html.cssselect("label")}
    assert all(labels.get(control.get("id")) for control in controls(html))


def test_no_label_ends_with_the_colon_that_django_would_add():
    labels = [words(one) for one in form_of().cssselect("label, legend")]

    assert labels
    assert [label for label in labels if label.endswith(":")] == []


def test_fields_stand_in_the_groups_that_the_form_names():
    legends = [words(one) for one in form_of().cssselect(".s-group > legend, .s-group__legend")]

    assert list(dict.fromkeys(legends)) == [
        "Votre identité",
        "Pour vous joindre",
        "Votre candidature",
    ]


def test_a_field_that_no_group_names_is_shown_all_the_same():
    class Partial(EveryField):
        def fieldsets(self):
            return [("Identité", ["birth_name", "no_such_field"])]

    html = lxml.html.fromstring(f"<div>{Partial()}</div>")

    assert {one.get("name") for one in controls(html)} == {
        one.get("name") for one in controls(form_of())
    }


def test_what_may_be_left_empty_says_so_in_words():
    html = form_of()

    assert "sauf ce qui est marqué « facultatif »" in html.text_content()
    assert words(html.cssselect("label[for=id_usage_name]")[0]) == "Nom d'usage (facultatif)"
    assert words(html.cssselect("label[for=id_birth_name]")[0]) == "Nom de famille"
    assert html.cssselect("#id_birth_name")[0].get("required") is not None


def test_a_box_and_a_field_that_another_answer_calls_for_are_not_said_to_be_optional():
    class Asked(forms.Form):
        ticked = forms.BooleanField(label="Je suis majeur", required=False)
        called_for = forms.CharField(label="Lequel ?", required=False)

    form = Asked()
    form.fields["called_for"].is_conditional = True

    assert "facultatif" not in str(form)


@pytest.mark.parametrize(
    ("required", "sentence"),
    [
        ((True, True), ["Tout est à remplir."]),
        ((False, False), []),
    ],
)
def test_a_form_says_once_what_holds_for_all_its_fields(required, sentence):
    class Short(forms.Form):
        one = forms.CharField(required=required[0])
        two = forms.CharField(required=required[1])

    html = lxml.html.fromstring(f"<div>{Short()}</div>")
    assert [words(one) for one in html.cssselect(".s-required")] == sentence


@pytest.mark.parametrize(
    "field",
    [
        forms.CharField(label="Code"),
        forms.CharField(label="Nom", required=False),
        forms.CharField(label="Nom", disabled=True),
    ],
)
def test_a_field_that_is_alone_is_asked_for_by_its_form_and_by_nothing_else(field):
    class Alone(forms.Form):
        one = field

    html = lxml.html.fromstring(f"<div>{Alone()}</div>")

    assert html.cssselect(".s-required") == []


@pytest.mark.parametrize(
    ("fields", "exceptions"),
    [
        ({"box"}, ", sauf les cases, à cocher s'il y a lieu"),
        ({"called_for"}, ""),
        ({"optional", "called_for"}, ", sauf ce qui est marqué « facultatif »"),
        (
            {"optional", "called_for", "box"},
            ", sauf ce qui est marqué « facultatif » et les cases, à cocher s'il y a lieu",
        ),
    ],
)
def test_what_is_said_of_all_fields_is_true_of_each(fields, exceptions):
    class Asked(forms.Form):
        due = forms.CharField()
        due_too = forms.CharField()
        optional = forms.CharField(required=False)
        called_for = forms.CharField(required=False)
        box = forms.BooleanField(required=False)

    form = Asked()
    form.fields["called_for"].is_conditional = True
    for name in {"optional", "called_for", "box"} - fields:
        del form.fields[name]

    html = lxml.html.fromstring(f"<div>{form}</div>")

    [rule] = html.cssselect(".s-required")
    assert words(rule) == f"Tout est à remplir{exceptions}."


def test_of_one_field_with_boxes_nothing_is_said_of_all():
    class Asked(forms.Form):
        file = forms.FileField(label="Fichier")
        follows = forms.BooleanField(label="À la suite de ce qui est déposé", required=False)

    assert "Tout est à remplir" not in str(Asked())


def test_where_only_what_other_answers_call_for_is_due_the_rule_is_said_all_the_same():
    class Asked(forms.Form):
        called_for = forms.CharField(required=False)
        optional = forms.CharField(required=False)

    form = Asked()
    form.fields["called_for"].is_conditional = True

    assert "Tout est à remplir, sauf ce qui est marqué «" in str(form)


class Door(forms.Form):
    name = forms.CharField(label="Nom")
    password = forms.CharField(label="Mot de passe", widget=forms.PasswordInput, min_length=4)


@pytest.mark.parametrize(
    ("typed", "described"),
    [
        (
            {"name": "", "password": "secret"},
            ["Par sécurité, saisissez de nouveau votre mot de passe."],
        ),
        ({"name": "", "password": ""}, ["Erreur : Remplissez « Mot de passe »."]),
        (
            {"name": "Anne", "password": "abc"},
            ["Erreur : Allongez cette réponse : il y faut au moins 4 signes."],
        ),
        ({"name": "Anne", "password": "secret"}, []),
    ],
)
def test_a_password_that_is_not_shown_again_says_so(typed, described):
    html = lxml.html.fromstring(f"<div>{Door(typed)}</div>")

    control = html.get_element_by_id("id_password")
    ids = (control.get("aria-describedby") or "").split()
    assert [words(html.get_element_by_id(one)) for one in ids] == described


@pytest.mark.parametrize(("longest", "size"), [(5, "5"), (100, None)])
def test_a_short_answer_has_a_short_box_that_cuts_nothing(longest, size):
    class Short(forms.Form):
        one = forms.CharField(max_length=longest)

    [control] = lxml.html.fromstring(f"<div>{Short()}</div>").cssselect("input")

    assert (control.get("maxlength"), control.get("size")) == (None, size)


def test_help_and_error_are_tied_to_their_control():
    html = form_of({"email": "camille"})
    control = html.cssselect("#id_email")[0]

    help_id, error_id = control.get("aria-describedby").split()
    assert words(html.cssselect(f"#{help_id}")[0]) == "Par exemple : prenom.nom@exemple.fr"
    assert words(html.cssselect(f"#{error_id}")[0]).startswith("Erreur : ")
    assert control.get("aria-invalid") == "true"
    assert control.get("value") == "camille"


def test_every_id_that_a_control_names_exists():
    html = form_of({"email": "camille"})
    named = {
        one
        for element in html.cssselect("[aria-describedby]")
        for one in element.get("aria-describedby").split()
    }

    assert named
    assert all(html.cssselect(f"#{one}") for one in named)


def test_each_control_of_a_group_says_that_it_is_due_its_help_and_its_error():
    html = form_of({})

    said = {
        name: {
            " ".join(
                words(html.get_element_by_id(one))
                for one in control.get("aria-describedby").split()
            )
            for control in html.cssselect(f"[name^={name}]")
        }
        for name in ("civility", "birth_date")
    }
    groups = html.cssselect(".s-field__group")
    assert said == {
        "civility": {"Réponse obligatoire. Erreur : Choisissez une réponse."},
        "birth_date": {
            (
                "Réponse obligatoire. Par exemple : 14 03 2008. "
                "Erreur : Indiquez le jour, le mois et l'année, par exemple 14 03 2008."
            )
        },
    }
    assert groups
    assert [one for one in groups if one.get("aria-describedby")] == []


def test_what_is_due_and_untouched_is_not_said_to_be_wrong():
    html = form_of()

    due = html.cssselect("input[required]:not([type=radio]), select[required]")
    assert {one.get("aria-invalid") for one in due} == {"false"}


def test_what_is_chosen_from_the_start_is_not_said_to_be_due():
    class Chosen(forms.Form):
        one = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)

    class Proposed(Chosen):
        one = forms.ChoiceField(
            choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect, initial="a"
        )

    assert ("obligatoire" in str(Chosen()), "obligatoire" in str(Proposed())) == (True, False)


def test_what_stands_beside_a_field_in_its_page_describes_it_too():
    class Told(forms.Form):
        one = forms.ChoiceField(
            choices=[("a", "A")], widget=forms.RadioSelect, initial="a", help_text="Aide."
        )

    form = Told()
    form.fields["one"].described_by = "engage-E1"

    [control] = lxml.html.fromstring(f"<div>{form}</div>").cssselect("input")
    assert control.get("aria-describedby") == "engage-E1 id_one_helptext"


def test_choices_stand_in_a_group_with_its_question():
    html = form_of()

    group = html.cssselect("#id_civility_group")[0]
    assert group.tag == "fieldset"
    assert words(group.cssselect("legend")[0]) == "Civilité"
    assert [words(label) for label in group.cssselect("label")] == ["Madame", "Monsieur"]


def test_a_date_in_parts_names_each_part():
    group = form_of().cssselect("#id_birth_date_group")[0]

    assert [words(label) for label in group.cssselect("label")] == ["Jour", "Mois", "Année"]


def test_autocomplete_is_kept():
    tokens = {one.get("name"): one.get("autocomplete") for one in controls(form_of())}

    assert (tokens["birth_name"], tokens["email"], tokens["phone"]) == (
        "family-name",
        "email",
        "tel",
    )


def test_a_greyed_field_can_be_read_and_reached_but_not_written():
    control = form_of().cssselect("#id_frozen")[0]

    assert ("readonly" in control.attrib, "disabled" in control.attrib) == (True, False)
    assert control.get("value") == "Camille, Inès"


class Locked(forms.Form):
    """What was chosen, and cannot be changed."""

    civility = forms.ChoiceField(
        label="Civilité", choices=[("mme", "Madame"), ("m", "Monsieur")], widget=forms.RadioSelect
    )
    sports = forms.MultipleChoiceField(
        label="Sports",
        choices=[("v", "Voile"), ("n", "Nage"), ("a", "Aviron")],
        widget=forms.CheckboxSelectMultiple,
    )
    is_partial = forms.BooleanField(label="Date incomplète")


def test_what_was_chosen_and_is_locked_reads_as_text():
    chosen = {"civility": "mme", "sports": ["v", "a"], "is_partial": True}
    locked, empty = Locked(initial=chosen), Locked()
    for form in (locked, empty):
        for field in form.fields.values():
            field.disabled = True

    shown, blank = (lxml.html.fromstring(f"<div>{form}</div>") for form in (locked, empty))

    assert shown.cssselect("input, fieldset fieldset") == []
    assert [words(one) for one in shown.cssselect(".s-field")] == [
        "Civilité Madame",
        "Sports Voile, Aviron",
        "Date incomplète Oui",
    ]
    assert [words(one) for one in blank.cssselect(".s-field__locked")] == [
        "Non renseigné",
        "Non renseigné",
        "Non",
    ]


def test_the_summary_of_errors_is_focused_and_leads_to_each_field():
    form = EveryField({"postcode": "59000"})
    html = lxml.html.fromstring(f"<div>{form}</div>")
    summary = html.cssselect("[data-error-summary]")[0]

    links = [link.get("href") for link in summary.cssselect("a")]
    [heading] = summary.cssselect("h2")
    assert (heading.get("tabindex"), heading.get("autofocus")) == ("-1", "")
    assert words(heading) == f"Il y a {len(form.errors)} points à corriger"
    assert heading.get("aria-describedby") == summary.cssselect("li")[0].get("id")
    assert len(links) == len(form.errors)
    reached = [html.cssselect(link)[0].tag for link in links]
    assert set(reached) <= {"input", "select", "textarea"}


class ThreeAnswers(forms.Form):
    """A form that says several things of one field, and one thing of several."""

    name = forms.CharField(label="Nom")
    home = forms.CharField(label="Fixe", required=False)
    mobile = forms.CharField(label="Mobile", required=False)

    def clean(self):
        missing = ValidationError("Indiquez au moins un numéro.")
        self.add_error("name", "Écrivez-le en toutes lettres.")
        self.add_error("name", "Ce nom est trop court.")
        self.add_error("name", "Un nombre n'est pas un prénom.")
        self.add_error(None, {"home": missing, "mobile": missing})


def test_the_summary_counts_its_lines_and_says_nothing_twice():
    form = ThreeAnswers({})
    html = lxml.html.fromstring(f"<div>{form}</div>")

    summary = html.cssselect("[data-error-summary]")[0]
    assert [words(line) for line in summary.cssselect("li")] == [
        "Remplissez « Nom ».",
        "Nom : Écrivez-le en toutes lettres.",
        "Ce nom est trop court.",
        "Nom : Un nombre n'est pas un prénom.",
        "Indiquez au moins un numéro.",
    ]
    assert words(summary.cssselect("h2")[0]) == "Il y a 5 points à corriger"
    assert title_of(form).startswith("5 erreurs : ")
    marked = [one.get("id") for one in html.cssselect("[aria-invalid=true]")]
    assert marked == ["id_name", "id_home", "id_mobile"]


class Whole(forms.Form):
    """A form that is refused as a whole: its first answer is not to be changed, one is out of sight."""

    out_of_sight = forms.IntegerField(widget=forms.HiddenInput)
    known = forms.CharField(label="Connu", disabled=True, required=False)
    day = forms.DateField(label="Jour", required=False, widget=forms.SelectDateWidget)
    reason = forms.CharField(label="Motif", required=False)

    def fieldsets(self):
        return [("Pourquoi", ("reason",)), ("Quand", ("known", "day"))]

    def clean(self):
        self.add_error(None, "Rien ne change.")


def test_what_is_said_of_a_whole_form_leads_to_what_is_filled_first():
    html = lxml.html.fromstring(f"<div>{Whole({})}</div>")

    links = html.cssselect("[data-error-summary] li > a")
    assert [(words(link), link.get("href")) for link in links] == [
        ("Rien ne change.", "#id_reason"),
        ("Remplissez « Out of sight ».", "#id_reason"),
    ]
    assert len(links) == len(html.cssselect("[data-error-summary] li"))


class Asked(forms.Form):
    """A question, and a name."""

    permit = forms.CharField(
        label="Avez-vous le permis ?", error_messages={"required": "Répondez."}
    )
    number = forms.CharField(label="Numéro", error_messages={"required": "Recopiez-le."})


def test_no_colon_follows_a_question_mark():
    html = lxml.html.fromstring(f"<div>{Asked({})}</div>")

    assert [words(line) for line in html.cssselect("[data-error-summary] li")] == [
        "Avez-vous le permis ? Répondez.",
        "Numéro : Recopiez-le.",
    ]


@pytest.mark.parametrize(
    "field",
    [
        forms.BooleanField(label="Je signe"),
        forms.CharField(label="Je les demande au nom du candidat."),
        forms.CharField(label=f"Le nom{' du tuteur' * 6} du candidat"),
    ],
    ids=["box", "sentence", "long"],
)
def test_a_label_that_names_no_field_does_not_come_before_what_is_to_be_done(field):
    class Signed(forms.Form):
        agreed = field

        def clean(self):
            self.add_error("agreed", "Signez ici.")

    html = lxml.html.fromstring(f"<div>{Signed({'agreed': 'on'})}</div>")

    [line] = html.cssselect("[data-error-summary] li > a")
    assert (words(line), line.get("href")) == ("Signez ici.", "#id_agreed")


def title_of(form):
    html = render_to_string("base.html", {"layout": frame(), "form": form})
    return words(lxml.html.fromstring(html).cssselect("title")[0])


def test_the_title_of_a_page_counts_its_errors():
    form = EveryField({})

    refused, blank = title_of(form), title_of(EveryField())

    assert refused.startswith(f"{len(form.errors)} erreurs : ")
    assert "erreur" not in blank


def test_what_was_typed_is_escaped():
    html = str(EveryField({"birth_name": '"><img src=x onerror=1>', "remarks": "</textarea><b>"}))

    assert "<img" not in html
    assert "<b>" not in html


def test_no_class_is_named_by_a_form():
    assert get_default_renderer().form_template_name == "forms/form.html"
    assert not [field for field in EveryField().fields.values() if "class" in field.widget.attrs]

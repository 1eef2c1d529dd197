"""The gallery: every component in every state, for those who build pages and for the tests."""

from types import SimpleNamespace

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static

from sporades.web.layout.finding import QuickForm

STEPS = (
    "Modalités d'inscription",
    "Identification",
    "Informations candidature",
    "Formation",
    "Informations supplémentaires",
    "Épreuves",
    "Récapitulatif",
)
SERVICE = SimpleNamespace(
    name="Département des examens et concours",
    sector="Secteur de la production",
    contact_name="Service du baccalauréat professionnel",
    phone="03 00 00 00 00",
    email="examens.production@academie.exemple",
    address=["Rectorat de l'académie", "1, place de l'Exemple", "59000 Lille"],
    information="",
    opening_hours="Du lundi au vendredi, de 9 h à 12 h et de 14 h à 16 h",
)


class BirthDate(forms.MultiWidget):
    """A day, a month and a year."""

    use_fieldset = True

    def __init__(self) -> None:
        parts = (("Jour", "2"), ("Mois", "9"), ("Année", "4"))
        super().__init__(
            [
                forms.TextInput({"aria-label": name, "size": size, "inputmode": "numeric"})
                for name, size in parts
            ]
        )

    def decompress(self, value: str | None) -> list[str]:
        """Return the parts of a date."""
        return value.split() if value else ["", "", ""]


class EveryField(forms.Form):
    """One field of each shape."""

    civility = forms.ChoiceField(
        label="Civilité", choices=[("mme", "Madame"), ("m", "Monsieur")], widget=forms.RadioSelect
    )
    birth_name = forms.CharField(
        label="Nom de famille",
        max_length=100,
        help_text="Tel qu'il figure sur votre pièce d'identité.",
        widget=forms.TextInput({"autocomplete": "family-name"}),
    )
    usage_name = forms.CharField(label="Nom d'usage", required=False)
    birth_date = forms.CharField(
        label="Date de naissance",
        help_text="Par exemple : 14 03 2008.",
        widget=BirthDate,
    )
    commune = forms.CharField(
        label="Commune de naissance",
        help_text="Tapez les premières lettres, puis choisissez dans la liste.",
        widget=forms.TextInput({"data-suggest": "/communes", "data-suggest-code": "id_code"}),
    )
    code = forms.CharField(required=False, widget=forms.HiddenInput)
    postcode = forms.CharField(label="Code postal", max_length=5)
    email = forms.EmailField(
        label="Adresse électronique",
        help_text="Par exemple : prenom.nom@exemple.fr",
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label="Téléphone portable",
        required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}),
    )
    password = forms.CharField(
        label="Mot de passe",
        help_text="Au moins douze caractères.",
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    frozen = forms.CharField(
        label="Prénoms", disabled=True, initial="Camille, Inès", help_text="Repris de votre compte."
    )
    category = forms.ChoiceField(
        label="Catégorie de candidat",
        choices=[("", "Choisir"), ("i", "Individuel"), ("c", "Cned"), ("f", "Formation continue")],
    )
    aids = forms.MultipleChoiceField(
        label="Langues étudiées",
        required=False,
        choices=[("ang", "Anglais"), ("esp", "Espagnol"), ("por", "Portugais")],
        widget=forms.CheckboxSelectMultiple,
    )
    remarks = forms.CharField(
        label="Précisions", required=False, widget=forms.Textarea({"rows": 4})
    )
    accepted = forms.BooleanField(label="J'ai lu les modalités d'inscription et je les accepte")

    def fieldsets(self) -> list[tuple[str, list[str]]]:
        """Return the groups of the form."""
        return [
            (
                "Votre identité",
                ["civility", "birth_name", "usage_name", "frozen", "birth_date", "commune"],
            ),
            ("Pour vous joindre", ["postcode", "email", "phone", "password"]),
            ("Votre candidature", ["category", "aids", "remarks", "accepted"]),
        ]

    def clean_birth_date(self) -> str:
        """Say what to write."""
        raise forms.ValidationError("Indiquez le jour, le mois et l'année, par exemple 14 03 2008.")


def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component; with ?erreurs, the form as it comes back refused."""
    step = min(max(int(request.GET.get("etape", "3")), 1), len(STEPS))
    data = {"postcode": "590", "email": "camille"} if "erreurs" in request.GET else None
    return render(
        request,
        "components/gallery.html",
        {
            "form": EveryField(data),
            "service": SERVICE,
            "steps": STEPS,
            "step": step,
            "next": STEPS[step] if step < len(STEPS) else "",
            "columns": ("Épreuve", "Nature", "Durée", "Statut"),
            "nothing": (),
            "page": Paginator(range(100), 20).page(2),
            "quick": QuickForm(),
            "halves": ["Le Goff", "14/03/1998"],
            "pages": [{"number": 1, "url": static("mark.svg")}],
            "rows": [
                ("Français", "Écrite", "4 h", "Inscrit"),
                ("Mathématiques", "Écrite", "3 h", "Dispensé"),
                ("Entretien", "Orale", "30 min", "Inscrit"),
            ],
            "answers": [
                ("Nom de famille", "LEFEBVRE-DELATTRE"),
                ("Prénoms", "Marie-Amélie, Inès"),
                ("Adresse", "12, rue des Lilas\nBâtiment B\n59000 Lille"),
                ("Nom d'usage", ""),
            ],
            "snapshot": {
                "identity": [["Nom de famille", "LEFEBVRE-DELATTRE"], ["Prénoms", "Marie-Amélie"]],
                "sections": [
                    {
                        "slug": "version-informations",
                        "title": "Informations candidature",
                        "lines": [["Catégorie", "Individuel"]],
                        "tables": [],
                    },
                    {
                        "slug": "version-epreuves",
                        "title": "Epreuves",
                        "lines": [],
                        "tables": [
                            {
                                "caption": "Epreuve(s) obligatoire(s)",
                                "columns": ["Épreuve", "Statut"],
                                "rows": [["Français", "Inscrit"]],
                            }
                        ],
                    },
                ],
            },
            "answers_apart": {
                "sections": [
                    {
                        "slug": "version-zone",
                        "title": "Souhait géographique",
                        "lines": [["Zone", "Métropole lilloise"]],
                        "tables": [],
                    }
                ]
            },
            "checks": [
                {
                    "state": "done",
                    "label": "Votre inscription est enregistrée",
                    "note": "Le 12 octobre 2026 à 18 h 02 (heure de Paris).",
                },
                {
                    "state": "missing",
                    "label": "Il manque votre justificatif d'identité",
                    "note": "À fournir avant le 15 novembre 2026.",
                    "url": "#",
                    "act": "Voir les pièces demandées",
                },
                {
                    "state": "yours",
                    "label": "Récapitulatif signé à renvoyer au service",
                    "note": "À envoyer avant le 20 novembre 2026.",
                },
                {
                    "state": "waiting",
                    "label": "Votre service gestionnaire n'a pas encore vérifié vos pièces",
                },
                {
                    "state": "ended",
                    "label": "Photographie",
                    "note": "Votre inscription est validée : plus rien n'est à envoyer.",
                },
            ],
            "dates": [
                {
                    "label": "Clôture des inscriptions",
                    "when": "dimanche 15 novembre 2026 à 23 h 59 (heure de Paris)",
                    "left": "Il vous reste 3 jours.",
                    "note": "Ensuite, votre inscription ne pourra plus être modifiée.",
                },
                {"label": "Premières épreuves", "when": "lundi 10 mai 2027"},
            ],
            "events": [
                {
                    "when": "14 octobre 2026 à 9 h 30 (heure de Paris)",
                    "what": "Vous avez modifié votre inscription : version n°2",
                    "note": "Téléphone portable : ajouté.",
                    "url": "#",
                    "act": "Voir cette version",
                },
                {
                    "when": "12 octobre 2026 à 18 h 02 (heure de Paris)",
                    "what": "Vous avez enregistré votre inscription : version n°1",
                },
            ],
            "links": [("Mes inscriptions", "#"), ("Bac pro", "#")],
        },
    )

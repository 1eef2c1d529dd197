"""What a doctor types: an opinion on each measure, a comment, to whom a request goes."""

from collections.abc import Sequence
from typing import Any

from django import forms

from sporades.accommodations.fields import instead_of, precision_of_other
from sporades.accommodations.models import LONGEST_PRECISION, LONGEST_TEXT, AskedMeasure, Case
from sporades.accommodations.operations import (
    OpinionOn,
    chosen_among,
    excluding_together,
    suiting_nothing,
)
from sporades.accommodations.rules import (
    Sat,
    opinion_on_papers,
    papers_asked,
    papers_in_words,
    rules_for,
    sat_for,
    suited_by_others,
)
from sporades.accommodations.states import Opinion
from sporades.accounts.models import Membership, User
from sporades.acts.accommodating import NOTE, TEXT, precision_named
from sporades.acts.accommodating import answers_named as _names
from sporades.core.french import within
from sporades.core.presses import a_press
from sporades.medical.models import LONGEST_REMARK
from sporades.registrations.fields import CleanLinesField, ask_if_called_for, say_missing
from sporades.web.layout.finding import QuickForm

NO_ONE = "service"
TICKED = (
    "Un avis défavorable porte sur toutes les épreuves demandées : décochez celles-ci, ou choisissez "
    "« Favorable » et cochez les autres."
)


UNSAID = (
    "Dites, sans rien de médical, pourquoi cet avis n'est pas favorable : ici, ou pour plusieurs "
    "mesures dans « Avis pour l'autorité qui décide »."
)
OWN_OPINION = "Celles que le candidat demande déjà pour ces mêmes épreuves ont leur propre avis"
ONE_OF_THEM = "soyez favorable à une seule, ou cochez pour chacune des épreuves différentes."
UNSPECIFIED = "Précisez la mesure que vous proposez : répondez à sa question."
NOT_SPECIFIED = (
    "La mesure que vous proposez ne se précise pas : effacez ceci, ou choisissez une autre mesure."
)
NOT_OTHER = (
    "Vous proposez une mesure, et votre avis n'est pas « Autre mesure » : choisissez cet avis, ou "
    "revenez ici à « Choisir une mesure »."
)


AS_ASKED = "C'est ce qui est demandé : choisissez « Favorable », ou écrivez une autre précision."


class OpinionForm(forms.Form):
    """The opinion on each measure, what the authority reads of it, what another doctor reads."""

    def __init__(self, *args: Any, case: Case, **options: Any) -> None:
        """Ask of each measure that a request asks for.

        Args:
            args: as a form has them.
            case: the request, with its registration.
            options: as a form has them.
        """
        super().__init__(*args, **options)
        rules, sat = rules_for(case.registration, case), sat_for(case.registration, case)
        self._case, self._sat = case, sat
        self._offered: dict[str, list[Sat]] = {}
        self._measures = list(case.measures.all())
        every = [(one.code, one.label) for one in (rules.measures if rules else ())]
        self._questions = {
            one.code: one.precision for one in (rules.measures if rules else ()) if one.precision
        }
        for one in self._measures:
            self._ask_opinion(one, every)
        self.fields[TEXT] = CleanLinesField(
            label="Avis pour l'autorité qui décide",
            max_length=LONGEST_TEXT,
            required=False,
            help_text="Sur l'ensemble de la demande ; le service gestionnaire et le candidat peuvent le lire : "
            "n'y écrivez ni diagnostic, ni maladie, ni traitement. À remplir si vous n'êtes pas favorable à une "
            "mesure et n'en dites pas le motif plus haut",
            widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        )
        ask_if_called_for(self.fields[TEXT])
        self.fields[NOTE] = CleanLinesField(
            label="Mot entre médecins",
            max_length=LONGEST_REMARK,
            required=False,
            help_text="Vous et le médecin qui vous remplacerait êtes seuls à le lire",
            widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        )

    def _ask_opinion(self, one: AskedMeasure, every: list[tuple[str, str]]) -> None:
        """Ask for the opinion on a measure, for another one instead, of all of them, and for why."""
        said, other, papers, why = _names(one)
        self.fields[said] = forms.ChoiceField(
            label=one.named,
            help_text=papers_in_words(one.papers, self._sat, one.code),
            choices=Opinion.choices,
            widget=forms.RadioSelect,
            error_messages={"required": "Donnez votre avis sur cette mesure."},
        )
        instead = instead_of(one, self._measures, every, questions=self._questions)
        self.fields[other] = forms.ChoiceField(
            label="Autre mesure proposée",
            choices=[("", "Choisir une mesure"), *instead],
            required=False,
            widget=forms.Select(attrs={"data-in-full": True}),
            help_text=". ".join(
                filter(None, (OWN_OPINION, suited_by_others(one, instead, self._sat)))
            ),
            error_messages={
                "invalid_choice": f"Choisissez une mesure de la liste : {within(OWN_OPINION)}."
            },
        )
        ask_if_called_for(self.fields[other], f"{said}={Opinion.OTHER.value}")
        precision = precision_of_other(
            label="Précision de l'autre mesure proposée",
            others=instead,
            questions=self._questions,
            chosen_in=other,
        )
        if precision is not None:
            self.fields[precision_named(one)] = precision
        self._ask_papers(one)
        self.fields[why] = CleanLinesField(
            label="Motif de votre avis sur cette mesure",
            max_length=LONGEST_TEXT,
            required=False,
            help_text="À écrire ici, ou pour plusieurs mesures dans « Avis pour l'autorité qui "
            "décide » : l'un des deux suffit. Proposé au service gestionnaire comme motif de ce qui n'est pas accordé de "
            "cette mesure : le candidat le lit. N'y écrivez ni diagnostic, ni maladie, ni traitement",
            widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        )
        called_for = f"{said}={Opinion.UNFAVOURABLE.value} {Opinion.OTHER.value}"
        if offered := self._offered.get(one.code):
            called_for += f"|{papers}={' '.join(each.code for each in offered)}"
        ask_if_called_for(self.fields[why], called_for)
        for name in _fields_of(one)[1:]:
            if name in self.fields:  # each measure has its own, of the same label
                self.fields[name].asked_of = one.label  # type: ignore[attr-defined] # read by the form's template

    def _ask_papers(self, one: AskedMeasure) -> None:
        """Ask for which épreuves a measure is favoured, where it is asked for several."""
        offered = papers_asked(self._case, one, self._sat)
        if len(offered) < 2:  # noqa: PLR2004 - there is nothing to choose
            return
        said, _, papers, _ = _names(one)
        self._offered[one.code] = offered
        self.fields[papers] = forms.MultipleChoiceField(
            label="Pour certaines épreuves seulement",
            help_text="Rien de coché : toutes les épreuves demandées. Sinon, l'avis est défavorable "
            "pour celles qui ne sont pas cochées",
            choices=[(paper.code, paper.label) for paper in offered],
            required=False,
            widget=forms.CheckboxSelectMultiple(attrs={"data-ticked-for": said}),
        )
        favours = f"{Opinion.FAVOURABLE.value} {Opinion.OTHER.value}"
        ask_if_called_for(self.fields[papers], f"{said}={favours}")

    def clean(self) -> None:
        """Ask for the other measure, and for a word to the authority, where they are called for."""
        said = self.cleaned_data
        for one in self._measures:
            opinion, other, papers, _ = _names(one)
            if said.get(opinion) == Opinion.OTHER and not said.get(other):
                say_missing(self, other, "Choisissez la mesure que vous proposez.")
            if said.get(opinion) and said[opinion] != Opinion.OTHER and said.get(other):
                self.add_error(other, NOT_OTHER)
            self._check_precision(one)
            if said.get(opinion) == Opinion.UNFAVOURABLE and said.get(papers):
                self.add_error(papers, TICKED)
        self._check_together()
        self._check_reasons()

    def _check_precision(self, one: AskedMeasure) -> None:
        name, (opinion, other, *_) = precision_named(one), _names(one)
        if name not in self.fields or name in self.errors or other in self.errors:
            return
        said = self.cleaned_data
        is_asked = said.get(opinion) == Opinion.OTHER and said.get(other) in self._questions
        if is_asked and not said.get(name):
            say_missing(self, name, UNSPECIFIED)
        if said.get(name) and not is_asked:
            self.add_error(name, NOT_SPECIFIED)
        elif is_asked and one.is_asked_as(said.get(other, ""), said.get(name, "")):
            self.add_error(name, AS_ASKED)

    def _check_reasons(self) -> None:
        """Ask why each opinion that is not favourable is not, under its measure."""
        said = self.cleaned_data
        if said.get(TEXT) or TEXT in self.errors:
            return
        for one in self._measures:
            opinion, _, _, why = _names(one)
            if said.get(opinion) and not self._is_favoured(one) and not said.get(why):
                say_missing(self, why, UNSAID)

    def _check_together(self) -> None:
        """Refuse to favour another measure that suits no épreuve, or two that exclude each other."""
        if self.errors:
            return
        opinions = [(one, self._opinion(one)) for one in self._measures]
        favoured = [
            (one, found.other or one.code, found.papers)
            for one, found in opinions
            if found.opinion is not Opinion.UNFAVOURABLE
        ]
        if unsuited := suiting_nothing(self._case, favoured):
            one, words = unsuited
            self.add_error(_names(one)[1], words)
        elif excluded := excluding_together(self._case, favoured):
            one, words = excluded
            self.add_error(_names(one)[0], f"{words} : {ONE_OF_THEM}")

    def _is_favoured(self, one: AskedMeasure) -> bool:
        said, _, papers, _ = _names(one)
        is_for_some = bool(self._kept(one, self.cleaned_data.get(papers, ())))
        return self.cleaned_data.get(said) == Opinion.FAVOURABLE and not is_for_some

    def _kept(self, one: AskedMeasure, ticked: Sequence[str]) -> tuple[str, ...]:
        """Return the épreuves that were ticked; none where that is all of them."""
        return tuple(chosen_among(self._offered.get(one.code, ()), one, ticked))

    def label_of(self, name: str) -> str:
        """Return how the list of errors names a field: with its measure."""
        label = str(self.fields[name].label)
        of = next((one for one in self._measures if name in _fields_of(one)[1:]), None)
        return f"« {of.label} », {within(label)}" if of else label

    def fieldsets(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the groups of fields, each with its legend."""
        measures = tuple(
            name for one in self._measures for name in _fields_of(one) if name in self.fields
        )
        return [("Votre avis sur chaque mesure", measures), ("En quelques mots", (TEXT, NOTE))]

    def typed(self) -> dict[str, Any]:
        """Return the answers as they were typed, those of this form alone."""
        whys = (_names(one)[3] for one in self._measures)
        longest = {
            TEXT: LONGEST_TEXT * 4,
            NOTE: LONGEST_REMARK * 2,
            **dict.fromkeys(whys, LONGEST_TEXT * 4),
            **dict.fromkeys(map(precision_named, self._measures), LONGEST_PRECISION * 2),
        }
        several = {_names(one)[2] for one in self._measures} & set(self.fields)
        ticked = {name: self._ticked(name) for name in several}
        return {
            name: ticked[name]
            if name in several
            else self.data.get(name, "")[: longest.get(name, 40)]
            for name in self.fields
        }

    def pairs(self) -> list[tuple[str, str]]:
        """Return the answers as a page sends them once more, that are not empty."""
        lists = [
            (name, said if isinstance(said, list) else [said])
            for name, said in self.typed().items()
        ]
        return [(name, one) for name, said in lists for one in said if one]

    def in_words(self, *, is_whole: bool = False) -> list[tuple[str, str]]:
        """Return what was typed, in words, whether or not it is complete.

        Args:
            is_whole: also what was left empty.
        """
        typed = self.typed()
        rows = [(self.label_of(name), self._in_words(name, typed[name])) for name in self.fields]
        return [(label, said or "Rien") for label, said in rows if said or is_whole]

    def _in_words(self, name: str, typed: Any) -> str:
        known = dict(getattr(self.fields[name], "choices", ()))
        if not known:
            return str(typed)
        codes = typed if isinstance(typed, list) else [typed]
        return ", ".join(str(known[code]) for code in codes if code and code in known)

    def texts(self) -> list[str]:
        """Return what is written for who decides, and the candidate may read."""
        said = self.cleaned_data
        precisions = (said.get(precision_named(one), "") for one in self._measures)
        return [said[TEXT], *(said[_names(one)[3]] for one in self._measures), *precisions]

    def _ticked(self, name: str) -> list[str]:
        field = self.fields[name]
        said = field.widget.value_from_datadict(self.data, self.files, name) or []
        offered = {code for code, _ in field.choices}  # type: ignore[attr-defined] # a ChoiceField
        return [code for code in said if code in offered]

    def opinions(self) -> dict[str, OpinionOn]:
        """Return what is thought of each measure, by its code."""
        return {one.code: self._opinion(one) for one in self._measures}

    def _opinion(self, measure: AskedMeasure) -> OpinionOn:
        said, other, papers, why = _names(measure)
        opinion = Opinion(self.cleaned_data[said])
        is_other = opinion is Opinion.OTHER
        return OpinionOn(
            opinion,
            self.cleaned_data[other] if is_other else "",
            self._kept(measure, self.cleaned_data.get(papers, ())),
            self.cleaned_data.get(why, ""),
            self.cleaned_data.get(precision_named(measure), "") if is_other else "",
        )

    def rows(self) -> list[tuple[str, str]]:
        """Return each measure with its épreuves, and what is thought of it, to be read over."""
        labels = {
            code: label
            for one in self._measures
            for code, label in self.fields[_names(one)[1]].choices  # type: ignore[attr-defined] # a ChoiceField
            if code
        }
        return [
            (
                f"{one.named} ({papers_in_words(one.papers, self._sat, one.code)})",
                self._said(one, found, labels.get(found.other, "")),
            )
            for one in self._measures
            if (found := self._opinion(one))
        ]

    def _said(self, one: AskedMeasure, found: OpinionOn, other: str) -> str:
        one.opinion, one.opinion_code, one.opinion_label = found.opinion, found.other, other
        one.opinion_precision = found.precision
        one.opinion_papers, one.opinion_text = list(found.papers), found.text
        return opinion_in_words(one, self._sat)


def _fields_of(measure: AskedMeasure) -> tuple[str, ...]:
    """Return the names of the fields of a measure, as they stand one under the other."""
    said, other, *rest = _names(measure)
    return said, other, precision_named(measure), *rest


class FindCaseForm(QuickForm):
    """The one box of a doctor."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """Say what it finds."""
        super().__init__(*args, **options)
        self.fields["quoi"].label = "Trouver une demande"


class RemarkForm(forms.Form):
    """A comment to the candidate, or between doctors."""

    texte = CleanLinesField(
        label="Votre commentaire",
        max_length=LONGEST_REMARK,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
        error_messages={"required": "Écrivez votre commentaire avant de l'envoyer."},
    )
    lecteur = forms.ChoiceField(
        label="Qui le lit",
        choices=[
            ("candidat", "Le candidat, et le médecin en charge"),
            ("medecins", "Le médecin en charge seulement"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites qui lit ce commentaire."},
    )
    envoi = forms.Field(widget=forms.HiddenInput, required=False, initial=a_press)


class AskForm(forms.Form):
    """What is asked of the candidate: a paper, or a word."""

    texte = CleanLinesField(
        label="Ce que vous demandez au candidat",
        max_length=LONGEST_REMARK,
        help_text="Vous et le candidat êtes seuls à le lire. Un mail lui dit que quelque chose "
        "l'attend, sans dire quoi",
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
        error_messages={"required": "Écrivez ce que vous demandez."},
    )
    envoi = forms.Field(widget=forms.HiddenInput, required=False, initial=a_press)

    def __init__(self, *args: Any, has_account: bool = True, **options: Any) -> None:
        """Ask of who reads it in their space, or of who is written to under a closed envelope."""
        super().__init__(*args, **options)
        if not has_account:
            self.fields["texte"].help_text = "Gardé ici ; vous l'écrivez aussi sous pli fermé"


class GiveBackForm(forms.Form):
    """Who is in charge from now on."""

    medecin = forms.ChoiceField(
        label="Qui s'en charge maintenant",
        widget=forms.RadioSelect,
        error_messages={"required": "Dites qui s'en charge maintenant."},
    )

    def __init__(self, *args: Any, others: list[Membership], **options: Any) -> None:
        """Offer the other doctors of the academy, or whoever takes it."""
        super().__init__(*args, **options)
        self._users = {str(one.user_id): one.user for one in others}
        self.fields["medecin"].choices = [  # type: ignore[attr-defined] # a ChoiceField
            *((str(one.user_id), one.full_name) for one in others),
            (NO_ONE, "Personne pour l'instant : un médecin s'en charge, ou le service la confie"),
        ]

    @property
    def chosen(self) -> User | None:
        """The account of the doctor that was chosen, if one was."""
        return self._users.get(self.cleaned_data["medecin"])


def opinion_in_words(one: AskedMeasure, sat: list[Sat]) -> str:
    """Say what is thought of a measure, for which épreuves where it is not for all of them, and why."""
    said = one.opinion_in_words
    if one.opinion_papers:
        said = f"{said}. {opinion_on_papers(one, sat)}"
    return f"{said}. Motif : {one.opinion_text}" if one.opinion_text else said

"""What is decided of a registration or of many, and what came by post."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any, Self

from django import forms
from django.conf import settings

from sporades.accounts.permissions import Permission, Reach
from sporades.acts.registrations.deciding import told_of
from sporades.acts.registrations.leaving import LONGEST_PAPER
from sporades.acts.registrations.moving import academies_for
from sporades.batches import accommodations
from sporades.batches.actions import ACTIONS, Action
from sporades.batches.operations import AcademyMissing, DayMissing, WordsMissing
from sporades.batches.queries import Chosen
from sporades.core.french import local_day
from sporades.core.numbers import in_groups
from sporades.core.presses import a_press
from sporades.core.transitions import Transition
from sporades.evidence.queries import labels_within
from sporades.evidence.unmet import Unmet
from sporades.exams.schema.base import LONGEST_LINE
from sporades.exams.schema.evidence import USUAL_DAYS
from sporades.registrations.fields import CleanCharField, Hinted, ask_if_called_for, say_missing
from sporades.registrations.giving import Giving
from sporades.registrations.models import Registration
from sporades.registrations.operations.deciding import decisions_for, needs_reason
from sporades.registrations.states import DECISIONS, FLAG, SET_ASIDE
from sporades.web.office.days import CAME_ON, HOW_CAME_ON, CameByField, DayField
from sporades.web.office.registrations.more_form import GIVEN, MoreForm

MEANINGS = {
    "validate": "L'inscription est complète et conforme",
    "reopen": "L'inscription redevient enregistrée, à examiner",
    "flag": "Il manque quelque chose, que le motif dit ; le candidat reste inscrit",
    "clear": "Plus rien ne manque",
    "set_aside": "Le candidat n'est plus inscrit ; l'inscription peut être rétablie",
    "restore": "Le candidat est de nouveau inscrit",
    "declare-incomplete": "Une pièce obligatoire manque après sa date limite ; un message dit à chaque "
    "candidat lesquelles, et l'anomalie se lève d'elle-même quand elles arrivent",
    "accept-piece": "Les fichiers déposés et les papiers reçus sont trouvés bons ; le candidat le lit dans son "
    "espace, et un message ne part qu'à celui dont l'inscription n'est alors plus incomplète",
    "waive-piece": "Ces inscriptions se passent de la pièce ; un message dit le motif à chaque candidat",
    "refuse-piece": "Le candidat lit le motif, un mail le lui dit, et il peut en déposer une autre",
    "grant-piece": "Qui doit encore l'envoyer peut le faire jusqu'à la fin de ce jour, un message le lui dit ; "
    "qui a déjà ce délai, ou un plus long, le garde",
    "grant-summary": "Qui doit encore le renvoyer peut le poster jusqu'à la fin de ce jour, un message le lui "
    "dit ; qui a déjà ce délai, ou un plus long, le garde",
    "grant-all": "Chaque pièce et le récapitulatif signé, s'ils restent à envoyer, peuvent l'être jusqu'à la fin "
    "de ce jour ; un seul message les dit tous ; ce qui a déjà ce délai, ou un plus long, le garde",
    "ask-piece": "La pièce s'ajoute à celles de chacun, un message le lui dit ; elle lui est rappelée, et se "
    "vérifie comme les autres",
    "move": "Ces inscriptions sont données pour de bon à l'académie choisie, qui les gère ; un message dit "
    "le motif à chaque candidat",
    "follow-opinion": "Ce à quoi le médecin est favorable est accordé, le reste est refusé ou remplacé comme il "
    "le dit ; la décision porte vos prénom, nom et qualité, dits comme la dernière fois, et personne n'est "
    "prévenu avant qu'elle soit notifiée",
    "notify-accommodation": "Chaque décision est publiée dans « Mes documents » ; un mail dit que "
    "quelque chose attend, jamais quoi",
    "prepare-attestation-inscription": "Rien n'est publié : vous verrez d'abord les documents, et personne "
    "n'est prévenu avant qu'ils le soient",
}
"""What each decision means for the candidate, under its name."""
TOLD = "un message le dit à chaque candidat"
"""What else is said of a decision on many: of one alone, what its candidate will read is shown."""


NO_PIECE = (
    "Cette décision ne demande aucune pièce : effacez-la, ou choisissez « Mettre en anomalie »."
)


def judge_reason(form: forms.Form, *, asked: bool, said: str) -> None:
    """Ask for the reason of what is told with one, and refuse one that nobody would read."""
    if asked and not said:
        say_missing(form, "motif", "Dites le motif : le candidat le lira.")
    if said and not asked:
        form.add_error(
            "motif",
            "Cette décision est dite sans motif : effacez-le, ou choisissez-en une autre.",
        )


def _read(decision: Transition, unmet: Unmet, *, is_over: bool) -> str:
    read = "Le candidat lira votre motif, et" if needs_reason(decision) else "Le candidat lira"
    return f"{read} : « {told_of(decision, unmet, is_over=is_over).sentence} »"


class DecisionForm(MoreForm):
    """What is decided of a registration, and why; with an anomaly, which piece is asked for."""

    decision = forms.ChoiceField(label="Décision", widget=forms.RadioSelect)
    motif = CleanCharField(
        label="Motif",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    retrait = forms.BooleanField(
        label="Je l'écarte, en retirant l'acceptation",
        required=False,
    )

    field_order = ("decision", "motif", "retrait", "demandee", "delai", "voie")

    def __init__(
        self,
        data: Any = None,
        *,
        registration: Registration,
        at: datetime,
        is_accepted: bool = False,
        initial: Any = None,
    ) -> None:
        """Offer what may be decided where the registration stands.

        Args:
            data, initial: what was sent, or typed before.
            registration: which.
            at: the instant.
            is_accepted: whether silence has accepted it: who sets it aside says that they know it.
        """
        super().__init__(data, registration=registration, at=at, initial=initial)
        self.possible = {one.name: one for one in decisions_for(registration)}
        self._ask_for_more()
        field = self.fields["decision"]
        field.choices = [  # type: ignore[attr-defined] # a ChoiceField
            (name, Hinted(one.label, MEANINGS[name])) for name, one in self.possible.items()
        ]
        is_by_letter = registration.candidate.by_letter
        where = "dans le courrier" if is_by_letter else "dans le mail et sur sa page"
        self.fields[
            "motif"
        ].help_text = f"Le candidat le lira {where}. Par exemple : votre diplôme n'est pas celui que vous avez déclaré"
        reasoned = [name for name, one in self.possible.items() if needs_reason(one)]
        ask_if_called_for(self.fields["motif"], f"decision={' '.join(reasoned)}")
        if not reasoned:
            del self.fields["motif"]
        ask_if_called_for(self.fields["retrait"], f"decision={SET_ASIDE.name}")
        if not is_accepted:
            del self.fields["retrait"]

    def _ask_for_more(self) -> None:
        """Offer to ask for a piece with an anomaly, and with nothing else, until the exam is over."""
        is_offered = FLAG.name in self.possible and not self._registration.is_exam_over(self._at)
        self.fields["demandee"].label = "Pièce à demander"
        self.fields["demandee"].help_text = (
            "Seulement si elle n'est pas déjà parmi les siennes ; sinon, laissez vide. Le candidat la lira "
            "telle quelle : rien sur sa santé. Par exemple : copie de votre diplôme"
        )
        for name in ("demandee", "delai", "voie"):
            if name not in self.fields:
                continue
            if not is_offered:
                del self.fields[name]
                continue
            self.fields[name].required = False
            said = f"decision={FLAG.name}"
            # Once a piece is typed: of none there is neither a day nor a way.
            called_for = said if name == "demandee" else f"{said}&demandee!="
            ask_if_called_for(self.fields[name], called_for, is_due=False)
        if is_offered:
            delay = self.fields["delai"]
            delay.help_text = f"À dire si vous demandez une pièce. {delay.help_text}"

    def show_what_is_told(self, unmet: Unmet, *, is_over: bool) -> None:
        """Say under each decision what its candidate will read.

        Args:
            unmet: what a validation would do without.
            is_over: whether the exam is.
        """
        self.fields["decision"].choices = [  # type: ignore[attr-defined] # a ChoiceField
            (name, Hinted(one.label, f"{MEANINGS[name]}. {_read(one, unmet, is_over=is_over)}"))
            for name, one in self.possible.items()
        ]

    @property
    def has_choices(self) -> bool:
        """Whether anything may be decided."""
        return bool(self.possible)

    @property
    def decided(self) -> dict[str, Any]:
        """What was decided, as an act takes it."""
        decision = self.possible[self.cleaned_data["decision"]]
        return {
            "decision": decision,
            "reason": self.cleaned_data.get("motif", ""),
            "takes_back": self.cleaned_data.get("retrait", False),
            "more": self.more if decision is FLAG else None,
        }

    def clean(self) -> dict[str, Any]:
        """Ask for the reason of what is told with one, and refuse one that nobody would read."""
        data = super().clean() or {}
        decision = self.possible.get(data.get("decision", ""))
        if decision is None:
            return data
        judge_reason(self, asked=needs_reason(decision), said=data.get("motif", ""))
        piece, day = data.get("demandee"), data.get("delai")
        if decision is not FLAG and piece:
            self.add_error("demandee", NO_PIECE)
        elif decision is FLAG and piece and not day:
            say_missing(self, "delai", "Dites jusqu'à quel jour la pièce peut être fournie.")
        elif decision is FLAG and day and not piece:
            say_missing(self, "demandee", "Dites quelle pièce est à fournir, ou effacez le jour.")
        if decision is SET_ASIDE and "retrait" in self.fields and not data.get("retrait"):
            say_missing(
                self, "retrait", "Lisez ce qu'écarter retire, et cochez la case si vous l'écartez."
            )
        return data


def allowed_to(allows: Callable[[Permission], Reach]) -> list[Action]:
    """Return what a reader may do somewhere to many registrations."""
    return [one for one in ACTIONS.values() if not one.asked_apart and allows(one.permission)]


def _grouped(actions: Iterable[Action], chosen: Chosen | None) -> list[tuple[str, list[Any]]]:
    """Return what may be done, by what it is done to."""
    groups: dict[str, list[Any]] = {}
    for one in actions:
        groups.setdefault(_group_of(one), []).append((one.code, _hinted(one, chosen)))
    return list(groups.items())


def _group_of(action: Action) -> str:
    if action.code in accommodations.LABELS:
        return "Aménagements"
    if action.permission == Permission.PREPARE_DOCUMENTS:
        return "Documents"
    is_of_pieces = action.has_piece or action.has_day
    return "Pièces et récapitulatif signé" if is_of_pieces else "Inscription"


def _hinted(action: Action, chosen: Chosen | None) -> Hinted:
    """Return what an action is called, with what it means, who is told, and for how many it is possible."""
    said = MEANINGS[action.code]
    if action.code in {one.name for one in DECISIONS}:
        said = f"{said} ; {TOLD}"
    if chosen is not None and 0 < chosen.possible[action.code] < chosen.total:
        most, total = in_groups(str(chosen.possible[action.code])), in_groups(str(chosen.total))
        said = f"{said}. Possible pour {most} sur {total} au plus"
    return Hinted(action.label, said)


class BatchForm(forms.Form):
    """What is done to many registrations, and why."""

    decision = forms.ChoiceField(label="Action", widget=forms.RadioSelect)
    piece = forms.ChoiceField(label="Pièce justificative", required=False)
    demandee = CleanCharField(
        label="Pièce demandée",
        max_length=LONGEST_LINE,
        required=False,
        help_text="Chaque candidat la lira telle quelle : rien sur sa santé. Par exemple : copie de votre diplôme",
    )
    voie = forms.ChoiceField(
        label="Comment elle se fournit",
        choices=GIVEN,
        initial=Giving.EACH.value,
        required=False,
        widget=forms.RadioSelect,
    )
    academie = forms.ChoiceField(label="Académie qui les reçoit", required=False)
    motif = CleanCharField(
        label="Motif",
        help_text="Chaque candidat le lira dans le mail et sur sa page",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    jusquau = DayField(label="Jusqu'au")
    envoi = forms.Field(widget=forms.HiddenInput, required=False, initial=a_press)

    field_order = ("decision", "piece", "demandee", "jusquau", "voie", "academie", "motif")

    def __init__(
        self,
        data: Any = None,
        *,
        allows: Callable[[Permission], Reach],
        at: datetime,
        chosen: Chosen | None = None,
    ) -> None:
        """Offer the actions that its reader may do, to one at least of what was chosen.

        Args:
            data: what was sent; the action that it names is offered still: the next page says why
                it is refused to each.
            allows: says where its reader may do something.
            at: the instant.
            chosen: how many were chosen; nothing to offer all that they may do somewhere.
        """
        super().__init__(data)
        allowed = {one.code: one for one in allowed_to(allows)}
        sent = self.data.get("decision", "")
        self.possible = {
            name: one
            for name, one in allowed.items()
            if chosen is None or chosen.possible[name] or name == sent
        }
        self.unfit = [one.label for name, one in allowed.items() if name not in self.possible]
        self.fields["decision"].choices = _grouped(self.possible.values(), chosen)  # type: ignore[attr-defined] # a ChoiceField
        pieces = labels_within(allows(Permission.JUDGE_EVIDENCE))
        self.fields["piece"].choices = [("", "Choisissez"), *pieces.items()]  # type: ignore[attr-defined] # a ChoiceField
        about = " ".join(name for name, one in self.possible.items() if one.has_piece)
        ask_if_called_for(self.fields["piece"], f"decision={about}")
        if not about or not pieces:
            del self.fields["piece"]
        reasoned = " ".join(name for name, one in self.possible.items() if one.has_reason)
        ask_if_called_for(self.fields["motif"], f"decision={reasoned}")
        if not reasoned:
            del self.fields["motif"]
        dated = " ".join(name for name, one in self.possible.items() if one.has_day)
        day = local_day(at, settings.TIME_ZONE) + timedelta(days=USUAL_DAYS)
        self.fields[
            "jusquau"
        ].help_text = f"Jusqu'à la fin de ce jour. Par exemple : {day:%d/%m/%Y}"
        ask_if_called_for(self.fields["jusquau"], f"decision={dated}")
        if not dated:
            del self.fields["jusquau"]
        worded = " ".join(name for name, one in self.possible.items() if one.has_words)
        for name in ("demandee", "voie"):
            ask_if_called_for(self.fields[name], f"decision={worded}", is_due=name == "demandee")
            if not worded:
                del self.fields[name]
        given = " ".join(name for name, one in self.possible.items() if one.has_academy)
        ask_if_called_for(self.fields["academie"], f"decision={given}")
        if not given:
            del self.fields["academie"]
            return
        receiving = academies_for(allows(Permission.MOVE_REGISTRATIONS))
        self.fields["academie"].choices = [  # type: ignore[attr-defined] # a ChoiceField
            ("", "Choisissez une académie"),
            *((one.code, one.full_name) for one in receiving),
        ]

    @property
    def has_choices(self) -> bool:
        """Whether anything may be done."""
        return bool(self.possible)

    @property
    def decided(self) -> dict[str, Any]:
        """What was chosen, as a batch takes it."""
        action = self.possible[self.cleaned_data["decision"]]
        return {
            "action": action,
            "reason": self.cleaned_data.get("motif", ""),
            "piece": self.cleaned_data.get("piece", ""),
            # Typed for another action than the one that is chosen at last, it is of none.
            "until": self.cleaned_data.get("jusquau") if action.has_day else None,
            "label": self.cleaned_data.get("demandee", ""),
            "giving": Giving(self.cleaned_data.get("voie") or Giving.EACH),
            "academy": self.cleaned_data.get("academie", ""),
        }

    def clean(self) -> dict[str, Any]:
        """Ask for the reason of what is told with one, and refuse one that nobody would read."""
        data = super().clean() or {}
        action = self.possible.get(data.get("decision", ""))
        if action is not None:
            judge_reason(self, asked=action.has_reason, said=data.get("motif", ""))
            if action.has_piece and not data.get("piece"):
                where = "piece" if "piece" in self.fields else None
                say_missing(self, where, "Choisissez la pièce sur laquelle porte cette action.")
            if action.has_words and not data.get("demandee"):
                say_missing(self, "demandee", WordsMissing.message)
            if action.has_academy and not data.get("academie"):
                say_missing(self, "academie", AcademyMissing.message)
            if action.has_day and not data.get("jusquau"):
                say_missing(self, "jusquau", DayMissing.message)
        return data


class WithdrawalForm(forms.Form):
    """What a candidate sent to be registered no more, and the day on which it came."""

    recue_le = DayField(
        label="Demande reçue le",
        help_text="Le jour où le service l'a reçue. Par exemple : 14/11/2026",
        required=True,
    )
    papier = CleanCharField(
        label="Ce que le service a reçu",
        help_text="Le candidat le lira. Rien de sa santé. Par exemple : lettre signée du 12 novembre",
        max_length=LONGEST_PAPER,
        error_messages={"required": "Dites ce que le service a reçu : le candidat le lira."},
    )


class SummaryTimeForm(forms.Form):
    """Until which day the signed summary is taken."""

    delai = DayField(
        label="À poster jusqu'au",
        help_text="Jusqu'à la fin de ce jour. Par exemple : 08/12/2026",
        required=True,
    )


class PostmarkForm(forms.Form):
    """How a signed summary came, and the day that counts."""

    poste_le = DayField(
        label=CAME_ON,
        help_text=HOW_CAME_ON.format(day=date(2026, 11, 14)),
        required=True,
    )
    par = CameByField()

    @classmethod
    def of(cls, data: Any, registration: Registration) -> Self:
        """Return it as it is noted, or as it was sent."""
        day = registration.summary_posted_on
        # Until one has come, nothing is known of how.
        noted = {"poste_le": day, "par": registration.summary_came_by} if day else {}
        return cls(data, initial=noted)

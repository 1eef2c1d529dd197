"""The file of a piece, or the photographs that make it: sent now, sent part by part, or kept before."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms

from sporades.accounts import limits
from sporades.accounts.models import User
from sporades.acts.sent_files import Sent
from sporades.core.french import quoted
from sporades.core.presses import a_press
from sporades.drawers import operations as drawers
from sporades.drawers.models import KeptFile, Upload
from sporades.evidence.models import Deposit, Evidence
from sporades.intake import cleaning
from sporades.intake.cleaning import MOST_FILES
from sporades.registrations.fields import Hinted

ACCEPTED = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"
MISSING = "Choisissez un fichier avant de l'envoyer."
_UNFINISHED = (
    "L'envoi de votre fichier n'est pas terminé, ou date de plus d'un jour : choisissez de nouveau "
    "votre fichier."
)
_TOO_MANY = f"Choisissez {MOST_FILES} fichiers au plus à la fois."


class FilesInput(forms.FileInput):
    """A choice of one file or of several."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        """Return every file that was chosen."""
        return files.getlist(name) if hasattr(files, "getlist") else []


class FilesField(forms.FileField):
    """One file, or several photographs; what is in them is looked at when they are kept.

    Where they may come by another way, whether there must be one is for the form to say.
    """

    has_another_way = False

    def clean(self, data: list[Any] | None, initial: Any = None) -> list[Any]:
        """Refuse what needs no reading to be refused."""
        data = data or []
        if not data and self.required and not self.has_another_way:
            raise forms.ValidationError(MISSING, code="required")
        if len(data) > MOST_FILES:
            raise forms.ValidationError(_TOO_MANY, code="many")
        for one in data:
            super().clean(one, initial)
            head = one.read(cleaning.HEAD)
            one.seek(0)
            if refusal := cleaning.refused_unread(head, one.size):
                which = f"{one.name} : " if len(data) > 1 else ""
                raise forms.ValidationError(which + refusal.message, code="unfit")
        try:
            cleaning.check_together([one.size for one in data])
        except cleaning.TooLargeTogether as refusal:
            raise forms.ValidationError(str(refusal), code="large") from None
        return data


DOUBTS = {
    "blank": "Votre fichier semble vide : rien ne s'y voit. Ouvrez-le pour vérifier, et déposez-en un "
    "autre s'il le faut.",
    "small": "Votre image est très petite : elle ne pourra sans doute pas être lue. Reprenez la photo de "
    "plus près, puis déposez-la à la place.",
}
"""What a giver is told of a file that is taken all the same, the worst first."""
GIVEN = "piece-"
"""How the choice of a file that was given for another piece begins."""
TWO_FILES = (
    "Vous avez choisi deux fichiers : celui-ci, et un autre à envoyer. Pour déposer l'autre, cochez "
    "« Aucun » ; pour déposer celui-ci, enlevez l'autre."
)
TWO_FILES_ONE_GONE = (
    "Vous avez choisi deux fichiers : celui-ci, et un autre, qui n'est pas gardé. Pour déposer "
    "l'autre, cochez « Aucun » et choisissez-le de nouveau ; pour déposer celui-ci, appuyez de nouveau "
    "sur « Déposer »."
)
"""The same of a file that came with the form: no browser shows it again."""
NOTHING_TO_ADD_TO = "Le fichier à la suite duquel vous ajoutiez ne peut plus être complété : déposez la pièce entière."
ALL_AGAIN = "Aucun de vos fichiers n'est gardé : choisissez-les tous de nouveau."
ALREADY_HERE = (
    "Déjà reçus : {named}. Choisissez seulement ce qui manque ; pour tout choisir de nouveau, rouvrez "
    "cette page."
)
ACCEPTS = (
    "PDF (5\u00a0Mo au plus) ou photos JPEG, PNG (20\u00a0Mo chacune). Plusieurs fichiers sont réunis "
    "en un seul document : 10 au plus, {together}\u00a0Mo en tout."
)
A_PIECE_TAKES = ACCEPTS.format(together=cleaning.LARGEST_TOGETHER // 1_000_000)

UNFIT = f"{{name}} : {cleaning.Unknown.message} Retirez-le, ou choisissez-en un autre : rien n'est envoyé."
"""What a script says of a file as it is chosen."""


class FilesForm(forms.Form):
    """Files that are sent. Each page that shows it names the press of its button."""

    fichiers = FilesField(
        label="Votre fichier",
        help_text=A_PIECE_TAKES,
        widget=FilesInput(
            attrs={
                "accept": ACCEPTED,
                "data-most": MOST_FILES,
                "data-together": cleaning.LARGEST_TOGETHER,
                "data-together-said": cleaning.TooLargeTogether.message,
                "data-unfit-said": UNFIT,
            }
        ),
        error_messages={"empty": "Ce fichier est vide : choisissez-en un autre."},
    )
    envoi = forms.Field(widget=forms.HiddenInput, required=False, initial=a_press)

    def tell_none_kept(self) -> None:
        """Say, where one of several files is refused, that all of them are to be chosen again.

        Of those that came with the form: a browser empties its field.
        """
        came = self.files.getlist("fichiers") if "fichiers" in self.files else []
        if len(came) > 1 and "fichiers" in self.errors:
            self.add_error("fichiers", ALL_AGAIN)

    @property
    def sent(self) -> list[Sent]:
        """The files, in the order in which they were chosen."""
        return [Sent(one.name, one.read()) for one in self.cleaned_data["fichiers"]]

    @property
    def names(self) -> list[str]:
        """The names of the files, in the same order."""
        return [one.name for one in self.cleaned_data["fichiers"]]

    @property
    def press(self) -> str:
        """The name of this press."""
        named: str = self.data.get("envoi") or a_press()
        return named


class UploadsForm(FilesForm):
    """Files of which a script may have sent all the parts already: « envois » names them, in their order."""

    envois = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, sender: User, **options: Any) -> None:
        """Keep who sends: what others have sent does not exist."""
        super().__init__(*args, **options)
        self._sender = sender
        self.fields["fichiers"].has_another_way = True
        self.uploads: list[Upload] = []

    def clean_envois(self) -> str:
        """Find what was sent part by part."""
        said: str = self.cleaned_data["envois"]
        self.uploads = self._named(_keys(said))
        return said

    def _named(self, keys: list[UUID]) -> list[Upload]:
        if len(keys) > MOST_FILES:
            self.add_error("fichiers", _TOO_MANY)
            return []
        known = {one.pk: one for one in Upload.objects.visible_to(self._sender).filter(pk__in=keys)}
        found = [known[key] for key in keys if key in known and known[key].is_whole]
        if len(found) < len(keys):
            self.add_error("fichiers", _UNFINISHED)
        try:
            # Nothing of it is read: it would be held whole before it is refused.
            cleaning.check_together([one.length for one in found])
        except cleaning.TooLargeTogether as refusal:
            self.add_error("fichiers", str(refusal))
            return []
        return found

    unfit_place: int | None = None
    """Which file is the one that was refused, if it is one: see `taking`."""

    def keep_received(self, *, at: datetime) -> None:
        """Show again, after a refusal, the files that have come: only the wrong one is to be replaced.

        A browser empties the field of a page that comes back; what came part by part is still here,
        and what came with the form is kept as if it had.
        """
        kept = [one for place, one in enumerate(self.uploads) if place != self.unfit_place]
        came = self._keep_sent(at=at)
        kept += came
        self.tell_kept(kept, is_unseen=bool(came or (kept and self._came())))
        self.data = self.data.copy()
        self.data["envois"] = ",".join(str(one.pk) for one in kept)
        if kept:
            told = [{"key": str(one.pk), "name": one.name, "size": one.length} for one in kept]
            self.fields["fichiers"].widget.attrs["data-received"] = json.dumps(told)

    def tell_kept(self, kept: Sequence[Upload], *, is_unseen: bool) -> None:
        """Say which files are not to be chosen again, where no script shows them.

        Args:
            kept: those that are kept.
            is_unseen: whether any came with the form, which its field shows no more.
        """
        if not is_unseen:
            self.tell_none_kept()
            return
        named = quoted(one.name for one in kept)
        self.add_error("fichiers", ALREADY_HERE.format(named=named))

    def _came(self) -> list[Any]:
        """Return the files that came with the form, in their order."""
        return self.files.getlist("fichiers") if "fichiers" in self.files else []

    def _keep_sent(self, *, at: datetime) -> list[Upload]:
        """Keep, of files that came with the form, those that are good where another one is refused."""
        came = self._came()
        if "fichiers" not in self.errors or len(came) > MOST_FILES:
            return []
        unfit = None if self.unfit_place is None else self.unfit_place - len(self.uploads)
        good = [one for place, one in enumerate(came) if place != unfit and _may_be_read(one)]
        if len(good) == len(came):  # what is wrong is none of them alone
            return []
        return self.receive(good, at=at)

    def receive(self, came: Iterable[Any], *, at: datetime) -> list[Upload]:
        """Keep files that came with the form, as many as an account may send in a day."""
        kept = []
        for one in came:
            if not limits.spend(limits.UPLOADS_OF_AN_ACCOUNT, str(self._sender.pk), at=at):
                break
            one.seek(0)
            content = one.read()
            kept.append(drawers.receive(owner=self._sender, name=one.name, content=content, at=at))
        return kept

    def clean(self) -> dict[str, Any]:
        """Refuse a form that holds nothing, or too much: what was received, with what comes."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if self.uploads and (came := said.get("fichiers")):
            self._check_together(came)
        if not self.errors and not self.holds_something():
            self.add_error("fichiers", MISSING)
        return said

    def holds_something(self) -> bool:
        """Whether there is a file, by one way or the other."""
        return bool(self.uploads or self.cleaned_data["fichiers"])

    def _check_together(self, came: list[Any]) -> None:
        weights = [*(one.length for one in self.uploads), *(one.size for one in came)]
        if len(weights) > MOST_FILES:
            self.add_error("fichiers", _TOO_MANY)
            return
        try:
            cleaning.check_together(weights)
        except cleaning.TooLargeTogether as refusal:
            self.add_error("fichiers", str(refusal))

    @property
    def sent(self) -> list[Sent]:
        """The files, in the order in which they were chosen: those that were received come first."""
        received = [Sent(one.name, drawers.content_of(one)) for one in self.uploads]
        return [*received, *super().sent]

    @property
    def names(self) -> list[str]:
        """The names of the files, in the same order."""
        return [*(one.name for one in self.uploads), *super().names]


class ProvideForm(UploadsForm):
    """What is given for a piece: files, or a copy of one that is kept or was given for another."""

    garder = forms.BooleanField(
        label="Garder une copie dans mon porte-documents, pour une autre pièce", required=False
    )
    suite = forms.BooleanField(
        label="Ajouter à la suite de mon fichier, au lieu de le remplacer", required=False
    )
    lue = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        drawer: Sequence[KeptFile],
        given: Sequence[Evidence],
        former: Deposit | None,
        mark: str = "",
        **options: Any,
    ) -> None:
        """Offer the files of a drawer, where there are some; to add to the one in force, if there is one.

        Args:
            args: as a form has them.
            drawer: the files that are kept.
            given: the pieces of other registrations, each with its file.
            former: the file in force, to which pages may be added.
            mark: what tells the piece as it is from what it was when its page was opened.
            options: as a form has them.
        """
        super().__init__(*args, **options)
        self._former, self._mark = former, mark
        self.fields["lue"].initial = mark
        if former is None:
            del self.fields["suite"]
        self._drawer: dict[str, KeptFile | Deposit] = {
            **{str(one.pk): one for one in drawer},
            **{f"{GIVEN}{one.deposit_id}": one.deposit for one in given if one.deposit},
        }
        if self._drawer:
            self.rule = "Déposez un fichier, ou choisissez-en un que vous avez déjà."
            self.fields["porte_documents"] = forms.ChoiceField(
                label="Ou un fichier que j'ai déposé pour une autre inscription"
                if not drawer
                else "Ou un fichier de mon porte-documents"
                f"{', ou déposé pour une autre inscription' if given else ''}",
                choices=[*_choices(drawer), *map(_choice_of, given)],
                required=False,
                initial="",
                widget=forms.RadioSelect,
                help_text="Une copie en est déposée : supprimer l'un ne change pas l'autre.",
            )
            for name in ("fichiers", "porte_documents"):
                self.fields[name].required, self.fields[name].is_conditional = False, True
        self.order_fields(["fichiers", "porte_documents", "suite", "garder"])

    def clean(self) -> dict[str, Any]:
        """Refuse two files of which one alone would be given, and the other dropped without a word."""
        said = super().clean()
        is_sent = bool(self.uploads or said.get("fichiers"))
        if is_sent and said.get("porte_documents"):
            self.add_error("porte_documents", TWO_FILES if self.uploads else TWO_FILES_ONE_GONE)
        if self._former is None and self.data.get("suite"):
            self.add_error("fichiers", NOTHING_TO_ADD_TO)
        return said

    def holds_something(self) -> bool:
        """Whether there is a file, or one was chosen among those that are kept."""
        return bool(self.kept) or super().holds_something()

    def keep_received(self, *, at: datetime) -> None:
        """Show again the files that have come, beside the piece as it is now: that is what is read."""
        super().keep_received(at=at)
        self.data["lue"] = self._mark

    @property
    def read(self) -> str:
        """What told the piece as it was read."""
        said: str = self.cleaned_data.get("lue", "")
        return said

    @property
    def after(self) -> Deposit | None:
        """The file after whose pages those that are given come, where they replace nothing."""
        return self._former if self.cleaned_data.get("suite") else None

    @property
    def kept(self) -> KeptFile | Deposit | None:
        """The file that was chosen among those that one has; what is sent comes before it."""
        if self.uploads or self.cleaned_data.get("fichiers"):
            return None
        return self._drawer.get(self.cleaned_data.get("porte_documents", ""))


def doubt_in_words(doubts: Sequence[str]) -> str:
    """Say what is odd in a file that was given; nothing where nothing is."""
    return next((said for name, said in DOUBTS.items() if name in doubts), "")


def _choices(drawer: Iterable[KeptFile]) -> list[tuple[str, str]]:
    none = ("", "Aucun")
    return [none, *((str(one.pk), Hinted(str(one), _said_of(one))) for one in drawer)]


def _choice_of(given: Evidence) -> tuple[str, str]:
    said = f"{given.deposit.name}, {given.deposit.size_in_words}" if given.deposit else ""
    where = f"déposé pour l'inscription n°{given.registration.number}"
    return f"{GIVEN}{given.deposit_id}", Hinted(given.label, f"{said}, {where}")


def _said_of(kept: KeptFile) -> str:
    return f"{kept.name}, {kept.size_in_words}" if kept.label else kept.size_in_words


def _may_be_read(came: Any) -> bool:
    """Return whether nothing in the type and the size of a file has it refused."""
    try:
        size = came.size
    except forms.ValidationError:  # the disk had no room for it
        return False
    came.seek(0)
    return cleaning.refused_unread(came.read(cleaning.HEAD), size) is None


def _keys(said: str) -> list[UUID]:
    try:
        return [UUID(one) for one in said.split(",") if one]
    except ValueError:
        return [UUID(int=0)]

"""What goes with a request to the managing service: why, and what shows it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from sporades.accounts import limits
from sporades.acts.requests.completing import NothingAdded
from sporades.candidates.forms import IdentityForm
from sporades.candidates.models import Identity
from sporades.core.french import quoted
from sporades.drawers.models import Upload
from sporades.intake import cleaning
from sporades.registrations.changes import changes_of_identity
from sporades.registrations.fields import CleanLinesField
from sporades.registrations.models import Draft
from sporades.registrations.models.request import LONGEST_REASON
from sporades.registrations.refusals import NothingChanged
from sporades.web.candidate.pieces.forms import A_PIECE_TAKES, UploadsForm
from sporades.web.layout.kept import kept
from sporades.web.layout.sent import taking
from sporades.web.wizard.recap import READ

_TOO_OFTEN = "Vous avez envoyé trop de demandes depuis hier. Recommencez demain."
_ALREADY = "{already} : {named}, qui {go} avec votre demande. Pour tout choisir de nouveau, rouvrez cette page."

_GIVEN_BACK = (
    "Votre session s'était terminée. Votre motif est là : vérifiez-le, joignez de nouveau la pièce "
    "s'il y en a une, puis envoyez la demande."
)


class ProofForm(UploadsForm):
    """Files that are gathered into one proof, beside what is asked in words.

    Whatever is refused, those that may be read are kept until the request is sent.
    """

    missing = ""
    """What is said where no file is joined; nothing where none is due."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """Call the files what they are."""
        super().__init__(*args, **options)
        field = self.fields["fichiers"]
        field.label, field.required = "Pièce jointe", bool(self.missing)

    def clean(self) -> dict[str, Any]:
        """Ask for a proof, where one is due, whatever else is wrong."""
        said = super().clean()
        if self.missing and not (self.has_files or "fichiers" in self.errors):
            self.add_error("fichiers", self.missing)
        return said

    @property
    def has_files(self) -> bool:
        """Whether any came, with the form or before it."""
        return bool(self.uploads or self._came())

    @property
    def proof(self) -> list[bytes]:
        """What is in each, in their order."""
        return [one.content for one in self.sent]

    def holds_something(self) -> bool:
        """Whether it may be sent as it is: `clean` has asked for what is due."""
        return True

    def tell_of_the_proof(self) -> None:
        """Look at the files of a form that is refused for the rest, so that their fault is told with it."""
        # What is refused as a whole was looked at when it was sent, or may not be sent today.
        if not self.has_files or "fichiers" in self.errors or self.non_field_errors():
            return
        for one in self._came():
            one.seek(0)
        with taking(self, "fichiers", names=self.names):
            cleaning.join(self.proof)

    def tell_kept(self, kept: Sequence[Upload], *, is_unseen: bool) -> None:
        """Say which files are not to be chosen again, beside their field: nothing is wrong with them."""
        if not kept:
            self.tell_none_kept()
            return
        named = quoted(one.name for one in kept)
        already, go = ("Déjà reçus", "partiront") if len(kept) > 1 else ("Déjà reçu", "partira")
        field = self["fichiers"]
        said = _ALREADY.format(already=already, named=named, go=go)
        field.help_text = f"{said} {field.help_text}"

    def _keep_sent(self, *, at: datetime) -> list[Upload]:
        """Keep, of files that came with the form, all those in which nothing is wrong."""
        if "fichiers" in self.errors:
            return super()._keep_sent(at=at)
        return self.receive(self._came(), at=at)


def is_counted(request: HttpRequest, form: ProofForm) -> bool:
    """Count a request that was sent, before anything reads its proof; too many are told so in the form.

    Args:
        request: what was sent.
        form: it, right or refused; without a file, what is refused costs nothing and is not counted.

    Returns:
        Whether one more is allowed.
    """
    if not form.is_valid() and not form.has_files:
        return True
    sender, at = str(request.user.pk), request.arrived_at
    if limits.spend(limits.REQUESTS_OF_AN_ACCOUNT, sender, at=at):
        return True
    form.add_error(None, _TOO_OFTEN)
    return False


class RequestForm(ProofForm):
    """Why, and what shows it."""

    motif = CleanLinesField(
        label="Pourquoi demandez-vous cette modification ?",
        help_text="Le service gestionnaire le lira : n'écrivez rien sur votre santé.",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Dites pourquoi vous demandez cette modification."},
    )
    field_order = ("motif", "fichiers")

    def __init__(self, *args: Any, **options: Any) -> None:
        """Say of what a proof may be."""
        super().__init__(*args, **options)
        self.fields[
            "fichiers"
        ].help_text = f"Joignez-en une si elle montre ce que vous demandez. {A_PIECE_TAKES}"


class LateRequestForm(RequestForm):
    """Why nothing was saved in time, and what shows it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """Ask for what the service will look at."""
        super().__init__(*args, **options)
        motif = self.fields["motif"]
        motif.label = "Pourquoi n'avez-vous pas enregistré avant la fermeture ?"
        motif.error_messages["required"] = "Dites pourquoi vous n'avez pas enregistré à temps."


class CorrectionRequestForm(ProofForm, IdentityForm):
    """Civil data as they ought to be, and what shows it."""

    missing = "Joignez la pièce qui montre ce que vous demandez."
    motif = CleanLinesField(
        label="Pourquoi demandez-vous cette correction ?",
        help_text="Le service gestionnaire le lira : n'écrivez rien sur votre santé.",
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Say of what a proof may be."""
        super().__init__(*args, **options)
        self.fields[
            "fichiers"
        ].help_text = (
            f"Par exemple : carte d'identité, recto et verso, ou acte de naissance. {A_PIECE_TAKES}"
        )

    def fieldsets(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the groups of fields, each with its legend."""
        return [*super().fieldsets(), ("Votre demande", ("fichiers", "motif"))]

    def tell_the_rest(self, identity: Identity) -> None:
        """Say, of a form that is refused, what its first fault has kept from being looked at.

        Args:
            identity: the civil data that are kept.
        """
        self.tell_of_the_proof()
        is_read = not self.errors.keys() - {"fichiers", "motif"}
        if is_read and not changes_of_identity(identity, Identity(**self.identity())):
            self.add_error(None, str(NothingChanged()))


class CompleteForm(ProofForm):
    """What a request lacks: files, words, or both."""

    reponse = CleanLinesField(
        label="Votre réponse",
        help_text="Le service gestionnaire le lira : n'écrivez rien sur votre santé.",
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse what adds nothing."""
        said = super().clean()
        if not (self.errors or self.has_files or said.get("reponse")):
            self.add_error("fichiers", str(NothingAdded()))
        return said


def asking[Form: RequestForm](kind: type[Form], request: HttpRequest) -> Form:
    """Return the form of a request: what was sent; or the reason that was, once the session had ended."""
    if request.method == "POST":
        return kind(request.POST, request.FILES, sender=request.user)
    answers = kept(request)
    if not answers:
        return kind(sender=request.user)
    messages.warning(request, _GIVEN_BACK)
    return kind(initial={"motif": answers.get("motif", [""])[-1]}, sender=request.user)


def is_sent(
    request: HttpRequest, draft: Draft, form: RequestForm, *, by: Callable[..., object]
) -> bool:
    """Send a request, and return whether it is; its form says why not.

    Args:
        request: of the page that holds the form.
        draft: what is asked for.
        form: whole.
        by: the act that sends it.
    """
    with taking(form, "fichiers", names=form.names):
        by(
            draft=draft,
            reason=form.cleaned_data["motif"],
            proof=form.proof,
            shown=request.POST.get(READ, ""),
            by=request.actor,
            at=request.arrived_at,
        )
    return not form.errors

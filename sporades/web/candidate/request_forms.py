"""What goes with a request to the managing service: why, and what shows it."""

from typing import Any

from django import forms
from django.http import HttpRequest

from sporades.accounts import limits
from sporades.candidates.forms import IdentityForm
from sporades.candidates.models import Identity
from sporades.intake import cleaning
from sporades.registrations.changes import changes_of_identity
from sporades.registrations.fields import CleanLinesField
from sporades.registrations.models.request import LONGEST_REASON
from sporades.registrations.refusals import NothingChanged
from sporades.web.candidate.pieces.forms import ACCEPTED
from sporades.web.layout.sent import taking

_TOO_OFTEN = "Vous avez envoyé trop de demandes depuis hier. Recommencez demain."
_AGAIN = "Votre navigateur ne garde pas le fichier : choisissez de nouveau votre fichier avant d'envoyer."


class ProofField(forms.FileField):
    """A PDF or a photo; what is in it is looked at when it is sent."""

    def __init__(self, **options: Any) -> None:
        """Make the field, with the words of every proof."""
        super().__init__(
            label="Pièce jointe",
            widget=forms.FileInput(attrs={"accept": ACCEPTED}),
            error_messages={
                "empty": "Ce fichier est vide : choisissez-en un autre.",
                "required": "Joignez la pièce qui montre ce que vous demandez.",
            },
            **options,
        )


def is_counted(request: HttpRequest, form: forms.Form) -> bool:
    """Count a request that was sent, before anything reads its proof; too many are told so in the form.

    Args:
        request: what was sent.
        form: it, right or refused; without a file, what is refused costs nothing and is not counted.

    Returns:
        Whether one more is allowed.
    """
    if not form.is_valid() and not form.files.get("piece"):
        return True
    sender, at = str(request.user.pk), request.arrived_at
    if limits.spend(limits.REQUESTS_OF_AN_ACCOUNT, sender, at=at):
        return True
    form.add_error(None, _TOO_OFTEN)
    return False


def tell_of_the_proof(form: forms.Form) -> None:
    """Say what is to be done of the file that came with a form that is given back.

    It is looked at even where the rest is refused, so that its fault is told with theirs. A
    browser does not give a file back: whoever had chosen one must choose it again.

    Args:
        form: one that is refused, with its « piece ».
    """
    chosen = form.files.get("piece")
    if chosen is None or "piece" in form.errors:
        return
    chosen.seek(0)
    # What is refused as a whole was looked at when it was sent, or may not be sent today.
    if not form.non_field_errors():
        with taking(form, "piece"):
            cleaning.clean(chosen.read())
    if "piece" not in form.errors:
        form.add_error("piece", _AGAIN)


class RequestForm(forms.Form):
    """Why, and what shows it."""

    motif = CleanLinesField(
        label="Pourquoi demandez-vous cette modification ?",
        help_text="Le service gestionnaire le lira. N'écrivez rien sur votre santé",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Dites pourquoi vous demandez cette modification."},
    )
    piece = ProofField(
        help_text="Si une pièce montre ce que vous demandez : un PDF (5 Mo au plus) ou une photo (20 Mo au plus)",
        required=False,
    )

    @property
    def proof(self) -> bytes | None:
        """Its bytes, if there is one."""
        sent: Any = self.cleaned_data["piece"]
        return sent.read() if sent else None


class CorrectionRequestForm(IdentityForm):
    """Civil data as they ought to be, and what shows it."""

    motif = CleanLinesField(
        label="Pourquoi demandez-vous cette correction ?",
        help_text="Le service gestionnaire le lira. N'écrivez rien sur votre santé",
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    piece = ProofField(
        help_text="Un PDF (5 Mo au plus) ou une photo (20 Mo au plus). Par exemple : carte d'identité ou acte de naissance",
    )

    def fieldsets(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the groups of fields, each with its legend."""
        return [*super().fieldsets(), ("Votre demande", ("piece", "motif"))]

    def tell_the_rest(self, identity: Identity) -> None:
        """Say, of a form that is refused, what its first fault has kept from being looked at.

        Args:
            identity: the civil data that are kept.
        """
        tell_of_the_proof(self)
        is_read = not self.errors.keys() - {"piece", "motif"}
        if is_read and not changes_of_identity(identity, Identity(**self.identity())):
            self.add_error(None, str(NothingChanged()))

    @property
    def proof(self) -> bytes:
        """Its bytes."""
        sent: Any = self.cleaned_data["piece"]
        content: bytes = sent.read()
        return content

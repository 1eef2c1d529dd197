"""The room `registrations`."""

from django.apps import AppConfig

from sporades.documents import kinds


class RegistrationsConfig(AppConfig):
    """Inscriptions."""

    name = "sporades.registrations"
    verbose_name = "Inscriptions"

    def ready(self) -> None:
        """Declare the documents that registrations issue."""
        from sporades.registrations.evidence_request import EVIDENCE_REQUEST  # noqa: PLC0415 - models come first
        from sporades.registrations.summary import SUMMARY  # noqa: PLC0415 - models come first

        kinds.register(SUMMARY)
        kinds.register(EVIDENCE_REQUEST)

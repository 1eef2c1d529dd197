"""The room `publications`."""

from django.apps import AppConfig

from sporades.documents import kinds


class PublicationsConfig(AppConfig):
    """Documents préparés, déposés et publiés par la gestion."""

    name = "sporades.publications"
    verbose_name = "Publications"

    def ready(self) -> None:
        """Declare the documents that the office publishes."""
        from sporades.publications.attestation import PREPARED  # noqa: PLC0415 - models first
        from sporades.publications.deposited import DEPOSITED  # noqa: PLC0415 - models first

        for kind in (*PREPARED, *DEPOSITED):
            kinds.register(kind)

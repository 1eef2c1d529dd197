"""What the domain says when it will not do something."""


class Refused(Exception):
    """An act that cannot be done, with the reason in French, fit for its reader."""

    message = "Cette action n'est pas possible."

    def __init__(self, message: str | None = None) -> None:
        """Keep the message given, or the class's own."""
        super().__init__(message or self.message)

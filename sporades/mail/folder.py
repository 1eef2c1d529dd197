"""A mail backend that keeps each message as an `.eml` file: the demo's post."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class FolderBackend(BaseEmailBackend):
    """Writes messages to a folder."""

    def __init__(self, folder: str, **options: Any) -> None:
        """Keep the folder."""
        super().__init__(**options)
        self.folder = Path(folder)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each message under a name that sorts by its identifier."""
        for mail in email_messages:
            local = str(mail.extra_headers["Message-ID"]).strip("<>").split("@", 1)[0]
            name = ".".join(local.split(".")[:2])
            content = mail.message().as_bytes()
            # Written aside, then named: a reader never sees half a message.
            with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as aside:
                aside.write(content)
            os.replace(aside.name, self.folder / f"{name}.eml")  # noqa: PTH105 - atomic
        return len(email_messages)

"""Postmen: processes that hand over the mail that waits, replaced as soon as they die.

`python -m tests.endurance.postmen NUMBER` : each says its own process number in the greeting of
the mail server (« EHLO 1234.test »), so that whoever receives may strike it.
"""

import os
import sys

import django
from django.core.mail.utils import DNS_NAME
from django.db import connection

django.setup()

from sporades.mail.models import Message  # noqa: E402 - models come after the setup
from sporades.mail.tasks import sweep  # noqa: E402


def hand_over() -> None:
    """Hand over until nothing waits."""
    DNS_NAME._fqdn = f"{os.getpid()}.test"
    while Message.objects.filter(state=Message.State.WAITING).exists():
        sweep.func(0)
    connection.close()
    os._exit(0)


def main(number: int) -> None:
    """Keep that many postmen at work until each has found nothing to do."""
    at_work = 0
    while True:
        while at_work < number:
            if os.fork() == 0:
                hand_over()
            at_work += 1
        _, status = os.wait()
        at_work -= 1
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0:
            number -= 1
        if not number:
            return


if __name__ == "__main__":
    main(int(sys.argv[1]))

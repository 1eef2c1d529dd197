"""Who may use a route. Each audience declares its routes in its `access.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from sporades.accounts.permissions import Permission


class Who(Enum):
    """The reader for whom a route is made."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    CANDIDATE = "candidate"
    STAFF = "staff, with a second factor"


@dataclass(frozen=True)
class Sealed:
    """How answers that wait for their author are sealed meanwhile, for the address `at`.

    Attributes:
        seal: from what was posted.
        unseal: the same again; nothing where it opens no more.
    """

    seal: Callable[..., str]
    unseal: Callable[..., Mapping[str, list[str]] | None]


@dataclass(frozen=True)
class Route:
    """What one route allows.

    Attributes:
        who: the reader it is made for; others are sent to sign in, or find nothing.
        methods: the HTTP methods it answers; HEAD goes with GET.
        owned: the kind of object its address names, which its owner alone may see.
        within: the kind of object its address names, which exists within the reader's perimeter
            alone.
        keeps_answers: whether what is posted after the session's end, or before the second factor
            is shown again, waits for its author.
        kept_sealed: how they are sealed meanwhile; nothing: they wait in clear.
        shows_kept: whether its view shows what waits; otherwise the layout puts it back in the form
            of a page for staff (`refilling`).
        shown_on: the route of the page that holds its form, of the same arguments, where it is no
            page itself.
        opened_by: the part of its address that opens what it leads to, a key or a code: no cache
            keeps what it answers, no log holds that part.
        page: whether a GET answers with a page that a person reads.
        permission: what a member of staff must be allowed; it bounds what they reach.
        without_token: whether a POST needs no token of a form: what a browser sends by itself.
        undone: what is said, after signing in, of what was posted once the session had ended and does
            not wait; a file and the rest have words of their own.
        note_press: keeps that its button came as the session had just ended, whose it was (`user`,
            `by`), when (`at`) and the fingerprint of what it sent (`sent`), with what its address names.
        while_reading: whether it answers a POST while a banner has put the service in read-only
            mode: what opens a session or ends that mode, the dates of services, which close meanwhile,
            and what asks without changing a file.
        takes_files: how many bytes of files may be sent to it; nothing: it takes none.
        writes_no_file: whether what is sent to it stays in memory: on the disk it would be in clear,
            and a process that is killed would leave it there.
    """

    who: Who
    methods: tuple[str, ...] = ("GET",)
    owned: str = ""
    within: str = ""
    keeps_answers: bool = False
    kept_sealed: Sealed | None = None
    shows_kept: bool = False
    shown_on: str = ""
    opened_by: str = ""
    page: bool = True
    permission: Permission | None = None
    takes_files: int = 0
    writes_no_file: bool = False
    while_reading: bool = False
    without_token: bool = False
    undone: str = ""
    note_press: Callable[..., None] | None = None

    @property
    def is_refilled(self) -> bool:
        """Whether what waits is put back in its form by the layout."""
        return self.keeps_answers and self.who is Who.STAFF and not self.shows_kept

    def allows(self, method: str | None) -> bool:
        """Return whether the route answers this method."""
        return ("GET" if method == "HEAD" else method) in self.methods

"""Who may use the doctor's routes."""

from functools import partial

from sporades.accommodations import kept_sealed
from sporades.accounts.permissions import Permission
from sporades.web.access import Route, Sealed, Who

POST, BOTH = ("POST",), ("GET", "POST")

_cases = partial(Route, Who.STAFF, permission=Permission.GIVE_OPINIONS)
_case = partial(_cases, within="case")
# What is typed there is of health: it never waits in clear for its author to sign in again.
_typed = partial(
    _case, BOTH, keeps_answers=True, kept_sealed=Sealed(kept_sealed.seal, kept_sealed.unseal)
)


ROUTES = {
    "doctor:home": _cases(),
    "doctor:find": _cases(BOTH, while_reading=True),
    "doctor:guide": _cases(),
    "doctor:guide_part": _cases(),
    "doctor:take": _case(POST, page=False),
    "doctor:case": _typed(),
    "doctor:keep": _case(POST, page=False),
    "doctor:sign": _case(BOTH),
    "doctor:attest": _case(BOTH),
    "doctor:paper": _case(page=False),
    "doctor:paper_page": _case(page=False),
    "doctor:remarks": _typed(),
    "doctor:ask": _typed(),
    "doctor:give_back": _typed(),
}

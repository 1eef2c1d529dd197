"""Who may use the doctor's routes."""

from functools import partial

from sporades.accounts.permissions import Permission
from sporades.web.access import Route, Who

POST, BOTH = ("POST",), ("GET", "POST")

_cases = partial(Route, Who.STAFF, permission=Permission.GIVE_OPINIONS)
# What is typed there is of health: it is never kept, in clear, for the end of a session.
_case = partial(_cases, within="case")


ROUTES = {
    "doctor:home": _cases(),
    "doctor:take": _case(POST, page=False),
    "doctor:case": _case(BOTH),
    "doctor:keep": _case(POST, page=False),
    "doctor:sign": _case(BOTH),
    "doctor:attest": _case(BOTH),
    "doctor:paper": _case(page=False),
    "doctor:paper_page": _case(page=False),
    "doctor:remarks": _case(BOTH),
    "doctor:ask": _case(BOTH),
    "doctor:give_back": _case(BOTH),
}

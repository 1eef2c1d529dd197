"""Who may use the candidate's routes."""

from collections.abc import Callable

from sporades.accommodations import kept_sealed
from sporades.acts.accommodating import note_unsent, note_unsent_appeal
from sporades.acts.registrations.registering import note_session_ended
from sporades.intake import reading
from sporades.medical.operations import MOST_SENT
from sporades.web.access import Route, Sealed, Who

GET, POST = ("GET",), ("POST",)
BOTH = ("GET", "POST")


def _route(
    methods: tuple[str, ...] = GET,
    *,
    owned: str = "",
    keeps_answers: bool = False,
    kept_sealed: Sealed | None = None,
    page: bool = True,
    takes_files: int = 0,
    writes_no_file: bool = False,
    undone: str = "",
    note_press: Callable[..., None] | None = None,
) -> Route:
    return Route(
        Who.CANDIDATE,
        methods,
        owned=owned,
        keeps_answers=keeps_answers,
        kept_sealed=kept_sealed,
        page=page,
        takes_files=takes_files,
        writes_no_file=writes_no_file,
        undone=undone,
        note_press=note_press,
    )


ROUTES = {
    "candidate:home": _route(),
    "candidate:choose": _route(),
    "candidate:choose_exam": _route(),
    "candidate:choose_academy": _route(BOTH),
    "candidate:choose_academy_for": _route(BOTH),
    "candidate:draft": _route(owned="draft", page=False),
    "candidate:tab": _route(BOTH, owned="draft", keeps_answers=True),
    "candidate:autosave": _route(POST, owned="draft", page=False),
    "candidate:recap": _route(
        BOTH,
        owned="draft",
        undone="votre clic pour enregistrer n'a pas été pris en compte. Voici où en est votre inscription.",
        note_press=note_session_ended,
    ),
    "candidate:ready": _route(owned="draft"),
    "candidate:differences": _route(BOTH, owned="draft"),
    "candidate:move": _route(POST, owned="draft", page=False),
    "candidate:abandon": _route(BOTH, owned="draft"),
    "candidate:registrations": _route(),
    "candidate:registration": _route(owned="registration"),
    "candidate:number": _route(owned="registration"),
    "candidate:summary": _route(owned="registration"),
    "candidate:registered": _route(owned="registration"),
    "candidate:amend": _route(POST, owned="registration", page=False),
    "candidate:change_speciality": _route(BOTH, owned="registration", keeps_answers=True),
    "candidate:request_change": _route(POST, owned="registration", page=False),
    "candidate:send_request": _route(
        BOTH, owned="draft", keeps_answers=True, takes_files=reading.LARGEST_TOGETHER
    ),
    "candidate:ask_late": _route(
        BOTH, owned="draft", keeps_answers=True, takes_files=reading.LARGEST_TOGETHER
    ),
    "candidate:take_back_late": _route(POST, owned="draft", page=False),
    "candidate:complete_request": _route(
        BOTH, owned="registration", keeps_answers=True, takes_files=reading.LARGEST_TOGETHER
    ),
    "candidate:take_back_request": _route(POST, owned="registration", page=False),
    "candidate:ask_correction": _route(
        BOTH, keeps_answers=True, takes_files=reading.LARGEST_TOGETHER
    ),
    "candidate:complete_correction": _route(
        BOTH, keeps_answers=True, takes_files=reading.LARGEST_TOGETHER
    ),
    "candidate:take_back_correction": _route(POST, page=False),
    "candidate:withdraw": _route(
        BOTH,
        owned="registration",
        undone="votre clic pour vous désinscrire n'a pas été pris en compte. Voici où en est votre inscription.",
    ),
    "candidate:again": _route(POST, owned="registration", page=False),
    "candidate:consents": _route(
        BOTH,
        owned="registration",
        undone="les choix que vous veniez d'envoyer n'ont pas été pris en compte. Voici ceux qui sont enregistrés.",
    ),
    "candidate:thread": _route(BOTH, owned="registration", keeps_answers=True),
    "candidate:accommodation": _route(owned="registration"),
    "candidate:accommodation_measures": _route(BOTH, owned="registration", keeps_answers=True),
    "candidate:accommodation_papers": _route(BOTH, owned="registration", keeps_answers=True),
    "candidate:accommodation_sign": _route(BOTH, owned="registration", keeps_answers=True),
    "candidate:accommodation_send": _route(
        POST,
        owned="registration",
        page=False,
        undone="votre clic pour envoyer la demande n'a pas été pris en compte. Voici où elle en est.",
        note_press=note_unsent,
    ),
    "candidate:accommodation_take_up": _route(BOTH, owned="registration"),
    "candidate:accommodation_keep_as_sent": _route(
        POST,
        owned="registration",
        page=False,
        undone="votre clic pour garder la demande telle qu'elle était envoyée n'a pas été pris en compte. Voici où elle en est.",
    ),
    "candidate:accommodation_withdraw": _route(
        BOTH,
        owned="registration",
        undone="votre clic pour retirer la demande n'a pas été pris en compte. Voici où elle en est.",
    ),
    # Words of health may be among what is typed there: it never waits in clear.
    "candidate:accommodation_contest": _route(
        BOTH,
        owned="registration",
        keeps_answers=True,
        kept_sealed=Sealed(kept_sealed.seal, kept_sealed.unseal),
        note_press=note_unsent_appeal,
    ),
    "candidate:accommodation_contest_back": _route(
        BOTH,
        owned="registration",
        undone="votre clic pour retirer votre recours n'a pas été pris en compte. Voici où il en est.",
    ),
    "candidate:evidence": _route(owned="registration"),
    "candidate:provide": _route(BOTH, owned="registration", takes_files=reading.LARGEST_TOGETHER),
    "candidate:evidence_file": _route(owned="registration", page=False),
    "candidate:take_back_piece": _route(BOTH, owned="registration"),
    # What is typed of health never waits in clear.
    "candidate:health": _route(
        BOTH,
        owned="registration",
        keeps_answers=True,
        kept_sealed=Sealed(kept_sealed.seal, kept_sealed.unseal),
    ),
    "candidate:confide": _route(
        BOTH, owned="registration", takes_files=MOST_SENT, writes_no_file=True
    ),
    "candidate:take_up_health": _route(
        BOTH,
        owned="registration",
        undone="ce que vous aviez coché n'est pas repris : vérifiez-le, puis reprenez-le.",
    ),
    "candidate:health_file": _route(owned="registration", page=False),
    "candidate:take_back_paper": _route(BOTH, owned="registration"),
    "candidate:drawer": _route(
        BOTH,
        takes_files=reading.LARGEST_TOGETHER,
        undone="le fichier que vous veniez d'envoyer n'a pas été pris en compte. S'il n'est pas dans cette page, choisissez-le de nouveau.",
    ),
    "candidate:drawer_file": _route(owned="kept file", page=False),
    "candidate:name_file": _route(BOTH, owned="kept file"),
    "candidate:drop_file": _route(BOTH, owned="kept file"),
    "candidate:uploads": _route(("POST", "OPTIONS"), page=False),
    "candidate:upload": _route(("GET", "PATCH", "DELETE"), owned="upload", page=False),
    "candidate:history": _route(owned="registration"),
    "candidate:version": _route(owned="registration"),
    "candidate:my_data": _route(BOTH),
    "candidate:take_data": _route(POST, page=False),
    "candidate:documents": _route(),
    "candidate:folder": _route(owned="registration"),
    "candidate:document": _route(owned="registration"),
    "candidate:document_pdf": _route(owned="registration", page=False),
}

"""Every route of the resolver: its reader, an address, and what that reader is answered."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from sporades.accounts.permissions import Permission
from sporades.web.access import Who
from sporades.web.registry import ACCESS
from tests.web.registry.world import Estate, Role, World

NAMES = sorted(ACCESS)
PAGES = [name for name in NAMES if ACCESS[name].page and "GET" in ACCESS[name].methods]
READABLE = [name for name in NAMES if "GET" in ACCESS[name].methods]
# What browsers send by themselves is proved in tests/web/test_breaches.py.
POSTED = [
    name for name in NAMES if "POST" in ACCESS[name].methods and not ACCESS[name].without_token
]
SHOWN_AGAIN = (
    "office:approve_batch",
    "office:approve_change",
    "office:approve_export",
    "office:approve_merge",
    "office:approve_publication",
    "office:approve_role",
    "office:end_banner",
    "office:give_code",
    "office:launch_batch",
    "office:move_publication",
    "office:publish_publication",
    "office:resume_batch",
    "office:withdraw_publication",
)
"""What a button does that asks for the second factor again: its address is read on the way back."""

OF_MANY = frozenset({"office:end_banner", "office:launch_batch", "office:resume_batch"})
"""Those that ask for it where it hurts many alone: the batch of the world is of one line, and no
banner keeps its service from being written in."""

KEYED = [name for name in NAMES if ACCESS[name].opened_by]
OWNED = [name for name in NAMES if ACCESS[name].owned]
WITHIN = [name for name in NAMES if ACCESS[name].within]

TABS = (
    "modalites",
    "identification",
    "informations",
    "qualification",
    "supplementaires",
    "epreuves",
)

READERS = {
    Who.ANYONE: Role.ANONYMOUS,
    Who.SIGNED_IN: Role.OWNER,
    Who.CANDIDATE: Role.OWNER,
    Who.STAFF: Role.MANAGER,
}
# What a manager may not do.
BY_PERMISSION = {
    Permission.APPROVE_EXTENSIONS: Role.HEAD,
    Permission.APPROVE_EXPORTS: Role.HEAD,
    Permission.APPROVE_PUBLICATIONS: Role.HEAD,
    Permission.APPROVE_MESSAGES: Role.HEAD,
    Permission.APPROVE_MERGES: Role.HEAD,
    Permission.ANNOUNCE: Role.ADMINISTRATOR,
    Permission.WITHHOLD: Role.ADMINISTRATOR,
    Permission.READ_MEMBERS: Role.HEAD,
    Permission.PROPOSE_ROLES: Role.HEAD,
    Permission.GIVE_ROLES: Role.HEAD,
    Permission.CLOSE_MEMBERS: Role.HEAD,
    Permission.READ_JOURNAL: Role.HEAD,
    Permission.PREPARE_REGULATIONS: Role.HEAD,
    Permission.ENFORCE_REGULATIONS: Role.HEAD,
    Permission.GIVE_OPINIONS: Role.DOCTOR,
}
# These need an authenticator application, which the owner does not use.
WITH_APPLICATION = frozenset(
    {
        "mfa_deactivate_totp",
        "mfa_download_recovery_codes",
        "mfa_reauthenticate",
        "mfa_replace_totp",
        "mfa_view_recovery_codes",
    }
)

# What the reader of a route is answered, where it is not 200: a page for a GET, the page with
# what is missing for a POST that says nothing.
ANSWERS: dict[str, dict[str, int]] = {
    # A step of something that was not begun: back to its beginning.
    "account_complete": {"GET": 302, "POST": 302},
    "account_set_password": {"GET": 302, "POST": 302},
    "mfa_authenticate": {"GET": 302, "POST": 302},
    "mfa_login_webauthn": {"GET": 302, "POST": 302},
    "mfa_reauthenticate_webauthn": {"POST": 302},
    "socialaccount_signup": {"GET": 302, "POST": 302},
    # A link that is followed, a button without questions.
    "account_confirm_address": {"POST": 302},
    "account_extend_session": {"POST": 204},
    "account_logout": {"GET": 302, "POST": 302},
    "account_undo_address": {"POST": 302},
    "account_reset_password_from_key": {"GET": 302, "POST": 302},
    # A member of staff keeps the last one, which the page says.
    "mfa_deactivate_totp": {"POST": 409},
    "mfa_replace_totp": {"POST": 302},
    "mfa_generate_recovery_codes": {"POST": 302},
    "mfa_remove_webauthn": {"POST": 302},
    "usersessions_list": {"POST": 302},
    # What says nothing is no report.
    "public:breaches": {"POST": 413},
    "candidate:abandon": {"POST": 302},
    "candidate:again": {"POST": 302},
    "candidate:amend": {"POST": 302},
    "candidate:change_speciality": {"POST": 422},
    "candidate:differences": {"GET": 302, "POST": 302},
    "candidate:draft": {"GET": 302},
    "candidate:withdraw": {"POST": 302},
    # The service is open: there is nothing to ask.
    "candidate:request_change": {"POST": 302},
    "candidate:send_request": {"GET": 302, "POST": 302},
    "candidate:take_back_request": {"POST": 302},
    "candidate:ask_late": {"POST": 302},
    "candidate:take_back_late": {"POST": 302},
    # Nothing is missing.
    "candidate:complete_request": {"GET": 302, "POST": 302},
    "candidate:complete_correction": {"GET": 302, "POST": 302},
    "candidate:take_back_correction": {"POST": 302},
    "candidate:ask_correction": {"POST": 422},
    # What the page showed is not what stands: the draft is of another revision.
    "doctor:case": {"POST": 409},
    "doctor:keep": {"POST": 409},
    "doctor:sign": {"POST": 302},
    "doctor:take": {"POST": 302},
    "doctor:attest": {"GET": 302, "POST": 302},
    "doctor:remarks": {"POST": 422},
    "doctor:ask": {"POST": 422},
    "doctor:give_back": {"POST": 422},
    "office:abandon": {"POST": 302},
    "office:amend": {"POST": 302},
    "office:change_speciality": {"POST": 422},
    "office:differences": {"GET": 302, "POST": 302},
    "office:draft": {"GET": 302},
    "office:recap": {"POST": 302},
    "office:register_anew": {"POST": 409},
    "office:hand_over": {"POST": 409},
    "office:keep_here": {"POST": 302},
    "office:waive": {"POST": 422},
    "office:left_draft": {"POST": 422},
    "office:unsaved": {"POST": 422},
    "office:register_for": {"POST": 422},
    "office:tab": {"POST": 302},
    "office:move_registration": {"POST": 422},
    "office:assign_correction": {"POST": 302},
    "office:accept_correction": {"POST": 302},
    "office:ask_more_correction": {"POST": 422},
    "office:note_correction_complement": {"POST": 302},
    "office:redate_correction_complement": {"POST": 302},
    "office:refuse_correction": {"POST": 422},
    "office:propose_merge": {"POST": 422},
    "office:tell_apart": {"POST": 422},
    "office:approve_merge": {"GET": 302, "POST": 302},
    "office:refuse_merge": {"POST": 302},
    "office:drop_merge": {"POST": 302},
    "office:compare_again": {"POST": 302},
    "office:assign_request": {"POST": 302},
    "office:accept_request": {"POST": 302},
    "office:ask_more_request": {"POST": 422},
    "office:note_request_complement": {"POST": 302},
    "office:redate_request_complement": {"POST": 302},
    "office:refuse_request": {"POST": 422},
    "office:accept_late": {"POST": 302},
    "office:refuse_late": {"POST": 422},
    # Refused: no academy chosen, an address that is this academy's, one speciality
    # only, civil data that are frozen.
    "candidate:choose_academy": {"POST": 404},
    "candidate:choose_academy_for": {"POST": 404},
    "candidate:move": {"POST": 404},
    "candidate:recap": {"POST": 409},
    "account_edit": {"POST": 409},
    "candidate:tab": {"POST": 302},
    # No button that the page has; one that leads on.
    "office:search": {"POST": 400},
    "doctor:find": {"POST": 422},
    "office:find": {"POST": 422},
    "office:records": {"POST": 422},
    "office:all_acts": {"POST": 302},
    "office:all_mails": {"POST": 302},
    "office:name": {"POST": 422},
    "office:forget": {"POST": 302},
    "office:batch": {"POST": 422},
    "office:launch_batch": {"GET": 302, "POST": 302},
    "office:stop_batch": {"POST": 302},
    "office:resume_batch": {"GET": 302, "POST": 302},
    "office:write": {"POST": 422},
    "office:approve_batch": {"GET": 302, "POST": 302},
    "office:refuse_batch": {"POST": 302},
    "office:forget_template": {"POST": 302},
    "office:send_again": {"POST": 302},
    "office:export": {"POST": 422},
    "office:stop_export": {"POST": 302},
    "office:deposit_one": {"POST": 422},
    "office:prepare_attestation": {"POST": 302},
    "office:deposit_many": {"POST": 422},
    "office:find_account": {"POST": 422},
    "office:send_activation": {"POST": 302},
    "office:add_archive": {"GET": 302, "POST": 302},
    "office:publish_publication": {"GET": 302, "POST": 302},
    "office:move_publication": {"GET": 302, "POST": 302},
    "office:approve_publication": {"GET": 302, "POST": 302},
    "office:refuse_publication": {"POST": 422},
    "office:drop_publication": {"POST": 302},
    # Its documents are read.
    "office:take_document_out": {"GET": 302, "POST": 302},
    "office:take_archive_out": {"GET": 302, "POST": 302},
    "office:withdraw_publication": {"GET": 302, "POST": 422},
    "office:withdraw_document": {"POST": 422},
    "office:approve_export": {"GET": 302, "POST": 302},
    "office:refuse_export": {"POST": 302},
    "office:approve_change": {"GET": 302, "POST": 302},
    "office:drop_change": {"POST": 302},
    "office:refuse_change": {"POST": 422},
    "office:extend_services": {"POST": 422},
    "office:put_off_services": {"POST": 422},
    # Nothing says which dates.
    "office:move_service": {"POST": 422},
    "office:contact": {"POST": 422},
    "office:write_note": {"POST": 422},
    "office:judge_piece": {"POST": 422},
    "office:handle_accommodation": {"POST": 422},
    # Its candidate has an account, and asks in their space.
    "office:enter_accommodation": {"POST": 409},
    # It is answered.
    "office:appeal": {"POST": 409},
    "office:scan_piece": {"POST": 422},
    "office:ask_piece": {"POST": 422},
    "office:give_time": {"POST": 422},
    "office:incomplete": {"POST": 302},
    "office:accommodations": {"POST": 302},
    "office:declare_incomplete": {"POST": 302},
    "candidate:thread": {"POST": 422},
    "candidate:provide": {"POST": 422},
    # What was deposited first is not named.
    "candidate:take_back_piece": {"POST": 302},
    "candidate:health": {"POST": 422},
    "candidate:confide": {"POST": 422},
    "candidate:take_back_paper": {"POST": 302},
    # What was withdrawn there is for another exam.
    "candidate:take_up_health": {"GET": 302, "POST": 302},
    # Nothing is chosen; what is begun may be taken back.
    "candidate:accommodation_measures": {"POST": 422},
    "candidate:accommodation_papers": {"POST": 422},
    "candidate:accommodation_sign": {"POST": 422},
    "candidate:accommodation_send": {"POST": 302},
    "candidate:accommodation_take_up": {"GET": 302, "POST": 302},
    "candidate:accommodation_keep_as_sent": {"POST": 302},
    "candidate:accommodation_withdraw": {"POST": 409},
    # An appeal stands already, and is answered.
    "candidate:accommodation_contest": {"GET": 302, "POST": 302},
    "candidate:accommodation_contest_back": {"GET": 302, "POST": 302},
    "candidate:my_data": {"POST": 302},
    # None was asked for.
    "candidate:take_data": {"POST": 409},
    "candidate:drawer": {"POST": 422},
    "candidate:name_file": {"POST": 302},
    "candidate:drop_file": {"POST": 302},
    # Nothing says how long the file is, nor in which version of the protocol.
    "candidate:uploads": {"POST": 412},
    "candidate:upload": {"GET": 204},
    "office:answer_message": {"POST": 422},
    "office:settle_messages": {"POST": 409},
    "office:agents": {"POST": 302},
    "office:invite_agent": {"POST": 422},
    "office:change_agent": {"POST": 422},
    "office:close_agent": {"POST": 422},
    "office:approve_role": {"GET": 302, "POST": 302},
    "office:refuse_role": {"POST": 422},
    "office:drop_role": {"POST": 302},
    "office:withhold": {"POST": 422},
    "office:release_hold": {"POST": 422},
    "office:print_letters": {"POST": 302},
    "office:print_run": {"POST": 422},
    "office:post_run": {"POST": 422},
    "office:take_back_posted": {"POST": 302},
    "office:return_letter": {"POST": 302},
    "office:take_back_returned": {"POST": 302},
    "office:settle_returned": {"POST": 302},
    "office:new_record": {"POST": 422},
    "office:give_code": {"GET": 302, "POST": 302},
    "office:record_data": {"POST": 422},
    # None was asked for.
    "office:take_record_data": {"POST": 409},
    "office:keep_record": {"POST": 422},
    "office:correct_identity": {"POST": 422},
    "office:decide": {"POST": 422},
    "office:withdraw_as_asked": {"POST": 422},
    "office:receive_summary": {"POST": 422},
    "office:incoming": {"POST": 422},
    "office:envelope": {"POST": 422},
    "office:banner": {"POST": 422},
    "office:load_regulation": {"POST": 422},
    "office:load_regulation_again": {"POST": 302},
    "office:try_regulation": {"POST": 302},
    "office:enforce_regulation": {"POST": 422},
    "office:drop_regulation": {"POST": 302},
    "office:end_banner": {"GET": 302, "POST": 302},
    # FranceConnect is not configured here.
    "openid_connect_callback": {"GET": 404},
    "openid_connect_login": {"GET": 404, "POST": 404},
    "socialaccount_login_error": {"GET": 401},
}

FIELDS = {
    "draft": "draft",
    "own draft": "draft",
    "left draft": "draft",
    "candidate": "candidate",
    "search": "search",
    "batch": "batch",
    "large batch": "batch",
    "template": "template",
    "message": "message",
    "export": "export",
    "publication": "publication",
    "request": "asked",
    "correction": "asked",
    "late request": "asked",
    "double": "double",
    "own export": "export",
    "service": "service",
    "managing service": "managing",
    "change": "change",
    "programme": "domain",
    "prepared": "prepared",
    "trial": "trial",
    "registration": "number",
    "kept file": "kept",
    "upload": "upload",
    "record": "candidate",
    "run": "run",
    "letter": "letter",
    "hold": "hold",
    "agent": "agent",
    "proposed role": "proposal",
    "case": "case",
    "authenticator": "pk",
}
"""The part of an address that names what it leads to."""


def names(patterns: Any = None, space: tuple[str, ...] = ()) -> Iterator[str]:
    """Give the name of every route that the resolver holds, « (unnamed) … » when it has none."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = (*space, pattern.namespace) if pattern.namespace else space
            yield from names(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield ":".join((*space, pattern.name or f"(unnamed) {pattern.pattern}"))


def reader(name: str) -> Role:
    """Return whom a route is made for."""
    if ACCESS[name].permission in BY_PERMISSION:
        return BY_PERMISSION[ACCESS[name].permission]
    return Role.MANAGER if name in WITH_APPLICATION else READERS[ACCESS[name].who]


def answer(name: str, method: str) -> int:
    """Return the status that the reader of a route is answered."""
    return ANSWERS.get(name, {}).get(method, 200)


def address(name: str, world: World, estate: Estate | None = None, **changes: Any) -> str:
    """Return an address of a route, that of the owner's things unless others are named."""
    filled = _arguments(world, estate or world.owner).get(name, {})
    return reverse(name, kwargs={**filled, **changes})


def nowhere(name: str, world: World) -> str:
    """Return an address of a route that leads to nothing that exists."""
    number = {
        "draft": UUID(int=2**127),
        "own draft": UUID(int=2**127),
        "left draft": UUID(int=2**127),
        "candidate": 999_999,
        "search": UUID(int=2**127),
        "batch": UUID(int=2**127),
        "large batch": UUID(int=2**127),
        "template": UUID(int=2**127),
        "message": 999_999,
        "export": UUID(int=2**127),
        "publication": UUID(int=2**127),
        "request": 999_999,
        "correction": 999_999,
        "late request": 999_999,
        "double": 999_999,
        "own export": UUID(int=2**127),
        "service": 999_999,
        "managing service": 999_999,
        "change": 999_999,
        "programme": "AILLEURS",
        "prepared": UUID(int=2**127),
        "trial": UUID(int=2**127),
        "registration": "20999999993",
        "kept file": 999_999,
        "upload": UUID(int=2**127),
        "record": 999_999,
        "run": 999_999,
        "letter": 999_999,
        "hold": 999_999,
        "agent": 999_999,
        "proposed role": 999_999,
        "case": 999_999,
        "authenticator": 999_999,
    }
    kind = ACCESS[name].owned or ACCESS[name].within
    field = FIELDS[kind]
    return address(name, world, **{field: number[kind]})


def _arguments(world: World, estate: Estate) -> dict[str, dict[str, Any]]:
    draft, number = {"draft": estate.draft.pk}, {"number": estate.registration.number}
    programme = {"domain": "ESSAI", "session": "2027"}
    tab = {**draft, "section": "identification"}
    document = {**number, "kind": "recapitulatif"}
    passkey = {"pk": estate.passkey.pk}
    provider = {"provider_id": "franceconnect"}
    search = {"search": world.search.pk}
    batch = {"batch": world.batch.pk}
    large = {"batch": world.large.pk}
    filled = {"draft": world.filled.pk}
    filled_tab = {**filled, "section": "identification"}
    export = {"export": world.export.pk}
    publication = {"publication": world.publication.pk}
    asked = {"asked": world.asked.pk}
    correction = {"asked": world.correction.pk}
    late = {"asked": world.late.pk}
    double = {"double": world.double.pk}
    prepared = {**publication, **number}
    service = {"service": world.extension.service_id}
    change = {"change": world.extension.pk}
    loaded = {"prepared": world.prepared.pk}
    version = {**programme, "version": 1}
    case = {"case": world.case.pk}
    confided = {**case, "paper_id": world.paper.pk}
    return {
        "public:ask_alert": {"service": world.upcoming.pk},
        "public:alert": {"key": world.alert},
        "public:verify_document": {"code": world.code},
        "account_confirm_email": {"key": world.activation},
        "account_confirm_address": {"key": world.change},
        "account_undo_address": {"key": world.undo},
        "account_reset_password_from_key": dict(zip(("uidb36", "key"), world.reset, strict=True)),
        "openid_connect_login": provider,
        "openid_connect_callback": provider,
        "mfa_remove_webauthn": passkey,
        "mfa_edit_webauthn": passkey,
        "candidate:choose_exam": programme,
        "candidate:choose_academy": {"domain": "SIMPLE", "session": "2027", "exam": "BS"},
        "candidate:choose_academy_for": {**programme, "exam": "BE", "speciality": "MARIN"},
        "candidate:draft": draft,
        "candidate:tab": tab,
        "candidate:autosave": tab,
        "candidate:recap": draft,
        "candidate:ready": draft,
        "candidate:differences": draft,
        "candidate:move": draft,
        "candidate:abandon": draft,
        "candidate:registration": number,
        "candidate:number": number,
        "candidate:summary": number,
        "candidate:registered": number,
        "candidate:amend": number,
        "candidate:change_speciality": number,
        "candidate:request_change": number,
        "candidate:send_request": draft,
        "candidate:ask_late": draft,
        "candidate:take_back_late": draft,
        "candidate:take_back_request": number,
        "candidate:complete_request": number,
        "candidate:withdraw": number,
        "candidate:again": {"number": estate.withdrawn.number},
        "candidate:consents": number,
        "candidate:history": number,
        "candidate:version": {**number, "version": 1},
        "candidate:thread": number,
        "candidate:accommodation": number,
        "candidate:accommodation_measures": number,
        "candidate:accommodation_papers": number,
        "candidate:accommodation_sign": number,
        "candidate:accommodation_send": number,
        "candidate:accommodation_take_up": number,
        "candidate:accommodation_keep_as_sent": number,
        "candidate:accommodation_withdraw": number,
        "candidate:accommodation_contest": number,
        "candidate:accommodation_contest_back": number,
        "candidate:evidence": number,
        "candidate:provide": {**number, "piece": "IDENTITE"},
        "candidate:evidence_file": {**number, "piece": "IDENTITE"},
        "candidate:take_back_piece": {**number, "piece": "IDENTITE"},
        "candidate:health": number,
        "candidate:confide": {**number, "kind": "papier-de-sante"},
        "candidate:health_file": {**number, "paper_id": estate.confided.pk},
        "candidate:take_back_paper": {**number, "paper_id": estate.confided.pk},
        "candidate:take_up_health": {**number, "former": estate.withdrawn.number},
        "candidate:drawer_file": {"kept": estate.kept.pk},
        "candidate:name_file": {"kept": estate.kept.pk},
        "candidate:drop_file": {"kept": estate.kept.pk},
        "candidate:upload": {"upload": estate.upload.pk},
        "candidate:folder": number,
        "candidate:document": document,
        "candidate:document_pdf": document,
        "doctor:take": case,
        "doctor:case": case,
        "doctor:keep": case,
        "doctor:sign": case,
        "doctor:attest": case,
        "doctor:paper": confided,
        "doctor:paper_page": {**confided, "page": 1},
        "doctor:remarks": case,
        "doctor:ask": case,
        "doctor:give_back": case,
        "office:guide_part": {"part": "decider"},
        "doctor:guide_part": {"part": "entrer"},
        "office:amend": number,
        "office:change_speciality": number,
        "office:register_for": {"candidate": estate.candidate.pk},
        "office:draft": filled,
        "office:tab": filled_tab,
        "office:autosave": filled_tab,
        "office:recap": filled,
        "office:ready": filled,
        "office:differences": filled,
        "office:abandon": filled,
        "office:register_anew": filled,
        "office:hand_over": filled,
        "office:keep_here": filled,
        "office:waive": {"draft": world.unmet.pk, "rule": "EXP3"},
        "office:left_draft": {"draft": world.left.pk},
        "office:found": search,
        "office:count": search,
        "office:count_file": search,
        "office:batch": search,
        "office:one_batch": batch,
        "office:batch_refusals": batch,
        "office:batch_decision": {"batch": world.following.pk, "number": world.followed},
        "office:launch_batch": batch,
        "office:stop_batch": batch,
        "office:resume_batch": batch,
        "office:write": search,
        "office:approve_batch": large,
        "office:refuse_batch": large,
        "office:forget_template": {"template": world.template.pk},
        "office:send_again": {"message": world.refused.pk},
        "office:statistics_table": {"page": "inscriptions", "slug": "inscriptions-par-domaine"},
        "office:export": search,
        "office:one_export": export,
        "office:export_file": export,
        "office:stop_export": export,
        "office:approve_export": export,
        "office:refuse_export": export,
        "office:move_registration": number,
        "office:change_request": asked,
        "office:assign_request": asked,
        "office:accept_request": asked,
        "office:ask_more_request": asked,
        "office:note_request_complement": asked,
        "office:redate_request_complement": asked,
        "office:refuse_request": asked,
        "office:request_proof": asked,
        "office:late_request": late,
        "office:accept_late": late,
        "office:refuse_late": late,
        "office:proof_of_late": late,
        "office:correction_request": correction,
        "office:assign_correction": correction,
        "office:accept_correction": correction,
        "office:ask_more_correction": correction,
        "office:note_correction_complement": correction,
        "office:redate_correction_complement": correction,
        "office:refuse_correction": correction,
        "office:correction_proof": correction,
        "office:double": double,
        "office:propose_merge": double,
        "office:approve_merge": double,
        "office:refuse_merge": double,
        "office:drop_merge": double,
        "office:tell_apart": double,
        "office:compare_again": double,
        "office:deposit_one": number,
        "office:prepare_attestation": number,
        "office:pieces": number,
        "office:accommodation": number,
        "office:handle_accommodation": number,
        "office:enter_accommodation": number,
        "office:appeal": number,
        "office:judge_piece": {**number, "piece": "IDENTITE"},
        "office:piece_file": {**number, "piece": "IDENTITE"},
        "office:piece_page": {**number, "piece": "IDENTITE", "page": 1},
        "office:scan_piece": {**number, "piece": "IDENTITE"},
        "office:ask_piece": number,
        "office:give_time": number,
        "office:declare_incomplete": number,
        "office:withdraw_document": {**number, "kind": "attestation-inscription"},
        "office:publication": publication,
        "office:add_archive": publication,
        "office:publish_publication": publication,
        "office:move_publication": publication,
        "office:approve_publication": publication,
        "office:refuse_publication": publication,
        "office:drop_publication": publication,
        "office:withdraw_publication": publication,
        "office:take_document_out": prepared,
        "office:take_archive_out": {**publication, "archive": 1},
        "office:publication_refusals": publication,
        "office:prepared_document": prepared,
        "office:prepared_pdf": prepared,
        "office:print_run": {"run": world.letter.run_id},
        "office:run_pdf": {"run": world.letter.run_id},
        "office:post_run": {"run": world.letter.run_id},
        "office:take_back_posted": {"run": world.letter.run_id},
        "office:letter": {"letter": world.letter.pk},
        "office:return_letter": {"letter": world.letter.pk},
        "office:take_back_returned": {"letter": world.letter.pk},
        "office:settle_returned": {"letter": world.letter.pk},
        "office:give_code": {"candidate": world.record.pk},
        "office:record_data": {"candidate": world.record.pk},
        "office:take_record_data": {"candidate": world.record.pk},
        "office:record": {"candidate": world.record.pk},
        "office:keep_record": {"candidate": world.record.pk},
        "office:name": search,
        "office:forget": search,
        "office:registration": number,
        "office:history": number,
        "office:version": {**number, "version": 1},
        "office:documents": number,
        "office:document_pdf": document,
        "office:mails": number,
        "office:thread": number,
        "office:answer_message": number,
        "office:settle_messages": number,
        "office:change_agent": {"agent": world.users[Role.HALF_MANAGER].pk},
        "office:close_agent": {"agent": world.users[Role.HALF_MANAGER].pk},
        "office:proposed_role": {"proposal": world.proposal.pk},
        "office:approve_role": {"proposal": world.proposal.pk},
        "office:refuse_role": {"proposal": world.proposal.pk},
        "office:drop_role": {"proposal": world.proposal.pk},
        "office:withhold": number,
        "office:release_hold": {"hold": world.hold.pk},
        "office:notes": number,
        "office:write_note": number,
        "office:correct_identity": number,
        "office:journal": number,
        "office:filing_proof": number,
        "office:instruction_proof": number,
        "office:decide": number,
        "office:withdraw_as_asked": number,
        "office:receive_summary": number,
        "office:envelope": number,
        "office:service": service,
        "office:contact": {"managing": world.extension.service.managing_service_id},
        "office:move_service": service,
        "office:approve_change": change,
        "office:refuse_change": change,
        "office:drop_change": change,
        "office:regulation": programme,
        "office:regulation_version": version,
        "office:regulation_file": {**version, "rank": 1},
        "office:load_regulation_again": version,
        "office:prepared": loaded,
        "office:prepared_file": loaded,
        "office:try_regulation": loaded,
        "office:trial": {"trial": world.trial.pk},
        "office:enforce_regulation": loaded,
        "office:drop_regulation": loaded,
    }

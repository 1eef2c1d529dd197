"""Who may use the office's routes."""

from functools import partial

from sporades.accommodations import kept_sealed
from sporades.accounts.permissions import Permission
from sporades.exams.operations import preparing
from sporades.intake import reading
from sporades.publications import archives
from sporades.web.access import Route, Sealed, Who

POST = ("POST",)
BOTH = ("GET", "POST")


_files = partial(Route, Who.STAFF, permission=Permission.READ_FILES)
_whole = partial(Route, Who.STAFF, permission=Permission.READ_WHOLE_FILES)
_lists = partial(Route, Who.STAFF, permission=Permission.READ_LISTS)
_batches = partial(Route, Who.STAFF, permission=Permission.DECIDE)
_exports = partial(Route, Who.STAFF, permission=Permission.EXPORT)
_services = partial(Route, Who.STAFF, permission=Permission.READ_SERVICES)
# On the night of a failure services close while nothing is written.
_dates = partial(Route, Who.STAFF, permission=Permission.MOVE_SERVICES, while_reading=True)
_publications = partial(Route, Who.STAFF, permission=Permission.PREPARE_DOCUMENTS)
_messages = partial(Route, Who.STAFF, permission=Permission.WRITE_MESSAGES)
_regulations = partial(Route, Who.STAFF, permission=Permission.READ_REGULATIONS)
_announces = partial(Route, Who.STAFF, permission=Permission.ANNOUNCE, while_reading=True)
_requests = partial(Route, Who.STAFF, permission=Permission.DECIDE_CHANGES)
_filling = partial(Route, Who.STAFF, permission=Permission.FILE_FOR_CANDIDATES)
_letters = partial(Route, Who.STAFF, permission=Permission.PRINT_LETTERS)
_records = partial(Route, Who.STAFF, permission=Permission.KEEP_RECORDS)
_corrections = partial(Route, Who.STAFF, permission=Permission.CORRECT_IDENTITY)
_holds = partial(Route, Who.STAFF, permission=Permission.WITHHOLD)
_doubles = partial(Route, Who.STAFF, permission=Permission.COMPARE_DOUBLES)
_agents = partial(Route, Who.STAFF, permission=Permission.READ_MEMBERS)
_roles = partial(Route, Who.STAFF, permission=Permission.PROPOSE_ROLES)


ROUTES = {
    "office:home": _files(),
    "office:role": _files(),
    "office:guide": _files(),
    "office:guide_part": _files(),
    "office:search": _files(BOTH, while_reading=True),
    "office:find": _files(POST, page=False, while_reading=True),
    "office:found": _files(within="search"),
    "office:count": _lists(within="search"),
    "office:count_file": _lists(within="search", page=False),
    "office:name": _lists(
        POST, within="search", page=False, keeps_answers=True, shown_on="office:found"
    ),
    "office:forget": _lists(POST, within="search", page=False),
    "office:batch": _batches(BOTH, within="search", keeps_answers=True),
    "office:write": _messages(BOTH, within="search", keeps_answers=True),
    "office:batches": _batches(),
    "office:one_batch": _batches(within="batch"),
    "office:batch_refusals": _batches(within="batch", page=False),
    "office:batch_decision": _batches(within="batch", permission=Permission.DECIDE_ACCOMMODATIONS),
    "office:launch_batch": _batches(BOTH, within="batch", page=False),
    "office:stop_batch": _batches(POST, within="batch", page=False),
    "office:resume_batch": _batches(BOTH, within="batch", page=False),
    "office:approve_batch": _messages(
        BOTH, within="large batch", page=False, permission=Permission.APPROVE_MESSAGES
    ),
    "office:refuse_batch": _messages(
        POST, within="large batch", page=False, permission=Permission.APPROVE_MESSAGES
    ),
    "office:forget_template": _messages(POST, within="template", page=False),
    "office:all_acts": Route(
        Who.STAFF, BOTH, permission=Permission.READ_JOURNAL, while_reading=True
    ),
    "office:all_mails": _lists(BOTH, while_reading=True),
    "office:agents": _agents(BOTH, while_reading=True),
    "office:invite_agent": _roles(BOTH, keeps_answers=True),
    "office:change_agent": _roles(BOTH, within="agent", keeps_answers=True),
    "office:proposed_role": _roles(within="proposed role"),
    "office:approve_role": _roles(
        BOTH, within="proposed role", page=False, permission=Permission.GIVE_ROLES
    ),
    "office:refuse_role": _roles(
        POST,
        within="proposed role",
        page=False,
        permission=Permission.GIVE_ROLES,
        keeps_answers=True,
        shown_on="office:proposed_role",
    ),
    "office:drop_role": _roles(POST, within="proposed role", page=False),
    "office:close_agent": _agents(
        BOTH, within="agent", permission=Permission.CLOSE_MEMBERS, keeps_answers=True
    ),
    "office:holds": _holds(),
    "office:withhold": _holds(BOTH, within="registration", keeps_answers=True),
    "office:release_hold": _holds(BOTH, within="hold", keeps_answers=True),
    "office:send_again": _messages(POST, within="message", page=False),
    "office:refused_answers": _lists(),
    "office:export": _exports(BOTH, within="search", keeps_answers=True),
    "office:exports": _exports(),
    "office:one_export": _exports(within="export"),
    "office:export_file": _exports(within="own export", page=False),
    "office:stop_export": _exports(POST, within="own export", page=False),
    "office:approve_export": _exports(
        BOTH, within="export", page=False, permission=Permission.APPROVE_EXPORTS
    ),
    "office:refuse_export": _exports(
        POST, within="export", page=False, permission=Permission.APPROVE_EXPORTS
    ),
    "office:move_registration": _files(
        BOTH, within="registration", permission=Permission.MOVE_REGISTRATIONS, keeps_answers=True
    ),
    "office:arrivals": _files(permission=Permission.DECIDE),
    "office:change_requests": _requests(),
    "office:change_request": _requests(within="request"),
    "office:assign_request": _requests(POST, within="request", page=False),
    "office:accept_request": _requests(POST, within="request", page=False),
    "office:refuse_request": _requests(
        POST, within="request", page=False, keeps_answers=True, shown_on="office:change_request"
    ),
    "office:ask_more_request": _requests(
        POST, within="request", page=False, keeps_answers=True, shown_on="office:change_request"
    ),
    "office:note_request_complement": _requests(
        BOTH, within="request", takes_files=reading.LARGEST_PHOTO, keeps_answers=True
    ),
    "office:redate_request_complement": _requests(BOTH, within="request", keeps_answers=True),
    "office:request_proof": _requests(within="request", page=False),
    "office:late_requests": _filling(),
    "office:late_request": _filling(within="late request"),
    "office:accept_late": _filling(POST, within="late request", page=False),
    "office:refuse_late": _filling(
        POST, within="late request", page=False, keeps_answers=True, shown_on="office:late_request"
    ),
    "office:proof_of_late": _filling(within="late request", page=False),
    "office:correction_requests": _corrections(),
    "office:correction_request": _corrections(within="correction"),
    "office:assign_correction": _corrections(POST, within="correction", page=False),
    "office:accept_correction": _corrections(POST, within="correction", page=False),
    "office:refuse_correction": _corrections(
        POST,
        within="correction",
        page=False,
        keeps_answers=True,
        shown_on="office:correction_request",
    ),
    "office:ask_more_correction": _corrections(
        POST,
        within="correction",
        page=False,
        keeps_answers=True,
        shown_on="office:correction_request",
    ),
    "office:note_correction_complement": _corrections(
        BOTH, within="correction", takes_files=reading.LARGEST_PHOTO, keeps_answers=True
    ),
    "office:redate_correction_complement": _corrections(
        BOTH, within="correction", keeps_answers=True
    ),
    "office:correction_proof": _corrections(within="correction", page=False),
    "office:doubles": _doubles(),
    "office:double": _doubles(within="double"),
    "office:propose_merge": _doubles(
        POST, within="double", page=False, keeps_answers=True, shown_on="office:double"
    ),
    "office:approve_merge": _doubles(
        BOTH, within="double", page=False, permission=Permission.APPROVE_MERGES
    ),
    "office:refuse_merge": _doubles(
        POST,
        within="double",
        page=False,
        permission=Permission.APPROVE_MERGES,
        keeps_answers=True,
        shown_on="office:double",
    ),
    "office:drop_merge": _doubles(POST, within="double", page=False),
    "office:tell_apart": _doubles(
        POST, within="double", page=False, keeps_answers=True, shown_on="office:double"
    ),
    "office:compare_again": _doubles(POST, within="double", page=False),
    "office:prepare_attestation": _publications(POST, within="registration", page=False),
    "office:deposit_one": _publications(
        BOTH, within="registration", takes_files=reading.LARGEST, keeps_answers=True
    ),
    "office:withdraw_document": _publications(BOTH, within="registration", keeps_answers=True),
    "office:publications": _publications(),
    "office:deposit_many": _publications(
        BOTH, takes_files=archives.LARGEST_ARCHIVE, keeps_answers=True
    ),
    "office:publication": _publications(within="publication"),
    "office:add_archive": _publications(
        BOTH, within="publication", takes_files=archives.LARGEST_ARCHIVE
    ),
    "office:publish_publication": _publications(
        BOTH, within="publication", page=False, keeps_answers=True, shown_on="office:publication"
    ),
    "office:move_publication": _publications(
        BOTH, within="publication", page=False, keeps_answers=True, shown_on="office:publication"
    ),
    "office:approve_publication": _publications(
        BOTH, within="publication", page=False, permission=Permission.APPROVE_PUBLICATIONS
    ),
    "office:refuse_publication": _publications(
        POST,
        within="publication",
        page=False,
        permission=Permission.APPROVE_PUBLICATIONS,
        keeps_answers=True,
        shown_on="office:publication",
    ),
    "office:drop_publication": _publications(POST, within="publication", page=False),
    "office:take_document_out": _publications(BOTH, within="publication"),
    "office:take_archive_out": _publications(BOTH, within="publication"),
    "office:withdraw_publication": _publications(
        BOTH, within="publication", page=False, keeps_answers=True, shown_on="office:publication"
    ),
    "office:publication_refusals": _publications(within="publication", page=False),
    "office:prepared_document": _publications(within="publication"),
    "office:prepared_pdf": _publications(within="publication", page=False),
    "office:letters": _lists(),
    "office:print_letters": _letters(POST, page=False),
    "office:print_run": _lists(BOTH, within="run", while_reading=True),
    "office:run_pdf": _letters(within="run", page=False),
    "office:post_run": _letters(
        POST, within="run", page=False, keeps_answers=True, shown_on="office:print_run"
    ),
    "office:take_back_posted": _letters(POST, within="run", page=False),
    "office:letter": _whole(within="letter"),
    "office:return_letter": _letters(POST, within="letter", page=False),
    "office:take_back_returned": _letters(POST, within="letter", page=False),
    "office:settle_returned": _letters(POST, within="letter", page=False),
    "office:find_account": Route(Who.STAFF, BOTH, permission=Permission.FIND_ACCOUNTS),
    "office:send_activation": Route(
        Who.STAFF, POST, page=False, permission=Permission.FIND_ACCOUNTS
    ),
    "office:records": _files(BOTH, while_reading=True),
    "office:new_record": _records(BOTH, keeps_answers=True),
    "office:record": _files(within="record"),
    "office:give_code": _records(BOTH, within="record", page=False),
    "office:keep_record": _records(BOTH, within="record", keeps_answers=True),
    "office:record_data": _records(BOTH, within="record", keeps_answers=True),
    "office:take_record_data": _records(POST, within="record", page=False),
    "office:registration": _files(within="registration"),
    "office:history": _whole(within="registration"),
    "office:version": _whole(within="registration"),
    "office:documents": _files(within="registration"),
    "office:document_pdf": _whole(within="registration", page=False),
    "office:thread": _files(within="registration"),
    "office:answer_message": _files(
        POST,
        within="registration",
        page=False,
        permission=Permission.ANSWER_MESSAGES,
        keeps_answers=True,
        shown_on="office:thread",
    ),
    "office:settle_messages": _files(
        POST, within="registration", page=False, permission=Permission.ANSWER_MESSAGES
    ),
    "office:unanswered": _files(permission=Permission.ANSWER_MESSAGES),
    "office:mails": _files(within="registration"),
    "office:notes": _files(within="registration"),
    "office:write_note": Route(
        Who.STAFF,
        POST,
        within="registration",
        page=False,
        permission=Permission.WRITE_NOTES,
        keeps_answers=True,
        shown_on="office:notes",
    ),
    "office:pieces": _files(within="registration"),
    "office:piece_file": _whole(within="registration", page=False),
    "office:incomplete": _batches(BOTH),
    "office:declare_incomplete": _files(
        POST, within="registration", page=False, permission=Permission.DECIDE
    ),
    "office:piece_page": _whole(within="registration", page=False),
    "office:scan_piece": _files(
        BOTH,
        within="registration",
        permission=Permission.JUDGE_EVIDENCE,
        takes_files=reading.LARGEST_PHOTO,
        keeps_answers=True,
    ),
    "office:judge_piece": _files(
        BOTH, within="registration", permission=Permission.JUDGE_EVIDENCE, keeps_answers=True
    ),
    "office:ask_piece": _files(
        BOTH, within="registration", permission=Permission.DECIDE, keeps_answers=True
    ),
    "office:give_time": _files(
        BOTH, within="registration", permission=Permission.DECIDE, keeps_answers=True
    ),
    "office:pieces_to_verify": _files(permission=Permission.JUDGE_EVIDENCE),
    "office:accommodations": _files(BOTH, permission=Permission.DECIDE_ACCOMMODATIONS),
    "office:accommodation": _whole(within="registration"),
    # Words of health may be among what is typed there: it never waits in clear.
    "office:handle_accommodation": _files(
        BOTH,
        within="registration",
        permission=Permission.DECIDE_ACCOMMODATIONS,
        keeps_answers=True,
        kept_sealed=Sealed(kept_sealed.seal, kept_sealed.unseal),
    ),
    "office:enter_accommodation": _files(
        BOTH,
        within="registration",
        permission=Permission.DECIDE_ACCOMMODATIONS,
        keeps_answers=True,
        kept_sealed=Sealed(kept_sealed.seal, kept_sealed.unseal),
    ),
    "office:appeal": _files(
        BOTH,
        within="registration",
        permission=Permission.DECIDE_ACCOMMODATIONS,
        keeps_answers=True,
        kept_sealed=Sealed(kept_sealed.seal, kept_sealed.unseal),
    ),
    "office:journal": _whole(within="registration"),
    "office:filing_proof": Route(
        Who.STAFF, within="registration", page=False, permission=Permission.READ_JOURNAL
    ),
    "office:instruction_proof": Route(
        Who.STAFF, within="registration", page=False, permission=Permission.READ_JOURNAL
    ),
    "office:decide": Route(
        Who.STAFF, BOTH, within="registration", permission=Permission.DECIDE, keeps_answers=True
    ),
    "office:withdraw_as_asked": Route(
        Who.STAFF, BOTH, within="registration", permission=Permission.DECIDE, keeps_answers=True
    ),
    "office:correct_identity": Route(
        Who.STAFF,
        BOTH,
        within="registration",
        permission=Permission.CORRECT_IDENTITY,
        keeps_answers=True,
    ),
    "office:amend": _filling(BOTH, within="registration"),
    "office:change_speciality": _filling(BOTH, within="registration", keeps_answers=True),
    "office:register_for": _filling(BOTH, within="candidate", keeps_answers=True),
    "office:drafts": _filling(),
    "office:unsaved": _filling(BOTH),
    "office:draft": _filling(within="own draft", page=False),
    "office:tab": _filling(BOTH, within="own draft", keeps_answers=True, shows_kept=True),
    "office:autosave": _filling(POST, within="own draft", page=False),
    "office:recap": _filling(BOTH, within="own draft", keeps_answers=True),
    "office:ready": _filling(within="own draft"),
    "office:differences": _filling(BOTH, within="own draft"),
    "office:abandon": _filling(BOTH, within="own draft"),
    "office:register_anew": _filling(POST, within="own draft", page=False),
    "office:waive": _filling(BOTH, within="own draft", keeps_answers=True),
    "office:keep_here": _filling(POST, within="own draft", page=False),
    "office:hand_over": _filling(POST, within="own draft", page=False),
    "office:left_draft": _filling(BOTH, within="left draft"),
    "office:receive_summary": Route(
        Who.STAFF, BOTH, within="registration", permission=Permission.RECEIVE, keeps_answers=True
    ),
    "office:incoming": Route(Who.STAFF, BOTH, permission=Permission.RECEIVE),
    "office:envelope": Route(
        Who.STAFF, BOTH, within="registration", permission=Permission.RECEIVE, keeps_answers=True
    ),
    "office:statistics": _lists(),
    "office:hours": _lists(),
    "office:begun": _lists(),
    "office:verdicts": _lists(),
    "office:accommodation_delays": _lists(),
    "office:troubles": _lists(),
    "office:statistics_table": _lists(page=False),
    "office:banner": _announces(BOTH, keeps_answers=True),
    "office:end_banner": _announces(BOTH, page=False),
    "office:services": _services(),
    "office:contacts": _services(),
    "office:contact": _services(
        BOTH, within="managing service", permission=Permission.CHANGE_CONTACTS, keeps_answers=True
    ),
    "office:service": _services(within="service"),
    "office:move_service": _dates(BOTH, within="service", keeps_answers=True),
    "office:extend_services": _dates(BOTH, keeps_answers=True),
    "office:put_off_services": _dates(BOTH, keeps_answers=True),
    "office:drop_change": _dates(POST, within="change", page=False),
    "office:approve_change": _dates(
        BOTH, within="change", page=False, permission=Permission.APPROVE_EXTENSIONS
    ),
    "office:refuse_change": _dates(
        BOTH, within="change", permission=Permission.APPROVE_EXTENSIONS, keeps_answers=True
    ),
    "office:regulations": _regulations(),
    "office:load_regulation": _regulations(
        BOTH,
        takes_files=preparing.LARGEST,
        permission=Permission.PREPARE_REGULATIONS,
    ),
    "office:regulation": _regulations(within="programme"),
    "office:regulation_version": _regulations(within="programme"),
    "office:regulation_file": _regulations(within="programme", page=False),
    "office:load_regulation_again": _regulations(
        POST, within="programme", page=False, permission=Permission.PREPARE_REGULATIONS
    ),
    "office:prepared": _regulations(within="prepared"),
    "office:prepared_file": _regulations(within="prepared", page=False),
    "office:try_regulation": _regulations(
        POST, within="prepared", page=False, permission=Permission.PREPARE_REGULATIONS
    ),
    "office:trial": _regulations(within="trial"),
    "office:enforce_regulation": _regulations(
        BOTH, within="prepared", permission=Permission.ENFORCE_REGULATIONS, keeps_answers=True
    ),
    "office:drop_regulation": _regulations(
        POST, within="prepared", page=False, permission=Permission.PREPARE_REGULATIONS
    ),
}

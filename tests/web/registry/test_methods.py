"""A GET changes nothing, a POST needs its token, and no other method is answered."""

import html

import pytest

from sporades.web.layout.readers import READER, mark_of
from sporades.web.registry import ACCESS
from tests.web.registry.routes import (
    NAMES,
    OF_MANY,
    POSTED,
    READABLE,
    SHOWN_AGAIN,
    address,
    answer,
    reader,
)
from tests.web.registry.world import Role
from tests.web.registry.writing import rows_of, since, written

OTHERS = ("PUT", "DELETE", "TRACE", "OPTIONS")
UNUSUAL = ("PATCH", "CONNECT", "PROPFIND", "ANYTHING")

# What the first reading of a page may write, and why.
WRITES = {
    "candidate:document": {
        "documents_documentversion": "the first opening of a document is kept (F5)",
        "journal_entry": "and the journal knows of it",
    },
    "candidate:document_pdf": {
        "documents_documentversion": "printed when first asked for, and opened (F5)",
        "journal_entry": "and the journal knows of it",
    },
    "candidate:health_file": {
        "medical_opening": "who opens what was confided is known (P-11)",
        "journal_entry": "and the journal knows of it",
    },
    **{
        f"doctor:{name}": {
            "medical_opening": "who opens what was confided is known (P-11)",
            "journal_entry": "and the journal knows of it",
        }
        for name in ("paper", "paper_page", "remarks")
    },
    "doctor:case": {"journal_entry": "who looks at a file is known, once an hour (S-60)"},
    "candidate:thread": {"threads_threadmessage": "that its candidate read an answer is kept (M2)"},
    "office:thread": {
        "journal_entry": "who looks at a file is known, once an hour (S-60)",
        "threads_threadmessage": "that whoever may answer read a message is kept (M2)",
    },
    "candidate:take_up_health": {"django_session": "nothing is left there: a word waits"},
    "office:export_file": {"journal_entry": "who takes a file is known"},
    "office:run_pdf": {"journal_entry": "who takes letters to print is known"},
    **{
        f"office:{tab}": {"journal_entry": "who looks at a file is known, once an hour (S-60)"}
        for tab in (
            "registration",
            "pieces",
            "accommodation",
            "history",
            "version",
            "documents",
            "mails",
            "notes",
            "journal",
            # Pages that do something of a file show it too.
            *("abandon", "amend", "batch_decision", "change_request", "correct_identity"),
            *("correction_request", "decide", "deposit_one", "differences", "enter_accommodation"),
            *("appeal", "ask_piece", "change_speciality", "envelope", "give_time"),
            *("note_correction_complement", "note_request_complement"),
            *("redate_correction_complement", "redate_request_complement"),
            *("handle_accommodation", "move_registration", "ready", "recap", "receive_summary"),
            *("scan_piece", "tab", "withdraw_as_asked", "withdraw_document", "withhold"),
        )
    },
    **{
        f"office:{page}": {"journal_entry": "who looks at a record is known, once an hour (S-60)"}
        for page in ("keep_record", "late_request", "record_data", "register_for", "waive")
    },
    "office:batch_refusals": {"journal_entry": "who takes a list is known"},
    "office:publication_refusals": {"journal_entry": "who takes a list is known"},
    "office:prepared_document": {"journal_entry": "who looks at a document is known"},
    "office:prepared_pdf": {"journal_entry": "who looks at a document is known"},
    "office:record": {"journal_entry": "who looks at a record is known, once an hour (S-60)"},
    "office:letter": {"journal_entry": "who looks at a record is known, once an hour (S-60)"},
    "office:document_pdf": {
        "documents_documentversion": "printed when first asked for",
        "journal_entry": "who looks at a document is known",
    },
    "office:filing_proof": {"journal_entry": "who takes a proof is known"},
    "office:instruction_proof": {"journal_entry": "who takes a proof is known"},
    "office:double": {"journal_entry": "who looks at a file is known, once an hour (S-60)"},
    "office:left_draft": {"journal_entry": "who looks at a file is known, once an hour (S-60)"},
    "office:draft": {"journal_entry": "who looks at a file is known, once an hour (S-60)"},
    **{
        name: {"django_session": "back from the second factor, a word waits"}
        for name in SHOWN_AGAIN
        if name not in OF_MANY
    },
    "office:proof_of_late": {"journal_entry": "who looks at a proof is known"},
    "office:request_proof": {"journal_entry": "who looks at a proof is known"},
    "office:piece_file": {"journal_entry": "who looks at a piece is known"},
    "office:piece_page": {"journal_entry": "who looks at a piece is known"},
    "office:judge_piece": {
        "evidence_evidence": "that a piece is open is told to colleagues",
        "journal_entry": "who looks at a file is known, once an hour (S-60)",
    },
    "office:correction_proof": {"journal_entry": "who looks at a proof is known"},
    "account_reset_password_from_key": {
        "django_session": "the key goes from the address to the session: no history keeps it"
    },
    "mfa_activate_totp": {"django_session": "the secret to come waits for its first code"},
    "mfa_replace_totp": {"django_session": "the secret to come waits for its first code"},
    "mfa_add_webauthn": {"django_session": "a challenge serves once"},
    "mfa_reauthenticate_webauthn": {"django_session": "a challenge serves once"},
}
WRITTEN_AGAIN = {
    "account_reset_password_from_key": {"django_session"},
    "mfa_activate_totp": {"django_session"},
    "mfa_replace_totp": {"django_session"},
    "mfa_add_webauthn": {"django_session"},
    "mfa_reauthenticate_webauthn": {"django_session"},
    "candidate:health_file": {"medical_opening", "journal_entry"},
    "candidate:take_up_health": {"django_session"},
    "doctor:paper": {"medical_opening", "journal_entry"},
    "office:document_pdf": {"journal_entry"},
    "office:export_file": {"journal_entry"},
    "office:run_pdf": {"journal_entry"},
    "office:filing_proof": {"journal_entry"},
    "office:instruction_proof": {"journal_entry"},
    **{name: {"django_session"} for name in SHOWN_AGAIN if name not in OF_MANY},
    "office:proof_of_late": {"journal_entry"},
    "office:request_proof": {"journal_entry"},
    "office:judge_piece": {"evidence_evidence"},
    "office:correction_proof": {"journal_entry"},
    "office:batch_refusals": {"journal_entry"},
    "office:publication_refusals": {"journal_entry"},
    "office:prepared_document": {"journal_entry"},
    "office:prepared_pdf": {"journal_entry"},
}


@pytest.mark.parametrize("name", READABLE)
def test_reading_changes_nothing(world, name):
    browser = world.browser(reader(name))
    allowed = set(WRITES.get(name, {}))

    for expected in (allowed, WRITTEN_AGAIN.get(name, set())):
        before = written()
        browser.get(address(name, world))
        assert since(before) == expected


@pytest.mark.parametrize("name", READABLE)
def test_asking_how_a_page_is_leaves_nothing_but_the_session(world, name):
    browser = world.browser(reader(name))
    read = set(WRITES.get(name, {})) - {"django_session"}
    before, held = written(), rows_of(read)

    browser.head(address(name, world))

    # What is undone is counted too.
    assert since(before) <= read | {"django_session"}
    assert rows_of(read) == held


@pytest.mark.parametrize("name", [one for one in READABLE if reader(one) is not Role.ANONYMOUS])
def test_a_page_that_is_fetched_in_advance_is_not_given_to_whoever_is_signed_in(world, name):
    browser = world.browser(reader(name))
    before = written()

    fetched = browser.get(address(name, world), headers={"Sec-Purpose": "prefetch;prerender"})

    assert (fetched.status_code, fetched.content) == (403, b"")
    assert "no-store" in fetched.headers["Cache-Control"]
    assert since(before) == set()


@pytest.mark.parametrize(
    "said",
    [{"Purpose": "prefetch"}, {"X-Purpose": "preview"}, {"X-Moz": "prefetch"}],
    ids=["Chrome", "Safari", "Firefox"],
)
def test_so_is_one_that_an_older_browser_fetches_in_advance(world, said):
    browser = world.browser(Role.OWNER)

    fetched = browser.get(address("candidate:document", world), headers=said)

    assert (fetched.status_code, fetched.content) == (403, b"")


def test_a_session_that_goes_on_is_noted_once_a_minute(world):
    browser = world.browser(Role.OWNER)
    session = browser.session
    session["seen_at"] = "2026-11-25T09:20:00+00:00"
    session.save()
    before = written()

    browser.get("/accueil")
    assert since(before) == {"django_session"}
    before = written()
    browser.get("/accueil")
    assert since(before) == set()


@pytest.mark.parametrize("name", NAMES)
def test_no_other_method_is_answered(world, name):
    browser = world.browser(reader(name))
    before = written()

    found = {
        method: (response.status_code, response.headers["Allow"])
        for method in OTHERS
        if not ACCESS[name].allows(method)
        and (response := browser.generic(method, address(name, world)))
    }

    refused = [method for method in OTHERS if not ACCESS[name].allows(method)]
    assert found == dict.fromkeys(refused, (405, ", ".join(ACCESS[name].methods)))
    assert since(before) == set()


@pytest.mark.parametrize("method", UNUSUAL)
@pytest.mark.parametrize("name", ["public:home", "candidate:tab", "candidate:amend"])
def test_no_method_that_nobody_uses_is_answered(world, name, method):
    response = world.browser(reader(name)).generic(method, address(name, world))

    assert response.status_code == 405


def test_an_address_that_only_does_something_says_so_to_whoever_opens_it(world):
    response = world.browser(Role.OWNER).get(address("candidate:amend", world))

    assert response.status_code == 405
    assert "Elle sert à un bouton d'une autre page" in html.unescape(response.text)


@pytest.mark.parametrize("name", POSTED)
def test_a_post_without_its_token_is_refused_and_changes_nothing(world, name):
    browser = world.browser(reader(name), enforce_csrf_checks=True)
    where = address(name, world)
    before = written()

    ours = {"sec-fetch-site": "same-origin"}
    whose = {READER: mark_of(world.users[reader(name)])} if reader(name) in world.users else {}
    without = browser.post(where, whose, headers=ours)
    browser.get("/contact")
    forged = browser.post(where, {"csrfmiddlewaretoken": "0" * 64}, headers=ours)

    assert (without.status_code, forged.status_code) == (403, 403)
    assert "Votre page était trop ancienne" in without.text
    # What was typed waits for its author, who looks at it again.
    assert since(before) == ({"django_session"} if ACCESS[name].keeps_answers else set())


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("name", POSTED)
def test_a_post_from_another_site_leaves_nothing_not_even_for_later(world, name, site):
    browser = world.browser(reader(name), enforce_csrf_checks=True)
    before = written()

    response = browser.post(address(name, world), headers={"sec-fetch-site": site})

    assert response.status_code == 403
    assert since(before) == set()


@pytest.mark.parametrize("name", POSTED)
def test_a_post_with_its_token_is_not(world, name):
    browser = world.browser(reader(name), enforce_csrf_checks=True)
    browser.cookies["__Host-csrf"] = token = "a" * 32
    where = address(name, world)

    response = browser.post(where, {"csrfmiddlewaretoken": token})
    elsewhere = browser.post(
        where, {"csrfmiddlewaretoken": token}, headers={"origin": "https://ailleurs.exemple.test"}
    )

    assert response.status_code == answer(name, "POST")
    assert elsewhere.status_code == 403

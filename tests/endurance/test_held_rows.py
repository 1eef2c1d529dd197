"""What a transaction holds for ever stops nobody but who needs it (R-18, R-32)."""

from functools import partial

from sporades.registrations.models import Registration
from tests.endurance.arena import held, now, together
from tests.endurance.servers import a_browser, a_web
from tests.factories import a_draft

THREADS = 2


def test_a_row_that_is_held_for_ever_stops_nobody_else(arena, tmp_path):
    draft = a_draft(at=now())
    path = f"/inscription/{draft.pk}/recapitulatif"
    browser = a_browser(draft.candidate)
    with a_web(arena, tmp_path, threads=THREADS) as web:
        browser.get(web, path)
        with held(draft):
            # As many as there are threads, and one that waits for any of them.
            tried = together(*[partial(browser.post, web, path)] * (THREADS + 1))
            alive = browser.get(web, "/-/vivant")
        done = browser.post(web, path)

    assert [answer.status for answer in tried] == [503] * (THREADS + 1)
    assert all("encore enregistré" in answer.text for answer in tried)
    assert (alive.status, alive.text) == (200, "vivant\n")
    number = Registration.objects.get(candidate=draft.candidate).number
    assert done.location == f"/mes-inscriptions/{number}/numero"

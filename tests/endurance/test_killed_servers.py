"""`kill -9` of the web server, at every statement of « Enregistrer » (R-30); and its stop (R-62)."""

import contextlib
import http.client
import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Timer

from tests.endurance.arena import PATIENCE, WAITING, eventually, figure, held, now, rows
from tests.endurance.deaths import counted, deaths
from tests.endurance.outcome import NOTHING, WHOLE, left_by
from tests.endurance.servers import Browser, Web, a_browser, a_mortal_web, a_web
from tests.factories import a_draft


def statements(web: Web) -> tuple[int, int]:
    """Return how many statements one « Enregistrer » sends, and how many before its commit."""
    browser, path, _ = ready(web)
    assert save(web, browser, path, **{"X-Death": "never"})
    return counted(web)


def ready(web: Web):
    """Return a browser on the summary of a complete draft, its address, and the draft."""
    draft = a_draft(at=now())
    browser, path = a_browser(draft.candidate), f"/inscription/{draft.pk}/recapitulatif"
    assert browser.get(web, path).status == 200
    return browser, path, draft


def save(web: Web, browser: Browser, path: str, **headers: str) -> bool:
    """Press « Enregistrer »; return whether an answer came."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        return browser.post(web, path, **headers).status == 302
    return False


def left_once_settled(draft) -> tuple[int, ...]:
    """Return what is left once the database has noticed that its client is dead."""
    eventually(
        lambda: (
            rows(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
            )
            == [(0,)]
        )
    )
    return left_by(draft)


def test_a_server_killed_at_any_statement_saves_all_or_nothing(arena, tmp_path):
    with a_mortal_web(arena, tmp_path) as web:
        count, at_commit = statements(web)
        assert count >= at_commit > 20
        for place in deaths(count, figure(16, 300)):
            browser, path, draft = ready(web)

            assert not save(web, browser, path, **{"X-Death": place})

            when, _, number = place.partition(" ")
            was_kept = when in {"commit", "answer"} or int(number) > at_commit
            assert left_once_settled(draft) == (WHOLE if was_kept else NOTHING), place
            assert save(web, browser, path)
            assert left_by(draft) == WHOLE


def test_a_server_killed_at_any_moment_loses_nothing_that_it_acknowledged(arena, tmp_path):
    usual = 0.0
    for _ in range(figure(2, 60)):
        with a_web(arena, tmp_path) as web:
            browser, path, draft = ready(web)
            usual = usual or time_of_a_save(web)
            # Chance decides of the moment; nothing below relies on it.
            strike = Timer(random.uniform(0, usual), os.kill, [web.workers[0], signal.SIGKILL])
            strike.start()
            acknowledged = save(web, browser, path)
            strike.join()

        left = left_once_settled(draft)
        assert left in ([WHOLE] if acknowledged else [NOTHING, WHOLE])


def time_of_a_save(web: Web) -> float:
    """Return how long « Enregistrer » takes here, in seconds."""
    browser, path, _ = ready(web)
    start = time.monotonic()
    save(web, browser, path)
    return time.monotonic() - start


def test_a_server_that_is_told_to_stop_answers_what_it_has_begun(arena, tmp_path):
    with a_web(arena, tmp_path) as web, ThreadPoolExecutor(2) as people:
        browser, path, draft = ready(web)
        other_browser, other_path, other = ready(web)
        with held(draft), held(other):
            pressed = [
                people.submit(save, web, browser, path),
                people.submit(save, web, other_browser, other_path),
            ]
            eventually(lambda: len(rows(WAITING)) == 2)
            web.process.send_signal(signal.SIGTERM)
            eventually(lambda: not web.listens())

        assert [one.result() for one in pressed] == [True, True]
        web.process.wait(PATIENCE)
        assert (left_by(draft), left_by(other)) == (WHOLE, WHOLE)

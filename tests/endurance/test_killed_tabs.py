"""`kill -9` of the web server while a tab is sent, every field filled: nothing is half kept."""

import contextlib
import http.client

from sporades.core.french import local_day
from sporades.registrations import journey
from sporades.registrations.dossier import dossier_of
from sporades.registrations.models import Draft
from tests.endurance.arena import figure, now
from tests.endurance.deaths import counted, deaths
from tests.endurance.servers import a_browser, a_mortal_web
from tests.web.filled import TABS, a_draft_that_asks_all, filled


def kept(draft, tab):
    row = draft.answers.get(section=tab)
    return row.answers, row.revision


def every_field(draft, tab):
    found = Draft.objects.whole().get(pk=draft.pk)
    dossier = dossier_of(found, day=local_day(now(), found.service.zone))
    [section] = [one for one in journey.journey(dossier) if one.slug == tab]
    return filled(section.form_for(dossier).fields)


def emptied(full):
    """Return what a page sends of fields left empty: all of them, but the box left unticked."""
    return {name: "" for name, value in full.items() if isinstance(value, str) and value != "on"}


def stored(typed):
    """Return what is kept of what a tab sends: the three boxes of a day are one answer."""
    said = dict(typed)
    for day in [name for name in typed if name.endswith("_day")]:
        name = day.removesuffix("_day")
        boxes = [said.pop(f"{name}_{part}") for part in ("day", "month", "year")]
        joint = " " if all([one] == one.split() for one in boxes) else "\n"
        said.setdefault(name, joint.join(boxes) if any(boxes) else "")
    return said


def send(browser, web, path, sent, death):
    """Press « Suivant »; return the status of the answer, nothing when none came."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        return browser.post(web, path, sent, **{"X-Death": death}).status
    return None


def answers(typed, revision):
    """Return what the form of a tab sends."""
    return {**typed, "revision": str(revision)}


def test_a_server_killed_while_a_tab_is_sent_keeps_all_its_answers_or_those_before(arena, tmp_path):
    draft = a_draft_that_asks_all(at=now())
    browser = a_browser(draft.candidate)
    with a_mortal_web(arena, tmp_path) as web:
        for tab in TABS:
            path = f"/inscription/{draft.pk}/{tab}"
            browser.get(web, path)
            first, revision = kept(draft, tab)
            full = every_field(draft, tab)
            first = {} if stored(full) == first else {**emptied(full), **first}
            counts = []
            # Answers that are refused are counted: what they ask is not asked for the others.
            for typed in (full, first, full):
                _, revision = kept(draft, tab)
                assert send(browser, web, path, answers(typed, revision), "never") == 302
                count, at_commit = counted(web)
                assert count >= at_commit > 5
                counts.append(count)
            count = min(counts)

            for place in deaths(count, figure(3, 60)):
                before, revision = kept(draft, tab)
                typed = first if before == stored(full) else full
                sent = answers(typed, revision)

                assert send(browser, web, path, sent, place) is None

                after = (stored(typed), revision + 1)
                assert kept(draft, tab) in [(before, revision), after], place
                assert send(browser, web, path, sent, "never") == 302
                assert kept(draft, tab) == after

"""The database cut off right after an answer: what was acknowledged is there (R-31)."""

from sporades.registrations.models import Registration
from tests.endurance.arena import figure, now, pointing_at
from tests.endurance.outcome import WHOLE, left_by
from tests.endurance.servers import a_browser, a_web
from tests.factories import a_draft


def test_a_registration_is_there_after_the_database_was_cut_off_right_after_its_answer(
    own_server, tmp_path
):
    for _ in range(figure(2, 60)):
        with pointing_at(own_server.url):
            draft = a_draft(at=now())
            path = f"/inscription/{draft.pk}/recapitulatif"
            browser = a_browser(draft.candidate)
        with a_web(own_server.url, tmp_path) as web:
            browser.get(web, path)

            answer = browser.post(web, path)
            own_server.stop_at_once()

        own_server.start_again()
        with pointing_at(own_server.url):
            assert left_by(draft) == WHOLE
            number = Registration.objects.get(candidate=draft.candidate).number
            assert (answer.status, answer.location) == (302, f"/mes-inscriptions/{number}/numero")

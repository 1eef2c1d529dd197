"""The page for those who add an exam shows YAML that is right."""

import re
from pathlib import Path

from sporades.exams.checking import Source, checked
from tests.exams.conftest import ZONES

PAGE = Path("docs/adding-an-exam.md").read_text(encoding="utf-8")


def test_the_passages_of_the_page_make_a_file_that_only_lacks_what_they_leave_out():
    text = "".join(re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL))

    problems = checked(Source("adding-an-exam.md", text), zones=ZONES)[2]

    # The categories, the diplomas and two épreuves that the passages speak of without showing.
    assert {problem.rule for problem in problems} == {"reference_inconnue"}
    missing = {
        word for problem in problems for word in re.findall(r"« ([A-Z0-9]+) »", problem.message)
    }
    assert missing == {"APPRENTI", "CAP", "UF2", "UF3"}

"""The post of the demo, by its dates."""

from datetime import timedelta
from email.message import EmailMessage

from sporades.web.demo.views import last_posts
from tests.factories import NOW


def test_the_newest_comes_first_whenever_it_was_posted(settings, tmp_path):
    for number, days in enumerate((0, 9, 3, 3), start=1):
        letter = EmailMessage()
        letter["To"], letter["Subject"] = "nouveau@demo.test", f"Lettre {number}"
        letter["Date"] = NOW - timedelta(days=days)
        letter.set_content("Bonjour")
        (tmp_path / f"sporades.{number}.eml").write_bytes(bytes(letter))
    settings.MAILERS = {"default": {"OPTIONS": {"folder": str(tmp_path)}}}

    assert [post.subject for post in last_posts()] == [
        "Lettre 1",
        "Lettre 4",
        "Lettre 3",
        "Lettre 2",
    ]

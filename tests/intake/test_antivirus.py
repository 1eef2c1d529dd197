"""What clamd says of a file is believed; what it does not say is not guessed."""

import contextlib
import io
import os
import socket
import threading
import zipfile

import pytest

from sporades.intake import antivirus
from sporades.intake.antivirus import Unreachable, Verdict
from tests.intake.clamd import running
from tests.intake.corpus import EICAR
from tests.intake.papers import paper
from tests.intake.photos import jpeg
from tools.antivirus import free_port

FOUND = Verdict("Exa.Test.Eicar.UNOFFICIAL")
LITTLE = 0.2
LARGEST = 1_000_000


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    with running(tmp_path_factory.mktemp("clamd"), largest=LARGEST) as one:
        yield one


@pytest.fixture(autouse=True)
def silent(monkeypatch):
    """What a test found hanging is not known to the next, nor waited for long."""
    found = {}
    monkeypatch.setattr(antivirus, "_silent_until", found)
    monkeypatch.setattr(antivirus, "LIVES_WITHIN", LITTLE)
    return found


@pytest.fixture
def clamd(port, settings):
    settings.CLAMD = ("127.0.0.1", port)


def zipped(content):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", content)
    return made.getvalue()


@pytest.mark.parametrize(
    "make",
    [lambda: EICAR, lambda: paper() + EICAR, lambda: zipped(EICAR)],
    ids=["alone", "after a pdf", "in an archive"],
)
def test_what_the_antivirus_knows_is_found_and_named(clamd, make):
    verdict = antivirus.scan(make())

    assert (verdict, verdict.is_clean) == (FOUND, False)


@pytest.mark.parametrize("make", [lambda: b"", paper, jpeg], ids=["nothing", "a paper", "a photo"])
def test_what_it_does_not_know_is_clean(clamd, make):
    verdict = antivirus.scan(make())

    assert (verdict, verdict.is_clean) == (Verdict(), True)


def test_many_at_once_each_have_their_own_verdict(clamd):
    sent = [EICAR, b"rien"] * 8
    found = [None] * len(sent)

    def scan(place):
        found[place] = antivirus.scan(sent[place])

    threads = [threading.Thread(target=scan, args=[place]) for place in range(len(sent))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert found == [FOUND, Verdict()] * 8


def test_more_than_it_takes_is_not_called_clean(clamd):
    with pytest.raises(Unreachable):
        antivirus.scan(os.urandom(2 * LARGEST))


# --- It says nothing -----------------------------------------------------------------------


def test_without_an_antivirus_nothing_is_clean(settings):
    settings.CLAMD = None

    with pytest.raises(Unreachable):
        antivirus.scan(b"rien")


def test_one_that_is_down_finds_nothing_clean(settings):
    settings.CLAMD = ("127.0.0.1", free_port())

    with pytest.raises(Unreachable):
        antivirus.scan(b"rien")


def test_one_that_nobody_knows_finds_nothing_clean(settings):
    settings.CLAMD = ("antivirus.invalid", 3310)

    with pytest.raises(Unreachable):
        antivirus.scan(b"rien", LITTLE)


def test_one_that_is_killed_finds_nothing_clean(settings, tmp_path):
    with running(tmp_path) as port:
        settings.CLAMD = ("127.0.0.1", port)
        assert antivirus.scan(b"rien").is_clean

    with pytest.raises(Unreachable):
        antivirus.scan(b"rien")


@pytest.fixture
def answering(settings):
    """Have another program answer in the place of clamd, or hang up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings.CLAMD = listening.getsockname()
        threads = []

        def answer(words, *, heard=True):
            def serve():
                with listening.accept()[0] as one:
                    while heard and not one.recv(1_024).endswith(bytes(4)):
                        pass
                    one.sendall(words)

            threads.append(threading.Thread(target=serve))
            threads[-1].start()

        yield answer
        for one in threads:
            one.join()


def test_one_that_hangs_is_waited_for_no_longer_than_said(answering):
    # Nobody lets it in: the system does, and nothing comes.
    with pytest.raises(Unreachable):
        antivirus.scan(b"rien", LITTLE)


@pytest.mark.parametrize(
    ("left_alone_for", "asked"),
    [
        (60, [b"zINSTREAM", b"zPING"]),
        (0, [b"zINSTREAM", b"zPING", b"zPING", b"zPING"]),
    ],
    ids=["within a minute", "a minute apart"],
)
def test_one_that_hangs_is_given_one_file_then_asked_each_minute_whether_it_lives(
    settings, monkeypatch, caplog, left_alone_for, asked
):
    monkeypatch.setattr(antivirus, "ASKED_AGAIN_AFTER", left_alone_for)
    with socket.create_server(("127.0.0.1", 0)) as line:
        settings.CLAMD = line.getsockname()
        for _ in range(3):
            with pytest.raises(Unreachable):
                antivirus.scan(b"rien", LITTLE)
        line.setblocking(False)
        heard = []
        with contextlib.suppress(BlockingIOError):
            while True:
                with line.accept()[0] as one:
                    heard.append(one.recv(1_024).split(b"\0")[0])

    assert heard == asked
    assert caplog.text.count("The antivirus hangs") == len(asked) - 1


def test_one_that_is_back_is_asked_as_before(clamd, settings, silent):
    silent[settings.CLAMD] = 0

    assert antivirus.scan(b"rien").is_clean
    assert silent == {}


def test_a_file_that_takes_it_too_long_keeps_it_from_no_other(clamd, silent):
    with pytest.raises(Unreachable) as found:
        antivirus.scan(b"rien", 1e-6)

    assert isinstance(found.value.__cause__, TimeoutError)
    assert silent == {}
    assert antivirus.scan(b"rien").is_clean


def test_one_that_takes_nothing_more_is_waited_for_no_longer_than_said(answering):
    with pytest.raises(Unreachable):
        antivirus.scan(bytes(20_000_000), LITTLE)


@pytest.mark.parametrize(
    "words",
    [
        *(b"", b"\0", b"stream", b"stream: ", b"stream: O", b"stream: OK", b"stream: OK\n"),
        *(b"stream: Exa.Test.Eicar", b"stream: Exa.Test.Eicar FOUND", b"stream:  FOUND\0"),
        *(b"stream: a trouble ERROR\0", b"stream: Exa.Test OK\0", b"UNKNOWN COMMAND\0"),
        *(b"INSTREAM size limit exceeded. ERROR\0", b"x" * 5_000),
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
    ],
)
def test_an_answer_that_is_cut_or_of_another_is_no_verdict(answering, words):
    answering(words)

    with pytest.raises(Unreachable):
        antivirus.scan(b"rien")


def test_one_that_hangs_up_at_once_finds_nothing_clean(answering):
    answering(b"", heard=False)

    with pytest.raises(Unreachable):
        antivirus.scan(bytes(20_000_000))


def test_what_another_program_says_rightly_is_believed(answering):
    answering(b"stream: OK\0")

    assert antivirus.scan(b"rien").is_clean

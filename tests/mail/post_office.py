"""A real mail server on loopback, of every temper."""

import asyncio
import email
import threading
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP

from tests.spaces import plain

FOREVER = 3600


class PostOffice:
    """Takes letters; `tempers` says what it does instead, at a step of the conversation.

    A temper is an answer (« 450 Plus tard »), `hang` (never answers), `cut` (closes the line)
    or a function of the name by which the sender said hello; it answers, or leaves the usual
    answer by answering nothing. `conversations` says how many letters each brought, the last one last.
    """

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.conversations: list[int] = []
        self.tempers: dict[str, object] = {}
        self.extensions: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._do(self._listen())
        self.port: int = self._server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        """What MAIL_URL says of it."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def identifiers(self) -> list[str]:
        """The Message-ID of each letter taken, repeats included."""
        return [letter["Message-ID"] for letter in self.letters]

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(
            lambda: SMTP(self, loop=self._loop, hostname="localhost"), "127.0.0.1", 0, backlog=200
        )

    def _do(self, what):
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _in_temper(self, step: str, server: SMTP, name: str | None) -> str | None:
        temper = self.tempers.get(step)
        said = temper(name) if isinstance(temper, Callable) else temper
        if said == "hang":
            await asyncio.sleep(FOREVER)
        if said == "cut":
            server.transport.abort()
        return said

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        session.host_name = hostname
        self.conversations.append(0)
        said = await self._in_temper("EHLO", server, hostname)
        return (
            [said]
            if said
            else [*responses[:-1], *self.extensions]
            if self.extensions
            else responses
        )

    async def handle_HELO(self, server, session, envelope, hostname):  # noqa: N802
        session.host_name = hostname
        self.conversations.append(0)
        return await self._in_temper("EHLO", server, hostname) or "250 localhost"

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        said = await self._in_temper("MAIL", server, session.host_name)
        envelope.mail_from = address
        return said or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        said = await self._in_temper("RCPT", server, session.host_name)
        envelope.rcpt_tos.append(address)
        return said or "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        said = await self._in_temper("DATA", server, session.host_name)
        if said and said != "cut":
            return said
        letter = email.message_from_bytes(envelope.content, policy=default)
        letter.taken_for = list(envelope.rcpt_tos)
        self.letters.append(letter)
        self.conversations[-1] += 1
        await self._in_temper("TAKEN", server, session.host_name)
        return "250 OK"

    async def handle_QUIT(self, server, session, envelope):  # noqa: N802
        await self._in_temper("QUIT", server, session.host_name)
        return "221 Bye"

    def close(self) -> None:
        """Stop listening and hang up."""
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


def body(letter: EmailMessage) -> str:
    """Return the text of a letter, to the sign."""
    return letter.get_body(("plain",)).get_content().replace("\r\n", "\n")


def words(letter: EmailMessage) -> str:
    """Return what a person reads in a letter."""
    return plain(body(letter))


def page(letter: EmailMessage) -> str:
    """Return the HTML twin of a letter."""
    return letter.get_body(("html",)).get_content().replace("\r\n", "\n")

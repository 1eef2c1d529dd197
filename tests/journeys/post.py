"""A mail server of the world outside: what candidates find in their boxes."""

import asyncio
import email
import threading
from email.policy import default

from aiosmtpd.smtp import SMTP

from tests.jobs import work
from tests.spaces import plain


class Post:
    """A real SMTP server on loopback, and the letters it took, in their order."""

    def __init__(self):
        """Listen on a port that the system chooses."""
        self.letters = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._server = self._do(self._listen())
        self.port = self._server.sockets[0].getsockname()[1]

    async def _listen(self):
        return await self._loop.create_server(
            lambda: SMTP(self, loop=self._loop, hostname="localhost"), "127.0.0.1", 0
        )

    def _do(self, what):
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        """Take a letter."""
        self.letters.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    def read(self):
        """Let what waits be delivered, then return what came since the last time."""
        seen = len(self.letters)
        work("acts")
        work("mail")
        return self.letters[seen:]

    def close(self):
        """Stop listening."""
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self):
        self._server.close()
        await self._server.wait_closed()


def words(letter):
    """Return what a person reads in a letter."""
    return plain(letter.get_body(("plain",)).get_content())

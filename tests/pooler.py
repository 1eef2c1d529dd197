"""A pooler that keeps nothing between two transactions, as PgBouncer with `pool_mode=transaction`.

It lends some connections to any number of clients, to each for a transaction, the one that was
given back last first. It speaks as much of PostgreSQL's protocol as that takes.
"""

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from threading import Condition, Thread

import psycopg

NOT_ENCRYPTED, TO_CANCEL = {80877103, 80877104}, 80877102
TOLD = (
    "server_version",
    "server_encoding",
    "client_encoding",
    "DateStyle",
    "TimeZone",
    "integer_datetimes",
    "standard_conforming_strings",
)
AUTHENTICATED = b"R" + struct.pack("!ii", 8, 0)
AT_REST = b"Z" + struct.pack("!i", 5) + b"I"
UNDO = b"Q" + struct.pack("!i", 13) + b"ROLLBACK\0"


class Pooler:
    """Lend connections.

    Attributes:
        port: where it listens, on 127.0.0.1.
    """

    def __init__(self, conninfo: str, *, size: int = 5) -> None:
        self._servers = [
            psycopg.connect(conninfo, sslmode="disable", client_encoding="UTF8", autocommit=True)
            for _ in range(size)
        ]
        self._lines = [self._bare(one) for one in self._servers]
        self._waiting = list(self._lines)
        self._given_back = Condition()
        self._clients: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        Thread(target=self._welcome, daemon=True).start()

    @staticmethod
    def _bare(server: psycopg.Connection) -> socket.socket:
        found = socket.socket(fileno=os.dup(server.pgconn.socket))
        found.setblocking(True)
        return found

    def close(self) -> None:
        """Let go of everybody."""
        for one in (self._door, *self._clients, *self._lines):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for server in self._servers:
            server.close()

    def _welcome(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                self._clients.append(client)
                Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = None
        try:
            self._greet(client)
            while (message := _message(client))[:1] != b"X":
                server = server or self._lent()
                server.sendall(message)
                if message[:1] in b"QS" and _answered(server, client) == b"I":
                    self._take_back(server)
                    server = None
        except OSError:
            pass
        finally:
            client.close()
            if server:
                self._undo(server)

    def _undo(self, server: socket.socket) -> None:
        """Undo what somebody who is gone has left open."""
        with suppress(OSError):
            server.sendall(UNDO)
            while _message(server)[:1] != b"Z":
                pass
            self._take_back(server)

    def _greet(self, client: socket.socket) -> None:
        while (asked := _opening(client)) in NOT_ENCRYPTED:
            client.sendall(b"N")
        if asked == TO_CANCEL:
            raise ConnectionAbortedError
        told = b""
        for name in TOLD:
            value = self._servers[0].info.parameter_status(name) or ""
            pair = f"{name}\0{value}\0".encode()
            told += b"S" + struct.pack("!i", 4 + len(pair)) + pair
        client.sendall(AUTHENTICATED + told + AT_REST)

    def _lent(self) -> socket.socket:
        with self._given_back:
            self._given_back.wait_for(lambda: self._waiting)
            return self._waiting.pop()

    def _take_back(self, server: socket.socket) -> None:
        with self._given_back:
            self._waiting.append(server)
            self._given_back.notify()


def _exactly(one: socket.socket, length: int) -> bytes:
    found = b""
    while len(found) < length:
        piece = one.recv(length - len(found))
        if not piece:
            raise ConnectionAbortedError
        found += piece
    return found


def _opening(client: socket.socket) -> int:
    (length,) = struct.unpack("!i", _exactly(client, 4))
    return int(struct.unpack("!i", _exactly(client, length - 4)[:4])[0])


def _message(one: socket.socket) -> bytes:
    head = _exactly(one, 5)
    return head + _exactly(one, struct.unpack("!i", head[1:])[0] - 4)


def _answered(server: socket.socket, client: socket.socket) -> bytes:
    """Give a client the whole of an answer; return whether it is in a transaction."""
    whole = b""
    while True:
        message = _message(server)
        whole += message
        if message[:1] == b"Z":
            client.sendall(whole)
            return message[5:]


@contextmanager
def a_pooler(conninfo: str, *, size: int = 5) -> Iterator[int]:
    """Lend connections for as long as a block runs; give the port."""
    with closing(Pooler(conninfo, size=size)) as pooler:
        yield pooler.port

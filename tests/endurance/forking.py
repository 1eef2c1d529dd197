"""A web server that may die at any time: the next one is born at once of a parent that has read
everything. `python -m tests.endurance.forking` says on which port it listens.
"""

import os
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.db import connection

from tests.endurance.faulty import application


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        """Say nothing."""


def read_everything() -> None:
    from sporades.exams import held
    from sporades.territory import reference

    held.held()
    reference.held()
    connection.close()
    connection.close_pool()


def main() -> None:
    read_everything()
    server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
    print(f"PORT {server.server_port}", flush=True)
    while True:
        if child := os.fork():
            os.waitpid(child, 0)
        else:
            server.serve_forever()
            sys.exit()


if __name__ == "__main__":
    main()

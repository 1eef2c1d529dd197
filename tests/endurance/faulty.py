"""The web application, which can be told to die: `kill -9` of its own process, where asked.

The header X-Death says where, in the request that carries it: « before 7 » or « after 7 » (the
seventh statement sent to the database), « commit » (just after the transaction is kept),
« answer » (the answer is ready, nothing of it has left).
"""

import os
import signal

from django.db import connection, transaction

from config.wsgi import application as sound


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Death:
    """Counts the statements of one request and strikes at one of them."""

    def __init__(self, said: str) -> None:
        self.when, _, number = said.partition(" ")
        self.number = int(number or 0)
        self.count = 0
        self.count_at_commit = 0
        self.is_armed = False

    def __call__(self, execute, statement, values, many, context):
        self.count += 1
        if connection.in_atomic_block and not self.is_armed:
            self.is_armed = True
            transaction.on_commit(self.committed)
        if self.when == "before" and self.count == self.number:
            die()
        answer = execute(statement, values, many, context)
        if self.when == "after" and self.count == self.number:
            die()
        return answer

    def committed(self):
        self.count_at_commit = self.count
        if self.when == "commit":
            die()


def application(environ, start_response):
    said = environ.get("HTTP_X_DEATH")
    if not said:
        return sound(environ, start_response)
    death = Death(said)
    with connection.execute_wrapper(death):
        answer = sound(environ, start_response)
    if death.when == "answer":
        die()
    # How many statements there are to die at, and which is the last before the commit.
    print(f"STATEMENTS {death.count} {death.count_at_commit}", flush=True)
    return answer

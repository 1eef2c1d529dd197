"""Jobs, done at once and in the transaction of the test."""

import json

from django.db import connection

from sporades.core.queue import app


def work(room="acts"):
    """Do the jobs of a room that wait, in their order; those of the hour are not a test's."""
    of_the_hour = [name for name, _ in app.periodic_registry.periodic_tasks]
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND task_name LIKE %s"
            " AND task_name <> ALL(%s) RETURNING id, task_name, args",
            [f"{room}.%", of_the_hour],
        )
        jobs = sorted(cursor.fetchall())
    for _, name, arguments in jobs:
        app.tasks[name].func(**(json.loads(arguments) if isinstance(arguments, str) else arguments))

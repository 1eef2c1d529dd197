"""The log of the worker names nobody."""

import logging

from procrastinate.jobs import Job

from sporades.core.job_logs import WithoutArguments

ADDRESS = "ines@exemple.test"


def test_a_job_that_fails_leaves_its_name_and_number_in_the_log_and_not_its_arguments():
    job = Job(
        id=7,
        status="doing",
        queue="mail",
        lock=None,
        queueing_lock=None,
        task_name="acts.help_back_in",
        task_kwargs={"address": ADDRESS},
    )
    record = logging.LogRecord("procrastinate.worker", logging.ERROR, "", 0, "", None, None)
    record.msg = f"Job {job.call_string} ended with status: Error, lasted 0.1 s"
    record.job = job.log_context()
    assert ADDRESS in record.getMessage()

    assert WithoutArguments().filter(record)

    assert record.getMessage() == "Job acts.help_back_in[7] ended with status: Error, lasted 0.1 s"
    assert ADDRESS not in repr(vars(record))


def test_every_other_record_passes_as_it_is():
    record = logging.LogRecord("django", logging.INFO, "", 0, "%s", ("dit",), None)

    assert WithoutArguments().filter(record)
    assert record.getMessage() == "dit"

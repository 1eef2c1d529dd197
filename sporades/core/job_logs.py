"""What the worker says of a job in the log: its name and number, never what it was given."""

import logging


class WithoutArguments(logging.Filter):
    """Cut the arguments of a job out of a record: some jobs are given an address."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without the arguments."""
        job = getattr(record, "job", None)
        if isinstance(job, dict) and "call_string" in job:
            named = f"{job.get('task_name')}[{job.get('id')}]"
            record.msg = str(record.msg).replace(job["call_string"], named)
            record.job = {"id": job.get("id"), "task_name": job.get("task_name")}
        return True

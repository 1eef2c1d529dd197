"""Jobs that deliver mail."""

from django.utils import timezone

from sporades.core.queue import WHEN_BACK, app
from sporades.mail import delivery
from sporades.mail.models import Message

SWEPT_AT_ONCE = 500


@app.task(name="mail.deliver", queue="mail", retry=WHEN_BACK)
def deliver(message_id: int) -> None:
    """Send one message, as soon as the act that wrote it is committed."""
    delivery.deliver(message_id, at=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="mail.sweep", queue="mail", queueing_lock="mail.sweep", pass_context=False)
def sweep(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Try again what waits: refused for a while, or left by a worker that died."""
    now = timezone.now()
    for message_id in Message.objects.due(now).values_list("pk", flat=True)[:SWEPT_AT_ONCE]:
        delivery.deliver(message_id, at=timezone.now())

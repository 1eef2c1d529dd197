"""What is done to a request of a candidate, whichever of the two kinds it is (E7, I6, I7)."""

from typing import Any

from sporades.registrations.models import ChangeRequest, CorrectionRequest, LateRequest

OF_REGISTERED: dict[str, Any] = {
    "changerequest": ChangeRequest,
    "correctionrequest": CorrectionRequest,
}
"""The requests of who is registered, which may lack something, by what their jobs call them."""
WITH_PROOF: dict[str, Any] = {**OF_REGISTERED, "laterequest": LateRequest}
"""All that may have a proof."""
CHANGE_REFUSED, CORRECTION_REFUSED = "change request refused", "correction refused"
"""The verbs of a refusal."""
CHANGE_ASSIGNED, CORRECTION_ASSIGNED = "change request assigned", "correction assigned"
"""The verbs by which somebody deals with a request."""
CORRECTED_AT = "account_edit"
"""The page where a correction of civil data is asked for, and followed."""

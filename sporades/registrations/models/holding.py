"""Whatever belongs to a candidate belongs to one who stands, never to one who was merged."""

import pgtrigger

_STANDS = """
IF TG_OP = 'UPDATE' AND NEW.candidate_id = OLD.candidate_id THEN
    RETURN NEW;
END IF;
-- It waits for a merge that is under way, then reads what it left.
SELECT merged_into_id INTO kept FROM candidates_candidate WHERE id = NEW.candidate_id FOR KEY SHARE;
IF kept IS NOT NULL THEN
    RAISE EXCEPTION 'a_merged_candidate_has_nothing' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


def held_by_one_who_stands(name: str) -> pgtrigger.Trigger:
    """Return the trigger of this name, for a model that has a `candidate`."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("candidate_id"),  # type: ignore[no-untyped-call]
        declare=[("kept", "BIGINT")],
        func=_STANDS,
    )

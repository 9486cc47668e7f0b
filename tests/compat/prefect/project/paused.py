"""Pauses, and goes on with what somebody answers."""

import json

from prefect import flow, pause_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run


class Approval(RunInput):
    approved: bool
    reason: str = "none"


@flow(name="paused")
def paused() -> dict:
    answer = pause_flow_run(wait_for_input=Approval, timeout=60, poll_interval=1)
    return {"flow_run_id": str(flow_run.get_id()), "approved": answer.approved, "reason": answer.reason}


print(json.dumps(paused()))

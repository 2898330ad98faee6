"""Starting again the timers that the local cloud lost: its executions do not outlive it, those of AWS do."""

import time
from datetime import datetime

from infra.account import Account, Outputs

LOST = "States.ServiceRestart"


def start_again(account: Account, outputs: Outputs, cloud_started_at: datetime) -> int:
    """How many there were. A timer that is not needed any more ends by itself at its first check."""
    steps = account.client("stepfunctions")
    machine = outputs["StateMachineArn"]
    pages = steps.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="FAILED")
    lost = 0
    for execution in (execution for page in pages for execution in page["executions"]):
        told = steps.describe_execution(executionArn=execution["executionArn"])
        if told.get("error") == LOST and told["stopDate"] >= cloud_started_at:
            # A name serves once; what it says of ticket and timer stays in front.
            name = f"{execution['name'].partition('_')[0]}_{time.time_ns()}"
            steps.start_execution(stateMachineArn=machine, name=name, input=told["input"])
            lost += 1
    return lost

"""A flow that no pool runs: what a client does in its own process."""

import json

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.concurrency.sync import concurrency
from prefect.futures import wait
from prefect.runtime import flow_run
from prefect.variables import Variable

attempts = {"task": 0, "flow": 0}


@task(retries=2, retry_delay_seconds=0)
def flaky() -> str:
    attempts["task"] += 1
    if attempts["task"] < 3:
        raise RuntimeError("not yet")
    return "third time"


@task(tags=["limited"])
def square(number: int) -> int:
    return number * number


@flow
def child(number: int) -> int:
    return square(number)


@flow(retries=1, retry_delay_seconds=0)
def retried() -> str:
    attempts["flow"] += 1
    if attempts["flow"] < 2:
        raise RuntimeError("not yet")
    return "second time"


@flow(name="plain", log_prints=True)
def plain() -> dict:
    print("printed")
    get_run_logger().warning("careful")
    Variable.set("plain_answer", {"deep": [1, 2.0, "three"]}, overwrite=True)
    futures = [square.submit(number) for number in range(5)]
    wait(futures)
    with concurrency("plain-limit", occupy=1):
        create_markdown_artifact("# done", key="plain-report", description="a report")
        create_table_artifact([{"a": 1}], key="plain-table")
    return {
        "flow_run_id": str(flow_run.get_id()),
        "flaky": flaky(),
        "squares": [future.result() for future in futures],
        "child": child(7),
        "retried": retried(),
        "variable": Variable.get("plain_answer"),
    }


@flow(name="failing")
def failing() -> None:
    raise ValueError("on purpose")


answer = plain()
state = failing(return_state=True)
print(
    json.dumps(
        {**answer, "failed": [state.type.value, state.message], "failed_run": str(state.state_details.flow_run_id)}
    )
)

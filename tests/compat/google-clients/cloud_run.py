"""Google's Python client against the emulator. Reads {url, key} from stdin, writes what it saw to stdout, as JSON."""

import json
import sys
import time

from google.api_core import exceptions
from google.cloud import run_v2
from google.cloud.run_v2.services.executions.transports.rest import ExecutionsRestTransport
from google.cloud.run_v2.services.jobs.transports.rest import JobsRestTransport
from google.cloud.run_v2.services.tasks.transports.rest import TasksRestTransport
from google.oauth2 import service_account

given = json.load(sys.stdin)
key = given["key"]
host = given["url"].removeprefix("http://")
parent = f"projects/{key['project_id']}/locations/europe-west1"
credentials = service_account.Credentials.from_service_account_info(
    key, scopes=["https://www.googleapis.com/auth/cloud-platform"]
)


def transport(kind, signs_itself):
    return kind(host=host, credentials=credentials, url_scheme="http", always_use_jwt_access=signs_itself)


def shell_job(script, **fields):
    container = run_v2.Container(image="registry.example/flow:1", command=["sh", "-c", script])
    task = run_v2.TaskTemplate(containers=[container], max_retries=0)
    return run_v2.Job(template=run_v2.ExecutionTemplate(template=task), **fields)


def code_of(call):
    try:
        call()
    except exceptions.GoogleAPICallError as error:
        return {"code": error.code, "message": error.message, "details": [detail["@type"] for detail in error.details]}
    return None


def until_complete(executions, name):
    for _ in range(500):
        execution = executions.get_execution(name=name)
        if execution.completion_time:
            return execution
        time.sleep(0.02)
    raise TimeoutError(name)


def exercise(label, signs_itself):
    jobs = run_v2.JobsClient(transport=transport(JobsRestTransport, signs_itself))
    executions = run_v2.ExecutionsClient(transport=transport(ExecutionsRestTransport, signs_itself))
    tasks = run_v2.TasksClient(transport=transport(TasksRestTransport, signs_itself))
    job_id = f"py-{label}"
    name = f"{parent}/jobs/{job_id}"
    job = shell_job("exit 3", start_execution_token="a1", labels={"made-by": "python"})

    created = jobs.create_job(parent=parent, job=job, job_id=job_id).result(timeout=30)
    again = code_of(lambda: jobs.create_job(parent=parent, job=job, job_id=job_id))
    wrong = code_of(lambda: jobs.create_job(parent=parent, job=shell_job("true"), job_id="Wrong"))
    execution = until_complete(executions, f"{name}/executions/{job_id}-a1")
    [task] = tasks.list_tasks(parent=execution.name)
    read = jobs.get_job(name=name)

    jobs.create_job(parent=parent, job=shell_job('test "$A" = b'), job_id=f"{job_id}-run").result(timeout=30)
    override = run_v2.RunJobRequest.Overrides.ContainerOverride(env=[run_v2.EnvVar(name="A", value="b")])
    request = run_v2.RunJobRequest(
        name=f"{name}-run", overrides=run_v2.RunJobRequest.Overrides(container_overrides=[override])
    )
    ran = jobs.run_job(request=request).result(timeout=30)

    listed = [item.name.split("/")[-1] for item in jobs.list_jobs(request={"parent": parent, "page_size": 1})]
    jobs.delete_job(name=name).result(timeout=30)
    jobs.delete_job(name=f"{name}-run").result(timeout=30)
    return {
        "created": created.terminal_condition.state.name,
        "again": again,
        "wrong": wrong,
        "failed_count": execution.failed_count,
        "condition": [execution.conditions[0].type_, execution.conditions[0].state.name],
        "reason": execution.conditions[0].execution_reason.name,
        "exit_code": task.last_attempt_result.exit_code,
        "labels": dict(read.labels),
        "completion_status": read.latest_created_execution.completion_status.name,
        "ran": ran.succeeded_count,
        "listed": listed,
        "gone": code_of(lambda: jobs.get_job(name=name)),
    }


json.dump({"signed": exercise("signed", True), "exchanged": exercise("exchanged", False)}, sys.stdout)

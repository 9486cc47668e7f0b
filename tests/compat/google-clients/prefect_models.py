"""Prefect's own models of Cloud Run jobs, over Google's discovery client. Reads {url, key}, writes what it saw."""

import json
import sys
import time

from google.api_core.client_options import ClientOptions
from google.oauth2 import service_account
from googleapiclient import discovery
from prefect_gcp.models.cloud_run_v2 import ExecutionV2, JobV2

given = json.load(sys.stdin)
key = given["key"]
credentials = service_account.Credentials.from_service_account_info(
    key, scopes=["https://www.googleapis.com/auth/cloud-platform"]
)
client = discovery.build(
    "run", "v2", credentials=credentials, client_options=ClientOptions(api_endpoint=given["url"]), cache_discovery=False
).projects().locations()
where = {"cr_client": client, "project": key["project_id"], "location": "europe-west1"}


def until(check):
    for _ in range(500):
        found = check()
        if found:
            return found
        time.sleep(0.02)
    raise TimeoutError


body = {
    "client": "prefect",
    "launchStage": "BETA",
    "template": {
        "template": {
            "containers": [{"image": "registry.example/flow:1", "command": ["sh", "-c", "exit 0"]}],
            "maxRetries": 0,
            "timeout": "600s",
        }
    },
}
JobV2.create(**where, job_id="prefect-job", body=body)
job = until(lambda: (lambda found: found if found.is_ready() else None)(JobV2.get(**where, job_name="prefect-job")))
operation = JobV2.run(**where, job_name="prefect-job")
execution_id = operation["metadata"]["name"]
execution = until(
    lambda: (lambda found: None if found.is_running() else found)(
        ExecutionV2.get(cr_client=client, execution_id=execution_id)
    )
)
latest = JobV2.get(**where, job_name="prefect-job").latestCreatedExecution
JobV2.delete(**where, job_name="prefect-job")
json.dump(
    {
        "first_latest": job.latestCreatedExecution,
        "execution": execution_id.split("/")[-1].rsplit("-", 1)[0],
        "succeeded": execution.succeeded(),
        "condition": execution.condition_after_completion()["state"],
        "latest_is_it": latest["name"] == execution_id,
    },
    sys.stdout,
)

"""Saves a GCP Credentials block, loads it again, changes it, and says what came back."""

import json
import sys

from prefect_gcp import GcpCredentials

name, key_file = sys.argv[1:]
with open(key_file) as file:
    key = json.load(file)


def secret_of(block):
    return block.service_account_info.get_secret_value()


GcpCredentials(service_account_info=key, project="somewhere-else").save(name)
first = GcpCredentials.load(name)
GcpCredentials(service_account_info=key, project=key["project_id"]).save(name, overwrite=True)
second = GcpCredentials.load(name)
try:
    GcpCredentials(service_account_info=key).save(name)
    clash = None
except ValueError as error:
    clash = str(error)
print(
    json.dumps(
        {
            "same_key": secret_of(first) == key and secret_of(second) == key,
            "projects": [first.project, second.project],
            "id": str(second._block_document_id),
            "shown": str(second.service_account_info),
            "clash": clash,
        }
    )
)

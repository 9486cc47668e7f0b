"""Stores a service-account key as a GCP Credentials block: python save_credentials.py KEY_FILE BLOCK_NAME"""

import json
import sys
from pathlib import Path

from prefect_gcp import GcpCredentials

key_file, block_name = sys.argv[1:]
key = json.loads(Path(key_file).read_text())
GcpCredentials(service_account_info=key).save(block_name, overwrite=True)
print(GcpCredentials.load(block_name)._block_document_id)

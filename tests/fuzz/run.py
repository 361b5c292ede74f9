#!/usr/bin/env python3
"""Runs schemathesis over a stack's /openapi.json, beside things that its requests can find.

    tests/fuzz/run.py [schemathesis's options]

STOWAGE_URL, STOWAGE_KEY and STOWAGE_NAMESPACE name the stack, as scripts/with-stack.sh sets them. What is
checked, and how, is in schemathesis.toml.
"""

import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from string import Template

import requests

HERE = Path(__file__).parent
URL = os.environ["STOWAGE_URL"]
SCHEMA = {"properties": {"sku": {"type": "string"}, "price": {"type": "number"}, "notes": {"type": "text"}}}


def call(method, path, body=None):
    """One request that must succeed; its answer."""
    headers = {"Authorization": f"Bearer {os.environ['STOWAGE_KEY']}"}
    headers["X-Namespace"] = os.environ["STOWAGE_NAMESPACE"]
    response = requests.request(method, f"{URL}/v1{path}", json=body, headers=headers, timeout=35)
    response.raise_for_status()
    return response.json()


def bucket(**fields):
    """A new bucket's id."""
    name = f"fuzz-{secrets.token_hex(4)}"
    return call("POST", "/buckets", {"bucket_name": name, "bucket_schema": SCHEMA} | fields)["bucket_id"]


def upload(bucket_id):
    """A new upload."""
    body = {"filename": "a.txt", "content_type": "text/plain", "skip_duplicates": False}
    return call("POST", f"/buckets/{bucket_id}/uploads", body)


def confirmed(bucket_id):
    """A confirmed upload's id, and the task of its confirmation."""
    made = upload(bucket_id)
    headers = {"Content-Type": "text/plain"}
    requests.put(made["presigned_url"], data=b"hello", headers=headers, timeout=35).raise_for_status()
    path = f"/buckets/{bucket_id}/uploads/{made['upload_id']}/confirm?async=true"
    return made["upload_id"], call("POST", path)["task_id"]


def made():
    """Things to find, by the names that schemathesis.toml has for them."""
    plain, keyed = bucket(), bucket(unique_key={"fields": ["sku"], "default_policy": "upsert"})
    object_id = call("POST", f"/buckets/{plain}/objects", {"sku": "A", "price": 1.5})["object_id"]
    upload_id, task_id = confirmed(plain)
    batch = call("POST", f"/buckets/{plain}/batches", {"object_ids": [object_id]})
    doomed = call("POST", "/namespaces", {"namespace_name": f"fuzz-{secrets.token_hex(4)}"})
    return {
        "BUCKET": plain,
        "KEYED_BUCKET": keyed,
        "DOOMED_BUCKET": bucket(),
        "OBJECT": object_id,
        "UPLOAD": upload_id,
        "PENDING_UPLOAD": upload(plain)["upload_id"],
        "TASK": task_id,
        "BATCH": batch["batch_id"],
        "DOOMED_NAMESPACE": doomed["namespace_id"],
    }


def main():
    """Makes what there is to find, then runs schemathesis."""
    with tempfile.TemporaryDirectory() as directory:
        # The key stays a variable, which schemathesis reads itself.
        config = Path(directory, "schemathesis.toml")
        config.write_text(Template((HERE / "schemathesis.toml").read_text()).safe_substitute(made()))
        program = Path(sys.executable).parent / "schemathesis"
        command = [program, "--config-file", config, "run", f"{URL}/openapi.json", *sys.argv[1:]]
        sys.exit(subprocess.run(command, check=False).returncode)


if __name__ == "__main__":
    main()

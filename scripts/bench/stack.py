"""The local stack with events/fixture.json in it, and TLS in front of its engines."""

import json
import os
import re
import subprocess
import urllib.request
from pathlib import Path

from . import tls

ROOT = Path(__file__).resolve().parents[2]


class Stack:
    """Runs `seeded-stack` of tests/src/bin."""

    def __init__(self, directory):
        # The engines optimised: they stand in for AWS's.
        build = ["cargo", "build", "--locked", "--quiet", "--profile", "engines"]
        subprocess.run([*build, "-p", "stowage-tests", "--bin", "seeded-stack"], cwd=ROOT, check=True)
        target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        self.authority = tls.Authority(directory)
        self.process = subprocess.Popen(
            [target / "engines" / "seeded-stack", self.authority.certificate, self.authority.key],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        self.info = json.loads(self.process.stdout.readline())
        self.dynamodb, self.s3 = (self.info["tls"][engine] for engine in ("dynamodb", "s3"))

    def close(self):
        self.process.stdin.close()
        self.process.wait()

    def credentials(self):
        return {
            "AWS_ACCESS_KEY_ID": self.info["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": self.info["secret_access_key"],
        }

    def function_environment(self):
        """What template.yaml and Lambda would tell one of Stowage's functions."""
        return {
            **self.credentials(),
            "STOWAGE_TABLE_PREFIX": self.info["table_prefix"],
            "STOWAGE_BLOB_BUCKET": self.info["blob_bucket"],
            "STOWAGE_TLS_ROOTS": str(self.authority.roots),
            "AWS_ENDPOINT_URL_DYNAMODB": self.dynamodb,
            "AWS_ENDPOINT_URL_S3": self.s3,
        }

    def peer_environment(self):
        """The same for a peer, which trusts the system's roots as well, as its users' functions do."""
        bundle, _ = self.authority.with_system_roots()
        return {
            **self.credentials(),
            "TABLE": f"{self.info['table_prefix']}-objects",
            "AWS_ENDPOINT_URL": self.dynamodb,
            "SSL_CERT_FILE": str(bundle),
            "AWS_CA_BUNDLE": str(bundle),
            "NODE_EXTRA_CA_CERTS": str(self.authority.roots),
        }

    def with_its_key(self, event):
        """A recorded event with a key in the form that `stowage keys create` makes."""
        if "authorization" in event["headers"]:
            event["headers"]["authorization"] = f"Bearer {self.info['key']}"
        return event

    def post(self, path, key, body):
        """Calls the API."""
        request = urllib.request.Request(
            self.info["api"] + path,
            data=json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {key}",
                "Content-Type": "application/json",
                "X-Namespace": "media-library",
            },
        )
        with urllib.request.urlopen(request) as response:
            return json.load(response)


def event(name):
    """A recorded event, by function and name."""
    return json.loads((ROOT / "events" / f"{name}.json").read_text())


def confirmable(stack, template, number):
    """The event `confirm-upload/confirm` for an upload of its own, whose bytes are there."""
    key = re.fullmatch("Bearer (.*)", template["headers"]["authorization"])[1]
    bucket = template["pathParameters"]["bucket_identifier"]
    upload = stack.post(f"/v1/buckets/{bucket}/uploads", key, {
        "filename": "a.mp4",
        "content_type": "video/mp4",
        "file_size_bytes": 11,
        "object_metadata": {"sku": f"bench-{number}"},
    })
    put = urllib.request.Request(upload["presigned_url"], data=b"hello world", method="PUT",
                                 headers={"Content-Type": "video/mp4"})
    urllib.request.urlopen(put).close()
    recorded = template["pathParameters"]["upload_id"]
    return json.loads(json.dumps(template).replace(recorded, upload["upload_id"]))

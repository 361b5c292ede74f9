"""Plain HTTP: for what other clients send, and for files."""

import requests

# Longer than any answer takes: API Gateway gives up after 30 seconds.
TIMEOUT = 35


class Http:
    """One caller's requests. Nothing is sent that isn't named here or in the call."""

    def __init__(self, url, key=None, namespace=None):
        self.url = url
        self.headers = {}
        if key:
            self.headers["Authorization"] = f"Bearer {key}"
        if namespace:
            self.headers["X-Namespace"] = namespace

    def call(self, method, path, body=None, **options):
        """Sends JSON, if there is a body, and returns the response."""
        headers = self.headers | options.pop("headers", {})
        return requests.request(
            method, self.url + path, json=body, headers=headers, timeout=TIMEOUT, **options
        )

    def ok(self, method, path, body=None, **options):
        """The same, for a call that must succeed: the decoded answer."""
        response = self.call(method, path, body, **options)
        assert response.status_code == 200, f"{method} {path}: {response.status_code} {response.text}"
        return response.json()

    def refused(self, status, code, method, path, body=None, **options):
        """The same, for a call that must be refused in the contract's envelope: its `error`."""
        response = self.call(method, path, body, **options)
        assert response.status_code == status, f"{method} {path}: {response.status_code} {response.text}"
        envelope = response.json()
        assert (envelope["success"], envelope["status"]) == (False, status), envelope
        assert envelope["error"]["code"] == code, envelope
        return envelope["error"]


def put(url, content_type, content):
    """PUTs a file to its presigned URL as real clients do, with one header: the ETag of S3's answer."""
    response = requests.put(url, data=content, headers={"Content-Type": content_type}, timeout=TIMEOUT)
    assert response.status_code == 200, f"{response.status_code} {response.text}"
    return response.headers["ETag"]


def download(url):
    """What a presigned URL leads to."""
    response = requests.get(url, timeout=TIMEOUT)
    assert response.status_code == 200, f"{response.status_code} {response.text}"
    return response

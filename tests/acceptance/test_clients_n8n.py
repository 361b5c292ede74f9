"""What the n8n node sends: never a namespace, names of its own for some fields."""

import pytest

from conftest import fresh
from web import Http, put


@pytest.fixture(scope="module")
def node(deployment):
    """The node's HTTP: key and JSON, no X-Namespace."""
    return Http(deployment.url, deployment.key)


@pytest.fixture(scope="module")
def served(node):
    """Skips where requests without a namespace are refused, which is what the deployment chose."""
    response = node.call("POST", "/v1/buckets/list", {"limit": 1})
    if response.status_code == 400:
        assert response.json()["error"]["code"] == "namespace_required"
        pytest.skip("the deployment has no default namespace (its parameter DefaultNamespace)")
    assert response.status_code == 200, response.text


@pytest.fixture(scope="module")
def bucket(node, served):
    """A bucket as the node makes it."""
    schema = {"properties": {"file": {"type": "text"}}}
    body = {"bucket_name": fresh("n8n"), "schema": schema, "description": "by n8n"}
    made = node.ok("POST", "/v1/buckets", body)
    yield made["bucket_id"]
    node.ok("DELETE", f"/v1/buckets/{made['bucket_id']}")


def test_the_test_of_credentials_works_with_a_key_alone(node, deployment):
    assert node.ok("POST", "/v1/namespaces/list", {})["total_count"] >= 0
    assert Http(deployment.url, "sk_nobody").call("POST", "/v1/namespaces/list", {}).status_code == 401


def test_buckets_are_read_listed_and_patched(node, bucket):
    assert node.ok("GET", f"/v1/buckets/{bucket}")["bucket_schema"]["properties"]["file"]["type"] == "text"
    page = node.ok("POST", "/v1/buckets/list", {"limit": 50, "offset": 0})
    assert bucket in [one["bucket_id"] for one in page["results"]]
    assert "next_cursor" in page["pagination"]
    changed = node.ok("PATCH", f"/v1/buckets/{bucket}", {"description": "patched"})
    assert changed["description"] == "patched"


def test_name_instead_of_bucket_name_is_refused_by_design(node, served):
    """The API itself refuses it, and says which keys there are."""
    body = {"name": fresh("n8n"), "schema": {"properties": {}}}
    error = node.refused(422, "extra_forbidden", "POST", "/v1/buckets", body)
    [unknown] = [one for one in error["details"]["validation_errors"] if one["type"] == "extra_forbidden"]
    assert unknown["location"] == ["body", "name"]
    assert "bucket_name" in unknown["message"]


def test_name_instead_of_namespace_name_is_refused_by_design(node):
    node.refused(422, "extra_forbidden", "POST", "/v1/namespaces", {"name": fresh("n8n")})


def test_an_upload_is_made_filled_confirmed_and_listed(node, bucket):
    content = fresh("content").encode()
    body = {
        "filename": "a.bin",
        "content_type": "application/octet-stream",
        "file_size_bytes": len(content),
        "metadata": {"workflow": 7},
    }
    upload = node.ok("POST", f"/v1/buckets/{bucket}/uploads", body)
    etag = put(upload["presigned_url"], "application/octet-stream", content)
    path = f"/v1/buckets/{bucket}/uploads/{upload['upload_id']}"
    confirmed = node.ok("POST", f"{path}/confirm", {"file_size": len(content), "etag": etag})
    assert (confirmed["status"], bool(confirmed["object_id"])) == ("COMPLETED", True)
    assert node.ok("GET", path)["status"] == "COMPLETED"
    page = node.ok("POST", f"/v1/buckets/{bucket}/uploads/list", {"limit": 10, "offset": 0})
    assert upload["upload_id"] in [one["upload_id"] for one in page["results"]]


def test_a_file_size_that_is_not_the_files_is_refused_as_file_size_bytes_would_be(node, bucket):
    body = {"filename": "a.txt", "content_type": "text/plain"}
    upload = node.ok("POST", f"/v1/buckets/{bucket}/uploads", body)
    put(upload["presigned_url"], "text/plain", b"hello")
    path = f"/v1/buckets/{bucket}/uploads/{upload['upload_id']}"
    node.refused(400, "size_mismatch", "POST", f"{path}/confirm", {"file_size": 6})


def test_an_upload_is_deleted_and_pages_go_by_cursor(node, bucket):
    body = {"filename": "a.txt", "content_type": "text/plain"}
    upload = node.ok("POST", f"/v1/buckets/{bucket}/uploads", body)
    page = node.ok("POST", f"/v1/buckets/{bucket}/uploads/list", {"limit": 1})
    following = {"limit": 1, "cursor": page["pagination"]["next_cursor"]}
    second = node.ok("POST", f"/v1/buckets/{bucket}/uploads/list", following)
    assert second["results"][0]["upload_id"] != page["results"][0]["upload_id"]
    assert node.call("DELETE", f"/v1/buckets/{bucket}/uploads/{upload['upload_id']}").status_code == 204


def test_tasks_are_read_by_id(node, bucket):
    body = {"filename": "a.txt", "content_type": "text/plain"}
    upload = node.ok("POST", f"/v1/buckets/{bucket}/uploads", body)
    put(upload["presigned_url"], "text/plain", fresh("content").encode())
    path = f"/v1/buckets/{bucket}/uploads/{upload['upload_id']}"
    task_id = node.ok("POST", f"{path}/confirm?async=true")["task_id"]
    assert node.ok("GET", f"/v1/tasks/{task_id}")["status"] == "COMPLETED"

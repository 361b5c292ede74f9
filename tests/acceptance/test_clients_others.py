"""What other clients send and read: langchain, the MCP server, and Mixpeek's own showcase scripts."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import fresh
from web import Http, put


def test_langchain_adds_texts_and_urls(http, make_bucket):
    """It reads the id alone, and says `url` where the API has `data`."""
    bucket = make_bucket({"content": {"type": "text"}, "image": {"type": "image"}}).bucket_id
    path = f"/v1/buckets/{bucket}/objects"
    text = {"property": "content", "type": "text", "data": "All the world is a stage."}
    answer = http.ok("POST", path, {"blobs": [text], "metadata": {"source": "as-you-like-it"}})
    found = http.ok("GET", f"{path}/{answer['object_id']}")
    assert found["metadata"] == {"source": "as-you-like-it"}
    image = {"property": "image", "type": "image", "url": "https://example.com/a.png"}
    answer = http.ok("POST", path, {"blobs": [image], "metadata": {}})
    found = http.ok("GET", f"{path}/{answer['object_id']}")
    assert found["blobs"][0]["properties"]["url"] == "https://example.com/a.png"
    # Its next call is the engine's.
    http.refused(404, None, "POST", "/v1/collections/col_a/trigger")


def test_the_older_wheels_shapes_are_refused_as_the_api_refuses_them(http, bucket):
    """Version 0.81 sent a single `blob` and a bucket's `name`."""
    http.refused(
        422,
        "extra_forbidden",
        "POST",
        "/v1/buckets",
        {"name": fresh("bucket"), "bucket_schema": {"properties": {}}},
    )
    # At an object's root any key is a custom field, so this one is kept as such.
    answer = http.ok("POST", f"/v1/buckets/{bucket}/objects", {"blob": {"url": "https://example.com/a.mp4"}})
    assert (answer["blobs"], answer["blob"]) == ([], {"url": "https://example.com/a.mp4"})


def test_the_mcp_server_finds_its_tools(http, deployment):
    """Each operation of the document becomes a tool, named by its operationId."""
    document = http.ok("GET", "/openapi.json")
    assert http.ok("GET", "/docs/openapi.json") == document
    operations = [
        one for path in document["paths"].values() for verb, one in path.items() if verb in ("get", "post")
    ]
    names = [one["operationId"] for one in operations]
    assert len(names) == len(set(names))
    for path in ("/v1/buckets", "/v1/buckets/{bucket_identifier}/objects", "/v1/namespaces"):
        assert path in document["paths"]


def test_the_mcp_servers_placeholder_for_no_body_is_refused_where_keys_are_strict(http, bucket):
    body = {"note": "no JSON body provided"}
    http.refused(422, "extra_forbidden", "POST", f"/v1/buckets/{bucket}/uploads/list", body)


def test_the_gallery_ingests_by_batches_of_uploads(http, sdk):
    """A bucket that may be there already, URLs paired with files by position, ten workers."""
    name, files = fresh("gallery"), {f"art-{n}": fresh("content").encode() for n in range(12)}
    body = {
        "bucket_name": name,
        "bucket_schema": {
            "properties": {"art_id": {"type": "string", "required": True}, "image": {"type": "image"}}
        },
        "unique_key": {"fields": ["art_id"], "default_policy": "upsert"},
    }
    assert http.call("POST", "/v1/buckets", body).status_code in (200, 201)
    # The second run finds it by listing.
    assert http.call("POST", "/v1/buckets", body).status_code == 409
    found, cursor = None, None
    while found is None:
        page = http.ok("POST", "/v1/buckets/list", {"cursor": cursor} if cursor else {})
        found = next((one["bucket_id"] for one in page["results"] if one["bucket_name"] == name), None)
        cursor = page["pagination"]["next_cursor"]
        assert found or cursor

    def ingest():
        uploads = [
            {
                "filename": f"{key}.jpg",
                "content_type": "image/jpeg",
                "blob_property": "image",
                "blob_type": "image",
                "create_object_on_confirm": True,
                "object_metadata": {"art_id": key},
            }
            for key in files
        ]
        answer = http.ok("POST", f"/v1/buckets/{found}/uploads/batch", {"uploads": uploads})

        def one(pair):
            content, upload = pair
            if upload["skipped_unique_key"]:
                return upload["existing_object_id"]
            if upload["presigned_url"]:
                put(upload["presigned_url"], "image/jpeg", content)
            confirmed = http.ok("POST", f"/v1/buckets/{found}/uploads/{upload['upload_id']}/confirm", {})
            return confirmed["object_id"]

        with ThreadPoolExecutor(10) as workers:
            return list(workers.map(one, zip(files.values(), answer["uploads"])))

    first, second = ingest(), ingest()
    assert len(set(first)) == len(files)
    assert second == first


def test_the_galleries_type_document_is_refused_with_those_that_there_are(http):
    body = {"bucket_name": fresh("gallery"), "bucket_schema": {"properties": {"a": {"type": "document"}}}}
    error = http.refused(422, None, "POST", "/v1/buckets", body)
    assert "pdf" in error["details"]["validation_errors"][0]["message"]


def test_the_hospital_script_sends_nine_root_fields_and_declares_one(deployment, http):
    """Objects one by one from ten workers, then a batch, polled by its id alone."""
    body = {"bucket_name": fresh("hhs"), "bucket_schema": {"properties": {"content": {"type": "text"}}}}
    bucket = http.ok("POST", "/v1/buckets", body)["bucket_id"]
    conflict = http.call("POST", "/v1/buckets", body)
    assert conflict.status_code == 409 and "error" in conflict.json()

    def create(number):
        fields = {f"field_{n}": f"{number}-{n}" for n in range(9)}
        blob = {"property": "content", "type": "text", "data": f"text of provider {number}"}
        answer = http.ok("POST", f"/v1/buckets/{bucket}/objects", {"blobs": [blob]} | fields)
        assert fields.items() <= answer.items()
        return answer["object_id"]

    with ThreadPoolExecutor(10) as workers:
        ids = list(workers.map(create, range(20)))
    assert len(set(ids)) == 20
    batch = http.ok("POST", f"/v1/buckets/{bucket}/batches", {"object_ids": ids})
    task = http.ok("POST", f"/v1/buckets/{bucket}/batches/{batch['batch_id']}/submit", {})
    assert task["task_id"]
    by_key_alone = Http(deployment.url, deployment.key)
    polled = by_key_alone.ok("GET", f"/v1/batches/{batch['batch_id']}")
    assert (polled["status"], sorted(polled["object_ids"])) == ("PENDING", sorted(ids))


@pytest.mark.parametrize("path", ["/v1/buckets/create", "/v1/buckets/{bucket}/objects/create"])
def test_paths_of_older_versions_are_not_served(http, bucket, path):
    response = http.call("POST", path.replace("{bucket}", bucket), {})
    assert response.status_code == 404
    assert response.json()["error"]["type"] == "NotFoundError"

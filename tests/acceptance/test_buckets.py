"""Buckets by the generated classes."""

import mixpeek
import pytest
from mixpeek.exceptions import ConflictException, NotFoundException, UnprocessableEntityException

from conftest import fresh
from sdk import object_request
from waiting import eventually, finished_task


def patch(sdk, bucket_id, body, **query):
    """PATCHes a bucket."""
    return sdk.buckets.patch_bucket(bucket_id, mixpeek.BucketPatchRequest.from_dict(body), **query)


def put(sdk, bucket_id, body, **query):
    """PUTs a bucket."""
    return sdk.buckets.update_bucket(bucket_id, mixpeek.BucketUpdateRequest.from_dict(body), **query)


def test_a_bucket_is_made_with_all_that_was_sent(make_bucket):
    properties = {
        "sku": {"type": "string", "required": True, "description": "stock-keeping unit", "examples": ["A1"]},
        "size": {"type": "string", "enum": ["S", "M"], "default": "M"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "terms": {"type": "array"},
        "maker": {"type": "object", "properties": {"name": {"type": "string"}}},
        "photo": {"type": "image", "label": "kept as it is"},
    }
    made = make_bucket(
        properties,
        unique_key={"fields": ["sku"], "default_policy": "insert"},
        description="everything",
        metadata={"team": "catalog"},
        storage_class="standard",
    )
    assert made.bucket_id.startswith("bkt_")
    assert (made.description, made.metadata) == ("everything", {"team": "catalog"})
    assert (made.unique_key.fields, made.unique_key.default_policy) == (["sku"], "insert")
    assert (made.object_count, made.total_size_bytes, made.is_locked) == (0, 0, False)
    assert made.status == mixpeek.TaskStatusEnum.ACTIVE
    schema = made.bucket_schema.properties
    assert schema["sku"].required is True and schema["sku"].examples == ["A1"]
    assert (schema["size"].enum, schema["size"].default) == (["S", "M"], "M")
    assert schema["tags"].items.type == mixpeek.BucketSchemaFieldType.STRING
    assert schema["terms"].items is None
    assert schema["maker"].properties["name"].type == mixpeek.BucketSchemaFieldType.STRING
    assert schema["photo"].additional_properties["label"] == "kept as it is"


def test_a_bucket_is_found_by_its_id_and_by_its_name(sdk, make_bucket):
    made = make_bucket(description="found")
    by_id = sdk.buckets.get_bucket(made.bucket_id)
    assert by_id == sdk.buckets.get_bucket(made.bucket_name)
    assert by_id.description == "found"


def test_a_name_is_unique_in_the_namespace(make_bucket):
    made = make_bucket()
    with pytest.raises(ConflictException) as refusal:
        make_bucket(bucket_name=made.bucket_name)
    assert '"code":"bucket_name_taken"' in refusal.value.body


@pytest.mark.parametrize("kind", ["document", "keyword", "json", "STRING"])
def test_a_type_that_does_not_exist_is_refused_with_those_that_do(http, kind):
    """The wheel can't even send it; scripts of Mixpeek's own do."""
    body = {"bucket_name": fresh("bucket"), "bucket_schema": {"properties": {"a": {"type": kind}}}}
    error = http.refused(422, None, "POST", "/v1/buckets", body)
    [found] = error["details"]["validation_errors"]
    assert found["location"] == ["body", "bucket_schema", "properties", "a", "type"]
    assert "datetime" in found["message"]


@pytest.mark.parametrize("field", ["destination", "ingest_filter", "source_adapter"])
def test_what_the_engine_would_need_is_refused_and_not_dropped(http, field):
    body = {
        "bucket_name": fresh("bucket"),
        "bucket_schema": {"properties": {}},
        field: {"connection_id": "c"},
    }
    assert http.refused(422, "not_enabled", "POST", "/v1/buckets", body)["type"] == "NotEnabledError"


def test_a_unique_key_of_an_undeclared_or_file_field_is_refused(make_bucket):
    for field in ("absent", "clip"):
        with pytest.raises(UnprocessableEntityException):
            make_bucket(unique_key={"fields": [field]})


def test_buckets_are_listed_by_post_and_by_get(sdk, make_bucket):
    made = make_bucket(description="needle in the list")
    request = mixpeek.ListBucketsRequest(search=made.bucket_id)
    by_post = sdk.buckets.list_buckets(list_buckets_request=request)
    by_get = sdk.buckets.list_buckets_get(search=made.bucket_id)
    for page in (by_post, by_get):
        assert [one.bucket_id for one in page.results] == [made.bucket_id]
        assert page.total_count == 1
    by_description = sdk.buckets.list_buckets_get(search="needle in the LIST")
    assert [one.bucket_id for one in by_description.results] == [made.bucket_id]


def test_a_list_without_a_body_has_a_default_page(sdk, make_bucket):
    made = [make_bucket().bucket_id for _ in range(11)]
    page = sdk.buckets.list_buckets()
    assert len(page.results) == 10
    assert page.total_count >= len(made)
    assert page.pagination.total is None, "counted only when asked for"
    assert page.pagination.next_cursor


def test_pages_of_buckets_are_walked_by_cursor_without_gap_or_repeat(sdk, make_bucket):
    made = {make_bucket().bucket_id for _ in range(5)}
    seen, cursor = [], None
    while True:
        page = sdk.buckets.list_buckets(limit=3, cursor=cursor)
        seen += [one.bucket_id for one in page.results]
        cursor = page.pagination.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == page.total_count
    assert made <= set(seen)


def test_the_body_of_a_list_wins_over_the_query(sdk, make_bucket):
    make_bucket(), make_bucket()
    request = mixpeek.ListBucketsRequest(page_size=1, sort={"field": "created_at", "direction": "desc"})
    page = sdk.buckets.list_buckets(page_size=2, include_total=True, list_buckets_request=request)
    assert len(page.results) == 1
    assert page.pagination.page_size == 1
    assert page.pagination.total == page.total_count


def test_buckets_are_sorted_and_filtered(sdk, make_bucket):
    kind = fresh("kind")
    names = [make_bucket(description=kind).bucket_name for _ in range(3)]
    request = mixpeek.ListBucketsRequest(
        filters={"AND": [{"field": "description", "operator": "eq", "value": kind}]},
        sorts=[{"field": "bucket_name", "direction": "desc"}],
    )
    page = sdk.buckets.list_buckets(list_buckets_request=request)
    assert [one.bucket_name for one in page.results] == sorted(names, reverse=True)


def test_patch_changes_what_is_sent_and_nothing_else(sdk, make_bucket):
    made = make_bucket(description="before", metadata={"kept": True})
    patched = patch(sdk, made.bucket_id, {"description": "after"})
    assert (patched.description, patched.metadata) == ("after", {"kept": True})
    assert patched.bucket_name == made.bucket_name
    assert patched.created_at == made.created_at
    assert sdk.buckets.get_bucket(made.bucket_id).description == "after"


def test_a_renamed_bucket_is_found_by_its_new_name_alone(sdk, make_bucket):
    made, name = make_bucket(), fresh("renamed")
    assert patch(sdk, made.bucket_id, {"bucket_name": name}).bucket_name == name
    assert sdk.buckets.get_bucket(name).bucket_id == made.bucket_id
    with pytest.raises(NotFoundException):
        sdk.buckets.get_bucket(made.bucket_name)

    # The old name is free once nobody can remember it any more; the new one isn't.
    def take():
        try:
            return make_bucket(bucket_name=made.bucket_name)
        except ConflictException:
            return None

    other = eventually(take, seconds=150)
    assert other, "the old name was not given up"
    with pytest.raises(ConflictException):
        patch(sdk, other.bucket_id, {"bucket_name": name})


def test_put_leaves_what_is_not_sent(sdk, make_bucket):
    made = make_bucket(description="before", metadata={"kept": True})
    changed = put(sdk, made.bucket_id, {"metadata": {"new": 1}})
    assert (changed.description, changed.metadata) == ("before", {"new": 1})


def test_a_schema_grows_freely_and_shrinks_by_force_only(sdk, make_bucket):
    made = make_bucket({"title": {"type": "string"}})
    wider = {"properties": {"title": {"type": "string"}, "year": {"type": "integer"}}}
    grown = patch(sdk, made.bucket_id, {"bucket_schema": wider})
    assert set(grown.bucket_schema.properties) == {"title", "year"}
    narrower = {"bucket_schema": {"properties": {"year": {"type": "integer"}}}}
    for change in (patch, put):
        with pytest.raises(ConflictException) as refusal:
            change(sdk, made.bucket_id, narrower)
        assert '"code":"schema_break"' in refusal.value.body
    shrunk = patch(sdk, made.bucket_id, narrower, force_schema_break=True)
    assert set(shrunk.bucket_schema.properties) == {"year"}


def test_of_a_unique_key_only_the_default_policy_may_change(sdk, http, make_bucket):
    made = make_bucket(unique_key={"fields": ["sku"], "default_policy": "insert"})
    changed = patch(sdk, made.bucket_id, {"unique_key": {"fields": ["sku"], "default_policy": "upsert"}})
    assert changed.unique_key.default_policy == "upsert"
    # The wheel never sends null.
    raw = {"unique_key": {"fields": ["sku"], "default_policy": None}}
    assert http.ok("PATCH", f"/v1/buckets/{made.bucket_id}", raw)["unique_key"]["default_policy"] is None
    with pytest.raises(UnprocessableEntityException):
        patch(sdk, made.bucket_id, {"unique_key": {"fields": ["title"]}})
    with pytest.raises(UnprocessableEntityException):
        patch(sdk, make_bucket().bucket_id, {"unique_key": {"fields": ["sku"]}})


def test_a_buckets_counters_follow_its_objects(sdk, make_bucket):
    """They are counted from the table's stream, so a moment later."""
    bucket = make_bucket().bucket_id
    blob = {"property": "notes", "type": "text", "data": "twelve bytes"}
    made = [sdk.objects.create_object_buckets(bucket, object_request(blobs=[blob])) for _ in range(3)]
    sdk.objects.delete_object_buckets(bucket, made[0].object_id)

    def counted():
        now = sdk.buckets.get_bucket(bucket)
        return now if (now.object_count, now.total_size_bytes) == (2, 24) else None

    assert eventually(counted, seconds=60), sdk.buckets.get_bucket(bucket).to_dict()


@pytest.fixture(scope="module")
def doomed(sdk, make_bucket):
    """A bucket with content whose deletion has begun, and the answer to it."""
    bucket = make_bucket(unique_key={"fields": ["sku"], "default_policy": "insert"})
    for sku in ("A", "B"):
        blob = {"property": "notes", "type": "text", "data": "to be removed"}
        sdk.objects.create_object_buckets(bucket.bucket_id, object_request(sku=sku, blobs=[blob]))
    return bucket, sdk.buckets.delete_bucket(bucket.bucket_id)


def test_deleting_a_bucket_answers_a_task_at_once(sdk, doomed):
    bucket, answer = doomed
    assert answer["status"] == "PENDING"
    assert (answer["bucket_id"], answer["bucket_name"]) == (bucket.bucket_id, bucket.bucket_name)
    assert isinstance(answer["object_count"], int)
    task = sdk.tasks.get_task(answer["task_id"])
    assert task.task_type.value == "api_buckets_delete"


def test_deleting_a_bucket_again_answers_the_same_task(sdk, doomed):
    bucket, answer = doomed
    try:
        assert sdk.buckets.delete_bucket(bucket.bucket_id)["task_id"] == answer["task_id"]
    except NotFoundException:
        assert sdk.tasks.get_task(answer["task_id"]).status.value == "COMPLETED"


@pytest.mark.last
def test_a_deleted_bucket_is_gone_when_its_task_has_ended(sdk, make_bucket, doomed):
    bucket, answer = doomed
    task = finished_task(sdk, answer["task_id"], seconds=300)
    assert task.status.value == "COMPLETED", task.to_dict()
    with pytest.raises(NotFoundException):
        sdk.buckets.get_bucket(bucket.bucket_id)
    with pytest.raises(NotFoundException):
        sdk.objects.list_objects_buckets(bucket.bucket_id)
    assert make_bucket(bucket_name=bucket.bucket_name).bucket_id != bucket.bucket_id

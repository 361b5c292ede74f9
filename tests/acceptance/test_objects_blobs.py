"""Creating objects: every form of a blob's data, read back from S3 where bytes were sent."""

import base64
import hashlib

import mixpeek
import pytest
from mixpeek.exceptions import BadRequestException, NotFoundException, UnprocessableEntityException

from sdk import object_request
from web import download, put

PROPERTIES = {
    "notes": {"type": "text"},
    "photo": {"type": "image"},
    "paper": {"type": "pdf"},
    "facts": {"type": "object"},
    "pages": {"type": "integer"},
    "ready": {"type": "boolean"},
    "tags": {"type": "array"},
    "slides": {"type": "array", "items": {"type": "image"}},
}
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
ENCODED = base64.b64encode(PNG).decode()


@pytest.fixture(scope="module")
def bucket(make_bucket):
    return make_bucket(PROPERTIES).bucket_id


@pytest.fixture
def create(sdk, bucket):
    """Creates an object with one blob and returns that blob as it is answered."""

    def create(**blob):
        made = sdk.objects.create_object_buckets(bucket, object_request(blobs=[blob]))
        assert made.status == mixpeek.TaskStatusEnum.PENDING
        [answered] = made.blobs
        assert (answered.var_property, answered.type.value) == (blob["property"], blob["type"])
        assert answered.blob_id
        return made, answered

    return create


def refused(sdk, bucket, **blob):
    """Where the 422 of an object with this one blob finds fault, within the blob."""
    with pytest.raises(UnprocessableEntityException) as refusal:
        sdk.objects.create_object_buckets(bucket, object_request(blobs=[blob]))
    errors = refusal.value.data.error.details["validation_errors"]
    assert all(error["location"][:3] == ["body", "blobs", 0] for error in errors), errors
    return [error["location"][3:] for error in errors]


def content(sdk, made):
    """What the object's one blob leads to."""
    found = sdk.objects.get_object_buckets(made.bucket_id, made.object_id, return_presigned_urls=True)
    [blob] = found.blobs
    assert blob.properties["presigned_url"] == blob.presigned_url
    return download(blob.presigned_url)


@pytest.mark.parametrize(
    "data",
    [
        f"data:image/png;base64,{ENCODED}",
        {"base64": ENCODED, "mime_type": "image/png", "filename": "dot.png"},
    ],
    ids=["data URI", "base64"],
)
def test_bytes_in_the_request_are_stored(sdk, create, data):
    made, blob = create(property="photo", type="image", data=data)
    assert (blob.details.size_bytes, blob.details.mime_type) == (len(PNG), "image/png")
    assert blob.details.hash == "sha256:" + hashlib.sha256(PNG).hexdigest()
    assert blob.properties["url"].startswith("s3://")
    assert content(sdk, made).content == PNG


@pytest.mark.parametrize("data", ["All the world is a stage.", {"text": "All the world is a stage."}])
def test_text_is_stored_and_shown(sdk, create, data):
    made, blob = create(property="notes", type="text", data=data)
    assert blob.properties["text"] == "All the world is a stage."
    assert blob.details.mime_type.startswith("text/plain")
    assert content(sdk, made).text == "All the world is a stage."


@pytest.mark.parametrize(
    "url", ["https://example.com/a/b.png", "http://example.com/b.png?v=1", "s3://elsewhere/b.png"]
)
@pytest.mark.parametrize("wrapped", [False, True], ids=["string", "object"])
def test_a_url_is_kept_as_the_source(create, url, wrapped):
    data = {"url": url} if wrapped else url
    _, blob = create(property="photo", type="image", data=data, canonicalize_source=False)
    assert blob.properties["url"] == url


def test_a_url_may_say_what_it_leads_to(create):
    data = {"url": "https://example.com/b", "mime_type": "image/png", "filename": "b.png"}
    _, blob = create(property="photo", type="image", data=data)
    assert (blob.details.mime_type, blob.details.filename) == ("image/png", "b.png")


@pytest.mark.parametrize(
    "kind, data", [("facts", {"a": 1}), ("pages", 12), ("ready", True), ("tags", ["x", "y"])]
)
def test_json_is_kept_as_the_blobs_properties(create, kind, data):
    _, blob = create(property=kind, type=PROPERTIES[kind]["type"], data=data)
    expected = data if isinstance(data, dict) else {"value": data}
    assert expected.items() <= blob.properties.items()
    assert blob.details.size_bytes is None


def test_facts_of_a_file_without_the_file_are_kept(create):
    """The original's own examples describe a PDF by its pages and title."""
    _, blob = create(property="paper", type="pdf", data={"num_pages": 5, "title": "Agreement"})
    assert {"num_pages": 5, "title": "Agreement"}.items() <= blob.properties.items()
    assert blob.details.hash is None


def test_a_confirmed_upload_is_referred_to_by_several_objects(sdk, bucket, create):
    request = mixpeek.CreateUploadRequest(
        filename="dot.png", content_type="image/png", create_object_on_confirm=False
    )
    upload = sdk.uploads.create_upload_buckets(bucket, request)
    put(upload.presigned_url, "image/png", PNG)
    confirmed = sdk.uploads.confirm_upload_buckets(bucket, upload.upload_id)
    assert confirmed.object_id is None
    for _ in range(2):
        made, blob = create(property="photo", type="image", upload_id=upload.upload_id)
        assert (blob.details.filename, blob.details.size_bytes) == ("dot.png", len(PNG))
        assert content(sdk, made).content == PNG


def test_an_upload_that_is_not_confirmed_or_not_there_is_refused(sdk, bucket):
    request = mixpeek.CreateUploadRequest(
        filename="dot.png", content_type="image/png", create_object_on_confirm=False
    )
    upload = sdk.uploads.create_upload_buckets(bucket, request)
    blob = {"property": "photo", "type": "image", "upload_id": upload.upload_id}
    with pytest.raises(BadRequestException) as refusal:
        sdk.objects.create_object_buckets(bucket, object_request(blobs=[blob]))
    assert refusal.value.data.error.code == "upload_not_confirmed"
    blob["upload_id"] = "upl_nobody"
    with pytest.raises(NotFoundException) as refusal:
        sdk.objects.create_object_buckets(bucket, object_request(blobs=[blob]))
    assert refusal.value.data.error.details["resource"] == "upload"


def test_a_blobs_metadata_is_shown_with_it_and_promoted_to_the_root(sdk, bucket):
    blobs = [
        {"property": "notes", "type": "text", "data": "a", "metadata": {"lang": "en", "page": 1}},
        {"property": "pages", "type": "integer", "data": 2, "metadata": {"lang": "de"}},
    ]
    made = sdk.objects.create_object_buckets(bucket, object_request(blobs=blobs, page=9))
    assert [blob.properties["lang"] for blob in made.blobs] == ["en", "de"]
    assert made.blobs[0].properties["page"] == 1
    # The root wins, then the first blob.
    assert made.additional_properties == {"lang": "en", "page": 9}


def test_key_prefixes_and_checksums_are_kept(sdk, bucket):
    digest = hashlib.sha256(b"a").hexdigest()
    blob = {"property": "notes", "type": "text", "data": "a", "key_prefix": "/a.txt", "checksum": digest}
    made = sdk.objects.create_object_buckets(bucket, object_request(blobs=[blob], key_prefix="/launch"))
    assert (made.key_prefix, made.blobs[0].key_prefix) == ("/launch", "/a.txt")
    assert made.blobs[0].details.hash == f"sha256:{digest}"


def test_several_blobs_share_a_property_that_is_an_array(sdk, bucket):
    slide = {"property": "slides", "type": "image", "data": f"data:image/png;base64,{ENCODED}"}
    made = sdk.objects.create_object_buckets(bucket, object_request(blobs=[slide, slide]))
    assert [blob.var_property for blob in made.blobs] == ["slides", "slides"]
    photo = slide | {"property": "photo"}
    with pytest.raises(UnprocessableEntityException):
        sdk.objects.create_object_buckets(bucket, object_request(blobs=[photo, photo]))


@pytest.mark.parametrize(
    "blob, location",
    [
        ({"property": "nothing", "type": "text", "data": "a"}, ["property"]),
        ({"property": "notes", "type": "image", "data": "https://example.com/a.png"}, ["type"]),
        ({"property": "notes", "type": "text", "data": "file:///etc/passwd"}, ["data"]),
        ({"property": "photo", "type": "image", "data": "no URL at all"}, ["data"]),
        ({"property": "photo", "type": "image", "data": {"base64": "???"}}, ["data", "base64"]),
        ({"property": "notes", "type": "text", "data": "a", "checksum": "sha256:xyz"}, ["checksum"]),
        (
            {"property": "notes", "type": "text", "data": base64.b64encode(b"readable text").decode()},
            ["data"],
        ),
        ({"property": "facts", "type": "object", "data": {"presigned_url": "x"}}, ["data", "presigned_url"]),
        ({"property": "notes", "type": "text", "data": "a", "metadata": {"url": "x"}}, ["metadata", "url"]),
    ],
    ids=lambda value: None if isinstance(value, dict) else "-".join(value),
)
def test_a_blob_that_can_not_be_is_refused_by_field(sdk, bucket, blob, location):
    assert refused(sdk, bucket, **blob) == [location]


def test_a_blob_needs_data_or_an_upload_and_not_both(sdk, bucket):
    assert refused(sdk, bucket, property="notes", type="text")
    assert refused(sdk, bucket, property="notes", type="text", data="a", upload_id="upl_a")


def test_every_fault_of_a_request_is_reported_at_once(sdk, bucket):
    blobs = [
        {"property": "notes", "type": "text", "data": "file:///etc/passwd"},
        {"property": "nothing", "type": "text", "data": "a"},
    ]
    with pytest.raises(UnprocessableEntityException) as refusal:
        sdk.objects.create_object_buckets(bucket, object_request(blobs=blobs))
    errors = refusal.value.data.error.details["validation_errors"]
    assert {error["location"][2] for error in errors} == {0, 1}

"""The PUT to a presigned URL by the programs that people use."""

import shutil
import subprocess

import mixpeek
import pytest
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

from web import download, put

NAMES = ["plain.txt", "with space & ampersand.txt", "文字 żółć.txt", "x" * 251 + ".txt"]


@pytest.fixture
def upload(sdk, bucket):
    """An upload of a text of eleven bytes."""

    def make(filename="a.txt", **fields):
        body = {"filename": filename, "content_type": "text/plain", "blob_property": "notes"} | fields
        request = mixpeek.CreateUploadRequest.from_dict(body)
        return sdk.uploads.create_upload_buckets(bucket, request)

    return make


def confirmed(sdk, upload):
    """Confirms the upload; what its object's blob says of the file."""
    answer = sdk.uploads.confirm_upload_buckets(upload.bucket_id, upload.upload_id)
    found = sdk.objects.get_object_buckets(upload.bucket_id, answer.object_id)
    return found.blobs[0].details


@pytest.mark.parametrize("declared", [{}, {"file_size_bytes": 11}], ids=["any size", "declared size"])
def test_requests_with_the_content_type_alone(sdk, upload, declared):
    made = upload(skip_duplicates=False, **declared)
    put(made.presigned_url, "text/plain", b"hello world")
    assert confirmed(sdk, made).size_bytes == 11


def test_curl_as_the_documentation_has_it(sdk, upload, tmp_path):
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    made = upload(skip_duplicates=False)
    (tmp_path / "a.txt").write_bytes(b"hello world")
    command = ["curl", "-sS", "--fail", "-X", "PUT", made.presigned_url, "-H", "Content-Type: text/plain"]
    subprocess.run([*command, "--upload-file", tmp_path / "a.txt"], check=True, timeout=60)
    assert confirmed(sdk, made).size_bytes == 11


def test_boto3s_own_http_client(sdk, upload):
    made = upload(skip_duplicates=False, file_size_bytes=11)
    headers = {"Content-Type": "text/plain"}
    request = AWSRequest(method="PUT", url=made.presigned_url, headers=headers, data=b"hello world")
    response = URLLib3Session().send(request.prepare())
    assert response.status_code == 200, response.text
    assert confirmed(sdk, made).size_bytes == 11


@pytest.mark.parametrize("filename", NAMES)
def test_any_file_name_comes_back_and_its_url_fits(sdk, upload, filename):
    made = upload(filename, skip_duplicates=False)
    assert len(made.presigned_url) <= 2083
    put(made.presigned_url, "text/plain", b"hello world")
    assert confirmed(sdk, made).filename == filename


def test_a_second_put_after_the_confirm_changes_nothing(sdk, upload):
    made = upload(skip_duplicates=False)
    put(made.presigned_url, "text/plain", b"hello world")
    confirmed(sdk, made)
    put(made.presigned_url, "text/plain", b"HELLO WORLD")
    found = sdk.uploads.get_upload_buckets(made.bucket_id, made.upload_id, return_presigned_urls=True)
    assert download(found["presigned_url"]).content == b"hello world"

"""What the tests stand on: a stack, callers, and a namespace of their own."""

import secrets

import mixpeek
import pytest

from deployment import Deployment
from sdk import Sdk
from web import Http

# A text and a video may come with each object; none has to.
SCHEMA = {
    "properties": {
        "sku": {"type": "string"},
        "title": {"type": "string"},
        "price": {"type": "float"},
        "notes": {"type": "text"},
        "clip": {"type": "video"},
    }
}


def pytest_collection_modifyitems(items):
    """Puts the tests that wait for something at the end."""
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


def fresh(kind):
    """A name that nobody has yet."""
    return f"acceptance-{kind}-{secrets.token_hex(4)}"


@pytest.fixture(scope="session")
def deployment():
    """The stack that is tested."""
    try:
        return Deployment.from_environment()
    except KeyError as missing:
        pytest.exit(f"{missing.args[0]} is not set; scripts/acceptance.sh sets it", 4)


@pytest.fixture(scope="session")
def namespace(deployment):
    """The id of a namespace of the tests' own, removed at the end; or the one that was named, if the
    key can't make one."""
    namespaces = Sdk(deployment.url, deployment.key).namespaces
    request = mixpeek.CreateNamespaceRequest(namespace_name=fresh("run"))
    try:
        made = namespaces.create_namespace(request)
    except mixpeek.exceptions.ForbiddenException:
        if not deployment.namespace:
            pytest.exit("STOWAGE_KEY may not make namespaces: name one in STOWAGE_NAMESPACE", 4)
        yield deployment.namespace
        return
    yield made.namespace_id
    namespaces.delete_namespace(made.namespace_id, force=True)


@pytest.fixture(scope="session")
def sdk(deployment, namespace):
    """The generated classes, as the holder of STOWAGE_KEY uses them."""
    return Sdk(deployment.url, deployment.key, namespace)


@pytest.fixture(scope="session")
def mp(deployment, namespace):
    """The high-level client."""
    return mixpeek.Mixpeek(deployment.key, namespace=namespace, base_url=f"{deployment.url}/v1")


@pytest.fixture(scope="session")
def http(deployment, namespace):
    """Plain HTTP with key and namespace."""
    return Http(deployment.url, deployment.key, namespace)


@pytest.fixture(scope="session")
def reader(deployment, namespace):
    """The generated classes with a key that may only read."""
    if not deployment.read_key:
        pytest.skip("STOWAGE_READ_KEY is not given: a key that may only read")
    return Sdk(deployment.url, deployment.read_key, namespace)


@pytest.fixture(scope="session")
def bound(deployment, namespace):
    """The generated classes with a key that may not use the tests' namespace."""
    if not deployment.bound_key or namespace == deployment.namespace:
        pytest.skip("STOWAGE_BOUND_KEY is not given: a key that may use STOWAGE_NAMESPACE alone")
    return Sdk(deployment.url, deployment.bound_key, namespace)


@pytest.fixture(scope="session")
def stranger(deployment):
    """The generated classes with another organisation's key, in a namespace of its own."""
    if not deployment.other_key:
        pytest.skip("STOWAGE_OTHER_KEY is not given: a key of another organisation")
    namespaces = Sdk(deployment.url, deployment.other_key).namespaces
    request = mixpeek.CreateNamespaceRequest(namespace_name=fresh("stranger"))
    made = namespaces.create_namespace(request)
    yield Sdk(deployment.url, deployment.other_key, made.namespace_id)
    namespaces.delete_namespace(made.namespace_id, force=True)


@pytest.fixture(scope="session")
def make_bucket(sdk):
    """Makes a bucket, of the usual schema if none is named."""

    def make(properties=None, unique_key=None, **fields):
        schema = {"properties": properties} if properties else SCHEMA
        body = {"bucket_name": fresh("bucket"), "bucket_schema": schema, "unique_key": unique_key} | fields
        return sdk.buckets.create_bucket(mixpeek.BucketCreateRequest.from_dict(body))

    return make


@pytest.fixture(scope="module")
def bucket(make_bucket):
    """The id of a bucket without a unique key, one for each file of tests."""
    return make_bucket().bucket_id


@pytest.fixture(scope="module")
def keyed_bucket(make_bucket):
    """The id of a bucket in which `sku` identifies an object, without a default policy."""
    return make_bucket(unique_key={"fields": ["sku"]}).bucket_id

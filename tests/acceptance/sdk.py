"""The SDK's generated classes for one caller, in one place."""

import mixpeek

from decoding import CheckingClient


class Sdk:
    """One caller's API objects: `sdk.objects.create_object_buckets(…)` and so on."""

    def __init__(self, url, key, namespace=None, client=CheckingClient):
        named = {"NamespaceHeader": namespace} if namespace else {}
        self.client = client(mixpeek.Configuration(host=url, access_token=key, api_key=named))
        self.namespaces = mixpeek.NamespacesApi(self.client)
        self.buckets = mixpeek.BucketsApi(self.client)
        self.objects = mixpeek.BucketObjectsApi(self.client)
        self.uploads = mixpeek.BucketUploadsApi(self.client)
        self.bucket_batches = mixpeek.BucketBatchesApi(self.client)
        self.batches = mixpeek.BatchesApi(self.client)
        self.tasks = mixpeek.TasksApi(self.client)
        self.health = mixpeek.HealthApi(self.client)


def object_request(**fields):
    """A CreateObjectRequest with custom fields: as keywords of the constructor they'd be dropped."""
    return mixpeek.CreateObjectRequest.from_dict(fields)


def condition(field, operator, value):
    """One filter condition as the wheel sends it; its FilterCondition can't be constructed."""
    node = {"AND": [{"field": field, "operator": operator, "value": value}]}
    return mixpeek.LogicalOperatorInput.from_dict(node)

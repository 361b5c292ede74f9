"""Every operation of the SDK's ingestion classes is called by some test, or is named here with the reason."""

import inspect
from pathlib import Path

import mixpeek
import pytest
from mixpeek.exceptions import NotFoundException

from sdk import Sdk

CLASSES = [
    mixpeek.NamespacesApi,
    mixpeek.BucketsApi,
    mixpeek.BucketObjectsApi,
    mixpeek.BucketUploadsApi,
    mixpeek.BucketBatchesApi,
    mixpeek.BatchesApi,
    mixpeek.TasksApi,
    mixpeek.HealthApi,
]

# Of Mixpeek's engine: vectors, documents, tiers of processing, and the state of its own machines.
ENGINE = """
ensure_namespace_indexes get_namespace_stats get_namespace_stats_batch
aggregate_objects_buckets bulk_soft_delete_objects_buckets
bulk_submit_batches_buckets cancel_job_buckets_batches_batch_id_tiers_num_ray
cancel_tier_buckets_batches_batch_id_num delete_batch_documents_buckets_batches
diagnose_batch_buckets_batches estimate_batch_cost_buckets_batches get_batch_audit_buckets_batches
get_batch_logs_buckets_batches get_failed_documents_buckets_batches_batch
heal_tier_buckets_batches_batch_id_num patch_batch_buckets_batches resubmit_batch_buckets_batches
retry_batch_buckets_batches retry_tier_buckets_batches_batch_id_num submit_all_drafts_buckets_batches
get_queue_status_batches celery_beat_health healthcheck_deep_health liveness_health
""".split()


def operations(of):
    """The operations of a generated class, each once."""
    forms = ("_with_http_info", "_without_preload_content")
    names = [name for name, _ in inspect.getmembers(of, inspect.isfunction)]
    return [name for name in names if not name.startswith("_") and not name.endswith(forms)]


@pytest.mark.parametrize("of", CLASSES, ids=lambda of: of.__name__)
def test_every_operation_is_tested_or_left_out_on_purpose(of):
    sources = [
        path.read_text() for path in Path(__file__).parent.glob("test_*.py") if path.name != "test_scope.py"
    ]
    called = {name for name in operations(of) if any(f".{name}" in source for source in sources)}
    left_out = set(operations(of)) & set(ENGINE)
    assert not called & left_out, "called by a test, so not left out"
    assert called | left_out == set(operations(of))


@pytest.mark.parametrize("name", ["celery_beat_health", "healthcheck_deep_health", "liveness_health"])
def test_what_is_left_out_fails_clearly(deployment, name):
    health = Sdk(deployment.url, deployment.key).health
    with pytest.raises(NotFoundException) as refusal:
        getattr(health, name)()
    assert refusal.value.data.error.details["resource"] == "route"

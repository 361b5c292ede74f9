"""Fields of the SDK's models that are facts of Mixpeek's engine, which Stowage hasn't got.

An answer leaves them out; each is optional in its model. Every other declared field is answered, null
if need be, because the high-level client's `answer.field` fails on a key that isn't there.
"""

_NAMESPACE = """
namespace_type scope infrastructure trusted_issuers cost_cap_override tiering pinned spend_budget budget
cluster_id feature_extractors payload_indexes payload_index_count document_count_complete
collection_count auto_create_indexes adaptive_indexing vector_inference_map dynamic_vector_indexes
vector_configs clone_status clone_error clone_phase clone_task_id clone_dispatched_at
source_namespace_id expires_at
"""

# A schema is answered as it was sent, but for `required`.
_SCHEMA_FIELD = "default items properties examples description enum"

_NAMESPACE_STATS = """
total_feature_extractors total_payload_indexes total_documents_complete total_collections
avg_feature_extractors_per_namespace avg_payload_indexes_per_namespace avg_collections_per_namespace
"""

# What became of a batch in the engine, and what its clusters did.
_BATCH = """
queue_context effective_dedup_strategy submitted_by_key_id submitted_by_key_prefix submitted_by_is_internal
dedup_audit failure_reason error_summary failure_category failed_objects partial_objects
partial_object_count unaccounted_object_count manifest_key loaded_object_ids internal_metadata tier_tasks
current_tier total_tiers dag_tiers progress documents_written documents_replaced documents_deleted
pages_dropped pages_dropped_reasons segments_dropped segments_dropped_reasons status_diagnostics
documents_resolvable documents_resolvable_error health cost last_activity_at retry_count max_retries
last_retry_at retry_reason node_death_resubmit_count deploy_resubmit_count quota_block_first_seen_at
webhook_url status_message estimated_completion
"""

# A batch's metadata is answered as it was sent.
_BATCH_METADATA = "campaign_id source tags notes"

LEFT_OUT = {
    "BatchModel": set(_BATCH.split()),
    "BatchMetadata": set(_BATCH_METADATA.split()),
    "NamespaceListStats": set(_NAMESPACE_STATS.split()),
    "NamespaceModel": set(_NAMESPACE.split()),
    "BucketSchemaFieldOutput": set(_SCHEMA_FIELD.split()),
}

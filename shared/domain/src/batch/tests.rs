use super::*;

fn batch(status: BatchStatus, objects: usize) -> Batch {
    let now = Timestamp::from_millis(1_795_438_800_000);
    Batch {
        batch_id: BatchId::random(),
        organisation_id: OrganisationId::random(),
        namespace_id: NamespaceId::random(),
        bucket_id: BucketId::random(),
        batch_name: None,
        object_ids: (0..objects).map(|_| ObjectId::random()).collect(),
        collection_ids: Some(vec!["col_a".to_owned()]),
        dedup_strategy: None,
        metadata: Map::new(),
        status,
        attempt: 0,
        left_ids: None,
        error: None,
        failed_object_count: 0,
        task_id: None,
        version: 3,
        created_at: now,
        updated_at: now,
    }
}

const ALL: [BatchStatus; 7] = [
    BatchStatus::Draft,
    BatchStatus::Pending,
    BatchStatus::InProgress,
    BatchStatus::Completed,
    BatchStatus::CompletedWithErrors,
    BatchStatus::Failed,
    BatchStatus::Canceled,
];

#[test]
fn each_step_is_possible_from_its_states_alone() {
    use BatchStatus::{Canceled, Draft, InProgress, Pending};
    let now = Timestamp::from_millis(1_795_438_900_000);
    for status in ALL {
        let batch = batch(status, 1);
        let request = SubmitBatchRequest::default();
        assert_eq!(batch.submitted(&request, now).is_ok(), status == Draft, "{status:?}");
        assert_eq!(batch.with_more(&[ObjectId::random()], now).is_ok(), status == Draft, "{status:?}");
        let cancels = matches!(status, Draft | Pending | InProgress | Canceled);
        assert_eq!(batch.canceled(now).is_ok(), cancels, "{status:?}");
        assert_eq!(batch.begun(now).is_ok(), !matches!(status, Draft | Canceled), "{status:?}");
        let moves = batch.begun(now).is_ok_and(|begun| begun.status != batch.status);
        assert_eq!(moves, status == Pending, "{status:?}");
        let deletes = !matches!(status, Pending | InProgress);
        assert_eq!(batch.check_deletable().is_ok(), deletes, "{status:?}");
        assert_eq!(batch.ends_at_seconds().is_some(), status == Draft, "{status:?}");
    }
}

#[test]
fn a_submission_makes_the_task_that_the_batch_names() {
    let now = Timestamp::from_millis(1_795_438_900_000);
    let draft = batch(BatchStatus::Draft, 2);
    let request = SubmitBatchRequest { collection_ids: None, ..SubmitBatchRequest::default() };
    let (submitted, task) = draft.submitted(&request, now).unwrap();
    assert_eq!(submitted.task_id, Some(task.task_id));
    assert_eq!((submitted.version, submitted.updated_at), (4, now));
    assert_eq!(submitted.collection_ids, draft.collection_ids);
    assert!(task.work.is_none(), "processors do it");
    assert_eq!(
        batch(BatchStatus::Draft, 0).submitted(&SubmitBatchRequest::default(), now).unwrap_err().status(),
        400
    );
}

#[test]
fn objects_are_added_once_and_within_the_limit() {
    let now = Timestamp::from_millis(1_795_438_900_000);
    let draft = batch(BatchStatus::Draft, MAX_BATCH_MEMBERS - 1);
    let (known, new) = (draft.object_ids[0].clone(), ObjectId::random());
    let full = draft.with_more(&[known.clone(), new.clone(), new.clone()], now).unwrap();
    assert_eq!((full.object_ids.len(), full.object_ids.last()), (MAX_BATCH_MEMBERS, Some(&new)));
    assert!(full.with_more(&[known], now).is_ok());
    assert_eq!(full.with_more(&[ObjectId::random()], now).unwrap_err().status(), 422);
}

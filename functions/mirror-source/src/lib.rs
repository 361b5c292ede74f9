//! Copies what an object's blobs refer to on the web into S3.
//!
//! A message of its queue names an object. Each of its blobs that waits is fetched, written to a fresh
//! place, and gets that place if the object still has it by then; or that of an earlier copy of the same
//! bytes, and the fresh one goes again. What comes late or twice finds nothing that waits.

mod copy;

use stowage_api::event::{QueueMessage, Unreadable};
use stowage_api::{Deadline, EventFunction, Note};
use stowage_blobs::ports::{DeleteBytes, MirrorBytes};
use stowage_domain::bucket::Bucket;
use stowage_domain::error::Cause;
use stowage_domain::limits::{MAX_MIRROR_BYTES, MAX_MIRROR_RECEIVES};
use stowage_domain::object::{MirrorMessage, Mirrored, Object};
use stowage_domain::{Error, Result};
use stowage_fetch::{FetchRules, Fetcher, Internet, Network};
use stowage_store::ports::{FindBucket, FindObject, MirrorObject, Recorded};

use copy::Problem;

/// The function, over the ports that it needs.
pub struct MirrorSource<S, B, N = Internet> {
    store: S,
    blobs: B,
    fetcher: Fetcher<N>,
}

/// What may be fetched, where the deployment says so from these ports and private hosts.
pub fn rules(ports: &[u16], private_hosts: &[String]) -> FetchRules {
    let mut rules = FetchRules {
        private_hosts: private_hosts.to_vec(),
        max_bytes: MAX_MIRROR_BYTES,
        ..FetchRules::default()
    };
    if !ports.is_empty() {
        rules.ports = ports.to_vec();
    }
    rules
}

impl<S, B, N> MirrorSource<S, B, N> {
    /// The function over a store, its blobs and the web.
    pub fn new(store: S, blobs: B, fetcher: Fetcher<N>) -> Self {
        Self { store, blobs, fetcher }
    }
}

impl<S, B, N> EventFunction for MirrorSource<S, B, N>
where
    S: FindBucket + FindObject + MirrorObject,
    B: MirrorBytes + DeleteBytes,
    N: Network,
{
    const NAME: &'static str = "mirror-source";
    type Record = QueueMessage;

    async fn handle(&self, messages: &[QueueMessage], deadline: Deadline, note: &mut Note) -> Result<()> {
        for message in messages {
            let is_last = message.received >= MAX_MIRROR_RECEIVES;
            let read = serde_json::from_str(&message.body);
            let message: MirrorMessage = read.map_err(|_| Unreadable("no object is named").in_message())?;
            note.organisation_id = Some(message.organisation_id.to_string());
            note.namespace_id = Some(message.namespace_id.to_string());
            // Boxed, or the handler's future would be too deep to lay out.
            let outcome = Box::pin(self.work_on(&message, is_last, deadline, note)).await?;
            note.outcome = Some(outcome);
        }
        Ok(())
    }
}

impl<S, B, N> MirrorSource<S, B, N>
where
    S: FindBucket + FindObject + MirrorObject,
    B: MirrorBytes + DeleteBytes,
    N: Network,
{
    async fn work_on(
        &self,
        message: &MirrorMessage,
        is_last: bool,
        deadline: Deadline,
        note: &mut Note,
    ) -> Result<&'static str> {
        let Some((bucket, object)) = self.find(message).await? else { return Ok("nothing to do") };
        let (mut outcome, mut may_pass, mut is_first) = ("nothing to do", None, true);
        for blob in &object.blobs {
            let Some(waiting) = blob.waiting() else { continue };
            let mirrored = match self.copy(&bucket, &object, blob, &waiting, deadline).await {
                Ok(copied) => Mirrored::Copied(copied),
                Err(Problem::Ours(error)) => return Err(error),
                // The other blobs had their part of the time: alone it may be enough.
                Err(Problem::TooSlow(reason)) if !is_first && !is_last => {
                    may_pass = Some(reason);
                    continue;
                }
                Err(Problem::MayPass(reason)) if !is_last => {
                    may_pass = Some(reason);
                    is_first = false;
                    continue;
                }
                Err(Problem::MayPass(reason) | Problem::TooSlow(reason) | Problem::Final(reason)) => {
                    Mirrored::Failed(reason)
                }
            };
            is_first = false;
            let recorded = self.store.mirror_object(message, &waiting, &mirrored, deadline.now()).await?;
            if let (Some(place), Recorded::Another | Recorded::Nothing) = (mirrored.place(), recorded) {
                self.blobs.delete_all_versions(place).await?;
            }
            outcome = match (mirrored, recorded) {
                (Mirrored::Failed(_), Recorded::This) => "failed",
                (Mirrored::Copied(_), Recorded::Nothing) => "changed meanwhile",
                (Mirrored::Copied(_), _) if outcome != "failed" => "copied",
                _ => outcome,
            };
            if recorded == Recorded::Another {
                note.count("reused_copies");
            }
        }
        match may_pass {
            Some(reason) => Err(Error::Unavailable(Cause::new(reason))),
            None => Ok(outcome),
        }
    }

    /// The object that a message means, with its bucket, if they are there.
    async fn find(&self, message: &MirrorMessage) -> Result<Option<(Bucket, Object)>> {
        let bucket = match self.store.find_bucket(&message.scope(), message.bucket_id.as_str()).await {
            Ok(bucket) => bucket,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let object = self.store.find_object(&bucket, &message.object_id).await?;
        let object = object.filter(|object| message.means(object) && object.is_waiting());
        Ok(object.map(|object| (bucket, object)))
    }
}

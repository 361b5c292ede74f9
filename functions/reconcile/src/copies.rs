//! Sources that wait for their copies although nobody tries any more: their message was lost, or lies among the
//! dead letters. Their objects are told of once more, as when they were written.

use stowage_domain::Result;
use stowage_domain::object::Object;
use stowage_store::ports::{RemindOfCopies, ScanObjects, Scanned};

use crate::rounds::Pass;
use crate::{Reconcile, Run};

/// Rows that are read at a time; most of them wait for nothing and are not sent.
const AT_ONCE: u32 = 1000;

/// The objects that wait.
pub(crate) struct Copies<'a, S, B>(pub(crate) &'a Reconcile<S, B>);

impl<S: RemindOfCopies + ScanObjects, B: Sync> Pass for Copies<'_, S, B> {
    type Record = Object;
    const NAME: &'static str = "copies";
    const WHAT: &'static str = "object";

    fn every(&self) -> i64 {
        self.0.grace.rounds.copies
    }

    async fn scan(&self, after: Option<&str>) -> Result<Scanned<Object>> {
        self.0.store.scan_objects(after, AT_ONCE, true).await
    }

    async fn look_at(&self, object: &Object, run: &mut Run<'_>) -> Result<()> {
        let is_forgotten = object.updated_at.plus_seconds(self.0.grace.uncopied) <= run.now();
        if is_forgotten && self.0.store.remind_of_copies(object, run.now()).await? {
            run.count("reminders_of_copies");
        }
        Ok(())
    }
}

//! Where the passes of `reconcile` stand, in the `catalog` table: pk `reconcile`, sk the pass.
//!
//! Two runs side by side may both write it: what one does again does no harm.

use serde::{Deserialize, Serialize};
use stowage_domain::Result;
use stowage_domain::time::Timestamp;

use crate::Store;
use crate::catalog::primary_key;
use crate::item::{from_item, to_item};
use crate::pace::Outcome;
use crate::ports::{PassState, RememberPass};

const RECONCILE: &str = "reconcile";

#[derive(Serialize, Deserialize)]
struct PassItem {
    pk: String,
    sk: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
}

impl RememberPass for Store {
    async fn pass(&self, name: &str) -> Result<PassState> {
        let key = primary_key(RECONCILE, name);
        let item = self.item_at(&self.tables.catalog, key, &mut self.reading()).await?;
        let Some(item) = item else { return Ok(PassState::default()) };
        let PassItem { after, ended_at, .. } = from_item(item)?;
        Ok(PassState { after, ended_at })
    }

    async fn remember_pass(&self, name: &str, state: &PassState) -> Result<()> {
        let PassState { after, ended_at } = state.clone();
        let pass = PassItem { pk: RECONCILE.to_owned(), sk: name.to_owned(), after, ended_at };
        let put = self.client.put_item().table_name(&self.tables.catalog).set_item(Some(to_item(&pass)?));
        self.writing().send(|| put.clone().send()).await.map_err(Outcome::into_error)?;
        Ok(())
    }
}

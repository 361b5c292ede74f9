//! Going through all objects, for what only a look at each of them finds.

use aws_sdk_dynamodb::types::AttributeValue;
use stowage_domain::object::Object;
use stowage_domain::{Error, Result};

use super::item::{KIND, from_object_item};
use crate::Store;
use crate::failure::Item;
use crate::item::{row_of, text};
use crate::pace::Outcome;
use crate::ports::{Row, ScanObjects, Scanned};

impl ScanObjects for Store {
    async fn scan_objects(
        &self,
        after: Option<&str>,
        at_most: u32,
        waiting: bool,
    ) -> Result<Scanned<Object>> {
        let filter = if waiting { "kind = :kind AND mirror = :waiting" } else { "kind = :kind" };
        let mut scan = self
            .scan(&self.tables.objects, after, at_most)
            .filter_expression(filter)
            .expression_attribute_values(":kind", text(KIND));
        if waiting {
            scan = scan.expression_attribute_values(":waiting", AttributeValue::Bool(true));
        }
        let page = self.reading().read(|| scan.clone().send()).await.map_err(Outcome::into_error)?;
        let next = page.last_evaluated_key.as_ref().and_then(row_of);
        let items = page.items.unwrap_or_default().into_iter();
        let found = items.filter_map(|item| Some(Row { key: row_of(&item)?, record: readable(item) }));
        Ok(Scanned { found: found.collect(), next })
    }
}

/// An item as its object. The error has nothing in it that the item has.
fn readable(item: Item) -> Result<Object> {
    from_object_item(item).map_err(|_| Error::internal("an unreadable row: an object of another form"))
}

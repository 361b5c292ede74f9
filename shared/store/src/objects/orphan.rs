//! Bytes that no row names: of a create that was refused, or of a process that was killed between bytes and
//! row. Their key says which rows may have them.
//!
//! They are removed by way of a record like those of bytes that objects leave, so that they stay for as long
//! as somebody may be reading them, and there is one place where bytes go, after one more look.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use stowage_domain::Result;
use stowage_domain::place::{Owners, Place};
use stowage_domain::time::Timestamp;

use super::removal::{KIND, partition};
use super::{listed_at, object_pk};
use crate::Store;
use crate::failure::Item;
use crate::item::{legible, row_of, text, to_item};
use crate::pace::Outcome;
use crate::ports::FindOrphans;
use crate::uploads::upload_pk;

#[derive(Serialize)]
struct OrphanItem<'a> {
    pk: String,
    kind: &'static str,
    listing: String,
    listed_at: String,
    /// Whether no row ever named them, as far as is known.
    orphan: bool,
    places: [Place; 1],
    /// When they were found.
    removed_at: &'a Timestamp,
}

/// What of an object's or an upload's item says where bytes are.
#[derive(Deserialize)]
struct Holder {
    #[serde(default)]
    blobs: Vec<Held>,
    #[serde(default)]
    place: Option<Place>,
}

#[derive(Deserialize)]
struct Held {
    #[serde(default)]
    place: Option<Place>,
}

/// The attributes that a [`Holder`] is read from, by table.
const OF_OBJECT: &str = "pk, blobs";
/// See [`OF_OBJECT`].
const OF_UPLOAD: &str = "pk, place";

impl FindOrphans for Store {
    async fn without_row<'a>(&self, keys: &'a [String]) -> Result<Vec<&'a str>> {
        let in_use = self.keys_in_use(keys.iter().map(String::as_str)).await?;
        let keys = keys.iter().map(String::as_str).filter(|key| Place::owners_of(key).is_some());
        Ok(keys.filter(|key| !in_use.contains(key)).collect())
    }

    async fn note_orphan(&self, key: &str, at: Timestamp) -> Result<bool> {
        let Some(area) = Place::area_of(key) else { return Ok(false) };
        let number = key.bytes().fold(0_u32, |sum, byte| sum.wrapping_add(u32::from(byte)));
        let item = to_item(&OrphanItem {
            pk: format!("orphan#{key}"),
            kind: KIND,
            listing: partition(number),
            listed_at: listed_at(at, key),
            orphan: true,
            places: [Place { area, key: key.to_owned(), version_id: None }],
            removed_at: &at,
        })?;
        let put = self
            .client
            .put_item()
            .table_name(&self.tables.objects)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)");
        match self.writing().send(|| put.clone().send()).await {
            Ok(_) => Ok(true),
            Err(Outcome::Condition(_)) => Ok(false),
            Err(outcome) => Err(outcome.into_error()),
        }
    }
}

/// The rows that may have a key's bytes.
#[derive(Default, PartialEq, Eq, PartialOrd, Ord)]
struct Rows {
    object: Option<String>,
    upload: Option<String>,
}

impl Rows {
    fn of(key: &str) -> Self {
        let Some(Owners { object, upload }) = Place::owners_of(key) else { return Self::default() };
        Self {
            object: object.map(|(bucket, object)| object_pk(&bucket, &object)),
            upload: upload.map(|(organisation, upload)| upload_pk(&organisation, &upload)),
        }
    }
}

impl Store {
    /// Those of these keys that the rows have which they name. Of a row that can't be read it isn't known, so
    /// it has all that name it.
    pub(super) async fn keys_in_use<'a>(
        &self,
        keys: impl Iterator<Item = &'a str> + Send,
    ) -> Result<BTreeSet<&'a str>> {
        let keys: BTreeMap<&str, Rows> = keys.map(|key| (key, Rows::of(key))).collect();
        let objects = keys.values().filter_map(|rows| rows.object.as_ref()).collect();
        let uploads = keys.values().filter_map(|rows| rows.upload.as_ref()).collect();
        let mut in_use = BTreeSet::new();
        for (table, rows, attributes) in
            [(&self.tables.objects, objects, OF_OBJECT), (&self.tables.uploads, uploads, OF_UPLOAD)]
        {
            for item in self.parts_of(table, rows, attributes).await? {
                let pk = row_of(&item);
                if let Ok(Holder { blobs, place }) = legible(item) {
                    let places = blobs.into_iter().filter_map(|blob| blob.place).chain(place);
                    in_use.extend(places.filter_map(|place| keys.get_key_value(place.key.as_str())));
                } else {
                    in_use.extend(keys.iter().filter(|(_, rows)| rows.object == pk || rows.upload == pk));
                }
            }
        }
        Ok(in_use.into_iter().map(|(key, _)| *key).collect())
    }

    async fn parts_of(&self, table: &str, rows: BTreeSet<&String>, attributes: &str) -> Result<Vec<Item>> {
        let keys = rows.into_iter().map(|pk| Item::from([("pk".to_owned(), text(pk))])).collect();
        self.parts_at(table, keys, Some(attributes), &mut self.reading()).await
    }
}

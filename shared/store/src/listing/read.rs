//! The items behind a list's entries.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use stowage_domain::Result;
use stowage_domain::listing::{Stretch, Walked};

use super::merge::Entry;
use crate::Store;
use crate::calls::unbuilt;
use crate::failure::Item;
use crate::pace::{Outcome, Pace};
use crate::tables::BY_BUCKET;

/// Most keys of one `BatchGetItem`.
const MAX_KEYS: usize = 100;

/// How many entries to read the items of next: as many as the stretch has bytes left for, by the size
/// of those so far. DynamoDB charges for what is read and dropped, too.
pub(super) fn most_at_once<T>(walked: &Walked<T>, bytes: u64, stretch: &Stretch) -> usize {
    let left = usize::try_from(stretch.records - walked.entries).unwrap_or(MAX_KEYS);
    let room = match (walked.found.len() as u64, bytes) {
        (0, _) | (_, 0) => MAX_KEYS,
        (found, bytes) => {
            let rest = stretch.bytes.saturating_sub(bytes).saturating_mul(found) / bytes;
            usize::try_from(rest).unwrap_or(MAX_KEYS).saturating_add(1)
        }
    };
    left.min(room).min(MAX_KEYS)
}

/// What there is behind an entry.
#[derive(Debug)]
pub(super) enum Found {
    /// Its item.
    Item(Item),
    /// Nothing by now, or another life of the item.
    Gone,
    /// It wasn't read: others were large.
    Unread,
}

/// Items that were read, by their keys.
#[derive(Debug, Default)]
pub(super) struct Items {
    found: HashMap<Id, Item>,
    unread: HashSet<Id>,
}

/// A primary key that can be looked up.
type Id = (Option<String>, Option<String>);

fn id(item: &Item) -> Id {
    let part = |name| item.get(name).and_then(|value| value.as_s().ok()).cloned();
    (part("pk"), part("sk"))
}

impl Items {
    /// Takes what there is behind an entry.
    pub(super) fn take(&mut self, entry: &Entry) -> Found {
        let id = id(&entry.key);
        if self.unread.contains(&id) {
            return Found::Unread;
        }
        match self.found.remove(&id) {
            Some(item) if is_of(&item, entry) => Found::Item(item),
            Some(other_life) => {
                // The index may list both lives for a moment.
                self.found.insert(id, other_life);
                Found::Gone
            }
            None => Found::Gone,
        }
    }

    fn lacks(&self, entry: &Entry) -> bool {
        let id = id(&entry.key);
        !self.unread.contains(&id) && !self.found.get(&id).is_some_and(|item| is_of(item, entry))
    }
}

/// Whether an item is the very one that an entry lists: its creation time is in its place.
fn is_of(item: &Item, entry: &Entry) -> bool {
    let listed_at = item.get(BY_BUCKET.sort).and_then(|value| value.as_s().ok());
    listed_at.is_some_and(|listed_at| listed_at == entry.position.as_str())
}

impl Store {
    /// The items of entries, at most [`MAX_KEYS`]. Once `bytes` of them are read, what DynamoDB left
    /// unread stays so; the first entry is always read.
    ///
    /// What an eventually consistent read doesn't find is asked for once more, consistently: a replica
    /// may be behind the index.
    pub(super) async fn items_of(&self, table: &str, entries: &[Entry], bytes: u64) -> Result<Items> {
        let mut items = Items::default();
        let mut pace = self.reading();
        self.read_into(&mut items, table, entries.iter(), false, bytes, &mut pace).await?;
        let lacking: Vec<&Entry> = entries.iter().filter(|entry| items.lacks(entry)).collect();
        if !lacking.is_empty() {
            self.read_into(&mut items, table, lacking.into_iter(), true, bytes, &mut pace).await?;
        }
        if let Some(first) = entries.first()
            && items.unread.remove(&id(&first.key))
        {
            self.read_into(&mut items, table, [first].into_iter(), true, bytes, &mut pace).await?;
        }
        Ok(items)
    }

    async fn read_into(
        &self,
        items: &mut Items,
        table: &str,
        entries: impl Iterator<Item = &Entry>,
        consistent: bool,
        bytes: u64,
        pace: &mut Pace,
    ) -> Result<()> {
        // Each key once, or DynamoDB refuses them all.
        let mut known = HashSet::new();
        let new = entries.filter(|entry| known.insert(id(&entry.key)));
        let mut wanted: Vec<Item> = new.map(|entry| entry.key.clone()).collect();
        let mut read = 0;
        while !wanted.is_empty() {
            let keys = KeysAndAttributes::builder()
                .set_keys(Some(wanted))
                .consistent_read(consistent)
                .build()
                .map_err(unbuilt)?;
            let get = self.client.batch_get_item().request_items(table, keys);
            let answer = pace.send(|| get.clone().send()).await.map_err(Outcome::into_error)?;
            for item in answer.responses.into_iter().flatten().flat_map(|(_, items)| items) {
                read += size(&item);
                items.found.insert(id(&item), item);
            }
            wanted = answer.unprocessed_keys.into_iter().flatten().flat_map(|(_, keys)| keys.keys).collect();
            if wanted.is_empty() {
                break;
            }
            // DynamoDB answers at most 16 MB at once: more than anybody will see of this page.
            if read >= bytes {
                items.unread.extend(wanted.iter().map(id));
                break;
            }
            pace.wait("DynamoDB: throttled").await?;
        }
        Ok(())
    }
}

/// About the size of an item, as DynamoDB counts it: names and values.
pub(crate) fn size(item: &Item) -> u64 {
    item.iter().map(|(name, value)| name.len() as u64 + value_size(value)).sum()
}

fn value_size(value: &AttributeValue) -> u64 {
    let content = match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.len() as u64,
        AttributeValue::B(bytes) => bytes.as_ref().len() as u64,
        AttributeValue::L(items) => items.iter().map(value_size).sum(),
        AttributeValue::M(entries) => size(entries),
        _ => 1,
    };
    content + 1
}

#[cfg(test)]
mod tests {
    use stowage_domain::listing::{Direction, Position};

    use super::*;
    use crate::item::text;

    fn entry(pk: &str, listed_at: &str) -> Entry {
        let key = Item::from([("pk".to_owned(), text(pk))]);
        Entry { position: Position::new(listed_at), key }
    }

    fn item(pk: &str, listed_at: &str) -> Item {
        Item::from([("pk".to_owned(), text(pk)), ("listed_at".to_owned(), text(listed_at))])
    }

    #[test]
    fn an_entry_of_an_earlier_life_is_gone_and_the_present_one_is_found() {
        let mut items = Items::default();
        items.found.insert(id(&item("b#o", "2")), item("b#o", "2"));
        let (earlier, present) = (entry("b#o", "1"), entry("b#o", "2"));
        assert!(items.lacks(&earlier) && !items.lacks(&present));
        assert!(matches!(items.take(&earlier), Found::Gone));
        assert!(matches!(items.take(&present), Found::Item(_)));
        assert!(matches!(items.take(&entry("b#p", "1")), Found::Gone));
    }

    #[test]
    fn large_items_are_read_a_few_at_once() {
        let stretch = Stretch { direction: Direction::Asc, after: None, skip: 0, records: 300, bytes: 4000 };
        let walked = |entries| Walked {
            found: (0..entries)
                .map(|_| stowage_domain::listing::Listed {
                    position: Position::new("p"),
                    bytes: 1,
                    record: (),
                })
                .collect(),
            entries,
            end: None,
            more: false,
        };
        assert_eq!(most_at_once(&walked(0), 0, &stretch), 100);
        assert_eq!(most_at_once(&walked(100), 100, &stretch), 100);
        assert_eq!(most_at_once(&walked(100), 2000, &stretch), 100);
        assert_eq!(most_at_once(&walked(100), 3900, &stretch), 3);
        assert_eq!(most_at_once(&walked(100), 5000, &stretch), 1);
        assert_eq!(most_at_once(&walked(290), 290, &stretch), 10);
    }

    #[test]
    fn a_size_is_of_names_and_values() {
        let inner = Item::from([("ab".to_owned(), AttributeValue::N("12".to_owned()))]);
        let list = AttributeValue::L(vec![AttributeValue::M(inner), AttributeValue::Bool(true)]);
        // The list's name, itself, the map with its entry, and the boolean.
        assert_eq!(size(&Item::from([("list".to_owned(), list)])), 4 + 1 + (1 + 2 + 3) + 2);
    }
}

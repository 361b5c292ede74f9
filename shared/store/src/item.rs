//! Items: typed records to attribute maps and back.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;
use stowage_domain::{Error, Result};

use crate::failure::Item;

/// A record as an item.
pub(crate) fn to_item(record: &impl Serialize) -> Result<Item> {
    serde_dynamo::aws_sdk_dynamodb_1::to_item(record)
        .map_err(|error| Error::internal(format!("to item: {error}")))
}

/// An item as the record that was stored.
pub(crate) fn from_item<T: DeserializeOwned>(item: Item) -> Result<T> {
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item)
        .map_err(|error| Error::internal(format!("from item: {error}")))
}

/// The same for an item that may not be what it should be. Its error has nothing in it that the
/// item has.
pub(crate) fn legible<T: DeserializeOwned>(item: Item) -> Result<T> {
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item).map_err(|error| {
        // Of serde's messages, this one has no value of the item in it.
        let missing = Some(error.to_string()).filter(|text| text.starts_with("missing field"));
        let reason = missing.as_deref().unwrap_or("an attribute of another form");
        Error::internal(format!("an unreadable row: {reason}"))
    })
}

/// The partition key of an item.
pub(crate) fn row_of(item: &Item) -> Option<String> {
    item.get("pk")?.as_s().ok().cloned()
}

/// A value as an attribute.
pub(crate) fn to_attribute(value: &impl Serialize) -> Result<AttributeValue> {
    serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(value)
        .map_err(|error| Error::internal(format!("to attribute: {error}")))
}

/// An attribute as a value.
pub(crate) fn from_attribute<T: DeserializeOwned>(attribute: AttributeValue) -> Result<T> {
    serde_dynamo::aws_sdk_dynamodb_1::from_attribute_value(attribute)
        .map_err(|error| Error::internal(format!("from attribute: {error}")))
}

/// A string attribute.
pub(crate) fn text(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::S(format!("{value}"))
}

/// A number attribute.
pub(crate) fn number(value: impl Into<i64>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

//! What a condition may ask.

use serde::Serialize;

/// How a condition compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Operator {
    /// Equal to the value, or to an entry of a list that is; null is what isn't there.
    Eq,
    /// Not `eq`.
    Ne,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// `eq` to one of the values.
    In,
    /// Not `in`.
    Nin,
    /// A text with the value in it, or a list with the value among its entries.
    Contains,
    /// A text that starts with the value.
    StartsWith,
    /// A text that ends with the value.
    EndsWith,
    /// There, null or not; with the value false, not there.
    Exists,
    /// Null or not there; with the value false, neither.
    IsNull,
}

impl Operator {
    /// Those of the contract that are offered.
    const OFFERED: [(&str, Self); 13] = [
        ("eq", Self::Eq),
        ("ne", Self::Ne),
        ("gt", Self::Gt),
        ("gte", Self::Gte),
        ("lt", Self::Lt),
        ("lte", Self::Lte),
        ("in", Self::In),
        ("nin", Self::Nin),
        ("contains", Self::Contains),
        ("starts_with", Self::StartsWith),
        ("ends_with", Self::EndsWith),
        ("exists", Self::Exists),
        ("is_null", Self::IsNull),
    ];

    /// The operator of a name, or why there is none.
    pub(super) fn of(name: &str) -> Result<Self, String> {
        if let Some((_, operator)) = Self::OFFERED.iter().find(|(known, _)| *known == name) {
            return Ok(*operator);
        }
        let offered = Self::OFFERED.map(|(name, _)| name).join(", ");
        // What needs an index of texts or places (contract section 10), and what nobody knows.
        Err(match name {
            "regex" | "text" | "phrase" | "words" | "geo_radius" | "geo_bounding_box" | "geo_polygon" => {
                format!("'{name}' is not offered here; offered: {offered}")
            }
            _ => format!("'{name}' is no operator; offered: {offered}"),
        })
    }
}

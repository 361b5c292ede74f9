//! Edges: typed references from one object to another, stored and echoed (contract section 8.1).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::limits::MAX_EDGES;
use crate::violation::{Path, Violations};

/// Which way an edge points, seen from the object that holds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", schemars(rename = "EdgeDirection"))]
pub enum Direction {
    /// From this object to the target.
    #[default]
    Out,
    /// From the target to this object.
    In,
}

/// A typed reference to another object. Stowage doesn't follow it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Edge {
    /// What the reference means, in the client's words.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schemars(length(min = 1, max = 255)))]
    pub edge_type: String,
    /// The object that it points to; not checked.
    #[cfg_attr(feature = "openapi", schemars(length(min = 1, max = 255)))]
    pub target_object_id: String,
    /// The collection of that object.
    #[serde(default)]
    pub target_collection_id: Option<String>,
    /// Which way it points.
    #[serde(default)]
    pub direction: Direction,
    /// Anything about the reference.
    #[serde(default)]
    pub attributes: Option<Map<String, Value>>,
    /// Keys that the contract doesn't name, kept as they came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Checks the edges of a request.
pub fn check(edges: &[Edge], at: &Path) -> Violations {
    let mut violations = Violations::new();
    if edges.len() > MAX_EDGES {
        violations.add("too_long", at.clone(), format!("must have at most {MAX_EDGES} entries"));
    }
    for (position, edge) in edges.iter().enumerate() {
        for (name, text) in [("type", &edge.edge_type), ("target_object_id", &edge.target_object_id)] {
            violations.extend(crate::json::check_chars(text, 1, 255, &at.index(position).key(name)));
        }
    }
    violations
}

//! Numbers and nesting: what JSON can say and DynamoDB can't hold, and when two numbers are one.

mod literals;
pub(crate) mod trail;

use serde_json::{Number, Value};

use crate::limits::MAX_NESTING;
use crate::violation::{Path, Violations};
use trail::Trail;

pub use literals::check_literals;

/// The smallest number but zero, and the first one too large (both by amount), of DynamoDB.
const RANGE: std::ops::Range<f64> = 1e-130..1e126;

/// Finds what DynamoDB would refuse in a custom field's value: numbers out of its range, lists and
/// objects nested too deep, and names without a character.
pub fn check_value(value: &Value, at: &Path) -> Violations {
    let mut found = Violations::new();
    walk(value, &Trail::Root(at), 0, &mut found);
    found
}

/// Recursion ends at the limit that it checks.
fn walk(value: &Value, at: &Trail<'_>, depth: usize, found: &mut Violations) {
    let is_container = matches!(value, Value::Array(_) | Value::Object(_));
    if is_container && depth == MAX_NESTING {
        found.add("value_error", at.path(), format!("lists and objects nest at most {MAX_NESTING} deep"));
        return;
    }
    match value {
        Value::Number(number) if !is_storable(number) => found.add(
            "value_error",
            at.path(),
            "the amount of a number is 0, or from 1e-130 to below 1e126; send others as a string",
        ),
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                walk(item, &at.index(position), depth + 1, found);
            }
        }
        Value::Object(entries) => {
            for (name, item) in entries {
                let at = at.key(name);
                if name.is_empty() {
                    found.add("value_error", at.path(), "a name has at least one character");
                }
                walk(item, &at, depth + 1, found);
            }
        }
        _ => {}
    }
}

fn is_storable(number: &Number) -> bool {
    let amount = number.as_f64().map_or(f64::INFINITY, f64::abs);
    amount == 0.0 || RANGE.contains(&amount)
}

/// The one way to write a number's mathematical value: 1, 1.0 and 1e0 are one, and integers that a
/// float can't tell apart stay apart.
pub fn canonical(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => canonical_float(float),
        _ => number.to_string(),
    }
}

fn canonical_float(float: f64) -> String {
    if float == 0.0 {
        return "0".to_owned(); // -0.0 as well
    }
    if float.fract() == 0.0 {
        return format!("{float:.0}"); // every digit, where the plain form pads with zeros
    }
    format!("{float:e}") // the shortest that reads back as itself; the 'e' tells it from integers
}

/// Whether two numbers have one mathematical value.
pub fn same(one: &Number, other: &Number) -> bool {
    canonical(one) == canonical(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn paths(value: &Value) -> Vec<String> {
        let found = check_value(value, &Path::body());
        found.entries().iter().map(|v| v.location.to_string()).collect()
    }

    #[test]
    fn numbers_out_of_range_and_empty_names_are_found_wherever_they_stand() {
        let value = json!({"a": [1, {"b": 1e126}], "c": -1e-131, "d": {"": 1},
            "fine": [0, -0.0, 1e-130, -9.9e125, u64::MAX, i64::MIN, "", null, true]});
        assert_eq!(paths(&value), ["a[1].b", "c", "d."]);
    }

    #[test]
    fn nesting_ends_at_the_limit() {
        let nested = |depth| (0..depth).fold(json!(1), |inner, _| json!([inner]));
        assert!(paths(&nested(MAX_NESTING)).is_empty());
        assert_eq!(paths(&nested(MAX_NESTING + 1)).len(), 1);
        assert_eq!(paths(&nested(100)).len(), 1);
    }

    #[test]
    fn one_value_has_one_canonical_form() {
        let form = |value: Value| match value {
            Value::Number(number) => canonical(&number),
            _ => unreachable!("only numbers are asked about"),
        };
        for (one, other, equal) in [
            (json!(1), json!(1.0), true),
            (json!(0), json!(-0.0), true),
            (json!(-7), json!(-7.0), true),
            (json!(1_u64 << 53), json!(9_007_199_254_740_992.0), true),
            (json!((1_u64 << 53) + 1), json!(9_007_199_254_740_992.0), false),
            (json!(u64::MAX), json!(18_446_744_073_709_551_616.0), false),
            (json!(i64::MIN), json!(-9_223_372_036_854_775_808.0), true),
            (json!(0.1), json!(0.100_000_000_000_000_02), false),
            (json!(1.5), json!(15), false),
            (json!(1e20), json!(1e21), false),
        ] {
            assert_eq!(form(one.clone()) == form(other.clone()), equal, "{one} {other}");
        }
    }
}

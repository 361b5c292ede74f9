//! When two JSON values are equal, and which of two comes first.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Number, Value};

use crate::schema::parse_instant;

/// The order of two values of one kind; `None` for values that have none between them.
///
/// Numbers compare by their mathematical value. Two texts that are both a date and time compare as
/// instants, whatever zone and precision they are written in; all others by their characters.
pub(super) fn order(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => Some(order_numbers(one, other)),
        (Value::String(one), Value::String(other)) => Some(order_texts(one, other)),
        (Value::Bool(one), Value::Bool(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

/// Whether two values are equal; lists and objects are if all that they hold is.
pub(super) fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Null, Value::Null) => true,
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let same = |(name, value)| other.get(name).is_some_and(|other| equal(value, other));
            one.len() == other.len() && one.iter().all(same)
        }
        _ => order(one, other) == Some(Ordering::Equal),
    }
}

/// The value with every text in lower case, for comparisons that ignore it.
pub(super) fn folded(value: &Value) -> Cow<'_, Value> {
    match value {
        Value::String(text) => Cow::Owned(Value::String(text.to_lowercase())),
        Value::Array(items) => Cow::Owned(items.iter().map(|item| folded(item).into_owned()).collect()),
        Value::Object(entries) => {
            let fold = |(name, value): (&String, &Value)| (name.clone(), folded(value).into_owned());
            Cow::Owned(Value::Object(entries.iter().map(fold).collect()))
        }
        _ => Cow::Borrowed(value),
    }
}

fn order_texts(one: &str, other: &str) -> Ordering {
    match (parse_instant(one), parse_instant(other)) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => one.cmp(other),
    }
}

fn order_numbers(one: &Number, other: &Number) -> Ordering {
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => one.cmp(&other),
        // A fraction, or beyond 2^63: what a float holds is exact there, or nothing is near.
        _ => float(one).total_cmp(&float(other)),
    }
}

/// The number, if it is whole and of at most 64 bits or a few more.
fn whole(number: &Number) -> Option<i128> {
    const EXACT: f64 = 1e30;
    if let Some(signed) = number.as_i64() {
        return Some(signed.into());
    }
    if let Some(unsigned) = number.as_u64() {
        return Some(unsigned.into());
    }
    let float = float(number);
    #[expect(clippy::cast_possible_truncation, reason = "in this range, whole floats convert exactly")]
    (float.fract() == 0.0 && float.abs() < EXACT).then_some(float as i128)
}

/// The number as a float; -0 is 0.
fn float(number: &Number) -> f64 {
    number.as_f64().unwrap_or(f64::NAN) + 0.0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_compare_by_their_value() {
        let ascending = [
            json!(-1e20),
            json!(i64::MIN),
            json!(-1.5),
            json!(0),
            json!(0.1),
            json!(1),
            json!(1.5),
            json!(9_007_199_254_740_992_u64),
            json!(9_007_199_254_740_993_u64),
            json!(u64::MAX),
            json!(1e20),
            json!(1e100),
        ];
        for (position, one) in ascending.iter().enumerate() {
            for (other_position, other) in ascending.iter().enumerate() {
                assert_eq!(order(one, other), Some(position.cmp(&other_position)), "{one} {other}");
            }
        }
        assert!(equal(&json!(1), &json!(1.0)) && equal(&json!(0), &json!(-0.0)));
    }

    #[test]
    fn dates_and_times_compare_as_instants() {
        let zulu = json!("2026-11-23T13:00:00.000Z");
        for same in ["2026-11-23T13:00:00Z", "2026-11-23T14:00:00+01:00", "2026-11-23t13:00:00.000000z"] {
            assert!(equal(&zulu, &json!(same)), "{same}");
        }
        assert_eq!(order(&zulu, &json!("2026-11-23T13:59:00+01:00")), Some(Ordering::Greater));
        // A day alone is text: before every time of that day.
        assert_eq!(order(&zulu, &json!("2026-11-23")), Some(Ordering::Greater));
        assert_eq!(order(&zulu, &json!("2026-11-24")), Some(Ordering::Less));
    }

    #[test]
    fn kinds_do_not_mix() {
        let kinds = [json!(1), json!("1"), json!(true), json!(null), json!([1]), json!({"a": 1})];
        for (position, one) in kinds.iter().enumerate() {
            for (other_position, other) in kinds.iter().enumerate() {
                assert_eq!(equal(one, other), position == other_position, "{one} {other}");
                if position != other_position {
                    assert_eq!(order(one, other), None, "{one} {other}");
                }
            }
        }
    }

    #[test]
    fn folding_leaves_names_alone() {
        let value = json!({"Name": ["ÉT", {"Inner": "B"}, 1]});
        assert_eq!(*folded(&value), json!({"Name": ["ét", {"Inner": "b"}, 1]}));
    }
}

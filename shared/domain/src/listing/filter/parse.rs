//! From what a client sends to a tree of conditions.

use serde_json::{Map, Value};

use super::Node;
use super::condition::Condition;
use super::operator::Operator;
use crate::limits::{MAX_FILTER_CONDITIONS, MAX_FILTER_DEPTH, MAX_FILTER_VALUES};
use crate::listing::{path, value};
use crate::violation::{Path, Violations};

/// Reads a tree; `None` if there is no condition in it. What has none says nothing.
pub(super) fn tree(sent: &Value, case_sensitive: bool, at: &Path, found: &mut Violations) -> Option<Node> {
    let mut parser = Parser { found: Violations::new(), conditions: 0, values: 0 };
    let node = parser.node(sent, case_sensitive, at, 1);
    if parser.conditions > MAX_FILTER_CONDITIONS {
        let message = format!("must have at most {MAX_FILTER_CONDITIONS} conditions");
        parser.found.add("too_long", at.clone(), message);
    }
    if parser.values > MAX_FILTER_VALUES {
        let message = format!("must have at most {MAX_FILTER_VALUES} values in its lists");
        parser.found.add("too_long", at.clone(), message);
    }
    found.extend(parser.found);
    node
}

struct Parser {
    found: Violations,
    conditions: usize,
    values: usize,
}

impl Parser {
    /// A tree or a condition: what has a `field` is one.
    fn node(&mut self, sent: &Value, case_sensitive: bool, at: &Path, depth: usize) -> Option<Node> {
        let Some(sent) = sent.as_object() else {
            self.found.add("dict_type", at.clone(), "must be an object");
            return None;
        };
        if depth > MAX_FILTER_DEPTH {
            let message = format!("conditions nest at most {MAX_FILTER_DEPTH} deep");
            self.found.add("value_error", at.clone(), message);
            return None;
        }
        if sent.contains_key("field") {
            return self.condition(sent, case_sensitive, at).map(Node::Is);
        }
        // Clients send false with every part, being the default: true further out still holds.
        let case_sensitive = case_sensitive | self.case_sensitive(sent, at);
        let mut nodes = Vec::new();
        for (name, inner) in sent {
            let at = at.key(name);
            nodes.extend(match name.as_str() {
                "AND" => self.list(inner, case_sensitive, &at, depth, Node::And),
                "OR" => self.list(inner, case_sensitive, &at, depth, Node::Or),
                "NOT" => self.list(inner, case_sensitive, &at, depth, Node::Not),
                "case_sensitive" => None,
                field => self.judged(field, Operator::Eq, Some(inner), case_sensitive, &at).map(Node::Is),
            });
        }
        match nodes.len() {
            0 | 1 => nodes.pop(),
            _ => Some(Node::And(nodes)),
        }
    }

    fn list(
        &mut self,
        sent: &Value,
        case_sensitive: bool,
        at: &Path,
        depth: usize,
        node: fn(Vec<Node>) -> Node,
    ) -> Option<Node> {
        if sent.is_null() {
            return None;
        }
        let Some(entries) = sent.as_array() else {
            self.found.add("list_type", at.clone(), "must be a list of conditions");
            return None;
        };
        let mut nodes = Vec::new();
        for (position, entry) in entries.iter().enumerate() {
            nodes.extend(self.node(entry, case_sensitive, &at.index(position), depth + 1));
        }
        (!nodes.is_empty()).then(|| node(nodes))
    }

    fn case_sensitive(&mut self, sent: &Map<String, Value>, at: &Path) -> bool {
        match sent.get("case_sensitive") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(sensitive)) => *sensitive,
            Some(_) => {
                self.found.add("bool_type", at.key("case_sensitive"), "must be a boolean");
                false
            }
        }
    }

    /// `{field, operator, value}`; Mixpeek's SDK adds a `case_sensitive` that means nothing here.
    fn condition(&mut self, sent: &Map<String, Value>, case_sensitive: bool, at: &Path) -> Option<Condition> {
        const ACCEPTED: [&str; 4] = ["field", "operator", "value", "case_sensitive"];
        for name in sent.keys().filter(|name| !ACCEPTED.contains(&name.as_str())) {
            let message = "is not accepted in a condition; accepted: `field`, `operator`, `value`";
            self.found.add("extra_forbidden", at.key(name), message);
        }
        let operator = match sent.get("operator") {
            None | Some(Value::Null) => Some(Operator::Eq),
            Some(Value::String(name)) => match Operator::of(name) {
                Ok(operator) => Some(operator),
                Err(message) => {
                    self.found.add("enum", at.key("operator"), message);
                    None
                }
            },
            Some(_) => {
                self.found.add("string_type", at.key("operator"), "must be a string");
                None
            }
        };
        let field = path::name(&sent["field"], &at.key("field"), &mut self.found);
        self.judged(&field?, operator?, sent.get("value"), case_sensitive, &at.key("value"))
    }

    /// A condition whose value fits its operator.
    fn judged(
        &mut self,
        field: &str,
        operator: Operator,
        sent: Option<&Value>,
        case_sensitive: bool,
        at: &Path,
    ) -> Option<Condition> {
        self.conditions += 1;
        let field = path::name(&Value::from(field), at, &mut self.found)?;
        let value = self.value(operator, sent, at)?;
        let value = if case_sensitive { value } else { value::folded(&value).into_owned() };
        Some(Condition { field, operator, value, case_sensitive })
    }

    fn value(&mut self, operator: Operator, sent: Option<&Value>, at: &Path) -> Option<Value> {
        let (kind, message) = match (operator, sent) {
            (Operator::Exists | Operator::IsNull, None | Some(Value::Null)) => {
                return Some(Value::Bool(true));
            }
            (_, None) => ("missing", "is required"),
            (_, Some(Value::Object(entries)))
                if entries.get("type").is_some_and(|kind| kind == "dynamic") =>
            {
                ("value_error", "must be a value; a list has nothing that a dynamic one could refer to")
            }
            (Operator::Exists | Operator::IsNull, Some(value @ Value::Bool(_)))
            | (Operator::Eq | Operator::Ne, Some(value))
            | (
                Operator::Contains | Operator::StartsWith | Operator::EndsWith,
                Some(value @ Value::String(_)),
            )
            | (
                Operator::Gt | Operator::Gte | Operator::Lt | Operator::Lte,
                Some(value @ (Value::Number(_) | Value::String(_))),
            )
            | (Operator::Contains, Some(value @ (Value::Number(_) | Value::Bool(_)))) => {
                return Some(value.clone());
            }
            (Operator::In | Operator::Nin, Some(Value::Array(values))) => {
                self.values += values.len();
                return Some(Value::from(values.clone()));
            }
            (Operator::Exists | Operator::IsNull, _) => ("bool_type", "must be true or false"),
            (Operator::In | Operator::Nin, _) => ("list_type", "must be a list"),
            (Operator::StartsWith | Operator::EndsWith, _) => ("string_type", "must be a string"),
            (Operator::Contains, _) => ("value_error", "must be a string, a number or a boolean"),
            (_, _) => ("value_error", "must be a number or a string"),
        };
        self.found.add(kind, at.clone(), message);
        None
    }
}

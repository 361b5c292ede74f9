//! The recorded exchanges as the examples of docs/openapi.json.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use stowage_api::Operation;
use stowage_openapi::Example;

use super::{Event, events, pattern};

/// The document that docs/openapi.json must be.
pub fn openapi() -> String {
    let events = events();
    stowage_openapi::document(|operation, name| {
        let mut of_operation =
            events.iter().filter(|event| event.operation() == operation && event.answer.status < 300);
        match name {
            Some(name) => {
                let named = format!("{}/{name}", operation.spec().function);
                Some(of_operation.find(|event| event.name == named).unwrap_or_else(|| panic!("no {named}")))
            }
            // The document isn't an example of itself.
            None => of_operation.find(|event| event.answer.body.is_object() || event.answer.status == 204),
        }
        .map(Event::example)
    })
}

impl Event {
    fn example(&self) -> Example {
        let (_, parameters) =
            Operation::find(self.text("/requestContext/http/method"), self.text("/rawPath"));
        Example {
            parameters: parameters.into_iter().collect::<BTreeMap<_, _>>(),
            request: serde_json::from_slice(&self.body()).ok(),
            answer: self.filled_answer(),
        }
    }

    /// The request's body.
    pub fn body(&self) -> Vec<u8> {
        let text = self.text("/body");
        if self.json["isBase64Encoded"] == true {
            return STANDARD.decode(text).expect("base64");
        }
        text.as_bytes().to_vec()
    }

    /// The answer's body, with a value of its form for each placeholder.
    pub fn filled_answer(&self) -> Value {
        pattern::filled(&self.answer.body)
    }
}

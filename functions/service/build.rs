//! Takes the white space out of docs/openapi.json, which is laid out for people: the function carries,
//! and sends, a third of it.

use std::path::Path;
use std::{env, fs};

fn main() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    println!("cargo::rerun-if-changed={}", source.display());
    let pretty = fs::read_to_string(&source).expect("docs/openapi.json: `just openapi` writes it");
    #[expect(clippy::disallowed_methods, reason = "cargo says by a variable where to write")]
    let target = env::var_os("OUT_DIR").expect("cargo names OUT_DIR");
    fs::write(Path::new(&target).join("openapi.json"), compact(&pretty)).expect("OUT_DIR can be written");
}

/// JSON without the white space between its tokens.
fn compact(json: &str) -> String {
    let (mut compact, mut in_string, mut escaped) = (String::with_capacity(json.len()), false, false);
    for character in json.chars() {
        if in_string || !character.is_ascii_whitespace() {
            compact.push(character);
        }
        in_string ^= character == '"' && !escaped;
        escaped = in_string && character == '\\' && !escaped;
    }
    compact
}

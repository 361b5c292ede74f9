//! Writes docs/openapi.json, or with `--check` says whether it is as it should be.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use stowage_tests::events::openapi;

fn main() -> ExitCode {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let document = openapi();
    if !env::args().any(|argument| argument == "--check") {
        fs::write(&path, document).expect("docs/openapi.json can be written");
    } else if fs::read_to_string(&path).ok() != Some(document) {
        eprintln!("docs/openapi.json is not what the code says: run `just openapi`");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

//! Shows events as they come, out of the data directory's file: of a running stack or a stopped one.

use std::fs::File;
use std::io::{BufRead as _, BufReader, ErrorKind, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::bus::FILE;
use crate::cli::Outcome;

/// How often the file is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Shows events until Ctrl-C: from now on, or `all` there have been.
pub(super) async fn run(data_dir: &Path, all: bool, json: bool) -> Outcome {
    let path = data_dir.join(FILE);
    let unreadable = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => {
            format!("{} holds no stack; start one with `stowage serve`", data_dir.display())
        }
        _ => format!("{}: {error}", path.display()),
    };
    let mut file = File::open(&path).map_err(unreadable)?;
    if !all {
        file.seek(SeekFrom::End(0)).map_err(unreadable)?;
    }
    eprintln!("Showing the events of {}. Ctrl-C ends it.", data_dir.display());
    let mut lines = BufReader::new(file);
    let mut line = String::new();
    loop {
        // The end of a line may not be written yet: the next look brings the rest.
        let read = lines.read_line(&mut line).map_err(unreadable)?;
        if line.ends_with('\n') {
            let shown = if json { line.trim_end().to_owned() } else { shown(&line) };
            // A closed standard output ends it, as it ends `tail`.
            if writeln!(std::io::stdout(), "{shown}").is_err() {
                return Ok(());
            }
            line.clear();
        }
        if read == 0 {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// An event in a line for people: when, what, which, and how it is now.
fn shown(line: &str) -> String {
    let event: Value = serde_json::from_str(line).unwrap_or_default();
    let detail = &event["detail"];
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let kind = text(&event["detail-type"]);
    let subject = kind.split('.').next().unwrap_or_default();
    let version = detail["version"].as_u64().map_or_else(String::new, |version| format!("  v{version}"));
    format!(
        "{}  {kind:<16}  {}  {}{version}  in {}",
        text(&event["time"]),
        text(&detail[format!("{subject}_id")]),
        text(&detail["status"]),
        text(&detail["bucket_id"]),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_is_a_line() {
        let event = json!({
            "time": "2026-11-24T12:00:00.000Z", "detail-type": "object.created",
            "detail": {"object_id": "obj_1", "status": "PENDING", "version": 1, "bucket_id": "bkt_1"},
        });
        let wanted = "2026-11-24T12:00:00.000Z  object.created    obj_1  PENDING  v1  in bkt_1";
        assert_eq!(shown(&event.to_string()), wanted);
    }
}

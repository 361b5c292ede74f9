//! The walk-through that `serve` prints: paste it into a shell, and a file is ingested.

use stowage_domain::id::random_hex;

use crate::stack::StackInfo;

/// Marks the walk-through's lines in the output, so that a script can run exactly what is printed.
const INDENT: &str = "  ";
/// What stands before them; `scripts/walkthrough.sh` looks for it.
const HEADING: &str = "Try it in another terminal:";

/// The walk-through for a running stack. It needs `sh`, `curl` and `sed`.
pub(crate) fn text(info: &StackInfo) -> String {
    // The name is new each time, so that it works again on the same data.
    let bucket = format!("papers-{}", random_hex::<3>());
    let script = format!(
        r#"API={api} BUCKET={bucket}
KEY={key}
call() {{ curl -sS -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' "$@"; echo; }}

# A bucket with a schema, in which 'doi' identifies an object:
call $API/v1/buckets -d '{{"bucket_name": "'$BUCKET'",
  "bucket_schema": {{"properties": {{
    "doi": {{"type": "string", "required": true}},
    "title": {{"type": "string"}},
    "paper": {{"type": "text"}}}}}},
  "unique_key": {{"fields": ["doi"], "default_policy": "insert"}}}}'

# A presigned URL for a file, and the file itself, straight to S3:
echo 'All the world is a stage.' > paper.txt
UPLOAD=$(call $API/v1/buckets/$BUCKET/uploads -d '{{"filename": "paper.txt",
  "content_type": "text/plain", "object_metadata": {{"doi": "10.1/1"}}}}')
field() {{ echo "$UPLOAD" | sed 's/.*"'$1'":"\([^"]*\)".*/\1/'; }}
curl -sS -X PUT -H 'Content-Type: text/plain' --upload-file paper.txt "$(field presigned_url)"

# The confirmation, which makes the object:
call -X POST $API/v1/buckets/$BUCKET/uploads/$(field upload_id)/confirm

# The same key again: a 409 under insert, an update of that object under upsert:
call $API/v1/buckets/$BUCKET/objects -d '{{"doi": "10.1/1", "title": "As You Like It"}}'
call "$API/v1/buckets/$BUCKET/objects?policy=upsert" -d '{{"doi": "10.1/1", "title": "As You Like It"}}'
"#,
        api = info.api,
        key = info.key,
    );
    let mut text = format!("{HEADING}\n\n");
    for line in script.lines() {
        if !line.is_empty() {
            text.push_str(INDENT);
            text.push_str(line);
        }
        text.push('\n');
    }
    text
}

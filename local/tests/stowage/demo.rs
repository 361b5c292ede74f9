//! `stowage demo`: it passes, and shows no secrets.

use std::fs;

use crate::support::{Ended, run, text};

/// Checks that a demonstration passed and gives what it printed.
#[track_caller]
fn passed(ended: &Ended) -> &str {
    let output = ended.output();
    assert_eq!(ended.stderr, "");
    assert!(output.contains("All 16 steps went as expected"), "{output}");
    assert!(!output.contains("X-Amz-"), "a signed URL: {output}");
    for word in output.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        assert!(!word.starts_with("sk_"), "a key: {output}");
    }
    output
}

#[test]
fn with_the_file_that_it_makes_up() {
    let ended = run(&["demo"]);
    let output = passed(&ended);
    for part in ["file_not_uploaded", "SignatureDoesNotMatch", "etag_mismatch", "unique_key_conflict"] {
        assert!(output.contains(part), "{part}: {output}");
    }
}

#[test]
fn with_a_given_file_of_any_kind_and_size() {
    let directory = tempfile::tempdir().expect("a directory");
    let large: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let medium = vec![0; 64 * 1024];
    let as_long_as_the_decoy = [b'x'; 43];
    for (name, content_type, bytes) in [
        ("a photo (1).PNG", "image/png", &b"\x89PNG, or nearly"[..]),
        ("no-extension", "application/octet-stream", &as_long_as_the_decoy),
        ("table.csv", "text/csv", b"a"),
        ("medium.wav", "audio/wav", &medium),
        ("large.mp4", "video/mp4", &large),
        ("na\u{ef}ve \u{2603}.pdf", "application/pdf", b"%PDF-"),
    ] {
        let path = directory.path().join(name);
        fs::write(&path, bytes).expect("a file");
        let ended = run(&["demo", text(&path)]);
        let first = format!("Stowage takes in a file: {name}, {content_type}, {} bytes\n", bytes.len());
        assert!(passed(&ended).starts_with(&first), "{ended:?}");
    }
}

#[test]
fn a_file_that_cannot_be_taken_in_is_one_line() {
    let directory = tempfile::tempdir().expect("a directory");
    let [missing, empty, huge] = ["missing", "empty", "huge"].map(|name| directory.path().join(name));
    fs::write(&empty, "").expect("a file");
    // Sparse: it takes no room.
    fs::File::create(&huge).and_then(|file| file.set_len(6 << 30)).expect("a file");
    for (path, reason) in [
        (missing.as_path(), "cannot read "),
        (&empty, "is empty"),
        (&huge, "one PUT takes at most 5368709120"),
        (directory.path(), "is not a file"),
    ] {
        let ended = run(&["demo", text(path)]);
        let line = ended.complaint();
        assert!(line.contains(reason) && line.contains(text(path)), "{line}");
        assert_eq!(ended.stdout, "");
    }
}

//! `stowage keys`, on a resting stack and on a running one.

use std::path::Path;

use serde_json::json;
use stowage_tests::Client;

use crate::support::{Ended, Server, bucket, run, run_with, text};

fn keys(data: &Path, arguments: &[&str]) -> Ended {
    run(&[&["keys", "--data-dir", text(data)], arguments].concat())
}

/// Makes a key and gives it.
fn create(data: &Path, arguments: &[&str]) -> String {
    let created = keys(data, &[&["create"], arguments].concat());
    let key = created.output().trim_end().to_owned();
    assert!(key.starts_with("sk_") && !key.contains(char::is_whitespace), "{key}");
    key
}

#[tokio::test]
async fn keys_are_made_and_listed_on_a_resting_and_a_running_stack() {
    let data = tempfile::tempdir().expect("a directory");
    let data = data.path();
    Server::on(data).stop();
    let resting = create(data, &["reader", "--permissions", "read"]);

    let server = Server::on(data);
    let id = bucket(&server.client()).await;
    let running = create(data, &["writer", "--permissions", "read,write", "--expires-in-days", "7"]);
    let confined = create(data, &["confined", "--namespaces", "default"]);

    let reader = Client::new(&server.info.api, &resting);
    assert_eq!(reader.get("/v1/buckets/things").await.ok()["bucket_id"], id.as_str());
    let refused = reader.object(&id, "", &json!({"sku": "A1"})).await.refused(403, "permission_missing");
    assert_eq!(refused["details"]["permission"], "write");
    for (key, sku) in [(&running, "A1"), (&confined, "B2")] {
        Client::new(&server.info.api, key).object(&id, "", &json!({"sku": sku})).await.ok();
    }

    let list = keys(data, &["list"]);
    let lines: Vec<_> = list.output().lines().collect();
    let row = |name: &str| {
        let row = lines.iter().find(|line| line.starts_with(&format!("{name} ")));
        row.unwrap_or_else(|| panic!("no {name}: {list:?}"))
    };
    assert!(row("reader").contains(" read ") && row("reader").ends_with("valid"), "{list:?}");
    assert!(row("writer").contains(" read,write ") && row("writer").contains("expires "), "{list:?}");
    assert!(row("confined").contains(&server.info.namespace), "{list:?}");
    assert!(row("development").contains("admin"), "{list:?}");
    for key in [&resting, &running, &confined, &server.info.key] {
        assert!(!list.stdout.contains(key.as_str()) && !list.stderr.contains(key.as_str()));
    }
    server.stop();
    let resting = keys(data, &["list"]);
    assert_eq!(resting.output(), list.output(), "the same, running or not");
}

#[tokio::test]
async fn a_revoked_key_is_refused() {
    let data = tempfile::tempdir().expect("a directory");
    let data = data.path();
    let server = Server::on(data);
    let [early, late] = ["early", "late"].map(|name| create(data, &[name]));
    assert!(keys(data, &["revoke", "early"]).success);
    server.stop();
    assert!(keys(data, &["revoke", "late"]).success);

    // A running stack may believe a key for 60 seconds more; a new one asks.
    let server = Server::on(data);
    for key in [early, late] {
        Client::new(&server.info.api, &key).get("/v1/buckets/things").await.refused(401, "");
    }
    server.client().get("/v1/buckets/things").await.refused(404, "");
    let list = keys(data, &["list"]);
    assert_eq!(list.output().lines().filter(|line| line.contains("revoked ")).count(), 2, "{list:?}");
    let again = keys(data, &["revoke", "early"]);
    assert!(again.complaint().starts_with("the key 'early' was revoked "), "{again:?}");
    server.stop();
}

#[test]
fn a_killed_stack_leaves_no_trace_that_keys_would_follow() {
    let data = tempfile::tempdir().expect("a directory");
    let mut server = Server::on(data.path());
    server.end("KILL");
    assert!(data.path().join("stack.json").is_file(), "it says where it was");
    let key = create(data.path(), &["mine"]);
    assert!(!data.path().join("stack.json").exists());
    assert!(!keys(data.path(), &["list"]).output().contains(&key));
}

#[test]
fn what_cannot_be_done_is_one_line() {
    let data = tempfile::tempdir().expect("a directory");
    let nowhere = keys(data.path(), &["list"]);
    assert!(nowhere.complaint().contains("holds no stack"), "{nowhere:?}");
    assert_eq!(data.path().read_dir().expect("a directory").count(), 0, "and no stack is made there");

    Server::on(data.path()).stop();
    create(data.path(), &["mine"]);
    let twice = keys(data.path(), &["create", "mine"]);
    assert_eq!(twice.complaint(), "there is a key 'mine' already; revoked ones keep their names");
    assert_eq!(twice.stdout, "", "no key that doesn't work is shown");
    assert_eq!(keys(data.path(), &["revoke", "theirs"]).complaint(), "no key 'theirs'");
    let elsewhere = keys(data.path(), &["create", "other", "--namespaces", "nowhere"]);
    assert_eq!(elsewhere.complaint(), "no namespace 'nowhere'");
    for days in ["0", "4294967295"] {
        assert!(!keys(data.path(), &["create", "odd", "--expires-in-days", days]).success);
    }
}

/// Runs `keys` as against a deployed stack: by its name, with region, endpoint and credentials from
/// the environment.
fn deployed(server: &Server, arguments: &[&str]) -> Ended {
    let environment = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL_DYNAMODB", server.info.dynamodb.as_str()),
    ];
    run_with(&[&["keys", "--stack", "stowage"], arguments].concat(), &environment)
}

#[tokio::test]
async fn a_deployed_stack_gets_its_first_key_and_organisation() {
    let server = Server::ephemeral();
    let created = deployed(&server, &["create", "first", "--permissions", "read,write,admin"]);
    let key = created.output().trim_end().to_owned();
    let organisation = created.stderr.split_whitespace().find(|word| word.starts_with("org_"));
    let organisation = organisation.expect("the organisation's id").trim_end_matches('.').to_owned();

    // The new organisation has its own namespaces, and sees none of another's.
    let client = Client::new(&server.info.api, &key);
    client.get("/v1/namespaces/default").await.refused(404, "");
    client.post("/v1/namespaces", &json!({"namespace_name": "media"})).await.ok();
    bucket(&client.with_namespace("media")).await;

    let named = ["--organisation", &organisation];
    let second = deployed(&server, &[&["create", "second", "--namespaces", "media"], &named[..]].concat());
    assert!(second.output().starts_with("sk_"));
    let list = deployed(&server, &[&["list"], &named[..]].concat());
    assert!(list.output().contains("first ") && list.output().contains("second "), "{list:?}");
    deployed(&server, &[&["revoke", "second"], &named[..]].concat()).output();
    let unnamed = deployed(&server, &["list"]);
    assert!(unnamed.complaint().contains("--organisation"), "{unnamed:?}");
}

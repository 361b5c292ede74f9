//! Kills the process in the middle of its work: what was answered with success is there afterwards.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use stowage_local::StackInfo;
use tokio::task::JoinSet;

use crate::support::{Server, bucket, upload};

const ROUNDS: usize = 5;
/// Clients that work at the same time.
const CLIENTS: usize = 8;
/// After how many answers of success the first round's kill comes; later rounds' come later.
const ANSWERS: usize = 60;

/// What clients were told.
#[derive(Debug, Default)]
struct History {
    /// The unique keys of created objects, with their ids and, if they have one, their inline text.
    objects: Vec<(String, Value, Option<String>)>,
    /// Confirmed uploads, with the whole answer.
    confirmed: Vec<(String, Value)>,
    /// Unique keys that were sent in this round and not answered.
    sent: HashSet<String>,
    /// Uploads whose confirm was sent in this round and not answered.
    confirming: HashSet<String>,
}

impl History {
    fn answers(&self) -> usize {
        self.objects.len() + self.confirmed.len()
    }
}

/// A client that expects to lose its server.
#[derive(Clone)]
struct Caller {
    http: reqwest::Client,
    info: StackInfo,
    bucket: String,
}

impl Caller {
    fn new(info: &StackInfo, bucket: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { http, info: info.clone(), bucket: bucket.to_owned() }
    }

    /// The answer, or nothing where none came whole. A 5xx is never one.
    async fn post(&self, path: &str, body: &Value) -> Option<(u16, Value)> {
        let url = format!("{}/v1/buckets/{}{path}", self.info.api, self.bucket);
        let response = self.http.post(url).bearer_auth(&self.info.key).json(body).send().await.ok()?;
        let status = response.status().as_u16();
        let value: Value = serde_json::from_slice(&response.bytes().await.ok()?).ok()?;
        assert!(status < 500, "{value}");
        Some((status, value))
    }

    /// The body of a 200, or nothing where no answer came.
    async fn ok(&self, path: &str, body: &Value) -> Option<Value> {
        let (status, value) = self.post(path, body).await?;
        assert_eq!(status, 200, "{value}");
        Some(value)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_outlives_a_kill() {
    let data = tempfile::tempdir().expect("a directory");
    let server = Server::on(data.path());
    let id = bucket(&server.client()).await;
    server.stop();
    let history = Arc::new(Mutex::new(History::default()));
    for round in 0..ROUNDS {
        work_until_killed(data.path(), &id, round, &history).await;
        let server = Server::on(data.path());
        let mut told = std::mem::take(&mut *history.lock().expect("a history"));
        check(&Caller::new(&server.info, &id), &told).await;
        (told.sent, told.confirming) = (HashSet::new(), HashSet::new());
        *history.lock().expect("a history") = told;
        // The next start finds what the check left, by turns after an end and after another kill.
        if round % 2 == 0 {
            server.stop();
        }
    }
    let history = history.lock().expect("a history");
    assert!(history.answers() >= ROUNDS * ANSWERS && !history.confirmed.is_empty(), "too little was tried");
}

async fn work_until_killed(data: &Path, bucket: &str, round: usize, history: &Arc<Mutex<History>>) {
    let mut server = Server::on(data);
    let caller = Caller::new(&server.info, bucket);
    let enough = history.lock().expect("a history").answers() + ANSWERS + 17 * round;
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let (caller, history) = (caller.clone(), Arc::clone(history));
        clients.spawn(async move {
            let mut step = 0;
            while one(&caller, &history, &format!("{round}-{client}-{step}"), client + step).await.is_some() {
                step += 1;
            }
        });
    }
    while history.lock().expect("a history").answers() < enough {
        // A client ends only where its server has; before the kill that is a failure of its own.
        assert_eq!(clients.len(), CLIENTS);
        if let Some(Err(failure)) = clients.try_join_next() {
            std::panic::resume_unwind(failure.into_panic());
        }
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    let status = server.end("KILL");
    assert_eq!(status.code(), None, "killed, not ended");
    while let Some(client) = clients.join_next().await {
        client.expect("the client saw nothing but answers and a lost server");
    }
}

/// One piece of work; nothing once the server is gone.
async fn one(caller: &Caller, history: &Mutex<History>, sku: &str, kind: usize) -> Option<()> {
    let note = || history.lock().expect("a history");
    note().sent.insert(sku.to_owned());
    if kind % 3 == 2 {
        let created = caller.ok("/uploads", &upload(sku)).await?;
        let (url, id) = (created["presigned_url"].as_str()?, created["upload_id"].as_str()?.to_owned());
        let put = caller.http.put(url).header("content-type", "text/plain").body(sku.to_owned());
        assert_eq!(put.send().await.ok()?.status(), 200);
        note().confirming.insert(id.clone());
        let confirmed = caller.ok(&format!("/uploads/{id}/confirm"), &json!({})).await?;
        let mut history = note();
        history.sent.remove(sku);
        history.confirming.remove(&id);
        history.objects.push((sku.to_owned(), confirmed["object_id"].clone(), None));
        history.confirmed.push((id, confirmed));
        return Some(());
    }
    let inline = (kind % 3 == 1).then(|| format!("the notes of {sku}"));
    let blobs = inline.iter().map(|text| json!({"property": "notes", "type": "text", "data": text}));
    let body = json!({"sku": sku, "blobs": blobs.collect::<Vec<_>>()});
    let object = caller.ok("/objects", &body).await?;
    let mut history = note();
    history.sent.remove(sku);
    history.objects.push((sku.to_owned(), object["object_id"].clone(), inline));
    Some(())
}

/// Checks everything that any round was told.
async fn check(caller: &Caller, history: &History) {
    for (sku, id, inline) in &history.objects {
        let (status, conflict) = caller.post("/objects", &json!({"sku": sku})).await.expect("an answer");
        assert_eq!(status, 409, "{sku} is lost: {conflict}");
        assert_eq!(conflict["error"]["details"]["existing_object_id"], *id, "{sku}");
        if let Some(text) = inline {
            let object = caller.ok("/objects?policy=update", &json!({"sku": sku})).await.expect("an answer");
            assert_eq!(object["blobs"][0]["properties"]["text"], text.as_str(), "{object}");
        }
    }
    for (id, answer) in &history.confirmed {
        let again = caller.ok(&format!("/uploads/{id}/confirm"), &json!({})).await;
        assert_eq!(again.as_ref(), Some(answer));
    }
    // What wasn't answered has happened or not, and either way can be sent again.
    for id in &history.confirming {
        let again = caller.ok(&format!("/uploads/{id}/confirm"), &json!({})).await.expect("an answer");
        assert_eq!(again["status"], "COMPLETED", "{again}");
    }
    for sku in &history.sent {
        let (status, answer) = caller.post("/objects", &json!({"sku": sku})).await.expect("an answer");
        assert!(matches!(status, 200 | 409), "{sku}: {answer}");
    }
}

//! A handler that panics: a clean error, a clear line, and the next invocation works.

use serde_json::Value;
use stowage_tests::events::event;
use stowage_tests::{Binary, Process, Secrets, Variables};

#[tokio::test]
async fn a_panic_is_a_500_and_the_next_invocation_works() {
    let binary = Binary { name: "panicking", path: env!("CARGO_BIN_EXE_panicking").into() };
    let mut function = Process::start(&binary, &Variables::of_lambda(), &Secrets::default()).await;
    let health = event("service/health").json;
    let mut panic = health.clone();
    panic["rawQueryString"] = Value::from("panic=true");
    for _ in 0..2 {
        let invoked = function.invoke(&panic).await;
        invoked.answer.refused(500, "");
        assert_eq!(invoked.line["cause"], "the handler panicked");
        function.invoke(&health).await.answer.ok();
    }
    let logs = function.kill().await;
    let told = logs.stderr.iter().filter(|line| line.contains("panicked at")).count();
    assert_eq!(told, 2, "Rust says where: {logs:?}");
}

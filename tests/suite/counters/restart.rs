//! A local stack loses no change between two starts, and counts none again.

use std::path::Path;

use stowage_local::{Data, Options};
use stowage_tests::TestStack;

use super::{assert_exact, work};

async fn start(directory: &Path) -> TestStack {
    TestStack::start_with(Options { data: Data::Directory(directory.to_owned()), ..Options::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_counted_before_the_end_is_counted_after_the_next_start() {
    let directory = tempfile::tempdir().expect("a directory");
    let stack = start(directory.path()).await;
    work(&stack).await;
    stack.stop().await;
    let stack = start(directory.path()).await;
    assert_exact(&stack).await;
    stack.stop().await;
}

/// As when a stack was killed before it could note how far it had come: all of the stream comes again.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_read_again_from_its_beginning_counts_nothing_twice() {
    let directory = tempfile::tempdir().expect("a directory");
    let stack = start(directory.path()).await;
    work(&stack).await;
    assert_exact(&stack).await;
    stack.stop().await;
    std::fs::remove_file(directory.path().join("relay.json")).expect("the relay's place was kept");
    let stack = start(directory.path()).await;
    assert_exact(&stack).await;
    stack.stop().await;
}

//! Hosts that the deployment names.

use std::net::IpAddr;

use stowage_fetch::{FetchError, FetchRules, Fetcher, Refusal};

use crate::world::{Http, World, fetch, reply};

/// A test of its own, and what `proxy.rs` runs again.
#[tokio::test]
async fn a_named_host_is_fetched_from_the_real_network() {
    let server = Http::answering(|path| reply(200, &[], path.as_bytes())).await;
    let port = server.address.port();
    let rules = FetchRules {
        ports: vec![port],
        private_hosts: vec!["localhost".to_owned()],
        ..FetchRules::default()
    };
    let fetcher = Fetcher::new(rules);
    let url = format!("http://LOCALHOST:{port}/a?b");
    assert_eq!(fetch(&fetcher, &url).await, Ok(b"/a?b".to_vec()));
    // The name is what is allowed, not where it leads.
    let error = fetch(&fetcher, &format!("http://127.0.0.1:{port}/")).await.err();
    assert_eq!(error, Some(Refusal::Address.into()));
    assert_eq!(server.heads().len(), 1);
}

#[tokio::test]
async fn a_named_host_may_be_private_but_not_metadata() {
    let server = Http::answering(|_| reply(200, &[], b"reached")).await;
    let world = World::around(&server).await;
    let fetcher = world.fetcher_with(|rules| rules.private_hosts = vec!["wiki".to_owned()]);
    let ask = async |address: &str| {
        let address: IpAddr = address.parse().unwrap();
        world.dns.set("wiki", &[&[address]]);
        fetch(&fetcher, "http://wiki/").await
    };
    for private in ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "100.64.0.1", "::1", "fd12::1"] {
        assert_eq!(ask(private).await, Ok(b"reached".to_vec()), "{private}");
    }
    for never in [
        "169.254.169.254",
        "169.254.100.1",
        "fd00:ec2::254",
        "fe80::1",
        "::ffff:127.0.0.1",
        "0.0.0.0",
        "224.0.0.1",
    ] {
        assert_eq!(ask(never).await, Err(FetchError::Refused(Refusal::Address)), "{never}");
    }
}

#[tokio::test]
async fn no_other_host_is_allowed_with_it() {
    let server = Http::answering(|_| reply(200, &[], b"reached")).await;
    let world = World::around(&server).await;
    let fetcher = world.fetcher_with(|rules| rules.private_hosts = vec!["wiki.internal".to_owned()]);
    for url in
        ["http://a.wiki.internal/", "http://internal/", "http://wiki.internal./", "http://xwiki.internal/"]
    {
        assert_eq!(fetch(&fetcher, url).await, Err(Refusal::Host.into()), "{url}");
    }
}

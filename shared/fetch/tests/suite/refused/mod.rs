//! Spellings of what isn't public, as first URL, as redirect and as DNS answer.

mod addresses;
mod spellings;
mod urls;

use std::collections::BTreeMap;

use stowage_fetch::{FetchError, Refusal};

use crate::world::{Http, PUBLIC, World, fetch, reply};
use addresses::refused_addresses;

/// A kind of spelling, the URL, and the rule that it breaks.
pub(crate) type Spelling = (&'static str, String, Refusal);

/// Every spelling.
pub(crate) fn all() -> Vec<Spelling> {
    let mut all = spellings::v4();
    all.extend(spellings::v6());
    all.extend(urls::all());
    all
}

#[tokio::test]
async fn every_spelling_is_refused_before_anything_is_asked() {
    let server = Http::answering(|_| reply(200, &[], b"reached")).await;
    let world = World::around(&server).await;
    let fetcher = world.fetcher();
    let mut kinds = BTreeMap::<_, usize>::new();
    for (kind, url, refusal) in all() {
        let error = fetch(&fetcher, &url).await.err();
        assert_eq!(error, Some(FetchError::Refused(refusal)), "{kind}: {url:?}");
        *kinds.entry(kind).or_default() += 1;
    }
    assert_eq!(world.take_connected(), []);
    let count: usize = kinds.values().sum();
    println!("{count}: {kinds:?}");
    assert!(count >= 200 && kinds.len() >= 20, "{count}: {kinds:?}");
}

#[tokio::test]
async fn no_spelling_is_there_twice() {
    let all = all();
    let different: std::collections::HashSet<_> = all.iter().map(|(_, url, _)| url).collect();
    assert_eq!(all.len(), different.len());
}

#[tokio::test]
async fn public_hosts_are_reached_in_the_same_world() {
    let server = Http::answering(|_| reply(200, &[], b"reached")).await;
    let world = World::around(&server).await;
    let fetcher = world.fetcher();
    for url in [
        "http://files.example.org/",
        "HTTP://FILES.example.org:80/a b?c=d|e#f",
        "http://files.example.org:443/",
        "http://bücher.example/",
        "http://local.example.org/",
        "http://notinternal.example.org/",
        "http://93.184.215.14/",
        "http://1572395790/",
        "http://172.15.255.255/",
        "http://172.32.0.0/",
        "http://100.128.0.0/",
        "http://[2606:4700:4700::1111]/",
    ] {
        assert_eq!(fetch(&fetcher, url).await, Ok(b"reached".to_vec()), "{url}");
    }
    assert_eq!(world.take_connected().len(), 12);
}

#[tokio::test]
async fn every_spelling_is_refused_as_a_redirect() {
    let spellings = all();
    // A header can't have a line's end in it.
    let places: Vec<String> = spellings
        .into_iter()
        .map(|(_, url, _)| url)
        .filter(|url| !url.contains(['\n', '\r', '\t']))
        // Without its slashes a URL of the same scheme is a path.
        .filter(|url| url.contains("//") || !url.starts_with("http:"))
        .chain(
            ["//127.0.0.1/", "\\\\169.254.169.254\\", "/\\10.0.0.1/", "http:///127.0.0.1/"].map(Into::into),
        )
        .collect();
    let locations = places.clone();
    let server = Http::answering(move |path| {
        let place: usize = path[1..].parse().unwrap();
        reply(302, &[("Location", &locations[place])], b"")
    })
    .await;
    let world = World::around(&server).await;
    let fetcher = world.fetcher();
    for (index, place) in places.iter().enumerate() {
        let error = fetch(&fetcher, &format!("http://files.example.org/{index}")).await.err();
        assert!(matches!(error, Some(FetchError::Refused(_))), "{place:?}: {error:?}");
        assert_eq!(world.take_connected().len(), 1, "{place:?}");
    }
    assert!(places.len() >= 200);
}

#[tokio::test]
async fn every_address_is_refused_as_a_dns_answer_alone_or_among_others() {
    let server = Http::answering(|_| reply(200, &[], b"reached")).await;
    let world = World::around(&server).await;
    let fetcher = world.fetcher();
    for (index, address) in refused_addresses().into_iter().enumerate() {
        for (place, answer) in
            [vec![address], vec![PUBLIC, address], vec![address, PUBLIC]].iter().enumerate()
        {
            let name = format!("n{index}-{place}.example.org");
            world.dns.set(&name, &[answer]);
            let error = fetch(&fetcher, &format!("http://{name}/")).await.err();
            assert_eq!(error, Some(Refusal::Address.into()), "{address}");
        }
    }
    assert_eq!(world.take_connected(), []);
}

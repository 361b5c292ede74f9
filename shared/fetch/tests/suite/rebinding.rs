//! Names whose answers change between look-ups.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use stowage_fetch::Refusal;

use crate::world::{Http, PUBLIC, World, fetch, reply};

const NAME: &str = "rebind.example.org";
const PRIVATE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

#[tokio::test]
async fn what_was_judged_is_what_is_connected_to() {
    let server = Http::answering(|_| reply(200, &[], b"reached")).await;
    let world = World::around(&server).await;
    world.dns.set(NAME, &[&[PUBLIC], &[PRIVATE]]);
    let fetcher = world.fetcher();
    let url = format!("http://{NAME}/");

    assert_eq!(fetch(&fetcher, &url).await, Ok(b"reached".to_vec()));
    assert_eq!(world.dns.asked(NAME), 1);
    assert_eq!(world.take_connected(), [SocketAddr::new(PUBLIC, 80)]);

    assert_eq!(fetch(&fetcher, &url).await, Err(Refusal::Address.into()));
    assert_eq!(world.dns.asked(NAME), 2);
    assert_eq!(world.take_connected(), []);
}

#[tokio::test]
async fn a_redirect_to_the_same_name_is_judged_again() {
    let server = Http::answering(|_| reply(302, &[("Location", "/again")], b"")).await;
    let world = World::around(&server).await;
    world.dns.set(NAME, &[&[PUBLIC], &[PUBLIC], &[PRIVATE]]);
    let error = fetch(&world.fetcher(), &format!("http://{NAME}/")).await;
    assert_eq!(error, Err(Refusal::Address.into()));
    assert_eq!(world.take_connected(), [SocketAddr::new(PUBLIC, 80); 2]);
    assert_eq!(server.heads().len(), 2);
}

#[tokio::test]
async fn a_public_name_that_leads_to_a_private_one_is_refused() {
    let server = Http::answering(|_| reply(302, &[("Location", "http://inner.example.org/")], b"")).await;
    let world = World::around(&server).await;
    world.dns.set("inner.example.org", &[&[PRIVATE]]);
    let error = fetch(&world.fetcher(), "http://files.example.org/").await;
    assert_eq!(error, Err(Refusal::Address.into()));
    assert_eq!(world.take_connected().len(), 1);
}

#[tokio::test]
async fn the_next_address_is_tried_when_one_does_not_answer() {
    let server = Http::answering(|_| reply(200, &[], b"reached")).await;
    let world = World::around(&server).await;
    let dead = IpAddr::V4(Ipv4Addr::new(93, 184, 215, 99));
    world.dns.set(NAME, &[&[dead, PUBLIC]]);
    world.kill(dead);
    assert_eq!(fetch(&world.fetcher(), &format!("http://{NAME}/")).await, Ok(b"reached".to_vec()));
    assert_eq!(world.take_connected(), [SocketAddr::new(dead, 80), SocketAddr::new(PUBLIC, 80)]);
}

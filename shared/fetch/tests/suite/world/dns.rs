//! A DNS server on UDP, and the queries that it is asked with.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::net::UdpSocket;

use super::PUBLIC;

const A: u16 = 1;
const AAAA: u16 = 28;
const HEADER: usize = 12;

/// The names with answers of their own: each look-up gets the next answer, the last one for ever.
#[derive(Default)]
struct Zone {
    answers: HashMap<String, Vec<Vec<IpAddr>>>,
    asked: HashMap<String, usize>,
}

/// A DNS server.
#[derive(Clone)]
pub(crate) struct Dns {
    server: SocketAddr,
    zone: Arc<Mutex<Zone>>,
}

impl Dns {
    /// Starts one; it ends with the test's runtime.
    pub(crate) async fn start() -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let zone = Arc::<Mutex<Zone>>::default();
        let dns = Self { server: socket.local_addr().unwrap(), zone: Arc::clone(&zone) };
        tokio::spawn(async move {
            let mut query = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut query).await {
                let answer = zone.lock().unwrap().answer(&query[..length]);
                socket.send_to(&answer, from).await.unwrap();
            }
        });
        dns
    }

    /// What look-ups of a name find, one after the other.
    pub(crate) fn set(&self, name: &str, answers: &[&[IpAddr]]) {
        let answers = answers.iter().map(|answer| answer.to_vec()).collect();
        self.zone.lock().unwrap().answers.insert(name.to_owned(), answers);
    }

    /// How often a name was looked up.
    pub(crate) fn asked(&self, name: &str) -> usize {
        self.zone.lock().unwrap().asked.get(name).copied().unwrap_or(0)
    }

    /// Both kinds of addresses of a name, as a stub resolver asks for them.
    pub(crate) async fn look_up(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let mut found = Vec::new();
        for kind in [A, AAAA] {
            socket.send_to(&query(name, kind), self.server).await?;
            let mut answer = [0; 512];
            let (length, _) = socket.recv_from(&mut answer).await?;
            found.extend(records(&answer[..length]));
        }
        Ok(found)
    }
}

impl Zone {
    fn answer(&mut self, query: &[u8]) -> Vec<u8> {
        let (name, end) = name(query);
        let kind = u16::from_be_bytes([query[end], query[end + 1]]);
        let asked = self.asked.entry(name.clone()).or_default();
        let turn = if kind == A { *asked } else { *asked - 1 };
        *asked = turn + 1;
        let found = match self.answers.get(&name) {
            Some(answers) => answers[turn.min(answers.len() - 1)].clone(),
            None => vec![PUBLIC],
        };
        let found: Vec<IpAddr> = found.into_iter().filter(|ip| ip.is_ipv4() == (kind == A)).collect();

        let mut answer = query[..end + 4].to_vec();
        answer[2] |= 0x80; // an answer
        answer[6..8].copy_from_slice(&u16::try_from(found.len()).unwrap().to_be_bytes());
        for ip in found {
            answer.extend([0xc0, 12]); // the name in the question
            answer.extend(kind.to_be_bytes());
            answer.extend([0, 1, 0, 0, 0, 0]); // class IN, not to be kept
            match ip {
                IpAddr::V4(ip) => answer.extend([0, 4].into_iter().chain(ip.octets())),
                IpAddr::V6(ip) => answer.extend([0, 16].into_iter().chain(ip.octets())),
            }
        }
        answer
    }
}

fn query(name: &str, kind: u16) -> Vec<u8> {
    let mut query = vec![0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        query.push(u8::try_from(label.len()).unwrap());
        query.extend(label.bytes());
    }
    query.push(0);
    query.extend(kind.to_be_bytes());
    query.extend([0, 1]);
    query
}

/// The name in a question, and where it ends.
fn name(message: &[u8]) -> (String, usize) {
    let (mut labels, mut at) = (Vec::new(), HEADER);
    while message[at] != 0 {
        let end = at + 1 + usize::from(message[at]);
        labels.push(std::str::from_utf8(&message[at + 1..end]).unwrap());
        at = end;
    }
    (labels.join("."), at + 1)
}

fn records(answer: &[u8]) -> Vec<IpAddr> {
    let count = u16::from_be_bytes([answer[6], answer[7]]);
    let mut at = name(answer).1 + 4;
    let mut found = Vec::new();
    for _ in 0..count {
        let data = at + 12;
        let length = usize::from(answer[data - 1]);
        let data = &answer[data..data + length];
        found.push(match <[u8; 4]>::try_from(data) {
            Ok(octets) => Ipv4Addr::from(octets).into(),
            Err(_) => Ipv6Addr::from(<[u8; 16]>::try_from(data).unwrap()).into(),
        });
        at += 12 + length;
    }
    found
}

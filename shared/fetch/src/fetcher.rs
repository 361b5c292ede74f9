//! Following a URL to its source.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

use crate::connect::connect;
use crate::error::{FetchError, Refusal};
use crate::exchange::{Answer, Verdict, ask};
use crate::network::{Internet, Network};
use crate::rules::FetchRules;
use crate::source::{Source, Times, too_slow};
use crate::target::Target;
use crate::tls;

/// Fetches what the rules allow.
pub struct Fetcher<N = Internet> {
    rules: FetchRules,
    network: N,
    tls: TlsConnector,
}

impl Fetcher {
    /// By these rules, from the network that the process is in.
    pub fn new(rules: FetchRules) -> Self {
        Self::over(Internet, rules)
    }
}

impl<N: Network> Fetcher<N> {
    /// By these rules, from this network.
    pub fn over(network: N, rules: FetchRules) -> Self {
        let tls = tls::connector(&rules.authorities);
        Self { rules, network, tls }
    }

    /// Opens a URL, following its redirects. The time runs from here, for the body as well.
    pub async fn open(&self, url: &str) -> Result<Source, FetchError> {
        self.open_within(url, self.rules.total_time).await
    }

    /// The same in this time, if it is less than the rules have.
    pub async fn open_within(&self, url: &str, time: Duration) -> Result<Source, FetchError> {
        let time = time.min(self.rules.total_time);
        let end = Instant::now() + time;
        let found = timeout_at(end, self.follow(Target::read(url, &self.rules)?)).await;
        let (answer, target) = found.unwrap_or(Err(too_slow(time)))?;
        Source::new(
            answer,
            target.host_name(),
            self.rules.max_bytes,
            Times { end, time, idle: self.rules.idle_time },
        )
    }

    async fn follow(&self, mut target: Target) -> Result<(Answer, Target), FetchError> {
        for _ in 0..=self.rules.max_redirects {
            let stream = connect(&self.network, &self.tls, &target, self.rules.connect_time).await?;
            let answer = ask(stream, &target, self.rules.idle_time).await?;
            match answer.verdict(&target, &self.rules)? {
                Verdict::Read => return Ok((answer, target)),
                Verdict::Follow(next) => target = next,
            }
        }
        Err(Refusal::Redirects(self.rules.max_redirects).into())
    }
}

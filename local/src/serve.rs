//! `stowage serve`: the whole system until Ctrl-C.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use stowage_store::Settings;

use crate::cli::{Outcome, ServeArgs};
use crate::relay::{RelayOptions, Trouble};
use crate::stack::{Data, Options, Stack, write_private};
use crate::walkthrough;

/// How long keys, namespaces and buckets are kept in memory. Shorter than on AWS, where each look-up
/// costs: a deletion waits for twice as long, and here somebody watches it.
const CACHE: Duration = Duration::from_secs(2);

/// Runs the system.
pub async fn run(arguments: ServeArgs) -> Outcome {
    start_log(arguments.quiet);
    let data =
        if arguments.ephemeral { Data::Ephemeral } else { Data::Directory(arguments.data_dir.clone()) };
    let kept = match &data {
        Data::Ephemeral => "nothing is kept (--ephemeral)".to_owned(),
        Data::Directory(path) => path.display().to_string(),
    };
    let mut relay = RelayOptions::default();
    if arguments.no_auto_confirm {
        relay.auto_confirm = None;
    }
    let (duplicate, shuffle) = (arguments.duplicate_deliveries, arguments.shuffle_deliveries);
    if duplicate || shuffle {
        relay.delivery = Some(Arc::new(Trouble { duplicate, shuffle }));
    }
    let stack = Stack::start(Options {
        data,
        host: arguments.host,
        public_host: arguments.public_host,
        port: arguments.port,
        settings: Settings { cache_for: CACHE, ..Settings::default() },
        relay,
        fetch_rules: mirror_source::rules(&arguments.fetch_port, &arguments.fetch_private_host),
        ..Options::default()
    })
    .await?;
    let info = stack.info();
    // From here on Ctrl-C is an orderly end, also for whoever waits for the file and sends it at once.
    let mut signals = Signals::listen().map_err(|error| format!("cannot listen for signals: {error}"))?;
    if let Some(path) = &arguments.ready_file {
        let json = serde_json::to_vec_pretty(info)?;
        write_private(path, &json).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    // A closed standard output is no reason to stop serving.
    let _ = write!(
        std::io::stdout(),
        "Stowage is running. Ctrl-C ends it.\n\n  API        {}\n  S3         {}\n  DynamoDB   {}  \
         (this machine only)\n  Events     {}  (this machine only)\n  Queues     {}  (this machine only)\n  Key        {}\n  Namespace  {}\n  Data       {kept}\n\n{}\n",
        info.api,
        info.s3,
        info.dynamodb,
        info.events,
        info.sqs,
        info.key,
        info.namespace,
        walkthrough::text(info),
    );
    signals.next().await;
    eprintln!("Stowage is finishing the requests in flight; Ctrl-C again ends it at once.");
    // What was answered with success is on disk already: ending at once loses only open requests.
    tokio::select! {
        () = stack.stop() => Ok(()),
        () = signals.next() => Err("ended before the requests in flight were finished".into()),
    }
}

/// Ctrl-C, and the signal that service managers send.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    /// Takes the signals over from the system, which would end the process.
    #[cfg(unix)]
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    #[cfg(not(unix))]
    #[expect(clippy::unnecessary_wraps, reason = "it can fail on Unix")]
    fn listen() -> std::io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next one.
    async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// One readable line per request, on standard error.
fn start_log(quiet: bool) {
    let own = if quiet { LevelFilter::WARN } else { LevelFilter::INFO };
    let targets = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("stowage", own)
        // It warns of every refused condition, which here is an ordinary answer.
        .with_target("dynoxide", LevelFilter::ERROR)
        // It logs whole URLs, and with them presigned URLs' signatures.
        .with_target("s3s", LevelFilter::OFF);
    let lines = tracing_subscriber::fmt::layer()
        .compact()
        .with_target(false)
        .with_writer(std::io::stderr)
        .with_ansi(false);
    // A second start in one process keeps the first one's log.
    let _ = tracing_subscriber::registry().with(targets).with(lines).try_init();
}

//! The command line.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// What a command ends with when it fails: one clear line.
pub type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Object ingestion for AWS, on this machine.
#[derive(Debug, Parser)]
#[command(name = "stowage", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do; `serve` when nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The arguments of `serve`.
    #[command(flatten)]
    pub serve: ServeArgs,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the whole system until Ctrl-C (the default)
    Serve(ServeArgs),
    /// Take in a file on a stack of its own, showing every exchange
    Demo(DemoArgs),
    /// Make, list and revoke API keys
    Keys(KeysArgs),
    /// Watch events, and have undelivered ones sent again
    Events(EventsArgs),
}

/// How to run the system.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where the data is kept
    #[arg(long, default_value = ".stowage", value_name = "DIR")]
    pub data_dir: PathBuf,
    /// Keep nothing: the data is gone at the end
    #[arg(long, conflicts_with = "data_dir")]
    pub ephemeral: bool,
    /// The API's port; S3, DynamoDB, the event bus and the queues take the four after it, and 0 picks free
    /// ones
    #[arg(long, default_value_t = 9400, value_parser = clap::value_parser!(u16).range(..=65_531))]
    pub port: u16,
    /// The address that the API and S3 listen on; DynamoDB, the bus and the queues stay on loopback, for
    /// nothing guards them
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    pub host: IpAddr,
    /// The host name that URLs are made with, if not the address
    #[arg(long, value_name = "NAME")]
    pub public_host: Option<String>,
    /// Write where everything is, as JSON, once requests are accepted
    #[arg(long, value_name = "FILE")]
    pub ready_file: Option<PathBuf>,
    /// Leave uploads that nobody confirms alone; else they are confirmed 2 seconds after their bytes came
    #[arg(long)]
    pub no_auto_confirm: bool,
    /// A private host that sources may be copied from, such as localhost; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub fetch_private_host: Vec<String>,
    /// A port that sources may be copied from, instead of 80 and 443; may be given more than once
    #[arg(long, value_name = "PORT")]
    pub fetch_port: Vec<u16>,
    /// Deliver records and messages twice, as AWS may
    #[arg(long)]
    pub duplicate_deliveries: bool,
    /// Deliver messages in a random order, as AWS may
    #[arg(long)]
    pub shuffle_deliveries: bool,
    /// Don't log requests
    #[arg(long)]
    pub quiet: bool,
}

/// What to demonstrate.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The file to take in; one is made up if none is named
    pub file: Option<PathBuf>,
}

/// Which keys to work on.
#[derive(Debug, Args)]
pub struct KeysArgs {
    /// Where the stack's data is kept
    #[arg(long, default_value = ".stowage", value_name = "DIR", global = true)]
    pub data_dir: PathBuf,
    /// The name of a deployed stack, instead; region and credentials come from the environment,
    /// as the AWS command line has them
    #[arg(long, value_name = "NAME", global = true)]
    pub stack: Option<String>,
    /// The organisation in a deployed stack; `create` makes one if none is named
    #[arg(long, value_name = "ID", global = true)]
    pub organisation: Option<String>,
    /// What to do with them.
    #[command(subcommand)]
    pub command: KeysCommand,
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make a key and print it, once
    Create {
        /// What to call it; each name is used once
        #[arg(value_parser = clap::builder::NonEmptyStringValueParser::new())]
        name: String,
        /// What it may do
        #[arg(long, value_delimiter = ',', default_value = "read,write", value_parser = ["read", "write", "admin", "process"])]
        permissions: Vec<String>,
        /// The only namespaces that it may use, by id or name
        #[arg(long, value_delimiter = ',', value_name = "NAMESPACE")]
        namespaces: Vec<String>,
        /// When it expires, in days from now
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
        expires_in_days: Option<u32>,
    },
    /// Show the keys, without their secrets
    List,
    /// Revoke a key; functions notice within 60 seconds
    Revoke {
        /// Its name
        name: String,
    },
}

/// What to do with events.
#[derive(Debug, Args)]
pub struct EventsArgs {
    /// What to do with them.
    #[command(subcommand)]
    pub command: EventsCommand,
}

/// What to do with events.
#[derive(Debug, Subcommand)]
pub enum EventsCommand {
    /// Show the events of a local stack as they come
    Tail {
        /// Where the stack's data is kept
        #[arg(long, default_value = ".stowage", value_name = "DIR")]
        data_dir: PathBuf,
        /// Those that have been, too
        #[arg(long)]
        all: bool,
        /// Whole events, a line of JSON each
        #[arg(long)]
        json: bool,
    },
    /// Send the events again that a deployed stack could not publish; region and credentials come from
    /// the environment, as the AWS command line has them
    Replay {
        /// The stack's S3 bucket, an output of it
        #[arg(long, value_name = "NAME")]
        blob_bucket: String,
        /// The stack's event bus, an output of it
        #[arg(long, value_name = "NAME")]
        bus: String,
    },
}

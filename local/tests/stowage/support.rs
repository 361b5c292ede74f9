//! Processes of the binary, and clients of what they serve.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use stowage_local::StackInfo;
use stowage_tests::Client;
pub(crate) use stowage_tests::whole::{things as bucket, upload_of as upload};
use tempfile::TempDir;

/// When a process that neither gets ready nor ends has failed.
const GUARD: Duration = Duration::from_mins(1);

/// The binary, with these arguments.
pub(crate) fn stowage(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stowage"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// What a command that ends by itself came to.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a command to its end.
pub(crate) fn run(arguments: &[&str]) -> Ended {
    run_with(arguments, &[])
}

/// As [`run`], with environment variables.
pub(crate) fn run_with(arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
    let output = stowage(arguments).envs(environment.iter().copied()).output().expect("the binary runs");
    Ended {
        success: output.status.success(),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

impl Ended {
    /// The one line that a failed command says.
    #[track_caller]
    pub(crate) fn complaint(&self) -> &str {
        assert!(!self.success, "it succeeded: {}", self.stdout);
        let [line] = self.stderr.lines().collect::<Vec<_>>()[..] else {
            panic!("not one line: {}", self.stderr)
        };
        line.strip_prefix("stowage: ").unwrap_or_else(|| panic!("another beginning: {line}"))
    }

    /// What a command printed that succeeded.
    #[track_caller]
    pub(crate) fn output(&self) -> &str {
        assert!(self.success, "{}", self.stderr);
        &self.stdout
    }
}

/// A running `stowage serve`; killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) info: StackInfo,
    stdout: PathBuf,
    stderr: PathBuf,
    _files: TempDir,
}

impl Server {
    /// Starts one that keeps nothing.
    pub(crate) fn ephemeral() -> Self {
        Self::start(&["--ephemeral"])
    }

    /// Starts one on this data directory.
    pub(crate) fn on(data: &Path) -> Self {
        Self::start(&["serve", "--data-dir", data.to_str().expect("UTF-8")])
    }

    fn start(arguments: &[&str]) -> Self {
        let files = tempfile::tempdir().expect("a directory");
        let [ready, stdout, stderr] = ["ready.json", "stdout", "stderr"].map(|name| files.path().join(name));
        // Into files, because nobody empties pipes.
        let mut child = stowage(arguments)
            .args(["--port", "0", "--ready-file"])
            .arg(&ready)
            .stdout(File::create(&stdout).expect("a file"))
            .stderr(File::create(&stderr).expect("a file"))
            .spawn()
            .expect("the binary runs");
        let began = Instant::now();
        let info = loop {
            if let Ok(bytes) = fs::read(&ready) {
                break serde_json::from_slice(&bytes).expect("the ready file is whole");
            }
            let said = || fs::read_to_string(&stderr).unwrap_or_default();
            if let Some(status) = child.try_wait().expect("a status") {
                panic!("it ended, {status}: {}", said());
            }
            if began.elapsed() > GUARD {
                let _ = child.kill();
                panic!("it was never ready: {}", said());
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        Self { child, info, stdout, stderr, _files: files }
    }

    /// A client with the development key.
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.info.api, &self.info.key)
    }

    /// What it has printed, to standard output and standard error.
    pub(crate) fn said(&self) -> (String, String) {
        let read = |path| fs::read_to_string(path).expect("UTF-8");
        (read(&self.stdout), read(&self.stderr))
    }

    /// Sends a signal, such as `INT`.
    pub(crate) fn signal(&self, signal: &str) {
        // The shell's own `kill` is there wherever there is a shell.
        let command = format!("kill -{signal} {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &command]).status().expect("a shell");
        assert!(sent.success(), "{command}");
    }

    /// Sends a signal and waits for the end.
    pub(crate) fn end(&mut self, signal: &str) -> ExitStatus {
        self.signal(signal);
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return status;
            }
            assert!(began.elapsed() < GUARD, "it didn't end: {:?}", self.said());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until it has said this on standard error.
    pub(crate) fn wait_for(&self, words: &str) {
        let began = Instant::now();
        while !self.said().1.contains(words) {
            assert!(began.elapsed() < GUARD, "never said: {:?}", self.said());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends it as Ctrl-C does.
    #[track_caller]
    pub(crate) fn stop(mut self) {
        let status = self.end("INT");
        assert_eq!(status.code(), Some(0), "{:?}", self.said());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A path as the command line takes it.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

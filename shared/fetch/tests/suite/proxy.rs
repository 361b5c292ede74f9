//! The environment names a proxy, and nobody asks it.

use std::net::TcpListener;
use std::process::Command;

/// Runs another test in a process of its own, with this environment.
#[test]
fn a_proxy_of_the_environment_is_not_used() {
    let proxy = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    proxy.set_nonblocking(true).unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    let mut test = Command::new(std::env::current_exe().unwrap());
    test.args(["--exact", "allowed::a_named_host_is_fetched_from_the_real_network"]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        test.env(name, &url);
    }
    let output = test.env_remove("no_proxy").env_remove("NO_PROXY").output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
    let asked = proxy.accept().map(|_| ()).map_err(|error| error.kind());
    assert_eq!(asked, Err(std::io::ErrorKind::WouldBlock));
}

//! URLs that are refused for another part of them than a private address, or that hide one.

use stowage_fetch::Refusal;

use super::Spelling;

const USER_INFO: [&str; 11] = [
    "http://files.example.org@127.0.0.1/",
    "http://files.example.org:80@169.254.169.254/",
    "http://files.example.org%00@127.0.0.1/",
    "http://files.example.org%2f@127.0.0.1/",
    "http://files.example.org%23@127.0.0.1/",
    "http://files.example.org;@127.0.0.1/",
    "http://user@files.example.org/",
    "http://user:password@files.example.org/",
    "http://:password@files.example.org/",
    "http://a@b@files.example.org/",
    "https:user@files.example.org/",
];

const HIDDEN: [&str; 13] = [
    "http://127.0.0.1\\@files.example.org/",
    "http://127.0.0.1#@files.example.org/",
    "http://127.0.0.1?@files.example.org/",
    "http://127.0.0.1/@files.example.org/",
    "http:\\\\127.0.0.1\\",
    "http:/127.0.0.1/",
    "http:127.0.0.1/",
    "http:////127.0.0.1/",
    " http://127.0.0.1/ ",
    "ht\ntp://127.0.0.1/",
    "HtTpS://127.0.0.1/",
    "http://@127.0.0.1/",
    "http://127.1:80/",
];

const NAMES: [&str; 31] = [
    "http://localhost/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://a.localhost/",
    "http://a.b.localhost./",
    "http://l\u{ff4f}calhost/",
    "http://%6cocalhost/",
    "http://loc\u{ad}alhost/",
    "http://localhost.localdomain/",
    "http://metadata/",
    "http://metadata./",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://METADATA.google.INTERNAL/",
    "http://metadata.google.internal./",
    "http://metadata\u{3002}google\u{3002}internal/",
    "http://instance-data.ec2.internal/latest/",
    "http://ip-10-0-0-1.eu-west-1.compute.internal/",
    "http://host.docker.internal/",
    "http://kubernetes.default.svc.cluster.local/",
    "http://printer.local/",
    "http://router.lan/",
    "http://router.home.arpa/",
    "http://1.0.0.127.in-addr.arpa/",
    "http://wiki.intranet/",
    "http://kubernetes/",
    "http://internal/",
    "http://files.example.org./",
    "http://files..example.org/",
    "http://.example.org/",
    "http://files.example.org../",
    "http://./",
];

const SCHEMES: [&str; 20] = [
    "file:///etc/passwd",
    "file://localhost/proc/self/environ",
    "FILE:///etc/passwd",
    "ftp://files.example.org/",
    "ftps://files.example.org/",
    "sftp://files.example.org/",
    "gopher://127.0.0.1:6379/_INFO",
    "dict://127.0.0.1:11211/stat",
    "ldap://127.0.0.1/",
    "tftp://127.0.0.1/",
    "ws://files.example.org/",
    "wss://files.example.org/",
    "data:text/plain,a",
    "blob:http://files.example.org/a",
    "javascript:alert(1)",
    "jar:http://127.0.0.1!/",
    "netdoc:///etc/passwd",
    "s3://bucket/key",
    "unix:/var/run/docker.sock",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
];

const PORTS: [&str; 12] = [
    "http://files.example.org:22/",
    "http://files.example.org:25/",
    "http://files.example.org:8080/",
    "https://files.example.org:8443/",
    "http://files.example.org:0/",
    "http://files.example.org:65535/",
    "http://files.example.org:00081/",
    "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
    "http://169.254.100.1:9001/",
    "http://169.254.170.2:51679/v2/credentials",
    "http://127.0.0.1:6379/",
    "http://[::1]:2375/containers/json",
];

const INVALID: [&str; 17] = [
    "http://256.256.256.256/",
    "http://127.0.0.1.1/",
    "http://4294967296/",
    "http://0x100000000/",
    "http://127.0.0.256/",
    "http://127.0.0.08/",
    "http://127..1/",
    "http://[::1/",
    "http://[::1%25lo]/",
    "http://[fe80::1%25eth0]/",
    "http://[127.0.0.1]/",
    "http://[::ffff:0x7f.1]/",
    "http://[1::2::3]/",
    "http://files.example.org:65536/",
    "http://files.example.org:80:80/",
    "http://fi les.example.org/",
    "http://files%00.example.org/",
];

/// All of them.
pub(super) fn all() -> Vec<Spelling> {
    let groups: [(&'static str, &[&str], Refusal); 6] = [
        ("user info", &USER_INFO, Refusal::UserInfo),
        ("hidden", &HIDDEN, Refusal::Address),
        ("names", &NAMES, Refusal::Host),
        ("schemes", &SCHEMES, Refusal::Scheme),
        ("ports", &PORTS, Refusal::Port),
        ("invalid", &INVALID, Refusal::Url),
    ];
    let spell = |(kind, urls, refusal): (&'static str, &[&'static str], Refusal)| {
        urls.iter().map(move |&url| (kind, url.to_owned(), refusal)).collect::<Vec<_>>()
    };
    groups.into_iter().flat_map(spell).collect()
}

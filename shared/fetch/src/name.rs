//! Which host names may be looked up.

/// Names that are some network's own, with whatever is below them. Their addresses are judged as well:
/// this keeps resolvers from being asked for them.
const PRIVATE: [&str; 9] = [
    "localhost",
    "localdomain",
    "local",
    "internal", // metadata.google.internal, EC2's private names
    "intranet",
    "lan",
    "home.arpa",
    "in-addr.arpa",
    "ip6.arpa",
];

/// Whether a name can be a public host's. `name` is a URL's: in lower case and in ASCII.
pub(crate) fn is_public(name: &str) -> bool {
    let private =
        |suffix: &&str| name.strip_suffix(*suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    is_whole(name) && name.contains('.') && !PRIVATE.iter().any(private)
}

/// Whether every label is there: a resolver reads `host.` as `host`, and who compares names does not.
pub(crate) fn is_whole(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(|label| (1..=63).contains(&label.len()))
}

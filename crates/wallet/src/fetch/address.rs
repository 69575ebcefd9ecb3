//! Which URLs, names and addresses may be asked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use super::Rule;

/// A private host and port that the person (or a test) allows.
pub(super) type Allowed = (String, u16);

/// Whether the pair of host and port of `url` was allowed by name.
pub(super) fn is_allowed(url: &Url, allowed: &[Allowed]) -> bool {
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { return false };
    allowed.iter().any(|(name, number)| name == host && *number == port)
}

/// Why a text names no host that could be allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\u{201c}{text}\u{201d} is not a host with its port")]
pub struct BadAllowed {
    /// The text.
    pub text: String,
}

/// Reads `host:port`, such as `badges.school.lan:8443`, `10.0.0.5:443` or `[fd00::5]:443`; gives the host as URLs
/// have it.
pub fn parse_allowed(text: &str) -> Result<(String, u16), BadAllowed> {
    let bad = || BadAllowed { text: text.to_owned() };
    let (_, port) = text.rsplit_once(':').ok_or_else(bad)?;
    let port: u16 = port.parse().ok().filter(|port| *port > 0).ok_or_else(bad)?;
    let url = Url::parse(&format!("https://{text}/")).map_err(|_| bad())?;
    let bare = url.path() == "/"
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.port_or_known_default() == Some(port);
    let host = url.host_str().filter(|_| bare && !text.contains(['/', '\\', '@'])).ok_or_else(bad)?;
    Ok((host.to_owned(), port))
}

/// Judges all of a URL that can be judged without resolving its name. What was allowed may be `http`, too.
pub(super) fn check_url(url: &Url, allowed: &[Allowed]) -> Result<(), Rule> {
    let scheme = url.scheme();
    if scheme != "https" && !(scheme == "http" && is_allowed(url, allowed)) {
        return Err(Rule::Scheme { scheme: scheme.to_owned() });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Rule::UserInfo);
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(Rule::NoHost);
    }
    if is_allowed(url, allowed) {
        return Ok(());
    }
    if let Some(port) = url.port()
        && port != 443
    {
        return Err(Rule::Port { port });
    }
    match url.host() {
        Some(Host::Ipv4(address)) => check_address(&address.to_string(), address.into()),
        Some(Host::Ipv6(address)) => check_address(&address.to_string(), address.into()),
        Some(Host::Domain(name)) => check_name(name),
        None => Err(Rule::NoHost),
    }
}

/// Refuses names that only mean something on this computer or its network.
pub(super) fn check_name(name: &str) -> Result<(), Rule> {
    /// Special-use names (RFC 6761, 6762, 8375, 9476) and those that networks at home and work use.
    const LOCAL: [&str; 14] = [
        "localhost",
        "local",
        "localdomain",
        "internal",
        "intranet",
        "private",
        "lan",
        "home",
        "corp",
        "home.arpa",
        "alt",
        "onion",
        "test",
        "invalid",
    ];
    let bare = name.trim_end_matches('.').to_ascii_lowercase();
    let local = !bare.contains('.')
        || LOCAL.iter().any(|suffix| {
            bare.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        });
    if local { Err(Rule::LocalName { host: name.to_owned() }) } else { Ok(()) }
}

/// Refuses an address that is not on the public internet; `host` is what led to it.
pub(super) fn check_address(host: &str, address: IpAddr) -> Result<(), Rule> {
    let range = match address {
        IpAddr::V4(address) => special_v4(address),
        IpAddr::V6(address) => special_v6(address),
    };
    match range {
        None => Ok(()),
        Some(range) if host == address.to_string() => Err(Rule::Address { host: host.to_owned(), range }),
        Some(range) => Err(Rule::Address { host: format!("{host} ({address})"), range }),
    }
}

/// The special purpose of an IPv4 address (IANA registry), `None` for one of the public internet.
fn special_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = address.octets();
    Some(match (a, b, c) {
        (0, ..) => "an address of this network",
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => "an address of a private network",
        (100, 64..=127, _) => "an address inside a provider's network",
        (127, ..) => "an address of this computer",
        (169, 254, _) => "a link-local address",
        (192, 0, 0) => "an address for protocols",
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) => "an address for documentation",
        (192, 88, 99) => "a 6to4 relay",
        (192, 31, 196) | (192, 52, 193) | (192, 175, 48) => "an address for network services",
        (198, 18..=19, _) => "an address for measurements",
        (224..=239, ..) => "a multicast address",
        (240..=255, ..) => "a reserved address",
        _ => return None,
    })
}

/// The special purpose of an IPv6 address. Forms that carry an IPv4 address are judged by what they carry.
fn special_v6(address: Ipv6Addr) -> Option<&'static str> {
    let v4 = |high: u16, low: u16| special_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some("the unspecified address"),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some("an address of this computer"),
        // IPv4-mapped: the socket would go to the IPv4 address. NAT64 (RFC 6052): an IPv6-only network reaches
        // the IPv4 internet through it.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => v4(high, low),
        [0, 0, 0, 0, 0 | 0xffff, ..] => Some("an IPv4 address in a form that is no longer used"),
        [0x64, 0xff9b, ..] => Some("a local translation address"),
        // 6to4 and Teredo carry an IPv4 address, too; neither is in use for hosts that issue badges.
        [0x2002, high, low, ..] => v4(high, low).or(Some("a 6to4 address")),
        [0x2001, 0, ..] => Some("a Teredo address"),
        [0x2001, 0..=0x1ff, ..] => Some("an address for protocols"),
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Some("an address for documentation"),
        [0xfc00..=0xfdff, ..] => Some("an address of a private network"),
        [0xfe80..=0xfebf, ..] => Some("a link-local address"),
        [0xff00..=0xffff, ..] => Some("a multicast address"),
        [0x2000..=0x3fff, ..] => None,
        _ => Some("an address that is not in public use"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The addresses of the public internet that are nearest to the special ranges.
    const PUBLIC: [&str; 26] = [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.0.3.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "2a00:1450::1",
        "2001:200::1",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
    ];

    const SPECIAL: [&str; 75] = [
        "0.0.0.0",
        "0.255.255.255",
        "10.0.0.0",
        "10.1.2.3",
        "10.255.255.255",
        "100.64.0.0",
        "100.100.100.200",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.0.0",
        "169.254.169.254",
        "169.254.170.2",
        "169.254.255.255",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.0",
        "192.0.0.170",
        "192.0.0.255",
        "192.0.2.1",
        "192.31.196.1",
        "192.52.193.1",
        "192.88.99.1",
        "192.168.0.0",
        "192.168.255.255",
        "192.175.48.1",
        "198.18.0.0",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::2",
        "::127.0.0.1",
        "::1.1.1.1",
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "::ffff:10.1.2.3",
        "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::",
        "64:ff9b:1::1.1.1.1",
        "100::",
        "100::1",
        "100:0:0:1::1",
        "2001::",
        "2001:0:1::1",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "2001:30::1",
        "2001:1ff:ffff::",
        "2001:db8::1",
        "2001:db8:ffff::1",
        "2002:7f00:1::",
        "2002:a00:1::",
        "2002:101:101::",
        "3fff::1",
        "3fff:fff::1",
        "4000::1",
        "5f00::1",
        "8000::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "ffff::1",
    ];

    #[test]
    fn public_addresses_pass() {
        for address in PUBLIC {
            assert_eq!(check_address("host", address.parse().unwrap()), Ok(()), "{address}");
            let literal = if address.contains(':') { format!("[{address}]") } else { address.to_owned() };
            let url = Url::parse(&format!("https://{literal}/")).unwrap();
            assert_eq!(check_url(&url, &[]), Ok(()), "{url}");
        }
    }

    #[test]
    fn special_addresses_are_refused_by_literal() {
        for address in SPECIAL {
            let literal = if address.contains(':') { format!("[{address}]") } else { address.to_owned() };
            let url = Url::parse(&format!("https://{literal}/")).unwrap();
            assert!(matches!(check_url(&url, &[]), Err(Rule::Address { .. })), "{url}");
        }
    }

    #[test]
    fn special_addresses_are_refused_by_resolution() {
        for address in SPECIAL {
            let refused = check_address("badges.example.com", address.parse().unwrap());
            assert!(matches!(refused, Err(Rule::Address { .. })), "{address}");
        }
    }

    #[test]
    fn names_like_those_of_local_networks_pass() {
        for name in
            ["notlocal.example.com", "mylocal.com", "localhost.example.com", "internal.io", "home.com"]
        {
            let url = Url::parse(&format!("https://{name}/")).unwrap();
            assert_eq!(check_url(&url, &[]), Ok(()), "{name}");
        }
    }

    #[test]
    fn schemes_ports_and_user_names_are_refused() {
        for other in ["http", "file", "ftp", "gopher", "javascript", "data", "ws"] {
            let url = Url::parse(&format!("{other}://badges.example.com/x")).unwrap();
            assert_eq!(check_url(&url, &[]), Err(Rule::Scheme { scheme: other.to_owned() }));
        }
        for port in [22, 25, 80, 6379, 8080, 8443, 65535] {
            let url = Url::parse(&format!("https://badges.example.com:{port}/")).unwrap();
            assert_eq!(check_url(&url, &[]), Err(Rule::Port { port }));
        }
        for tricky in
            ["https://good@127.0.0.1/", "https://a:b@badges.example.com/", "https://:b@badges.example.com/"]
        {
            assert_eq!(check_url(&Url::parse(tricky).unwrap(), &[]), Err(Rule::UserInfo), "{tricky}");
        }
        // A backslash ends the host, as in browsers: this is 127.0.0.1.
        let backslash = Url::parse("https://127.0.0.1:443\\@badges.example.com/").unwrap();
        assert!(matches!(check_url(&backslash, &[]), Err(Rule::Address { .. })), "{backslash}");
        assert_eq!(check_url(&Url::parse("https://badges.example.com:443/").unwrap(), &[]), Ok(()));
    }

    #[test]
    fn an_allowed_pair_allows_that_port_of_that_host_alone() {
        let allowed = [("localhost".to_owned(), 8443)];
        let check = |url: &str| check_url(&Url::parse(url).unwrap(), &allowed);
        assert_eq!(check("https://localhost:8443/x"), Ok(()));
        assert_eq!(check("http://localhost:8443/x"), Ok(()));
        for other in [
            "https://localhost/",
            "https://localhost:8444/",
            "https://127.0.0.1:8443/",
            "http://localhost/",
            "ftp://localhost:8443/",
            "https://me@localhost:8443/",
        ] {
            assert!(check(other).is_err(), "{other}");
        }
    }

    #[test]
    fn hosts_are_allowed_with_their_port() {
        let read = |text| parse_allowed(text).ok();
        assert_eq!(read("Badges.School.lan:8443"), Some(("badges.school.lan".to_owned(), 8443)));
        assert_eq!(read("10.0.0.5:443"), Some(("10.0.0.5".to_owned(), 443)));
        assert_eq!(read("127.1:80"), Some(("127.0.0.1".to_owned(), 80)));
        assert_eq!(read("[fd00::5]:443"), Some(("[fd00::5]".to_owned(), 443)));
        for wrong in
            ["", "host", "host:", "host:0", "host:70000", "https://host:1", "me@host:1", "host:1/x", "a b:1"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}

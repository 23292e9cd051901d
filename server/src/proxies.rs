//! What reverse proxies say of a request, believed only from the addresses that a setting trusts.

use std::net::IpAddr;

use http::HeaderMap;
use ipnet::IpNet;

/// By whom, at which host and how the proxy itself was called.
const SAID: [&str; 3] = ["x-forwarded-for", HOST, PROTO];
pub const HOST: &str = "x-forwarded-host";
pub const PROTO: &str = "x-forwarded-proto";

/// The networks of trusted proxies; none by default.
pub struct Proxies(pub Vec<IpNet>);

impl Proxies {
    /// Takes out of the headers of a request what its peer may not say.
    pub fn screen(&self, peer: Option<IpAddr>, headers: &mut HeaderMap) {
        if !peer.is_some_and(|peer| self.trusts(peer)) {
            for name in SAID {
                headers.remove(name);
            }
        }
    }

    fn trusts(&self, peer: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&peer.to_canonical()))
    }
}

/// An address (`10.0.0.7`) or a network (`10.0.0.0/8`, `fd00::/8`).
pub fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    let network = text.parse().or_else(|_| address());
    network.map_err(|_| format!("`{text}` is no address (10.0.0.7) and no network (10.0.0.0/8)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_and_addresses_are_trusted() {
        let of = |text| Proxies(vec![network(text).unwrap()]);
        let trusts = |text, peer: &str| of(text).trusts(peer.parse().unwrap());
        assert!(trusts("10.0.0.0/8", "10.1.2.3") && !trusts("10.0.0.0/8", "11.1.2.3"));
        assert!(trusts("127.0.0.1", "127.0.0.1") && !trusts("127.0.0.1", "127.0.0.2"));
        assert!(trusts("127.0.0.1", "::ffff:127.0.0.1") && trusts("::1", "::1"));
        assert!(network("localhost").is_err() && !Proxies(Vec::new()).trusts(IpAddr::from([0; 4])));
    }
}

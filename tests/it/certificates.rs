//! Certificates as authorities issue them: a root, an intermediate one, and those of servers.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair,
    date_time_ymd,
};

/// The name that certificates are for.
pub(crate) const HOST: &str = "bot.example.test";

/// An authority with an intermediate one, as all public ones have.
pub(crate) struct Authority {
    root: CertifiedIssuer<'static, KeyPair>,
    intermediate: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate with its chain as it is sent, and its key, both in PEM.
pub(crate) struct Issued {
    pub(crate) chain: String,
    pub(crate) key: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::named("Example")
    }

    pub(crate) fn named(name: &str) -> Self {
        let root = authority(&format!("{name} Root"));
        let root = CertifiedIssuer::self_signed(root, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let intermediate =
            CertifiedIssuer::signed_by(authority(&format!("{name} Issuing")), key, &root).unwrap();
        Self { root, intermediate }
    }

    /// Returns the root, which the caller trusts.
    pub(crate) fn root(&self) -> String {
        self.root.pem()
    }

    /// Issues a certificate for [`HOST`].
    pub(crate) fn issue(&self) -> Issued {
        self.issue_with(HOST, |_| {})
    }

    /// As [`Authority::issue`], without the intermediate certificate beside it.
    pub(crate) fn issue_alone(&self) -> Issued {
        let issued = self.issue();
        let end = "-----END CERTIFICATE-----";
        let own = issued.chain.split_inclusive(end).next().unwrap();
        Issued {
            chain: format!("{own}\n"),
            key: issued.key,
        }
    }

    pub(crate) fn issue_for(&self, host: &str) -> Issued {
        self.issue_with(host, |_| {})
    }

    pub(crate) fn issue_expired(&self) -> Issued {
        self.issue_with(HOST, |params| {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2020, 3, 31);
        })
    }

    fn issue_with(&self, host: &str, change: impl FnOnce(&mut CertificateParams)) -> Issued {
        let mut params = server(host);
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let own = params.signed_by(&key, &self.intermediate).unwrap();
        Issued {
            chain: format!("{}{}", own.pem(), self.intermediate.pem()),
            key: key.serialize_pem(),
        }
    }
}

/// Makes a certificate that nobody vouches for.
pub(crate) fn self_signed() -> Issued {
    let key = KeyPair::generate().unwrap();
    Issued {
        chain: server(HOST).self_signed(&key).unwrap().pem(),
        key: key.serialize_pem(),
    }
}

fn server(host: &str) -> CertificateParams {
    let mut params = CertificateParams::new([host.to_owned()]).unwrap();
    params.distinguished_name = named(host);
    params
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

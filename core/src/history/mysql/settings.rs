//! Where the database is, and how safely it is spoken to.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use sqlx::ConnectOptions;
use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};

use super::error::{MysqlConnectError, MysqlRung};

/// How to reach the history of a cluster.
#[derive(Clone)]
pub struct MysqlSettings {
    /// `mysql://user:password@host[:3306]/database`, parts percent-encoded; `?socket=/path` for a
    /// Unix socket, and no other parameter. It holds the password: neither errors nor logs show it.
    pub url: String,
    /// Authorities to trust besides the public ones, in PEM.
    pub ca_pem: Option<Vec<u8>>,
    /// Allows plain text to a host that is not this one.
    pub insecure: bool,
    /// Connections held at most: 1 for an agent, a few for a desktop.
    pub connections_max: u32,
}

impl fmt::Debug for MysqlSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MysqlSettings")
            .field("ca_pem", &self.ca_pem.is_some())
            .field("insecure", &self.insecure)
            .field("connections_max", &self.connections_max)
            .finish_non_exhaustive()
    }
}

/// The way to the database that the settings describe.
#[derive(Clone)]
pub(super) struct Way {
    pub options: MySqlConnectOptions,
    /// For people, without user and password.
    pub location: String,
    /// The name to look up and the port; none for a Unix socket.
    pub host: Option<(String, u16)>,
    pub database: String,
    pub user: String,
}

const FORM: &str = "it has the form mysql://user:password@host:3306/database, \
                    with other characters than letters and digits written as %XX";

fn refused(why: impl fmt::Display) -> MysqlConnectError {
    MysqlConnectError::new(
        MysqlRung::Settings,
        format!("the address of the history's database cannot be used, {why}"),
    )
}

impl Way {
    pub(super) fn from(settings: &MysqlSettings) -> Result<Self, MysqlConnectError> {
        let url = settings.url.as_str();
        if !["mysql://", "mariadb://"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            return Err(refused(FORM));
        }
        let parameters = url.split_once('?').map_or("", |(_, parameters)| parameters);
        let mut names = parameters
            .split('&')
            .filter_map(|pair| pair.split('=').next());
        // Parameters of the driver could take back what the settings say about safety.
        if let Some(name) = names.find(|name| !["", "socket"].contains(name)) {
            return Err(refused(format!(
                "{name:?} is none of its parameters: only \"socket\" is"
            )));
        }
        // The driver's own words could quote the password.
        let parsed = MySqlConnectOptions::from_str(url).map_err(|_| refused(FORM))?;
        let Some(database) = parsed.get_database().map(str::to_owned) else {
            return Err(refused(format!("it names no database: {FORM}")));
        };
        let name = parsed.get_host().trim_matches(['[', ']']).to_owned();
        let host = match parsed.get_socket() {
            Some(_) => None,
            None => Some((name.clone(), parsed.get_port())),
        };
        let place = match (parsed.get_socket(), &host) {
            (Some(socket), _) => socket.display().to_string(),
            (None, Some((name, port))) if name.contains(':') => format!("[{name}]:{port}"),
            (None, _) => format!("{name}:{}", parsed.get_port()),
        };
        let stays_here = host.is_none() || is_loopback(&name);
        let is_verified = settings.ca_pem.is_some() || !(stays_here || settings.insecure);
        Ok(Self {
            location: format!("{database} on {place}"),
            user: parsed.get_username().to_owned(),
            options: secured(parsed.host(&name), settings, is_verified),
            host,
            database,
        })
    }
}

fn secured(
    options: MySqlConnectOptions,
    settings: &MysqlSettings,
    is_verified: bool,
) -> MySqlConnectOptions {
    // Where plain text is allowed an unproven key is used if there is one: MySQL's usual way to
    // sign in sends no password in plain text.
    let mode = match is_verified {
        true => MySqlSslMode::VerifyIdentity,
        false => MySqlSslMode::Preferred,
    };
    let options = match &settings.ca_pem {
        Some(pem) => options.ssl_ca_from_pem(pem.clone()),
        None => options,
    };
    // The session's settings are made in one statement of ours.
    options
        .ssl_mode(mode)
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .timezone(None)
        .set_names(false)
        .disable_statement_logging()
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(url: &str, ca: bool, insecure: bool) -> Result<Way, MysqlConnectError> {
        Way::from(&MysqlSettings {
            url: url.to_owned(),
            ca_pem: ca.then(|| b"pem".to_vec()),
            insecure,
            connections_max: 1,
        })
    }

    #[test]
    fn only_this_computer_or_an_explicit_wish_gets_plain_text() {
        let verified = |url: &str, ca, insecure| {
            let way = way(url, ca, insecure).expect("a way");
            matches!(way.options.get_ssl_mode(), MySqlSslMode::VerifyIdentity)
        };
        for here in [
            "localhost",
            "LOCALHOST:33",
            "127.0.0.1",
            "127.9.9.9",
            "[::1]:3306",
        ] {
            assert!(
                !verified(&format!("mysql://u:p@{here}/d"), false, false),
                "{here}"
            );
            assert!(
                verified(&format!("mysql://u:p@{here}/d"), true, false),
                "{here}"
            );
        }
        for there in [
            "db.example",
            "10.0.0.1",
            "localhost.example",
            "[2001:db8::1]",
        ] {
            assert!(
                verified(&format!("mysql://u:p@{there}/d"), false, false),
                "{there}"
            );
            assert!(
                !verified(&format!("mysql://u:p@{there}/d"), false, true),
                "{there}"
            );
            assert!(
                verified(&format!("mysql://u:p@{there}/d"), true, true),
                "{there}"
            );
        }
        assert!(!verified(
            "mysql://u:p@db/d?socket=%2Frun%2Fmysqld.sock",
            false,
            false
        ));
    }

    #[test]
    fn an_address_that_cannot_be_used_is_refused_without_its_password() {
        let addresses = [
            "",
            "mysql",
            "http://u:geheim@h/d",
            "mysql://u:geheim@h",
            "mysql://u:geheim@h:port/d",
            "mysql://u:geheim@h/d?ssl-mode=disabled",
            "mysql://u:geheim@h/d?socket=/s&ssl-ca=/geheim",
            "mysql://u:geheim%ff@h/d",
        ];
        for url in addresses {
            let error = way(url, false, false).err().expect(url);
            assert_eq!(error.rung(), MysqlRung::Settings);
            assert!(!format!("{error} {error:?}").contains("geheim"), "{error}");
        }
    }

    #[test]
    fn the_place_is_told_without_user_and_password() {
        let told = |url| way(url, false, false).expect("a way").location;
        assert_eq!(
            told("mysql://u:p@db.example/belfry"),
            "belfry on db.example:3306"
        );
        assert_eq!(told("mariadb://u:p@[::1]:33/b"), "b on [::1]:33");
        assert_eq!(told("mysql://u:p@h/b?socket=/run/s"), "b on /run/s");
        let settings = MysqlSettings {
            url: "mysql://u:geheim@h/d".to_owned(),
            ca_pem: None,
            insecure: false,
            connections_max: 1,
        };
        assert!(!format!("{settings:?}").contains("geheim"));
    }
}

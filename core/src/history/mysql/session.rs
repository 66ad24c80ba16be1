//! One connection: how the ladder is climbed to it, and which rung broke.

use std::io;

use sqlx::mysql::{MySqlConnection, MySqlDatabaseError};
use sqlx::{AssertSqlSafe, ConnectOptions, Error, Row};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::error::{MysqlConnectError, MysqlRung};
use super::server::MysqlServer;
use super::settings::Way;
use crate::limits::{MYSQL_CONNECTED_WITHIN, MYSQL_LOCK_WAIT, MYSQL_SESSION_SILENT_MAX};

/// A connection that is set up.
pub(super) struct Session {
    pub connection: MySqlConnection,
    pub server: MysqlServer,
    /// The server's number for it.
    pub id: u64,
}

impl Session {
    /// Climbs the ladder, up to the server's version.
    pub(super) async fn open(way: &Way) -> Result<Self, MysqlConnectError> {
        match timeout(MYSQL_CONNECTED_WITHIN, climb(way)).await {
            Ok(climbed) => climbed,
            Err(_) => Err(silent(way).await),
        }
    }
}

async fn climb(way: &Way) -> Result<Session, MysqlConnectError> {
    if let Some((name, port)) = &way.host {
        find(name, *port).await?;
    }
    let mut connection = way
        .options
        .connect()
        .await
        .map_err(|error| broken(way, &error))?;
    let (server, id) = set_up(way, &mut connection).await?;
    Ok(Session {
        connection,
        server,
        id,
    })
}

async fn find(name: &str, port: u16) -> Result<(), MysqlConnectError> {
    let found = timeout(MYSQL_CONNECTED_WITHIN / 2, lookup_host((name, port))).await;
    let why = match found {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(error)) => error.to_string(),
        Err(late) => late.to_string(),
    };
    Err(MysqlConnectError::new(
        MysqlRung::Name,
        format!(
            "no address is found for the name {name} of the history's database ({why}): check the \
             name, and the name service of this computer"
        ),
    ))
}

async fn set_up(
    way: &Way,
    connection: &mut MySqlConnection,
) -> Result<(MysqlServer, u64), MysqlConnectError> {
    // Every statement sees what is committed when it begins, and takes no locks on gaps for what
    // it does not find: uploads of different runs do not meet.
    let settings = format!(
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; \
         SET NAMES utf8mb4 COLLATE utf8mb4_bin; \
         SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', \
             SESSION time_zone = '+00:00', SESSION autocommit = 1, \
             SESSION wait_timeout = {}, SESSION innodb_lock_wait_timeout = {}; \
         SELECT version(), CAST(@@max_allowed_packet AS SIGNED), CAST(connection_id() AS SIGNED)",
        MYSQL_SESSION_SILENT_MAX.as_secs(),
        MYSQL_LOCK_WAIT.as_secs(),
    );
    let row = sqlx::raw_sql(AssertSqlSafe(settings))
        .fetch_one(connection)
        .await
        .map_err(|error| broken(way, &error))?;
    let read = |error| broken(way, &error);
    let version: String = row.try_get(0).map_err(read)?;
    let packet_max: i64 = row.try_get(1).map_err(read)?;
    let id: i64 = row.try_get(2).map_err(read)?;
    let server = MysqlServer::accept(&version, packet_max.cast_unsigned(), &way.location)?;
    Ok((server, id.cast_unsigned()))
}

/// Why nothing was heard in time: nobody is there, or somebody who does not speak.
async fn silent(way: &Way) -> MysqlConnectError {
    let place = &way.location;
    let reached = match &way.host {
        None => true,
        Some((name, port)) => {
            let reached = TcpStream::connect((name.as_str(), *port));
            matches!(
                timeout(MYSQL_CONNECTED_WITHIN / 5, reached).await,
                Ok(Ok(_))
            )
        }
    };
    let within = MYSQL_CONNECTED_WITHIN.as_secs();
    MysqlConnectError::new(
        MysqlRung::Tcp,
        match reached {
            true => format!(
                "{place} takes connections and does not answer within {within} s: look at the \
                 database server, which may be held or overloaded"
            ),
            false => format!(
                "{place} does not answer within {within} s: check the host and the port, and \
                 firewalls between"
            ),
        },
    )
}

fn broken(way: &Way, error: &Error) -> MysqlConnectError {
    let place = &way.location;
    let (rung, sentence) = match error {
        Error::Database(_) => return refused(way, error),
        Error::Tls(why) => untrusted(way, &why.to_string()),
        Error::Io(why) if why.kind() == io::ErrorKind::InvalidData => {
            untrusted(way, &why.to_string())
        }
        Error::Io(why) if way.host.is_none() => (
            MysqlRung::Tcp,
            format!(
                "{place} cannot be connected to ({why}): check the socket's path, and that the server runs"
            ),
        ),
        Error::Io(why) => (
            MysqlRung::Tcp,
            format!(
                "{place} cannot be connected to ({why}): check the host and the port, and that \
                 the server runs and listens for other computers"
            ),
        ),
        Error::Configuration(why) => (
            MysqlRung::SignIn,
            format!(
                "{} cannot sign in to {place} ({why}): use an encrypted connection",
                way.user
            ),
        ),
        other => (
            MysqlRung::Server,
            format!(
                "what answers at {place} does not speak as MySQL does ({other}): check the port"
            ),
        ),
    };
    MysqlConnectError::new(rung, sentence)
}

fn untrusted(way: &Way, why: &str) -> (MysqlRung, String) {
    let place = &way.location;
    let name = way.host.as_ref().map_or("", |(name, _)| name.as_str());
    let sentence = match why {
        // A stranger with the name of a trusted authority is found by its signature.
        why if why.contains("UnknownIssuer") || why.contains("BadSignature") => format!(
            "the certificate of {place} is signed by an authority that is not trusted here: \
             give the certificate of its authority in `ca`"
        ),
        why if why.contains("not valid for name") || why.contains("NotValidForName") => format!(
            "the certificate of {place} is not for the name {name} ({why}): connect by a name \
             that it is for, or have one made for this name"
        ),
        why if why.contains("Expired") || why.contains("expired") => {
            format!("the certificate of {place} has expired ({why}): renew it, or check the clocks")
        }
        why if why.contains("does not support TLS") => format!(
            "{place} offers no encryption: set up TLS on the server, or allow plain text with \
             `insecure = true`"
        ),
        why => format!(
            "no encrypted connection to {place} can be made ({why}): check the \
             server's certificate and `ca`"
        ),
    };
    (MysqlRung::Tls, sentence)
}

/// What the server says no to, by its number.
fn refused(way: &Way, error: &Error) -> MysqlConnectError {
    let (place, user, database) = (&way.location, &way.user, &way.database);
    let (rung, sentence) = match number_of(error).unwrap_or(0) {
        1045 | 1698 => (
            MysqlRung::SignIn,
            format!("{place} does not let {user} in: check the user and the password"),
        ),
        1129 | 1130 => (
            MysqlRung::SignIn,
            format!("{place} lets nobody in from this computer ({error}): allow it for {user}"),
        ),
        1820 | 1862 | 3118 | 4151 => (
            MysqlRung::SignIn,
            format!(
                "the account {user} of {place} is locked or its password has expired ({error})"
            ),
        ),
        1044 => (
            MysqlRung::Database,
            format!("{user} may not use the database {database} of {place}: grant it the rights"),
        ),
        1049 => (
            MysqlRung::Database,
            format!("there is no database {database} on {place}: make it, or correct the name"),
        ),
        3159 => (
            MysqlRung::Tls,
            format!("{place} demands encryption: give the certificate of its authority in `ca`"),
        ),
        1040 | 1203 | 1226 => (
            MysqlRung::Tcp,
            format!("{place} has no connection left ({error}): raise its max_connections"),
        ),
        1053 => (MysqlRung::Tcp, format!("{place} is shutting down")),
        _ => (
            MysqlRung::Server,
            format!("{place} refuses the session ({error}): look at the server's settings"),
        ),
    };
    MysqlConnectError::new(rung, sentence)
}

/// The server's number for an error of its own.
pub(super) fn number_of(error: &Error) -> Option<u16> {
    let error = error.as_database_error()?;
    error
        .try_downcast_ref::<MySqlDatabaseError>()
        .map(MySqlDatabaseError::number)
}

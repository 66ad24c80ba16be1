//! Where the agent's words go, and in which form.

use std::io::{IsTerminal, stderr};

use belfry_core::config::{LogConfig, LogFormat, LogLevel};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

use crate::failure::{Code, Failure};

/// Overrides the configured level for one start, with levels for single modules if need be.
const VARIABLE: &str = "BELFRY_LOG";

/// How much is logged, which may change.
pub struct Level {
    standing: LogLevel,
    /// None while the environment's word holds.
    filter: Option<reload::Handle<EnvFilter, Registry>>,
}

impl Level {
    /// Logs that much from now on. Whether that is another level than before.
    pub fn set(&mut self, level: LogLevel) -> bool {
        if std::mem::replace(&mut self.standing, level) == level {
            return false;
        }
        let filter = self.filter.as_ref();
        filter.is_some_and(|filter| filter.reload(configured(level)).is_ok())
    }
}

fn configured(log: LogLevel) -> EnvFilter {
    EnvFilter::default().add_directive(level(log).into())
}

/// Begins to log.
pub fn begin(log: &LogConfig) -> Result<Level, Failure> {
    let overriding = EnvFilter::try_from_env(VARIABLE).ok();
    let is_configured = overriding.is_none();
    let filter = overriding.unwrap_or_else(|| configured(log.level));
    let (filter, handle) = reload::Layer::new(filter);
    let registry = Registry::default().with(filter);
    match log.format {
        LogFormat::Text => {
            let lines = fmt::layer().with_writer(stderr).with_target(false);
            registry
                .with(lines.with_ansi(stderr().is_terminal()))
                .init();
        }
        LogFormat::Json => {
            let lines = fmt::layer().json().with_writer(stderr);
            registry.with(lines).init();
        }
        LogFormat::Journald => {
            let journal = tracing_journald::layer().map_err(|error| {
                let sentence = format!(
                    "could not log to systemd's journal ({error}): set `log.format` to text"
                );
                Failure::new(Code::Configuration, sentence)
            })?;
            registry
                .with(journal.with_syslog_identifier("belfry-agent".to_owned()))
                .init();
        }
    }
    Ok(Level {
        standing: log.level,
        filter: is_configured.then_some(handle),
    })
}

fn level(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}

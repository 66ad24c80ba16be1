//! Where the agent's words go, and in which form.

use std::io::{IsTerminal, stderr};

use belfry_core::config::{LogConfig, LogFormat, LogLevel};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, fmt};

use crate::failure::{Code, Failure};

/// Overrides the configured level for one start, with levels for single modules if need be.
const VARIABLE: &str = "BELFRY_LOG";

/// Begins to log.
pub fn begin(log: &LogConfig) -> Result<(), Failure> {
    let configured = || EnvFilter::default().add_directive(level(log.level).into());
    let filter = EnvFilter::try_from_env(VARIABLE).unwrap_or_else(|_| configured());
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
    Ok(())
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

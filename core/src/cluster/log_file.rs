//! A log as a file: the bytes as the program wrote them, gaps marked.

use std::path::Path;

use tokio::fs::File;
use tokio::io::{AsyncWriteExt, BufWriter};

use super::error::Doing;
use super::{Cluster, ClusterError};
use crate::id::RunId;
use crate::limits::LOG_PAGE_BYTES_MAX;
use crate::run::RunRecord;

impl Cluster {
    /// What a file with an attempt's log is called, if nobody chooses otherwise.
    pub async fn log_file_name(&self, run: RunId, attempt: u32) -> Result<String, ClusterError> {
        let attempts = self.attempts(run).await?;
        let record = attempts.iter().find(|record| record.attempt == attempt);
        let record = record.ok_or_else(|| ClusterError::NoSuchRun {
            text: format!("{run}/{attempt}"),
        })?;
        Ok(log_file_name(record))
    }

    /// Writes all that is kept of an attempt's log to a file. Where bytes were dropped a line
    /// says how many.
    pub async fn save_log(
        &self,
        run: RunId,
        attempt: u32,
        path: &Path,
    ) -> Result<(), ClusterError> {
        let saving = |source| ClusterError::Saving {
            path: path.display().to_string(),
            source,
        };
        let mut file = BufWriter::new(File::create(path).await.map_err(saving)?);
        let mut place = 0;
        loop {
            let read = self
                .history
                .output(run, attempt, place, LOG_PAGE_BYTES_MAX)
                .await;
            let chunks = read.doing("read the log")?;
            if chunks.is_empty() {
                break;
            }
            for chunk in chunks {
                if chunk.offset > place {
                    let gap = format!("\n[… {} bytes were dropped here …]\n", chunk.offset - place);
                    file.write_all(gap.as_bytes()).await.map_err(saving)?;
                }
                file.write_all(&chunk.bytes).await.map_err(saving)?;
                place = chunk.end();
            }
        }
        file.flush().await.map_err(saving)
    }
}

/// `job-20261121T033000Z-2.log`, without what a file's name must not have.
pub fn log_file_name(record: &RunRecord) -> String {
    let plain = |c: char| match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        c if c.is_control() => '_',
        c => c,
    };
    let job: String = record.job.chars().map(plain).take(64).collect();
    let at = record.scheduled_at.strftime("%Y%m%dT%H%M%SZ");
    format!(
        "{}-{at}-{}.log",
        job.trim_start_matches('.'),
        record.attempt
    )
}

//! A job as the store of the present holds it, read once and kept for lists.

use crate::definition::{Address, Definition, Existing, FullName};
use crate::envelope::{Content, Envelope};
use crate::id::{JobId, ProjectName};
use crate::job::{Action, Command, FieldError, Job};
use crate::keyspace::{Key, Keyspace};
use crate::txn::Entry;

/// A job that exists.
#[derive(Clone, Debug)]
pub struct StoredJob {
    /// Its id.
    pub id: JobId,
    /// Its project.
    pub project: ProjectName,
    /// Its name; the id when not even that can be read.
    pub name: String,
    /// Its generation; 0 when not even that can be read.
    pub generation: u64,
    /// The store's revision that last changed it.
    pub revision: u64,
    /// What it is, or why this version cannot use it, as a sentence.
    pub job: Result<Job, String>,
    /// The same field by field, as far as it is about fields.
    pub wrong: Vec<FieldError>,
    /// Everything that a search looks through, in lowercase.
    haystack: String,
}

impl StoredJob {
    /// Reads an entry; `None` for tombstones and for keys that are no job's.
    pub fn read(keys: &Keyspace, entry: &Entry) -> Option<Self> {
        let Some(Key::Job(project, id)) = keys.parse(&entry.key) else {
            return None;
        };
        let envelope = match Envelope::decode(&entry.value) {
            Ok(envelope) => envelope,
            Err(error) => {
                let why = format!("could not read the definition at {}: {error}", entry.key);
                return Some(Self::new(
                    (project, id),
                    0,
                    entry.mod_revision,
                    (id.to_string(), Err((why, Vec::new()))),
                ));
            }
        };
        let Content::Body(body) = &envelope.content else {
            return None;
        };
        let name = body
            .get("name")
            .and_then(|name| name.as_str())
            .map_or_else(|| id.to_string(), str::to_owned);
        let job = Job::from_body(body).map_err(|error| (error.to_string(), error.errors()));
        Some(Self::new(
            (project, id),
            envelope.generation,
            entry.mod_revision,
            (name, job),
        ))
    }

    fn new(
        (project, id): (ProjectName, JobId),
        generation: u64,
        revision: u64,
        (name, job): (String, Result<Job, (String, Vec<FieldError>)>),
    ) -> Self {
        let mut words = vec![project.to_string(), name.clone()];
        if let Ok(job) = &job {
            words.extend([
                job.about.owner.clone(),
                job.about.note.clone(),
                command_text(job),
            ]);
            words.extend(job.about.tags.iter().cloned());
        }
        let (job, wrong) = match job {
            Ok(job) => (Ok(job), Vec::new()),
            Err((why, wrong)) => (Err(why), wrong),
        };
        let haystack = words.join("\n").to_lowercase();
        Self {
            id,
            project,
            name,
            generation,
            revision,
            job,
            wrong,
            haystack,
        }
    }

    /// Where it is stored.
    pub fn address(&self) -> Address {
        Address::of_job(&self.project, self.id)
    }

    /// `project/name`.
    pub fn title(&self) -> String {
        format!("{}/{}", self.project, self.name)
    }

    /// Everything that a search looks through, in lowercase.
    pub(super) fn haystack(&self) -> &str {
        &self.haystack
    }

    /// As a file that is to be applied is compared with it.
    pub fn existing(&self) -> Existing {
        Existing {
            address: self.address(),
            generation: self.generation,
            name: FullName::of_job(&self.project, &self.name),
            definition: self.job.clone().ok().map(Definition::from),
        }
    }
}

/// What a job runs, for people: its script, or its arguments on a line.
pub fn command_text(job: &Job) -> String {
    let shell = match &job.action {
        Action::Shell(shell) => shell,
        Action::Http(http) => return format!("{} {}", http.method.as_str(), http.url),
    };
    match &shell.command {
        Command::Script { script, .. } => script.clone(),
        Command::Argv(argv) => argv
            .iter()
            .map(|word| shell_word(word))
            .collect::<Vec<_>>()
            .join(" "),
    }
}

/// An argument as a shell would need it.
fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

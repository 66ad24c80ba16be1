//! The use-cases over the embedded stores, with an agent's part played by hand.

#[path = "cluster/backfills.rs"]
mod backfills;
#[path = "cluster/bulks.rs"]
mod bulks;
#[path = "cluster/calendars.rs"]
mod calendars;
#[path = "cluster/connections.rs"]
mod connections;
#[path = "cluster/editor.rs"]
mod editor;
#[path = "cluster/editor_saves.rs"]
mod editor_saves;
#[path = "cluster/edits.rs"]
mod edits;
#[path = "cluster/explained.rs"]
mod explained;
#[path = "cluster/files.rs"]
mod files;
#[path = "cluster/kinds.rs"]
mod kinds;
#[path = "cluster/lists.rs"]
mod lists;
#[path = "cluster/lives.rs"]
mod lives;
#[path = "cluster/nodes.rs"]
mod nodes;
#[path = "cluster/read_only.rs"]
mod read_only;
#[path = "cluster/search.rs"]
mod search;
#[path = "cluster/stage.rs"]
mod stage;
#[path = "cluster/verified.rs"]
mod verified;
#[path = "cluster/versions.rs"]
mod versions;
#[path = "cluster/wishes.rs"]
mod wishes;

//! Statements whose length depends on what they carry.

use sqlx::Error;
use sqlx::mysql::{MySql, MySqlArguments, MySqlConnection, MySqlQueryResult, MySqlRow};
use sqlx::query::Query;

use crate::history::record::Value;
use crate::limits::{
    MYSQL_ROWS_PER_STATEMENT, MYSQL_STATEMENT_BYTES_MAX, MYSQL_STATEMENT_FRAME,
    MYSQL_VALUES_KEPT_PREPARED,
};

/// A text and the values for its question marks.
pub(super) struct Statement {
    built: sqlx::QueryBuilder<MySql>,
    bound: usize,
}

impl Statement {
    pub(super) fn new(sql: &str) -> Self {
        Self {
            built: sqlx::QueryBuilder::new(sql),
            bound: 0,
        }
    }

    /// Text of ours; never a value.
    pub(super) fn push(&mut self, sql: &str) -> &mut Self {
        self.built.push(sql);
        self
    }

    pub(super) fn bind(&mut self, value: &Value<'_>) -> &mut Self {
        self.bound += 1;
        match value {
            Value::Integer(number) => self.built.push_bind(*number),
            Value::Text(text) => self.built.push_bind(text.as_deref()),
            Value::Bytes(bytes) => self.built.push_bind(*bytes),
        };
        self
    }

    /// `sql` with one value at its end.
    pub(super) fn with(&mut self, sql: &str, value: Value<'_>) -> &mut Self {
        self.push(sql).bind(&value)
    }

    /// The items in parentheses, each written by `item`.
    pub(super) fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        separator: &str,
        mut item: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.push("(");
        for (index, value) in items.into_iter().enumerate() {
            if index > 0 {
                self.push(separator);
            }
            item(self, value);
        }
        self.push(")")
    }

    /// A row of values in parentheses.
    pub(super) fn values<'v>(&mut self, values: impl IntoIterator<Item = Value<'v>>) -> &mut Self {
        self.list(values, ", ", |statement, value| {
            statement.bind(&value);
        })
    }

    pub(super) fn query(&mut self) -> Query<'_, MySql, MySqlArguments> {
        // A short one comes again and is kept prepared. A long one hardly has the same length
        // again, and would lie in the server's memory.
        let is_kept = self.bound <= MYSQL_VALUES_KEPT_PREPARED;
        self.built.build().persistent(is_kept)
    }

    pub(super) async fn rows(
        &mut self,
        connection: &mut MySqlConnection,
    ) -> Result<Vec<MySqlRow>, Error> {
        self.query().fetch_all(connection).await
    }

    pub(super) async fn execute(
        &mut self,
        connection: &mut MySqlConnection,
    ) -> Result<MySqlQueryResult, Error> {
        self.query().execute(connection).await
    }
}

/// Bytes of values that one statement carries.
pub(super) fn bytes_max(packet_max: usize) -> usize {
    let fits = packet_max.saturating_sub(MYSQL_STATEMENT_FRAME);
    fits.min(MYSQL_STATEMENT_BYTES_MAX)
}

/// Splits rows into statements that the server takes. A row that it never takes is refused here:
/// the server would only cut the connection.
pub(super) fn batches<'v, const COLUMNS: usize>(
    rows: impl IntoIterator<Item = [Value<'v>; COLUMNS]>,
    packet_max: usize,
) -> Result<Vec<Vec<[Value<'v>; COLUMNS]>>, Error> {
    let mut batches: Vec<Vec<_>> = Vec::new();
    let mut bytes = 0;
    for row in rows {
        let size = row.iter().map(Value::size).sum::<usize>();
        if size + MYSQL_STATEMENT_FRAME > packet_max {
            let why = format!(
                "a record of {size} bytes is more than the server's max_allowed_packet, \
                 {packet_max}, has room for"
            );
            return Err(Error::Encode(why.into()));
        }
        bytes += size;
        let is_open = |batch: &Vec<_>| {
            batch.len() < MYSQL_ROWS_PER_STATEMENT && bytes <= bytes_max(packet_max)
        };
        match batches.last_mut() {
            Some(batch) if is_open(batch) => batch.push(row),
            _ => {
                batches.push(vec![row]);
                bytes = size;
            }
        }
    }
    Ok(batches)
}

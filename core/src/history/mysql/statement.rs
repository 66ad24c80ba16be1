//! Statements whose length depends on what they carry.

use sqlx::Error;
use sqlx::mysql::{MySql, MySqlConnection, MySqlQueryResult, MySqlRow};

use crate::history::record::Value;
use crate::limits::{MYSQL_ROWS_PER_STATEMENT, MYSQL_STATEMENT_BYTES_MAX, MYSQL_STATEMENT_FRAME};

/// A text and the values for its question marks.
pub(super) struct Statement(sqlx::QueryBuilder<MySql>);

impl Statement {
    pub(super) fn new(sql: &str) -> Self {
        Self(sqlx::QueryBuilder::new(sql))
    }

    /// Text of ours; never a value.
    pub(super) fn push(&mut self, sql: &str) -> &mut Self {
        self.0.push(sql);
        self
    }

    pub(super) fn bind(&mut self, value: &Value<'_>) -> &mut Self {
        match value {
            Value::Integer(number) => self.0.push_bind(*number),
            Value::Text(text) => self.0.push_bind(text.as_deref()),
            Value::Bytes(bytes) => self.0.push_bind(*bytes),
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

    /// The whole, for those who look at it.
    #[cfg(test)]
    pub(super) fn query(&mut self) -> sqlx::query::Query<'_, MySql, sqlx::mysql::MySqlArguments> {
        self.0.build()
    }

    pub(super) async fn rows(
        &mut self,
        connection: &mut MySqlConnection,
    ) -> Result<Vec<MySqlRow>, Error> {
        self.0.build().fetch_all(connection).await
    }

    pub(super) async fn execute(
        &mut self,
        connection: &mut MySqlConnection,
    ) -> Result<MySqlQueryResult, Error> {
        // Its length hardly comes again: prepared statements are a good of the server.
        self.0.build().persistent(false).execute(connection).await
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

//! An index that dynoxide's stream records lack.
//!
//! Without it, each write to a table with a stream reads all records that the stream has ever had, to
//! find the next sequence number; and dynoxide forgets none. With 100,000 of them a write took longer
//! than the SDK waits. The index has the very expression of dynoxide's queries, which are then
//! answered from it; dynoxide itself notices nothing.

use std::path::Path;

use dynoxide::Database;
use rusqlite::Connection;

const INDEX: &str = "CREATE INDEX IF NOT EXISTS stowage_stream_order \
                     ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";

/// Opens the database in a file, with the index.
pub(super) fn open(path: &Path) -> Result<Database, String> {
    let database = Database::new(&path.to_string_lossy()).map_err(|error| error.to_string())?;
    let connection = Connection::open(path).map_err(|error| error.to_string())?;
    connection.execute_batch(INDEX).map_err(|error| error.to_string())?;
    Ok(database)
}

/// Opens a database in memory, with the index. Nobody else can reach that memory, so it starts as a copy
/// of an empty file in `directory`.
pub(super) fn memory(directory: &Path) -> Result<Database, String> {
    let empty = directory.join("empty.sqlite");
    drop(open(&empty)?);
    let database = Database::memory().map_err(|error| error.to_string())?;
    database.restore_from(&empty.to_string_lossy()).map_err(|error| error.to_string())?;
    Ok(database)
}

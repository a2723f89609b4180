//! What a command was answered before: asked by a handler whose decision says no, since a command
//! sent twice is answered as the first time even where a second decision would refuse it.

use linli_kernel::{CommandId, Fault};
use sea_orm::ConnectionTrait;
use serde_json::Value;

use crate::append::AppendError;
use crate::db::fault;
use crate::journal::Journal;
use crate::rows::command_value;
use crate::sql::Sql;

impl Journal {
    /// What `command` was answered when it was done; `None` when it has not been done.
    ///
    /// # Errors
    /// [`AppendError::CommandReused`] when it was done with another body, or a fault.
    pub async fn answered(
        &self,
        command: CommandId,
        digest: [u8; 32],
    ) -> Result<Option<Value>, AppendError> {
        let mut sql = Sql::new(
            self.shared.backend(),
            "SELECT digest, answer FROM log_commands WHERE id = ",
        );
        sql.bind(command_value(command));
        let row = self.reader().query_one_raw(sql.done()).await;
        let Some(row) = row.map_err(fault)? else {
            return Ok(None);
        };
        let known: Vec<u8> = row.try_get("", "digest").map_err(fault)?;
        if known != digest {
            return Err(AppendError::CommandReused);
        }
        let answer: String = row.try_get("", "answer").map_err(fault)?;
        let answer = serde_json::from_str(&answer)
            .map_err(|why| Fault::Damaged(format!("the answer of a command: {why}")))?;
        Ok(Some(answer))
    }
}

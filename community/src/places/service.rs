//! Areas on a running node.

use linli_kernel::{Fault, Refusal};
use serde_json::json;

use super::decide::{Command, Context, decide};
use super::divisions::divisions;
use super::events::Event;
use super::register::{Places, stream};
use super::state::AreaTree;
use crate::feature::{Call, Performed, Problem, digest_of};
use crate::node::Linli;

impl Linli {
    /// Changes the areas of a district. Rows that belong to an area follow in the same act, open
    /// cases right after it.
    ///
    /// # Errors
    /// [`Problem`]: refused (see [`decide`]), in conflict with what the caller saw, or a fault.
    pub async fn change_places(
        &self,
        call: Call<'_>,
        command: &Command,
    ) -> Result<Performed<AreaTree>, Problem> {
        let digest = digest_of(command)?;
        let area = command.area();
        let stream = stream(area.codes().next().unwrap_or_default());
        let context = Context {
            today: self.clock().today(),
            actor: call.actor,
        };
        let answer = json!({ "area": area });
        let decide = |tree: &AreaTree| {
            let events = decide(tree, command, context).map_err(|no| vec![no])?;
            Ok((events, answer.clone()))
        };
        let done = Box::pin(self.perform::<Places, _>(call, digest, &stream, decide)).await?;
        Box::pin(crate::reactions::areas_changed(self)).await?;
        Ok(done)
    }

    /// Records the divisions of a district on a node that has none of it: `csv` as
    /// [`divisions`] reads it, such as [`super::SONGJIANG`].
    ///
    /// # Errors
    /// [`Problem`]: `places.already-there` when the district is known, or a fault when the list
    /// cannot be read.
    pub async fn import_divisions(
        &self,
        call: Call<'_>,
        csv: &str,
    ) -> Result<Performed<AreaTree>, Problem> {
        let areas = divisions(csv).map_err(|bad| Fault::Setting(bad.to_string()))?;
        let empty = || Fault::Setting("the list of divisions has no district".to_owned());
        let district = areas.first().ok_or_else(empty)?.area.clone();
        let stream = stream(district.code());
        let digest = digest_of(&areas)?;
        let answer = json!({ "areas": areas.len() });
        let decide = |tree: &AreaTree| {
            if !tree.is_empty() {
                return Err(vec![Refusal::new("places.already-there")]);
            }
            let events = areas.iter().cloned().map(Event::Established).collect();
            Ok((events, answer.clone()))
        };
        Box::pin(self.perform::<Places, _>(call, digest, &stream, decide)).await
    }
}

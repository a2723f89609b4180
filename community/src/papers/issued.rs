//! 已出文书: the papers that the acts of a case issued, each with the case as it stood then.

use std::sync::Arc;

use jiff::Timestamp;
use linli_kernel::CaseId;

use super::kind::Kind;
use crate::cases::{self, Fact, State};
use crate::catalogue::OutcomeKind;
use crate::feature::Problem;
use crate::node::Linli;

/// A paper that an act issued.
#[derive(Debug, Clone)]
pub struct Issued {
    /// Which kind.
    pub kind: Kind,
    /// The version of the case that the act made: which paper of the case it is.
    pub version: u64,
    /// When.
    pub at: Timestamp,
    /// The act.
    pub fact: Fact,
    /// The case as the act left it.
    pub case: Arc<State>,
}

/// Which paper an act issues.
#[must_use]
pub fn kind_of(fact: &Fact) -> Option<Kind> {
    Some(match fact {
        Fact::Submitted(_) => Kind::Receipt,
        Fact::Accepted(_) => Kind::Accepted,
        Fact::SupplementAsked(_) => Kind::Supplement,
        Fact::IntakeRefused(_) => Kind::NotAccepted,
        Fact::Transferred(_) => Kind::Transferred,
        Fact::Decided(decided) => match decided.result {
            OutcomeKind::Refuse => Kind::Refused,
            OutcomeKind::Certificate => Kind::Certificate,
            OutcomeKind::Grant | OutcomeKind::Confirm => Kind::Granted,
        },
        _ => return None,
    })
}

/// The papers of the case `id`, the oldest first. Who may read them is asked of the gate before.
///
/// # Errors
/// [`Problem`]: a fault.
pub async fn issued(linli: &Linli, id: CaseId) -> Result<Vec<Issued>, Problem> {
    let moments = cases::view::moments(linli, id, |fact| kind_of(fact).is_some()).await?;
    let papers = moments.into_iter().filter_map(|moment| {
        Some(Issued {
            kind: kind_of(&moment.fact)?,
            version: moment.version,
            at: moment.at,
            fact: moment.fact,
            case: moment.case,
        })
    });
    Ok(papers.collect())
}

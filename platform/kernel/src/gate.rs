//! The one gate: “may this actor do this to that, here?”
//!
//! [`RULES`] is the whole law of access, one line a permission; [`permits`] answers for one thing,
//! [`scope`] for a query, and both read the same lines, so a page, an export, an API answer and a
//! search suggestion see the same rows. Whoever adds an [`Action`] must give it rules here.

use serde::{Deserialize, Serialize};

use crate::area::AreaPath;
use crate::ids::ResidentId;
use crate::outcome::Refusal;
use crate::post::{Actor, Role};

/// What may be asked of the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Apply for a service for oneself or, with a mandate, for another.
    CaseApply,
    /// File a case at the counter, on the phone or on a visit for someone else (代办登记).
    CaseFileForOther,
    /// Read a case and its answers.
    CaseRead,
    /// Take, check, ask for papers, record visits, pass on: the working steps.
    CaseWork,
    /// Review and post the public notice.
    CaseReview,
    /// Decide: grant or refuse.
    CaseDecide,
    /// Extend a deadline or transfer to another office.
    CaseSteer,
    /// Settle a disputed result, a low rating, an overdue case (督办).
    CaseSupervise,
    /// Act as the applicant: supplement, withdraw, rate, appeal, urge.
    CaseOwn,
    /// See counts of cases, without persons.
    CaseCount,
    /// Find and list residents, masked.
    ResidentList,
    /// Read one resident's record, for a stated purpose.
    ResidentRead,
    /// Let a list of residents leave with names and numbers, asked for by somebody else.
    ResidentExport,
    /// Change a resident's record.
    ResidentChange,
    /// Make a resident's data unreadable for good (抹除).
    ResidentErase,
    /// Read one's own record, and who looked at it.
    ResidentOwn,
    /// Change areas: split, move, add a layer.
    PlaceChange,
    /// Publish or extend services of the catalogue.
    CatalogueChange,
    /// See who is paid what (待遇台账), and record that a family was heard.
    BenefitRead,
    /// Suspend, resume, stop, review an award, reclaim what was paid too much.
    BenefitWork,
    /// Make the roll of a month (发放名册), hand it to the bank, record the bank's answer.
    RollMake,
    /// Approve a roll that somebody else made.
    RollApprove,
    /// See rolls by award number and the ledger's totals, without persons.
    BenefitCount,
    /// Read the journal's open parts and proofs as an auditor.
    JournalAudit,
    /// Read who looked at whom.
    AccessLogRead,
    /// Create accounts, give and end posts, issue tokens.
    AccountManage,
    /// See the node's health and settings.
    NodeOperate,
    /// 预约: book a counter or a visit, move and cancel it.
    AppointmentBook,
    /// 取号与叫号: give numbers and call them.
    AppointmentServe,
    /// 窗口: open, change and close counters.
    CounterManage,
}

impl Action {
    /// Every action, in the order above.
    pub const ALL: [Self; 30] = [
        Self::CaseApply,
        Self::CaseFileForOther,
        Self::CaseRead,
        Self::CaseWork,
        Self::CaseReview,
        Self::CaseDecide,
        Self::CaseSteer,
        Self::CaseSupervise,
        Self::CaseOwn,
        Self::CaseCount,
        Self::ResidentList,
        Self::ResidentRead,
        Self::ResidentExport,
        Self::ResidentChange,
        Self::ResidentErase,
        Self::ResidentOwn,
        Self::PlaceChange,
        Self::CatalogueChange,
        Self::BenefitRead,
        Self::BenefitWork,
        Self::RollMake,
        Self::RollApprove,
        Self::BenefitCount,
        Self::JournalAudit,
        Self::AccessLogRead,
        Self::AccountManage,
        Self::NodeOperate,
        Self::AppointmentBook,
        Self::AppointmentServe,
        Self::CounterManage,
    ];
}

/// Where a permission reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The post's area and everything below it.
    Area,
    /// Only what concerns the resident acting, or the principal of their mandate.
    Own,
}

use Action as A;
use Role as R;

const CASE_STAFF: &[Role] = &[
    R::CommitteeWorker,
    R::SocialWorker,
    R::StreetOfficer,
    R::DistrictOfficer,
];
const CASE_READERS: &[Role] = &[
    R::CommitteeWorker,
    R::SocialWorker,
    R::StreetOfficer,
    R::DistrictOfficer,
    R::Supervisor,
    R::Auditor,
];

/// Every permission: the action, who has it, and how far it reaches. What is not here is refused.
pub const RULES: &[(Action, &[Role], Reach)] = &[
    (A::CaseApply, &[R::Resident, R::HouseholdProxy], Reach::Own),
    (A::CaseOwn, &[R::Resident, R::HouseholdProxy], Reach::Own),
    (A::CaseRead, &[R::Resident, R::HouseholdProxy], Reach::Own),
    (
        A::ResidentOwn,
        &[R::Resident, R::HouseholdProxy],
        Reach::Own,
    ),
    (
        A::CaseFileForOther,
        &[R::CommitteeWorker, R::SocialWorker, R::StreetOfficer],
        Reach::Area,
    ),
    (A::CaseRead, CASE_READERS, Reach::Area),
    (A::CaseWork, CASE_STAFF, Reach::Area),
    (
        A::CaseReview,
        &[R::StreetOfficer, R::DistrictOfficer],
        Reach::Area,
    ),
    // 上海市居民委员会工作条例 art. 28: a committee decides on its own certificates. Which service is
    // decided at which desk stands in the service's file; the gate only lets the role in.
    (
        A::CaseDecide,
        &[R::CommitteeWorker, R::StreetOfficer, R::DistrictOfficer],
        Reach::Area,
    ),
    (
        A::CaseSteer,
        &[R::StreetOfficer, R::DistrictOfficer, R::Supervisor],
        Reach::Area,
    ),
    (A::CaseSupervise, &[R::Supervisor], Reach::Area),
    (A::CaseCount, CASE_READERS, Reach::Area),
    (
        A::ResidentList,
        &[
            R::CommitteeWorker,
            R::GridWorker,
            R::SocialWorker,
            R::StreetOfficer,
            R::DistrictOfficer,
        ],
        Reach::Area,
    ),
    (
        A::ResidentRead,
        &[
            R::CommitteeWorker,
            R::SocialWorker,
            R::StreetOfficer,
            R::DistrictOfficer,
        ],
        Reach::Area,
    ),
    // That nobody approves their own wish is decided export by export.
    (
        A::ResidentExport,
        &[R::StreetOfficer, R::DistrictOfficer],
        Reach::Area,
    ),
    (
        A::ResidentChange,
        &[R::CommitteeWorker, R::StreetOfficer],
        Reach::Area,
    ),
    (A::ResidentErase, &[R::DistrictOfficer], Reach::Area),
    (A::PlaceChange, &[R::DistrictOfficer], Reach::Area),
    (A::CatalogueChange, &[R::DistrictOfficer], Reach::Area),
    (A::BenefitRead, CASE_STAFF, Reach::Area),
    (
        A::BenefitWork,
        &[R::StreetOfficer, R::DistrictOfficer],
        Reach::Area,
    ),
    // Who makes a roll, who approves it and who only watches are different people; that the maker
    // does not approve their own is decided roll by roll.
    (A::RollMake, &[R::StreetOfficer], Reach::Area),
    (
        A::RollApprove,
        &[R::StreetOfficer, R::DistrictOfficer],
        Reach::Area,
    ),
    (
        A::BenefitCount,
        &[
            R::StreetOfficer,
            R::DistrictOfficer,
            R::Supervisor,
            R::Auditor,
        ],
        Reach::Area,
    ),
    (A::JournalAudit, &[R::Auditor], Reach::Area),
    (A::AccessLogRead, &[R::AuditAdmin], Reach::Area),
    (A::AccountManage, &[R::SecurityAdmin], Reach::Area),
    (A::NodeOperate, &[R::SystemAdmin], Reach::Area),
    (
        A::AppointmentBook,
        &[R::Resident, R::HouseholdProxy],
        Reach::Own,
    ),
    (
        A::AppointmentBook,
        &[R::CommitteeWorker, R::SocialWorker, R::StreetOfficer],
        Reach::Area,
    ),
    (
        A::AppointmentServe,
        &[R::CommitteeWorker, R::SocialWorker, R::StreetOfficer],
        Reach::Area,
    ),
    (
        A::CounterManage,
        &[R::StreetOfficer, R::DistrictOfficer],
        Reach::Area,
    ),
];

/// What is acted on.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// The area it belongs to.
    pub area: &'a AreaPath,
    /// The resident it concerns, where it concerns one.
    pub subject: Option<ResidentId>,
}

/// The rows a query may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Rows of this area and below.
    Area(AreaPath),
    /// Rows that concern this resident.
    Own(ResidentId),
    /// No row.
    Nothing,
}

impl Scope {
    /// Whether a row of `area` that concerns `subject` is in the scope.
    #[must_use]
    pub fn covers(&self, target: Target<'_>) -> bool {
        match self {
            Self::Area(area) => area.contains(target.area),
            Self::Own(resident) => target.subject == Some(*resident),
            Self::Nothing => false,
        }
    }
}

/// The rows `actor` may see or touch by `action`.
#[must_use]
pub fn scope(actor: &Actor, action: Action) -> Scope {
    let Some(role) = actor.role() else {
        return Scope::Nothing;
    };
    let reach = RULES
        .iter()
        .find(|(allowed, roles, _)| *allowed == action && roles.contains(&role))
        .map(|(_, _, reach)| *reach);
    match reach {
        Some(Reach::Area) => actor
            .post
            .as_ref()
            .map_or(Scope::Nothing, |post| Scope::Area(post.area.clone())),
        Some(Reach::Own) => actor.subject().map_or(Scope::Nothing, Scope::Own),
        None => Scope::Nothing,
    }
}

/// Lets `actor` do `action` to `target`, or refuses.
///
/// # Errors
/// A [`Refusal`] `gate.role` when no post of this role may do it anywhere, `gate.area` when it lies
/// outside the actor's area, `gate.own` when it concerns somebody else.
pub fn permits(actor: &Actor, action: Action, target: Target<'_>) -> Result<(), Refusal> {
    let scope = scope(actor, action);
    if scope.covers(target) {
        return Ok(());
    }
    Err(Refusal::new(match scope {
        Scope::Nothing => "gate.role",
        Scope::Area(_) => "gate.area",
        Scope::Own(_) => "gate.own",
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AccountId, PostId};
    use crate::post::Post;
    use uuid::Uuid;

    fn at(role: Role, area: &str) -> Actor {
        let post = Post {
            id: PostId(Uuid::nil()),
            role,
            area: area.parse().unwrap(),
        };
        Actor::in_post(AccountId(Uuid::nil()), post)
    }

    #[test]
    fn every_action_is_given_to_someone_and_each_role_once() {
        for action in Action::ALL {
            let holders: Vec<Role> = RULES
                .iter()
                .filter(|(a, _, _)| *a == action)
                .flat_map(|(_, roles, _)| roles.iter().copied())
                .collect();
            assert!(!holders.is_empty(), "{action:?} is given to nobody");
            for role in Role::ALL {
                assert!(
                    holders.iter().filter(|r| **r == role).count() <= 1,
                    "{action:?} {role:?}"
                );
            }
        }
    }

    #[test]
    fn administrators_read_no_cases() {
        for role in [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin] {
            for action in [A::CaseRead, A::CaseWork, A::ResidentList, A::ResidentRead] {
                assert_eq!(
                    scope(&at(role, "310117"), action),
                    Scope::Nothing,
                    "{role:?} {action:?}"
                );
            }
        }
    }

    #[test]
    fn a_committee_sees_its_own_area_only() {
        let worker = at(Role::CommitteeWorker, "310117/310117001/310117001001");
        let next_door: AreaPath = "310117/310117001/310117001002".parse().unwrap();
        let home: AreaPath = "310117/310117001/310117001001".parse().unwrap();
        let there = Target {
            area: &next_door,
            subject: None,
        };
        assert_eq!(
            permits(&worker, A::CaseRead, there).unwrap_err().code,
            "gate.area"
        );
        assert!(
            permits(
                &worker,
                A::CaseRead,
                Target {
                    area: &home,
                    subject: None
                }
            )
            .is_ok()
        );
    }

    #[test]
    fn a_resident_reads_only_what_concerns_them() {
        let me = ResidentId(Uuid::from_u128(1));
        let actor = Actor::resident(AccountId(Uuid::nil()), me);
        let area: AreaPath = "310117".parse().unwrap();
        assert!(
            permits(
                &actor,
                A::CaseRead,
                Target {
                    area: &area,
                    subject: Some(me)
                }
            )
            .is_ok()
        );
        let other = Target {
            area: &area,
            subject: Some(ResidentId(Uuid::from_u128(2))),
        };
        assert_eq!(
            permits(&actor, A::CaseRead, other).unwrap_err().code,
            "gate.own"
        );
    }
}

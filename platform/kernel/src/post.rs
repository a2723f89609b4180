//! 岗位: who acts. An account is a means to sign in; an actor is an account acting in a post, or a
//! resident acting for themselves or, with a recorded mandate, for another.

use serde::{Deserialize, Serialize};

use crate::area::AreaPath;
use crate::ids::{AccountId, PostId, ResidentId};

/// What a post is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 居民
    Resident,
    /// 家庭代办人: acts for members of a household with a mandate.
    HouseholdProxy,
    /// 居(村)委会工作人员
    CommitteeWorker,
    /// 网格员
    GridWorker,
    /// 社会工作者
    SocialWorker,
    /// 街道(镇)经办人
    StreetOfficer,
    /// 区民政局经办人
    DistrictOfficer,
    /// 居务监督, and the supervisor to whom a disputed result goes.
    Supervisor,
    /// 社会组织工作人员
    OrganizationStaff,
    /// 审计
    Auditor,
    /// 系统管理员: runs the node; reads no cases.
    SystemAdmin,
    /// 安全管理员: accounts and posts; reads no cases.
    SecurityAdmin,
    /// 安全审计员: reads the logs of access; reads no cases.
    AuditAdmin,
}

impl Role {
    /// Every role, in the order above.
    pub const ALL: [Self; 13] = [
        Self::Resident,
        Self::HouseholdProxy,
        Self::CommitteeWorker,
        Self::GridWorker,
        Self::SocialWorker,
        Self::StreetOfficer,
        Self::DistrictOfficer,
        Self::Supervisor,
        Self::OrganizationStaff,
        Self::Auditor,
        Self::SystemAdmin,
        Self::SecurityAdmin,
        Self::AuditAdmin,
    ];

    /// The role's name in data files, addresses and message keys: `committee_worker`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::HouseholdProxy => "household_proxy",
            Self::CommitteeWorker => "committee_worker",
            Self::GridWorker => "grid_worker",
            Self::SocialWorker => "social_worker",
            Self::StreetOfficer => "street_officer",
            Self::DistrictOfficer => "district_officer",
            Self::Supervisor => "supervisor",
            Self::OrganizationStaff => "organization_staff",
            Self::Auditor => "auditor",
            Self::SystemAdmin => "system_admin",
            Self::SecurityAdmin => "security_admin",
            Self::AuditAdmin => "audit_admin",
        }
    }

    /// The role with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// Whether the role works for the public: everyone but residents and their proxies.
    #[must_use]
    pub fn is_staff(self) -> bool {
        !matches!(self, Self::Resident | Self::HouseholdProxy)
    }
}

/// 岗位: a role held at an area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Which post.
    pub id: PostId,
    /// What it is for.
    pub role: Role,
    /// The area it covers, with everything below.
    pub area: AreaPath,
}

/// 代办授权: on whose behalf someone acts, and by what authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mandate {
    /// For whom.
    pub principal: ResidentId,
    /// By what authority: `guardian`, `written`, `spoken-at-counter`, `phone-call`, `household`.
    pub authority: String,
}

/// Who acts: recorded with every entry, so it holds ids and no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The account signed in; `None` when Linli itself acts (a clock ran out).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account: Option<AccountId>,
    /// The post acted in; `None` for a resident.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub post: Option<Post>,
    /// The resident the account belongs to, when a resident acts.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub resident: Option<ResidentId>,
    /// Set when acting for another.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mandate: Option<Mandate>,
}

impl Actor {
    /// Linli itself: a clock ran out, a demo was made.
    #[must_use]
    pub fn system() -> Self {
        Self {
            account: None,
            post: None,
            resident: None,
            mandate: None,
        }
    }

    /// A resident acting for themselves.
    #[must_use]
    pub fn resident(account: AccountId, resident: ResidentId) -> Self {
        Self {
            account: Some(account),
            post: None,
            resident: Some(resident),
            mandate: None,
        }
    }

    /// An account acting in a post.
    #[must_use]
    pub fn in_post(account: AccountId, post: Post) -> Self {
        Self {
            account: Some(account),
            post: Some(post),
            resident: None,
            mandate: None,
        }
    }

    /// The role acted in: a post's, or that of a resident; `None` for Linli itself.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        match (&self.post, self.resident) {
            (Some(post), _) => Some(post.role),
            (None, Some(_)) if self.mandate.is_some() => Some(Role::HouseholdProxy),
            (None, Some(_)) => Some(Role::Resident),
            (None, None) => None,
        }
    }

    /// Whose affairs are acted on: the principal of the mandate, else the resident themselves.
    #[must_use]
    pub fn subject(&self) -> Option<ResidentId> {
        self.mandate
            .as_ref()
            .map(|mandate| mandate.principal)
            .or(self.resident)
    }
}

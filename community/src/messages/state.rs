//! What the facts of a message add up to, and what a resident chose.

use jiff::Timestamp;
use jiff::civil::Date;
use linli_kernel::{AreaPath, ResidentId, StreamId};
use serde::{Deserialize, Serialize};

use super::events::{Event, Made};

/// 渠道: how a message reaches somebody besides their page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// 短信
    Sms,
    /// 电子邮件
    Mail,
    /// 打电话: somebody of the committee calls.
    Phone,
    /// 送纸条: somebody of the committee brings it, printed.
    Paper,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 4] = [Self::Sms, Self::Mail, Self::Phone, Self::Paper];

    /// Its name in the register, in forms and in message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Mail => "mail",
            Self::Phone => "phone",
            Self::Paper => "paper",
        }
    }

    /// The channel with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// Whether a person does it.
    #[must_use]
    pub fn is_by_hand(self) -> bool {
        matches!(self, Self::Phone | Self::Paper)
    }
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Standing {
    /// To be sent, called or brought.
    #[default]
    Waiting,
    /// The carrier took it, or the person was told.
    Told,
    /// The person was not reached, and nothing more is tried.
    NotReached,
}

impl Standing {
    /// Its name in the register and in message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Told => "told",
            Self::NotReached => "not_reached",
        }
    }
}

/// 消息: one message to one person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// What it is about; `None` before it was made.
    pub made: Option<Made>,
    /// The area it belongs to.
    pub area: Option<AreaPath>,
    /// How it goes now.
    pub channel: Option<Channel>,
    /// Where it stands.
    pub standing: Standing,
    /// How often it was tried.
    pub tries: u8,
    /// Not to be tried before.
    pub not_before: Option<Timestamp>,
    /// By when a call is made or a letter brought.
    pub due: Option<Date>,
    /// When it was read on the page.
    pub read_at: Option<Timestamp>,
}

impl Message {
    pub(super) fn apply(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::Made(made, area) => {
                self.channel = Some(made.channel);
                self.not_before = Some(made.not_before);
                self.due = made.due;
                self.area = Some(area.clone());
                self.made = Some(made.clone());
            }
            Event::Sent(_) => {
                self.tries = self.tries.saturating_add(1);
                self.standing = Standing::Told;
            }
            Event::Failed(failed, _) => {
                self.tries = self.tries.saturating_add(1);
                self.channel = Some(failed.next);
                self.not_before = Some(failed.not_before);
                self.due = failed.due;
            }
            Event::ByHand(reached, _) => {
                self.standing = if *reached {
                    Standing::Told
                } else {
                    Standing::NotReached
                };
            }
            Event::Read(_) => self.read_at = Some(at),
        }
    }
}

/// 选择: how a resident wants to be told; `None` while they said nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The channel.
    pub channel: Option<Channel>,
    /// Their mail address, while it can be read.
    pub address: Option<String>,
}

/// The stream of what a resident chose.
#[must_use]
pub(super) fn choice_stream(resident: ResidentId) -> StreamId {
    StreamId::new("message-choice", resident)
}

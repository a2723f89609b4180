//! Planted faults: switches by which tests make the core wrong on purpose, so that it is known which
//! mistakes the simulator finds. Outside this crate's tests there are none and none can be set.

/// A mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plant {
    /// A restored node goes on under its key without asking its neighbours.
    RestoreSameKey,
    /// Entries are shipped before they are durable.
    ShipBeforeFsync,
    /// A batch that was stored before is stored again.
    NoDedup,
    /// The digest of the entry before is not compared.
    SkipPrev,
    /// A stream is accepted that nobody released.
    AcceptWithoutRelease,
    /// The owner writes on after it released a stream.
    WriteAfterRelease,
    /// Keys are used beyond their lease.
    StaleLease,
    /// A batch is acknowledged before it is durable.
    AckBeforeStore,
    /// A root that does not fit the entries is countersigned.
    SkipRoot,
    /// A frozen log may go on.
    IgnoreFreeze,
    /// What is taken over is written on by its former owner.
    IgnoreTakeover,
    /// Orphans are thrown away.
    DropOrphans,
    /// A revoked node is listened to.
    IgnoreRevocation,
    /// A batch with a gap before it is taken.
    TakeGap,
    /// A key is taken back in after it was destroyed.
    KeyAfterDestroy,
    /// A request that arrives again is answered again.
    AnswerTwice,
    /// Entries that wait for earlier ones are forgotten when the node stops.
    ForgetWaiting,
    /// Half an entry at the end of the disk is read as one.
    TrustTorn,
    /// The newest entries are deleted once they are sent.
    DeleteUnwitnessed,
}

/// The mistakes that are switched on: none in production.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Plants {
    #[cfg(test)]
    on: Option<Plant>,
}

impl Plants {
    /// This one mistake.
    #[cfg(test)]
    pub(crate) fn one(plant: Plant) -> Self {
        Self { on: Some(plant) }
    }

    /// Whether the mistake is to be made.
    #[must_use]
    #[cfg(test)]
    pub fn has(self, plant: Plant) -> bool {
        self.on == Some(plant)
    }

    /// Never, outside tests.
    #[must_use]
    #[cfg(not(test))]
    pub fn has(self, _: Plant) -> bool {
        false
    }
}

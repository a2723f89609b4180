//! Reach and place: who reaches a facility on foot, and where the next ones should stand.

//! The opinion map: a replayable analysis of who agrees with whom, after Polis.

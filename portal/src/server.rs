//! Serving: a loop over hyper with limits that really work.

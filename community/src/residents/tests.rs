//! Residents and households.

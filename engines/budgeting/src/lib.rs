//! Participatory budgets: exact rules, the reasons for each project, and certificates.

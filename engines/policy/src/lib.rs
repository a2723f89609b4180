//! Policy that runs: rules as data, three-valued answers that explain themselves, sweeps and rehearsals.

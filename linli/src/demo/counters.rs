//! The counters of the demo: in each street and town one to come to and one for visits.

use jiff::civil::time;
use linli_community::Linli;
use linli_community::appointments::{CounterKind, Hours, Spec};
use linli_kernel::{Actor, AreaPath};

use crate::node;

/// Opens the counters.
pub(super) async fn open(linli: &Linli) -> anyhow::Result<()> {
    let areas = linli.areas();
    let streets = areas.living().map(|area| area.path().clone());
    let streets: Vec<AreaPath> = streets.filter(|path| path.depth() == 2).collect();
    let actor = Actor::system();
    for area in streets {
        for (name, kind, letter, slot_minutes) in [
            ("综合受理窗口", CounterKind::Window, 'A', 30),
            ("上门服务", CounterKind::Visit, 'V', 60),
        ] {
            let hours = [
                (time(9, 0, 0, 0), time(11, 30, 0, 0)),
                (time(13, 30, 0, 0), time(16, 30, 0, 0)),
            ];
            let spec = Spec {
                name: name.to_owned(),
                area: area.clone(),
                kind,
                services: Vec::new(),
                hours: hours.map(|(from, until)| Hours { from, until }).to_vec(),
                slot_minutes,
                seats: 2,
                letter,
            };
            let call = node::call(linli, &actor);
            let opened = linli.open_counter(call, call.command.0, &spec).await;
            opened.map_err(node::told)?;
        }
    }
    Ok(())
}

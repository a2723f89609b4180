//! The page of `linli demo --network` that shows the nodes and cuts and heals the lines between them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{Html, Redirect};
use axum::routing::{get, post};

/// What to try, and what is to be seen, in both languages.
pub(super) const TOUR: [(&str, &str); 4] = [
    (
        "断开居委会的线路，在居委会节点登记一件办件：回执写着“已存本机”。",
        "Cut the committee's line and file a case there: its receipt says it is stored on this node.",
    ),
    (
        "恢复线路：几秒后街道和区都看得到，只有一件；回执变为“已达上级”。",
        "Heal it: within seconds the street and the district have it, once; the receipt says so.",
    ),
    (
        "居委会上报后，这件归街道节点办理，居委会只能看。",
        "When the committee passes it on, the street's node works it and the committee reads it.",
    ),
    (
        "在区节点改一位居民的电话：档案几秒内从保管它的节点交过来；线路断着时会告诉您为什么要等。",
        "Change a resident's telephone at the district: the record comes from the node that keeps it \
         within seconds; while the line is cut you are told why to wait.",
    ),
];

const STYLE: &str = "body{margin:0;font:18px/1.6 'Noto Sans SC',system-ui,sans-serif;color:#0b0c0c}\
main{max-width:46rem;margin:0 auto;padding:1rem 1rem 3rem}h1{font-size:1.6rem;line-height:1.3}\
h2{font-size:1.2rem;margin:2rem 0 .5rem}small,.en{color:#505a5f;font-size:.95rem}\
.line{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;padding:.75rem 0;\
border-top:1px solid #b1b4b6}.line p{margin:0;flex:1 1 16rem}.whole{color:#00703c}.cut{color:#a4262c}\
button{font:inherit;min-height:2.75rem;padding:.4rem 1.2rem;border:0;background:#1d70b8;color:#fff;\
cursor:pointer}button:focus-visible,a:focus-visible{outline:3px solid #fd0;outline-offset:2px}\
li{margin:.6rem 0}a{color:#1d70b8}";

/// A line between two nodes, and whether it is whole.
#[derive(Clone)]
pub(super) struct Wire {
    /// The nodes at its ends.
    pub(super) name: String,
    /// Whether anything gets through.
    pub(super) whole: Arc<AtomicBool>,
}

/// The nodes and the lines.
#[derive(Clone)]
pub(super) struct Lines {
    /// From the top down.
    pub(super) wires: Vec<Wire>,
    /// Name and address of each node.
    pub(super) nodes: Vec<(String, String)>,
}

/// The page at `/`, and the switch of each line.
pub(super) fn pages(lines: Lines) -> Router {
    let seen = get(|State(lines): State<Lines>| std::future::ready(show(&lines)));
    let switched = post(
        |State(lines): State<Lines>, Path((wire, state)): Path<(usize, String)>| {
            if let Some(wire) = lines.wires.get(wire) {
                wire.whole.store(state == "heal", Ordering::Relaxed);
            }
            std::future::ready(Redirect::to("/"))
        },
    );
    Router::new()
        .route("/", seen)
        .route("/{wire}/{state}", switched)
        .with_state(lines)
}

fn show(lines: &Lines) -> Html<String> {
    let mut text = format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>节点互联演示</title><style>{STYLE}</style><main><h1>节点互联演示<br>\
         <small lang=\"en\">Three nodes on a line</small></h1><p>三个节点各是一个进程，各有自己的日志。\
         <br><span class=\"en\" lang=\"en\">Each node is a process with a journal of its own.</span></p>\
         <h2>节点 <small lang=\"en\">nodes</small></h2><ul>"
    );
    for (name, url) in &lines.nodes {
        text += &format!("<li>{name}：<a href=\"{url}/demo\">{url}</a></li>");
    }
    text += "</ul><h2>线路 <small lang=\"en\">lines</small></h2>";
    for (place, wire) in lines.wires.iter().enumerate() {
        let (now, class, to, button) = if wire.whole.load(Ordering::Relaxed) {
            ("通 · whole", "whole", "cut", "断开 · cut")
        } else {
            ("断 · cut", "cut", "heal", "恢复 · heal")
        };
        let name = &wire.name;
        text += &format!(
            "<form class=\"line\" method=\"post\" action=\"/{place}/{to}\"><p>{name}：\
             <strong class=\"{class}\">{now}</strong></p><button>{button}</button></form>"
        );
    }
    text += "<h2>试一试 <small lang=\"en\">try it</small></h2><ol>";
    for (zh, en) in TOUR {
        text += &format!("<li>{zh}<br><span class=\"en\" lang=\"en\">{en}</span></li>");
    }
    text += "</ol></main></html>";
    Html(text)
}

//! What tests of pages need: a whole site in memory with the areas of Songjiang, and visitors who
//! keep their cookies and send our own form token along.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode, header};
use linli_community::accounts;
use linli_community::places::{self, Event, Places, SONGJIANG};
use linli_community::{Call, Linli, Meta, NodeConfig, Plan};
use linli_journal::Config;
use linli_kernel::{
    AccountId, Actor, AreaPath, Clock, CommandId, Post, PostId, ResidentId, Role, SystemClock,
};
use serde_json::json;
use tower::ServiceExt as _;
use tower_sessions::Session;

use crate::session::{Desk, DeskStore, MemorySender};
use crate::settings::Settings;
use crate::shell::Mode;
use crate::signin::{self, Entrant};
use crate::{Portal, app};

/// A whole site in memory.
pub(crate) struct Site {
    pub(crate) portal: Portal,
    pub(crate) app: Router,
    pub(crate) codes: MemorySender,
}

impl Site {
    /// A site with the areas of Songjiang and nobody in it, where a password is enough.
    pub(crate) async fn new() -> Self {
        let settings = Settings {
            second_factor: false,
            ..Settings::default()
        };
        Self::with(settings, Arc::new(SystemClock)).await
    }

    /// The same with settings and a clock of one's own.
    pub(crate) async fn with(settings: Settings, clock: Arc<dyn Clock>) -> Self {
        let config = NodeConfig {
            journal: Config::memory(),
            catalogue: None,
        };
        let linli = Linli::open(config, clock).await.unwrap();
        establish(&linli).await;
        let desk = Desk::open(&Config::memory(), Arc::new(SystemClock))
            .await
            .unwrap();
        let codes = MemorySender::default();
        let portal = Portal::new(linli, desk, settings, Arc::new(codes.clone())).unwrap();
        Self {
            app: app(portal.clone()),
            portal,
            codes,
        }
    }

    /// A visitor who has not signed in.
    pub(crate) fn visitor(&self) -> Visitor {
        Visitor {
            app: self.app.clone(),
            cookies: BTreeMap::new(),
            token: String::new(),
            bearer: None,
        }
    }

    /// An account of staff with one post.
    pub(crate) async fn staff(&self, role: Role, area: &str) -> AccountId {
        let post = Post {
            id: PostId::new(&SystemClock),
            role,
            area: area.parse().unwrap(),
        };
        let login = format!("t{:08x}", rand::random::<u32>());
        accounts::open_staff(
            &self.portal.linli,
            &Actor::system(),
            &login,
            "王敏",
            &[post],
        )
        .await
        .unwrap()
    }

    /// Somebody signed in with a new account of staff that holds this post.
    pub(crate) async fn signed(&self, role: Role, area: &str) -> Visitor {
        let account = self.staff(role, area).await;
        self.signed_as(account).await
    }

    /// The member of staff signed in.
    pub(crate) async fn signed_as(&self, account: AccountId) -> Visitor {
        let entrant = signin::staff_entrant(&self.portal, account).await;
        self.entered(entrant.unwrap().unwrap()).await
    }

    /// The resident signed in.
    pub(crate) async fn resident(&self, resident: ResidentId, area: &AreaPath) -> Visitor {
        let entrant = signin::resident_entrant(&self.portal, resident, area, "张建国").await;
        self.entered(entrant.unwrap()).await
    }

    /// A token of the API for a new account with this post.
    pub(crate) async fn token(&self, role: Role, area: &str) -> Visitor {
        let account = self.staff(role, area).await;
        self.token_of(account).await
    }

    /// A token of the API for this account.
    pub(crate) async fn token_of(&self, account: AccountId) -> Visitor {
        let linli = &self.portal.linli;
        let today = linli.clock().today();
        let posts = accounts::posts_on(linli.journal().reader(), account, today).await;
        let call = Call {
            command: CommandId::new(&SystemClock),
            actor: &Actor::system(),
            expected: None,
        };
        let post = posts.unwrap()[0].id;
        let token = accounts::issue_token(linli, call, account, "test", Some(post), None)
            .await
            .unwrap();
        Visitor {
            bearer: Some(token.secret),
            ..self.visitor()
        }
    }

    async fn entered(&self, entrant: Entrant) -> Visitor {
        let store = Arc::new(DeskStore(self.portal.desk.clone()));
        let session = Session::new(None, store, None);
        signin::enter(&self.portal, &session, entrant, Mode::Standard)
            .await
            .unwrap();
        session.save().await.unwrap();
        let mut visitor = self.visitor();
        let id = session.id().unwrap().to_string();
        visitor
            .cookies
            .insert(signin::SESSION_COOKIE.to_owned(), id);
        visitor
    }
}

/// Records the areas of Songjiang.
async fn establish(linli: &Linli) {
    let stream = places::stream("310117");
    let loaded = linli.load::<Places>(&stream).await.unwrap();
    let events: Vec<Event> = places::divisions(SONGJIANG)
        .unwrap()
        .into_iter()
        .map(Event::Established)
        .collect();
    let system = Actor::system();
    let call = Call {
        command: CommandId::new(linli.clock()),
        actor: &system,
        expected: None,
    };
    let at = linli.clock().now();
    let mut plan = Plan::default();
    let meta = Meta { at, actor: &system };
    plan.add::<Places>(&stream, &loaded, &events, meta).unwrap();
    linli
        .submit(call, [7; 32], plan, json!(null), at)
        .await
        .unwrap();
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// Where it sends the browser; empty for nowhere.
    pub(crate) fn location(&self) -> &str {
        self.header(&header::LOCATION)
    }

    pub(crate) fn header(&self, name: &header::HeaderName) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("")
    }
}

/// Somebody with a browser without scripts.
#[derive(Clone)]
pub(crate) struct Visitor {
    app: Router,
    pub(crate) cookies: BTreeMap<String, String>,
    token: String,
    pub(crate) bearer: Option<String>,
}

impl Visitor {
    /// Opens a page.
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path, Body::empty()))
            .await
    }

    /// Sends a form with our own token, which is fetched first where it is not known yet.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        if self.token.is_empty() {
            self.get("/sign-in/staff").await;
        }
        let token = self.token.clone();
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("_csrf", &token).extend_pairs(fields);
        self.send(self.form(path, body.finish())).await
    }

    /// Sends a form with our own token and a file in the field `file`.
    pub(crate) async fn upload(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        (name, bytes): (&str, &[u8]),
    ) -> Answer {
        if self.token.is_empty() {
            self.get("/sign-in/staff").await;
        }
        let token = self.token.clone();
        let request = self.multipart(
            path,
            &[&[("_csrf", &*token)], fields].concat(),
            (name, bytes),
        );
        self.send(request).await
    }

    /// A form request with these fields and a file, and nothing else.
    pub(crate) fn multipart(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        (name, bytes): (&str, &[u8]),
    ) -> Request<Body> {
        let mut body = Vec::new();
        for (field, value) in fields {
            let part = format!(
                "--cut\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
            );
            body.extend(part.as_bytes());
        }
        let head = format!(
            "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        );
        body.extend([head.as_bytes(), bytes, b"\r\n--cut--\r\n"].concat());
        let mut request = self.request(Method::POST, path, Body::from(body));
        let kind = "multipart/form-data; boundary=cut".parse().unwrap();
        request.headers_mut().insert(header::CONTENT_TYPE, kind);
        request
    }

    /// A form request with this body.
    pub(crate) fn form(&self, path: &str, body: String) -> Request<Body> {
        let mut request = self.request(Method::POST, path, Body::from(body));
        let kind = "application/x-www-form-urlencoded".parse().unwrap();
        request.headers_mut().insert(header::CONTENT_TYPE, kind);
        request
    }

    /// A request with the visitor's cookies and token of the API.
    pub(crate) fn request(&self, method: Method, path: &str, body: Body) -> Request<Body> {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "linli.test")
            .header(header::COOKIE, cookies.join("; "));
        if let Some(bearer) = &self.bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {bearer}"));
        }
        request.body(body).unwrap()
    }

    /// Sends a request; keeps the cookies and the form token of the answer.
    pub(crate) async fn send(&mut self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        if let Some(token) = token_in(&body) {
            self.token = token;
        }
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}

fn token_in(body: &str) -> Option<String> {
    let (_, rest) = body.split_once("name=\"_csrf\" value=\"")?;
    rest.split('"').next().map(str::to_owned)
}

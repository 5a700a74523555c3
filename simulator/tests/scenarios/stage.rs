//! What every scenario plays on: a simulator, an app that answers its webhooks
//! and checks their signatures, and a client of Twilio's REST API.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use serde_json::Value;
use simulator::client::{
    CallStatus, CallView, Control, Entry, FreshDeletion, Happening, Settings, Source, Webhook, What,
};
use simulator::door::Door;
use simulator::{Config, signature};
use tokio::net::TcpListener;
use tokio::sync::watch;

pub const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub const TOKEN: &str = "0123456789abcdef";
/// A number of the account.
pub const OFFICE: &str = "+15005550100";
/// Phones.
pub const ANN: &str = "+15005550001";
pub const BOB: &str = "+15005550002";
pub const CAT: &str = "+15005550003";

type Params = BTreeMap<String, String>;

/// A request that the app received.
#[derive(Clone, Debug)]
pub struct Hit {
    pub method: String,
    /// Without the query.
    pub path: String,
    pub params: Params,
    pub headers: HeaderMap,
}

impl Hit {
    /// A parameter, empty if it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }
}

type Answerer = Box<dyn Fn(&Hit) -> Response + Send + Sync>;

struct AppState {
    answers: Mutex<HashMap<String, Answerer>>,
    hits: watch::Sender<Vec<Hit>>,
    address: String,
    /// What it takes its own address for, when it checks signatures.
    public: Mutex<String>,
    checks_signatures: AtomicBool,
}

/// A Twilio app: TwiML by path.
#[derive(Clone)]
pub struct App(Arc<AppState>);

impl App {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let app = Self(Arc::new(AppState {
            answers: Mutex::default(),
            hits: watch::Sender::new(Vec::new()),
            public: Mutex::new(address.clone()),
            address,
            checks_signatures: AtomicBool::new(true),
        }));
        let routes = axum::Router::new().fallback(receive).with_state(app.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        app
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.address)
    }

    /// Lets it check signatures over this address.
    pub fn believes(&self, address: &str) -> &Self {
        *self.0.public.lock().unwrap() = address.to_owned();
        self
    }

    /// Whether it insists on signatures.
    pub fn checks_signatures(&self, checks: bool) {
        self.0.checks_signatures.store(checks, Ordering::Relaxed);
    }

    /// Answers a path with verbs.
    pub fn on(&self, path: &str, verbs: &str) -> &Self {
        let document = format!("<?xml version=\"1.0\"?><Response>{verbs}</Response>");
        self.answer(path, move |_| xml(&document))
    }

    /// Answers a path with what a function says.
    pub fn answer(
        &self,
        path: &str,
        answer: impl Fn(&Hit) -> Response + Send + Sync + 'static,
    ) -> &Self {
        self.0.answers.lock().unwrap().insert(path.to_owned(), Box::new(answer));
        self
    }

    /// The requests to a path so far.
    pub fn hits(&self, path: &str) -> Vec<Hit> {
        let hits = self.0.hits.borrow();
        hits.iter().filter(|hit| hit.path == path).cloned().collect()
    }

    /// The first so many requests to a path, as soon as they are there.
    pub async fn wait_for(&self, path: &str, count: usize) -> Vec<Hit> {
        let mut hits = self.0.hits.subscribe();
        let enough = |hits: &Vec<Hit>| hits.iter().filter(|hit| hit.path == path).count() >= count;
        hits.wait_for(enough).await.unwrap();
        self.hits(path)
    }

    /// The first request to a path, as soon as it is there.
    pub async fn first(&self, path: &str) -> Hit {
        self.wait_for(path, 1).await.remove(0)
    }
}

pub fn xml(document: &str) -> Response {
    ([("content-type", "text/xml")], document.to_owned()).into_response()
}

async fn receive(
    State(app): State<App>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let url = format!("{}{uri}", app.0.public.lock().unwrap());
    let posted: Vec<(String, String)> = serde_urlencoded::from_bytes(&body).unwrap();
    let pairs = posted.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let signature = signature::sign(TOKEN, &url, pairs);
    // Files are no webhooks.
    let signed = (!uri.path().starts_with("/media/")).then_some(signature.as_bytes());
    let sent = headers.get("x-twilio-signature").map(|sent| sent.as_bytes());
    if app.0.checks_signatures.load(Ordering::Relaxed) {
        assert_eq!(sent, signed, "signature of {url}");
    }
    let query: Vec<(String, String)> =
        serde_urlencoded::from_str(uri.query().unwrap_or_default()).unwrap();
    let hit = Hit {
        method: method.to_string(),
        path: uri.path().to_owned(),
        params: query.into_iter().chain(posted).collect(),
        headers,
    };
    let response = match app.0.answers.lock().unwrap().get(uri.path()) {
        Some(answer) => answer(&hit),
        None => StatusCode::NO_CONTENT.into_response(),
    };
    app.0.hits.send_modify(|hits| hits.push(hit));
    response
}

/// The whole set.
pub struct Stage {
    pub app: App,
    pub control: Control,
    pub address: String,
    http: reqwest::Client,
}

impl Stage {
    /// A simulator that is 100 times as fast as life, with one number whose voice
    /// URL is `/voice`.
    pub async fn new() -> Self {
        Self::at_speed(100.0).await
    }

    pub async fn at_speed(speed: f64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let config = Config {
            account_sid: ACCOUNT.to_owned(),
            auth_token: TOKEN.to_owned(),
            speed,
            door: Door::default(),
        };
        tokio::spawn(simulator::serve(listener, config, std::future::pending()));
        let stage = Self {
            app: App::start().await,
            control: Control::new(&address).unwrap(),
            address,
            http: http_client(),
        };
        let voice_url = stage.app.url("/voice");
        let number = [("PhoneNumber", OFFICE), ("VoiceUrl", &voice_url)];
        assert_eq!(stage.post("IncomingPhoneNumbers.json", &number).await.0, 201);
        stage
    }

    /// A stage on which `/voice` answers with these verbs.
    pub async fn with_voice(verbs: &str) -> Self {
        let stage = Self::new().await;
        stage.app.on("/voice", verbs);
        stage
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}/2010-04-01/Accounts/{ACCOUNT}/{path}", self.address)
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        let request = self.http.get(self.url(path));
        answer(request).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let request = self.http.post(self.url(path)).form(form);
        answer(request).await
    }

    pub async fn get_v1(&self, path: &str) -> (u16, Value) {
        answer(self.http.get(format!("{}/v1/{path}", self.address))).await
    }

    pub async fn post_v1(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        answer(self.http.post(format!("{}/v1/{path}", self.address)).form(form)).await
    }

    pub async fn get_v2(&self, path: &str) -> (u16, Value) {
        answer(self.http.get(format!("{}/v2/{path}", self.address))).await
    }

    pub async fn post_v2(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        answer(self.http.post(format!("{}/v2/{path}", self.address)).form(form)).await
    }

    pub async fn delete_v2(&self, path: &str) -> u16 {
        self.delete_at(&format!("v2/{path}")).await
    }

    pub async fn delete_v1(&self, path: &str) -> u16 {
        self.delete_at(&format!("v1/{path}")).await
    }

    async fn delete_at(&self, path: &str) -> u16 {
        let request = self.http.delete(format!("{}/{path}", self.address));
        let request = request.basic_auth(ACCOUNT, Some(TOKEN));
        request.send().await.unwrap().status().as_u16()
    }

    /// From now on REST deletes what has only just ended.
    pub async fn deletes_at_once(&self) {
        let settings = Settings { fresh_deletion: FreshDeletion::Allowed, ..Settings::default() };
        self.control.set_settings(&settings).await.unwrap();
    }

    pub async fn delete(&self, path: &str) -> u16 {
        let request = self.http.delete(self.url(path)).basic_auth(ACCOUNT, Some(TOKEN));
        request.send().await.unwrap().status().as_u16()
    }

    pub async fn media(&self, path: &str) -> reqwest::Response {
        let request = self.http.get(self.url(path)).basic_auth(ACCOUNT, Some(TOKEN));
        request.send().await.unwrap()
    }

    /// Ann calls the office; the call, once it is over, and what she heard.
    pub async fn ann_calls(&self, script: &[&str]) -> (CallView, Vec<Entry>) {
        let sid = self.ann_begins(script).await;
        self.end_of(&sid).await
    }

    /// Ann calls the office; the call's SID.
    pub async fn ann_begins(&self, script: &[&str]) -> String {
        let script = simulator::script::parse(script).unwrap();
        self.control.place_call(ANN, OFFICE, &script).await.unwrap()
    }

    pub async fn end_of(&self, sid: &str) -> (CallView, Vec<Entry>) {
        let call = self.control.ended(sid).await.unwrap();
        let transcript = self.control.transcript(sid).await.unwrap();
        let script_errors: Vec<_> = transcript
            .iter()
            .filter(|entry| matches!(entry.what, What::ScriptError { .. }))
            .collect();
        assert!(script_errors.is_empty(), "{script_errors:?} in {transcript:#?}");
        (call, transcript)
    }

    /// The first call with these properties, as soon as there is one.
    pub async fn call_where(&self, wanted: impl Fn(&CallView) -> bool) -> CallView {
        let mut events = Box::pin(self.control.events(Some(0)).await.unwrap());
        while let Some(event) = events.next().await {
            match event.unwrap().what {
                Happening::Call { call } if wanted(&call) => return call,
                _ => {}
            }
        }
        panic!("the simulator has ended");
    }

    /// The call that rings at a phone, as soon as it does.
    pub async fn ringing_at(&self, number: &str) -> CallView {
        self.call_where(|call| call.to == number && call.status == CallStatus::Ringing).await
    }

    /// The webhook with these properties, as soon as its attempt is over.
    pub async fn webhook_where(&self, wanted: impl Fn(&Webhook) -> bool) -> Webhook {
        let mut events = Box::pin(self.control.events(Some(0)).await.unwrap());
        while let Some(event) = events.next().await {
            match event.unwrap().what {
                Happening::Webhook { webhook } if wanted(&webhook) => return webhook,
                _ => {}
            }
        }
        panic!("the simulator has ended");
    }

    /// Waits until a person has heard something.
    pub async fn heard(&self, sid: &str, wanted: &str) {
        let mut events = Box::pin(self.control.events(Some(0)).await.unwrap());
        while let Some(event) = events.next().await {
            match event.unwrap().what {
                Happening::Transcript { call_sid, entry } if call_sid == sid => match entry.what {
                    What::Heard { text, .. } if text.contains(wanted) => return,
                    _ => {}
                },
                _ => {}
            }
        }
        panic!("the simulator has ended");
    }
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.basic_auth(ACCOUNT, Some(TOKEN)).send().await.unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap())
}

/// What a person heard, in order.
pub fn heard(transcript: &[Entry]) -> Vec<&str> {
    let heard = transcript.iter().filter_map(|entry| match &entry.what {
        What::Heard { source, text }
            if !matches!(source, Source::Ringing | Source::Silence | Source::Bridge) =>
        {
            Some(text.as_str())
        }
        _ => None,
    });
    heard.collect()
}

/// Twilio's codes for what was wrong on a call.
pub fn warnings(transcript: &[Entry]) -> Vec<u32> {
    let codes = transcript.iter().filter_map(|entry| match &entry.what {
        What::Warning { code, .. } => Some(*code),
        _ => None,
    });
    codes.collect()
}

/// A client for this machine: without proxies and certificates.
pub fn http_client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap()
}

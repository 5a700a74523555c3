//! The types of everything that the simulator remembers, without what it does.
//!
//! A file for each kind of thing, none of which knows what changes it. What a new kind remembers
//! belongs here, what it does in a module of its own beside `leg` and `messaging`.

pub(crate) mod api_key;
pub(crate) mod bridge;
pub(crate) mod call;
pub(crate) mod call_queue;
pub(crate) mod call_status;
pub(crate) mod callback;
pub(crate) mod conference;
pub(crate) mod dial_queue;
pub(crate) mod event;
pub(crate) mod event_log;
pub(crate) mod faults;
pub(crate) mod flow;
pub(crate) mod leg_input;
pub(crate) mod media;
pub(crate) mod message;
pub(crate) mod params;
pub(crate) mod phone;
pub(crate) mod phone_number;
pub(crate) mod recording;
pub mod script;
pub(crate) mod settings;
pub(crate) mod task_router;
pub(crate) mod transcript;
pub(crate) mod webhook;

use std::collections::HashMap;

use tokio::sync::mpsc;

use crate::state::call::Call;
use crate::state::call_queue::CallQueues;
use crate::state::conference::Rooms;
use crate::state::dial_queue::DialQueue;
use crate::state::flow::Flow;
use crate::state::message::{Message, OptedOut, ReplyRates};
use crate::state::phone::Behavior;
use crate::state::phone_number::PhoneNumber;
use crate::state::recording::Recording;
use crate::state::settings::Settings;
use crate::state::task_router::TaskRouter;

/// What calls, texts, conferences and tasks change, under one lock. The event log, the faults and the API
/// keys are kept beside it in `Simulator`.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) numbers: Vec<PhoneNumber>,
    pub(crate) calls: HashMap<String, Call>,
    /// The calls' SIDs, oldest first.
    pub(crate) call_order: Vec<String>,
    /// All recordings, oldest first.
    pub(crate) recordings: Vec<Recording>,
    /// All messages, deleted ones too, oldest first.
    pub(crate) messages: Vec<Message>,
    pub(crate) rooms: Rooms,
    /// By number of the account: the queue of messages that wait for their turn to be sent.
    pub(crate) outboxes: HashMap<String, mpsc::UnboundedSender<String>>,
    pub(crate) replies: ReplyRates,
    pub(crate) opted_out: OptedOut,
    pub(crate) behaviors: HashMap<String, Behavior>,
    pub(crate) settings: Settings,
    pub(crate) dial_queue: DialQueue,
    pub(crate) call_queues: CallQueues,
    pub(crate) task_router: TaskRouter,
    /// Flows of Studio, oldest first.
    pub(crate) flows: Vec<Flow>,
}

impl State {
    /// A message, unless the app deleted it.
    pub(crate) fn message(&self, sid: &str) -> Option<&Message> {
        self.messages.iter().rev().find(|message| message.sid == sid && !message.deleted)
    }

    /// A message, whether or not the app deleted it.
    pub(crate) fn any_message(&mut self, sid: &str) -> Option<&mut Message> {
        self.messages.iter_mut().rev().find(|message| message.sid == sid)
    }

    /// What a phone does when it is called or texted.
    pub(crate) fn behavior(&self, number: &str) -> Behavior {
        self.behaviors.get(number).cloned().unwrap_or_default()
    }

    /// The account's number, if it is one.
    pub(crate) fn own_number(&self, number: &str) -> Option<&PhoneNumber> {
        self.numbers.iter().find(|own| own.phone_number == number)
    }
}

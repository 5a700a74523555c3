//! Scenarios: what an app and the people on its calls experience.
#![allow(clippy::unwrap_used)]

mod accounts;
mod call_queue;
mod conference_rest;
mod conference_sound;
mod conferences;
mod contact_centre;
mod control;
mod deletion;
mod dial;
mod documents;
mod faults;
mod flows;
mod inbound_messages;
mod ivr;
mod limits;
mod map;
mod messages;
mod opt_out;
mod params;
mod phones_page;
mod queues;
mod recording;
mod recording_control;
mod refusals;
mod rest;
mod rest_calls;
mod stage;
mod task_router;
mod task_router_faults;
mod task_routing;
mod texts;
mod unknown_words;
mod whisper;
mod wire;
mod workspaces;

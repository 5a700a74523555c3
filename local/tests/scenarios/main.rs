//! Scenarios: the local stack, and all of Switchboard on it.
//!
//! One program with a module for each capability, because each test program links the whole stack.
//! [`system`] is Switchboard as `template.yaml` declares it, [`test_function`] a small template
//! around a function that does what a test tells it. Each test starts a stack of its own.
#![allow(clippy::unwrap_used)]

mod aws_faults;
mod call_command;
mod calls;
mod centre;
mod conference_codes;
mod conference_faults;
mod conferences;
mod conferencing;
mod console;
mod contact_centre;
mod contacts;
mod data;
mod docs;
mod doors;
mod events;
mod flow_texts;
mod functions;
mod gateway;
mod help_desk;
mod history;
mod iam;
mod inbox;
mod live;
mod messages;
mod odd_events;
mod openapi;
mod opt_out;
mod overview;
mod queues;
mod real_twilio;
mod reconcile;
mod recordings;
mod return_calls;
mod sign_in;
mod start;
mod streams;
mod system;
mod template;
mod test_function;
mod twilio_requests;
mod waiting_callers;
mod webhooks;

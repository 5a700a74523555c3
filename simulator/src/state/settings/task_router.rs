//! Choices about TaskRouter, and about callers who wait in a queue.

use serde::{Deserialize, Serialize};

/// What a waiting caller hears when the `waitUrl` of an `<Enqueue>` has no further verb.
///
/// Twilio's page says that it is requested again, "this loops the hold music indefinitely",
/// <https://www.twilio.com/docs/voice/twiml/enqueue#attributes-waiturl>; that of a conference says
/// that there is silence. An app that ends in a `<Redirect>` to itself is right with both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaitUrlEnd {
    /// Nothing more.
    #[default]
    Silence,
    /// What the URL answers when it is asked again.
    AskAgain,
}

/// What becomes of a caller in a queue whose task is canceled by a timeout or by REST. Twilio: "the
/// task may time out with a TTL exceeded message even though the call remains active",
/// <https://www.twilio.com/docs/taskrouter/task-evaluation>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CanceledTask {
    /// The caller waits on, until the app redirects the call.
    #[default]
    CallerWaits,
    /// The caller leaves the queue, with `QueueResult=leave`.
    CallerLeaves,
}

/// What becomes of a task when worker and caller have talked. Twilio: "In a multitasking Workspace,
/// Tasks move to `wrapping` first when the state is automatically transitioned by TaskRouter" and
/// "must be moved to `completed` via the API",
/// <https://www.twilio.com/docs/taskrouter/lifecycle-task-state#wrapping-and-completed>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AfterCall {
    /// In a multitasking workspace it wraps up until the app completes it.
    #[default]
    Wraps,
    /// It is completed, as in all other workspaces.
    Completes,
}

/// What becomes of a reservation when the phone of the worker, whom `dequeue` or `conference` calls,
/// is not answered. Twilio documents an event `reservation.failed`, and not when it comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnansweredDequeue {
    /// It stays pending until its timeout, and the caller waits as long.
    #[default]
    StaysPending,
    /// It fails at once: `reservation.failed`, its status is `canceled`, the worker gets the
    /// workspace's timeout activity, and the task goes to somebody else.
    Fails,
}

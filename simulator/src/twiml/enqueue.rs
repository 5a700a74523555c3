//! `<Enqueue>` with its `<Task>`, and the `<Queue>` of a `<Dial>`.
//!
//! <https://www.twilio.com/docs/voice/twiml/enqueue>

use super::attributes::Attributes;
use super::document::{Enqueue, Queue, TaskNoun, Warning};
use super::schema::nothing_nested;
use super::xml::{Element, Node};

pub(super) fn enqueue(element: &Element, warnings: &mut Vec<Warning>) -> Result<Enqueue, Warning> {
    let mut task = TaskNoun::default();
    for nested in element.elements() {
        match nested.name.as_str() {
            // "`TaskAttributes` is legacy as of 8/15/15, but is still supported".
            "Task" | "TaskAttributes" => {
                nothing_nested(nested)?;
                let mut attributes = Attributes::of(nested, warnings);
                // They stay as they are written: what is no integer makes no task.
                for name in ["priority", "timeout"] {
                    attributes.parsed(name, |value| value.parse::<u64>().ok());
                }
                task = TaskNoun {
                    attributes: Some(nested.text()).filter(|text| !text.trim().is_empty()),
                    priority: attributes.text("priority").filter(|value| !value.is_empty()),
                    timeout: attributes.text("timeout").filter(|value| !value.is_empty()),
                };
                attributes.finish();
            }
            other => {
                let message =
                    format!("Document parse failure: <{other}> cannot be nested in <Enqueue>");
                return Err(Warning { code: 12_100, message });
            }
        }
    }
    let text = element.content.iter().filter_map(|node| match node {
        Node::Text(text) => Some(text.as_str()),
        Node::Element(_) => None,
    });
    let name = text.collect::<String>().trim().to_owned();
    let mut attributes = Attributes::of(element, warnings);
    let enqueue = Enqueue {
        name,
        action: attributes.action(),
        wait_url: attributes.text("waitUrl"),
        wait_method: attributes.method("waitUrlMethod"),
        workflow_sid: attributes.text("workflowSid").filter(|sid| !sid.is_empty()),
        task,
    };
    attributes.unsupported(&["maxQueueSize"]);
    attributes.finish();
    Ok(enqueue)
}

pub(super) fn queue(element: &Element, warnings: &mut Vec<Warning>) -> Result<Queue, Warning> {
    nothing_nested(element)?;
    let mut attributes = Attributes::of(element, warnings);
    let queue = Queue {
        name: element.text().trim().to_owned(),
        url: attributes.text("url").filter(|url| !url.is_empty()),
        method: attributes.method("method"),
        reservation_sid: attributes.text("reservationSid").filter(|sid| !sid.is_empty()),
        post_work_activity_sid: attributes
            .text("postWorkActivitySid")
            .filter(|sid| !sid.is_empty()),
    };
    attributes.finish();
    Ok(queue)
}

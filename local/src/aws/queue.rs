//! One SQS queue: messages with delays, visibility and a way to the dead-letter queue.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html>

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::template;

/// A message. Times are milliseconds since 1970.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Message {
    /// Its id, the same at every delivery.
    pub id: String,
    /// What was sent.
    pub body: String,
    /// How often it was received.
    pub receive_count: u32,
    /// Access key id of who sent it: a function's name.
    pub sender: String,
    /// When it was sent.
    pub sent_at: u64,
    /// When it was received first, if it was.
    pub first_received_at: Option<u64>,
    /// Not received before this time.
    pub visible_at: u64,
    /// The handle of its last receipt, while that lasts.
    pub receipt: Option<String>,
}

/// How many messages a queue holds.
pub(crate) struct Count {
    pub(crate) visible: usize,
    pub(crate) delayed: usize,
    pub(crate) in_flight: usize,
}

/// A queue of the template.
pub(crate) struct Queue {
    pub(crate) spec: template::Queue,
    /// The dead-letter queue, if the template sets one.
    dead_letters: Option<Arc<Queue>>,
    /// Where the messages survive the stack; none for an ephemeral one. The whole file is written
    /// at each change, which is fit for the few messages of a laptop.
    file: Option<PathBuf>,
    messages: Mutex<Vec<Message>>,
    changed: Notify,
}

impl Message {
    pub(crate) fn md5(&self) -> String {
        format!("{:x}", md5::compute(&self.body))
    }

    /// The system attributes, as SQS and Lambda name them.
    pub(crate) fn attributes(&self) -> Value {
        json!({
            "ApproximateReceiveCount": self.receive_count.to_string(),
            "ApproximateFirstReceiveTimestamp": self.first_received_at.unwrap_or_default().to_string(),
            "SenderId": self.sender,
            "SentTimestamp": self.sent_at.to_string(),
        })
    }
}

impl Queue {
    /// Opens a queue with the messages that its file holds. Messages that were being worked on
    /// when the stack ended are visible again.
    ///
    /// # Errors
    /// The file is not readable as messages.
    pub(crate) fn open(
        spec: template::Queue,
        dead_letters: Option<Arc<Queue>>,
        file: Option<PathBuf>,
    ) -> Result<Arc<Self>> {
        let mut messages: Vec<Message> = match &file {
            Some(file) if file.exists() => {
                let text = std::fs::read(file)?;
                serde_json::from_slice(&text)
                    .with_context(|| format!("{} does not hold messages", file.display()))?
            }
            _ => Vec::new(),
        };
        for message in &mut messages {
            if message.receipt.take().is_some() {
                message.visible_at = now();
            }
        }
        Ok(Arc::new(Self {
            spec,
            dead_letters,
            file,
            messages: Mutex::new(messages),
            changed: Notify::new(),
        }))
    }

    /// Adds a message that is visible after `delay`.
    pub(crate) fn send(&self, body: String, sender: &str, delay: Duration) -> Message {
        let sent_at = now();
        let message = Message {
            id: Uuid::new_v4().to_string(),
            body,
            receive_count: 0,
            sender: sender.to_owned(),
            sent_at,
            first_received_at: None,
            visible_at: sent_at + milliseconds(delay),
            receipt: None,
        };
        self.put(message.clone());
        message
    }

    fn put(&self, message: Message) {
        let mut messages = self.lock();
        messages.push(message);
        self.save(&messages);
        drop(messages);
        self.changed.notify_one();
    }

    /// Waits until a message is visible, then takes up to `most` and hides them.
    pub(crate) async fn receive(&self, most: usize, hidden: Duration) -> Vec<Message> {
        loop {
            let received = self.try_receive(most, hidden);
            if !received.is_empty() {
                return received;
            }
            let next = self.lock().iter().map(|message| message.visible_at).min();
            let wait = next.map(|next| Duration::from_millis(next.saturating_sub(now())));
            tokio::select! {
                () = self.changed.notified() => {}
                () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {}
            }
        }
    }

    /// Takes up to `most` visible messages and hides them. A message that was received as often as
    /// the redrive policy allows goes to the dead-letter queue instead.
    pub(crate) fn try_receive(&self, most: usize, hidden: Duration) -> Vec<Message> {
        let now = now();
        let mut messages = self.lock();
        let before = messages.len();
        messages.retain(|message| message.sent_at + milliseconds(self.spec.retention) > now);
        let mut dead = Vec::new();
        if let (Some(redrive), Some(_)) = (&self.spec.redrive, &self.dead_letters) {
            dead.extend(messages.extract_if(.., |message| {
                message.visible_at <= now && message.receive_count >= redrive.max_receive_count
            }));
        }
        let mut received = Vec::new();
        for message in messages.iter_mut().filter(|message| message.visible_at <= now).take(most) {
            message.receive_count += 1;
            message.first_received_at.get_or_insert(now);
            message.visible_at = now + milliseconds(hidden);
            message.receipt = Some(Uuid::new_v4().to_string());
            received.push(message.clone());
        }
        if messages.len() != before || !received.is_empty() {
            self.save(&messages);
        }
        drop(messages);
        if let Some(dead_letters) = &self.dead_letters {
            for message in dead {
                dead_letters.put(Message { visible_at: now, receipt: None, ..message });
            }
        }
        received
    }

    /// Ends a message that was received with this handle.
    pub(crate) fn delete(&self, receipt: &str) {
        let mut messages = self.lock();
        messages.retain(|message| message.receipt.as_deref() != Some(receipt));
        self.save(&messages);
    }

    /// Makes a message that was received with this handle visible again after `delay`.
    pub(crate) fn give_back(&self, receipt: &str, delay: Duration) {
        let mut messages = self.lock();
        for message in messages.iter_mut() {
            if message.receipt.as_deref() == Some(receipt) {
                message.receipt = None;
                message.visible_at = now() + milliseconds(delay);
            }
        }
        self.save(&messages);
        drop(messages);
        self.changed.notify_one();
    }

    pub(crate) fn messages(&self) -> Vec<Message> {
        self.lock().clone()
    }

    pub(crate) fn count(&self) -> Count {
        let (now, messages) = (now(), self.lock());
        let in_flight = messages
            .iter()
            .filter(|message| message.receipt.is_some() && message.visible_at > now)
            .count();
        let visible = messages.iter().filter(|message| message.visible_at <= now).count();
        Count { visible, in_flight, delayed: messages.len() - visible - in_flight }
    }

    fn save(&self, messages: &[Message]) {
        let Some(file) = &self.file else { return };
        let written = serde_json::to_vec(messages).map_err(Into::into).and_then(|text| {
            let new = file.with_extension("new");
            std::fs::write(&new, text)?;
            std::fs::rename(new, file)
        });
        if let Err(error) = written {
            tracing::error!(%error, queue = self.spec.name, "its messages are not stored");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Message>> {
        self.messages.lock().expect("no holder panics")
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, milliseconds)
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Redrive;

    const HOUR: Duration = Duration::from_secs(3600);

    fn spec(name: &str) -> template::Queue {
        template::Queue {
            logical_id: name.to_owned(),
            name: name.to_owned(),
            url: format!("http://127.0.0.1/000000000000/{name}"),
            arn: format!("arn:aws:sqs:us-east-1:000000000000:{name}"),
            visibility_timeout: HOUR,
            delay: Duration::ZERO,
            retention: 24 * HOUR,
            redrive: None,
        }
    }

    fn bodies(messages: &[Message]) -> Vec<&str> {
        messages.iter().map(|message| message.body.as_str()).collect()
    }

    #[test]
    fn a_received_message_is_hidden_until_it_is_given_back() {
        let queue = Queue::open(spec("q"), None, None).unwrap();
        queue.send("a".to_owned(), "sender", Duration::ZERO);
        queue.send("later".to_owned(), "sender", HOUR);
        let first = queue.try_receive(10, HOUR);
        assert_eq!(bodies(&first), ["a"]);
        assert!(queue.try_receive(10, HOUR).is_empty());
        queue.give_back(first[0].receipt.as_deref().unwrap(), Duration::ZERO);
        let second = queue.try_receive(10, HOUR);
        assert_eq!((second[0].receive_count, &second[0].id), (2, &first[0].id));
        // The handle of the first receipt has ended.
        queue.delete(first[0].receipt.as_deref().unwrap());
        assert_eq!(queue.messages().len(), 2);
        queue.delete(second[0].receipt.as_deref().unwrap());
        assert_eq!(bodies(&queue.messages()), ["later"]);
    }

    #[test]
    fn a_message_that_fails_too_often_goes_to_the_dead_letters() {
        let dead = Queue::open(spec("dead"), None, None).unwrap();
        let redrive = Redrive { dead_letters: dead.spec.arn.clone(), max_receive_count: 2 };
        let spec = template::Queue { redrive: Some(redrive), ..spec("q") };
        let queue = Queue::open(spec, Some(dead.clone()), None).unwrap();
        queue.send("poison".to_owned(), "sender", Duration::ZERO);
        for _ in 0..2 {
            let received = queue.try_receive(1, HOUR);
            queue.give_back(received[0].receipt.as_deref().unwrap(), Duration::ZERO);
        }
        assert!(queue.try_receive(1, HOUR).is_empty());
        assert!(queue.messages().is_empty());
        assert_eq!(bodies(&dead.messages()), ["poison"]);
    }

    #[tokio::test]
    async fn a_waiting_receiver_gets_what_is_sent_later() {
        let queue = Queue::open(spec("q"), None, None).unwrap();
        let (received, _) = tokio::join!(queue.receive(1, HOUR), async {
            queue.send("a".to_owned(), "sender", Duration::from_millis(5))
        });
        assert_eq!(bodies(&received), ["a"]);
    }

    #[test]
    fn messages_survive_a_restart() {
        let file = std::env::temp_dir().join(format!("switchboard-queue-{}.json", Uuid::new_v4()));
        let queue = Queue::open(spec("q"), None, Some(file.clone())).unwrap();
        queue.send("a".to_owned(), "sender", Duration::ZERO);
        assert_eq!(queue.try_receive(1, HOUR).len(), 1);
        let again = Queue::open(spec("q"), None, Some(file.clone())).unwrap();
        assert_eq!(bodies(&again.try_receive(1, HOUR)), ["a"]);
        std::fs::remove_file(file).unwrap();
    }
}

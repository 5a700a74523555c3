//! `local call`: a simulated phone calls, follows a script, and the conversation is printed as it
//! happens.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};
use futures::StreamExt;
use lexopt::prelude::*;
use shared::{aws::table::Table, calls::Calls};
use simulator::{
    client::{CallView, Control, Entry, Event, Happening, What},
    script,
};

use crate::{Options, SECRET_ACCESS_KEY, dynamodb, twilio::MAIN_NUMBER};

/// What `call --help` prints.
pub const HELP: &str = "\
Places a call from a simulated phone and prints what happens, then the entry that was logged.

Usage: local call [options] [step …]

Steps: wait:TEXT  press:KEYS  speak:SECONDS|FILE.wav|TEXT  pause:SECONDS  hang-up
Without steps the caller only listens; act for them on the phones page.

Options:
  --from NUMBER     the calling phone (+15005550111)
  --to NUMBER       a number of the account (+15005550100)
  --simulator URL   the simulator (http://127.0.0.1:3001)
  --dynamodb URL    DynamoDB (http://127.0.0.1:3002)

Try: local call 'wait:leave a message' press:2 wait:beep speak:5 hang-up
";

/// How long after the end of the calls their last entries may come.
const LAST_ENTRIES: Duration = Duration::from_secs(2);
/// How long after that the log may take to be complete.
const LAST_CHANGE: Duration = Duration::from_secs(5);
/// How long an entry must stay as it is to be the last word.
const QUIET: Duration = Duration::from_secs(1);
/// The table of the template.
const TABLE: &str = "switchboard-table";

/// A call to place.
#[derive(Debug)]
pub struct Call {
    from: String,
    to: String,
    simulator: String,
    dynamodb: String,
    script: Vec<simulator::client::Step>,
}

impl Call {
    /// Reads the arguments after `call`; none when help is wanted.
    ///
    /// # Errors
    /// An unknown option, or a step that means nothing.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Option<Self>> {
        let ports = Options::default();
        let mut call = Self {
            from: "+15005550111".to_owned(),
            to: MAIN_NUMBER.to_owned(),
            simulator: format!("http://127.0.0.1:{}", ports.simulator_port),
            dynamodb: format!("http://127.0.0.1:{}", ports.dynamodb_port),
            script: Vec::new(),
        };
        let mut words: Vec<String> = Vec::new();
        let mut parser = lexopt::Parser::from_args(arguments);
        while let Some(argument) = parser.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(None),
                Long("from") => call.from = parser.value()?.string()?,
                Long("to") => call.to = parser.value()?.string()?,
                Long("simulator") => call.simulator = parser.value()?.string()?,
                Long("dynamodb") => call.dynamodb = parser.value()?.string()?,
                Value(word) => words.push(word.string()?),
                other => return Err(other.unexpected().into()),
            }
        }
        call.script = script::parse(&words)?;
        Ok(Some(call))
    }

    /// Places the call, prints the conversation until all its legs have ended, and then the entry
    /// of the call log.
    ///
    /// # Errors
    /// The simulator is not there, the number is not the account's, or the script failed: what it
    /// waited for was never heard.
    pub async fn run(self) -> Result<()> {
        let control = Control::new(&self.simulator)?;
        let no_simulator =
            || format!("{}: is the stack running? `cargo run -p local` starts it", self.simulator);
        let events = control.events(None).await.with_context(no_simulator)?;
        let mut events = Box::pin(events);
        let sid = control.place_call(&self.from, &self.to, &self.script).await?;
        let mut conversation = Conversation::new(sid.clone(), !self.script.is_empty());
        // The transcript's first entries may be older than this program's interest in the call.
        loop {
            let wait = if conversation.has_ended() { LAST_ENTRIES } else { Duration::MAX };
            match tokio::time::timeout(wait, events.next()).await {
                Ok(Some(event)) => conversation.take(event?),
                Ok(None) => bail!("the simulator has ended"),
                Err(_) => break,
            }
            if conversation.is_complete() {
                break;
            }
        }
        print_entry(&self.dynamodb, &sid).await?;
        match conversation.failure {
            Some(failure) => Err(anyhow!("the script failed: {failure}")),
            None => Ok(()),
        }
    }
}

/// What is known of a call and of the calls that it led to.
struct Conversation {
    root: String,
    /// Entries that came before their call was known to belong to the conversation.
    early: Vec<(String, Entry)>,
    legs: BTreeMap<String, Leg>,
    /// Whether the script's end is still to come.
    script_runs: bool,
    failure: Option<String>,
}

#[derive(Default)]
struct Leg {
    /// The number of the phone at its far end.
    phone: String,
    has_ended: bool,
}

impl Conversation {
    fn new(root: String, script_runs: bool) -> Self {
        Self { root, early: Vec::new(), legs: BTreeMap::new(), script_runs, failure: None }
    }

    fn has_ended(&self) -> bool {
        !self.legs.is_empty() && self.legs.values().all(|leg| leg.has_ended)
    }

    fn is_complete(&self) -> bool {
        self.has_ended() && !self.script_runs
    }

    fn take(&mut self, event: Event) {
        match event.what {
            Happening::Call { call } => self.update(&call),
            Happening::Transcript { call_sid, entry } => {
                if self.legs.contains_key(&call_sid) {
                    self.tell(&call_sid, &entry);
                } else {
                    self.early.push((call_sid, entry));
                }
            }
            _ => {}
        }
    }

    fn update(&mut self, call: &CallView) {
        let parent = call.parent_call_sid.as_ref();
        let belongs =
            call.sid == self.root || parent.is_some_and(|parent| self.legs.contains_key(parent));
        if !belongs {
            return;
        }
        let leg = self.legs.entry(call.sid.clone()).or_default();
        leg.has_ended = call.status.is_final();
        if leg.phone.is_empty() {
            leg.phone = call.phone.clone().unwrap_or_else(|| call.to.clone());
            let early = std::mem::take(&mut self.early);
            for (sid, entry) in early {
                if sid == call.sid {
                    self.tell(&sid, &entry);
                } else {
                    self.early.push((sid, entry));
                }
            }
        }
    }

    fn tell(&mut self, sid: &str, entry: &Entry) {
        if sid == self.root {
            match &entry.what {
                What::ScriptEnded => self.script_runs = false,
                What::ScriptError { message } => {
                    self.script_runs = false;
                    self.failure = Some(message.clone());
                }
                _ => {}
            }
        }
        let phone = self.legs.get(sid).map(|leg| leg.phone.as_str()).unwrap_or_default();
        if let Some(line) = line(&entry.what) {
            // Of an RFC 3339 time, the time of day.
            let time = entry.at.get(11..23).unwrap_or(&entry.at);
            println!("{time}  {phone:<14} {line}");
        }
    }
}

/// One line about an entry; none for what is said by others already.
fn line(what: &What) -> Option<String> {
    Some(match what {
        What::Heard { text, .. } => format!("heard:   {text}"),
        What::Said { text, .. } => format!("said:    {text}"),
        What::Pressed { digits } => format!("pressed: {digits}"),
        What::Did { action } => format!("did:     {action}"),
        What::Status { status } => format!("call:    {}", status.as_str()),
        What::Verb { name, attributes } => {
            let attributes = attributes.iter().map(|(name, value)| format!(" {name}={value:?}"));
            format!("twiml:   <{name}{}>", attributes.collect::<String>())
        }
        What::Warning { code, message } => format!("warning: {code} {message}"),
        What::ScriptError { message } => format!("script:  {message}"),
        What::Twiml { .. } | What::ScriptEnded => return None,
    })
}

/// Prints the call's entry of the call log once it says that the call is over and where its
/// voicemail is stored, and changes no more; or as it is when that does not happen in time.
async fn print_entry(url: &str, call_sid: &str) -> Result<()> {
    let client = dynamodb::client(url, SECRET_ACCESS_KEY);
    let calls = Calls::new(Table::new(client, TABLE.to_owned()));
    let sid = call_sid.parse()?;
    let begun = Instant::now();
    let (mut entry, mut changed) = (None, begun);
    loop {
        let read = calls
            .entry(&sid)
            .await
            .map_err(|error| anyhow!("the call log cannot be read: {}", error.chain()))?;
        if read != entry {
            (entry, changed) = (read, Instant::now());
        }
        let is_complete = entry.as_ref().is_some_and(|entry| {
            let voicemail = entry.voicemail.as_ref();
            entry.status.is_final() && voicemail.is_none_or(|voicemail| voicemail.s3_key.is_some())
        });
        // The webhooks at the end of a call go out side by side: the last may come after the one
        // that says that it is over.
        if is_complete && changed.elapsed() > QUIET || begun.elapsed() > LAST_CHANGE {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    match entry {
        Some(entry) => println!("\n{}", serde_json::to_string_pretty(&entry)?),
        None => println!("\nCall {call_sid} is not in the call log."),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &[&str]) -> Result<Option<Call>> {
        Call::parse(line.iter().map(OsString::from))
    }

    #[test]
    fn a_call_has_numbers_and_steps() {
        let call = parse(&["--from", "+15005550112", "wait:Press 1", "press:2", "hang-up"]);
        let call = call.unwrap().unwrap();
        assert_eq!((call.from.as_str(), call.to.as_str()), ("+15005550112", MAIN_NUMBER));
        assert_eq!(call.script.len(), 3);
        assert!(parse(&["--help"]).unwrap().is_none());
    }

    #[test]
    fn a_step_that_means_nothing_is_named() {
        let error = parse(&["dance"]).unwrap_err();
        assert!(error.to_string().contains("dance"), "{error}");
    }
}

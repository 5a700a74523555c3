//! Reads a stream of server-sent events.
//!
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html>

use std::collections::VecDeque;

use futures::Stream;
use reqwest::Response;

use super::ControlError;
use crate::state::event::Event;

/// The events of an answer, until the connection ends.
pub(crate) fn events(response: Response) -> impl Stream<Item = Result<Event, ControlError>> + Send {
    let start = (response, Vec::new(), VecDeque::<String>::new());
    futures::stream::try_unfold(start, |(mut response, mut rest, mut ready)| async move {
        loop {
            if let Some(data) = ready.pop_front() {
                let event: Event = serde_json::from_str(&data)?;
                return Ok(Some((event, (response, rest, ready))));
            }
            match response.chunk().await? {
                None => return Ok(None),
                Some(chunk) => {
                    rest.extend_from_slice(&chunk);
                    take_events(&mut rest, &mut ready);
                }
            }
        }
    })
}

/// Moves the data of whole events out of what was received.
fn take_events(rest: &mut Vec<u8>, ready: &mut VecDeque<String>) {
    while let Some(end) = rest.windows(2).position(|pair| pair == b"\n\n") {
        let event: Vec<u8> = rest.drain(..end + 2).collect();
        let text = String::from_utf8_lossy(&event);
        let data: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("data:"))
            .map(|data| data.strip_prefix(' ').unwrap_or(data))
            .collect();
        // Comments, which keep the connection alive, have no data.
        if !data.is_empty() {
            ready.push_back(data.join("\n"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_whole_however_they_arrive() {
        let (mut rest, mut ready) = (Vec::new(), VecDeque::new());
        for chunk in ["id: 1\ndata: {\"a\":", "1}\n\n: alive\n\nda", "ta: 2\n\ndata: 3"] {
            rest.extend_from_slice(chunk.as_bytes());
            take_events(&mut rest, &mut ready);
        }
        assert_eq!(ready, ["{\"a\":1}", "2"]);
    }
}

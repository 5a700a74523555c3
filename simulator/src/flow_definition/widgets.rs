//! Studio's widgets: their events, and the properties that they need.
//!
//! <https://www.twilio.com/docs/studio/widget-library>

/// What is known of a widget. Properties beyond these are kept as they are: exported flows have
/// some of widgets that are newer than any list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Widget {
    /// The events of its transitions; none if they are not known here.
    pub(super) events: &'static [&'static str],
    pub(super) required: &'static [&'static str],
    /// Properties of which there must be one.
    pub(super) one_of: &'static [&'static str],
    /// Properties with a few values.
    pub(super) choices: &'static [(&'static str, &'static [&'static str])],
}

const PLAIN: Widget = Widget { events: &[], required: &[], one_of: &[], choices: &[] };

const QUEUED: &[&str] = &["callComplete", "callFailure", "failedToEnqueue"];

const NOUNS: &[&str] = &["number", "number-multi", "client", "conference", "sip", "sim"];

/// The widget of a type, if Studio has one.
pub(super) fn widget(name: &str) -> Option<Widget> {
    Some(match name {
        "trigger" => Widget {
            events: &[
                "incomingCall",
                "incomingMessage",
                "incomingRequest",
                "incomingParent",
                "incomingConversationMessage",
            ],
            ..PLAIN
        },
        "say-play" => {
            Widget { events: &["audioComplete"], one_of: &["say", "play", "digits"], ..PLAIN }
        }
        "gather-input-on-call" => Widget { events: &["keypress", "speech", "timeout"], ..PLAIN },
        "split-based-on" => Widget { events: &["match", "noMatch"], required: &["input"], ..PLAIN },
        "connect-call-to" => Widget {
            events: &["callCompleted", "hangup"],
            required: &["noun"],
            choices: &[("noun", NOUNS)],
            ..PLAIN
        },
        "record-voicemail" => {
            Widget { events: &["recordingComplete", "noAudio", "hangup"], ..PLAIN }
        }
        "enqueue-call" => {
            Widget { events: QUEUED, one_of: &["queue_name", "workflow_sid"], ..PLAIN }
        }
        "send-to-flex" => Widget { events: QUEUED, required: &["workflow", "channel"], ..PLAIN },
        "send-message" => Widget { events: &["sent", "failed"], required: &["from"], ..PLAIN },
        "set-variables" => Widget { events: &["next"], ..PLAIN },
        "add-twiml-redirect" => Widget {
            events: &["return", "timeout", "fail"],
            required: &["url"],
            choices: &[("method", &["GET", "POST"])],
            ..PLAIN
        },
        "make-http-request" => Widget {
            events: &["success", "failed"],
            required: &["url"],
            choices: &[("method", &["GET", "POST"])],
            ..PLAIN
        },
        "run-subflow" => {
            Widget { events: &["completed", "failed"], required: &["flow_sid"], ..PLAIN }
        }
        "record-call" => Widget { events: &["success", "failed"], ..PLAIN },
        "run-function" => Widget { events: &["success", "fail"], required: &["url"], ..PLAIN },
        "make-outgoing-call-v1" | "make-outgoing-call-v2" => {
            Widget { required: &["from", "to"], ..PLAIN }
        }
        "send-and-wait-for-reply" => Widget { required: &["from"], ..PLAIN },
        "connect-virtual-agent" => Widget { required: &["connector"], ..PLAIN },
        "capture-payments" | "connect-virtual-agent-v2" | "fork-stream" => PLAIN,
        _ => return None,
    })
}

//! Callers who wait in queues: what they hear, and how they get out.

use serde_json::json;
use simulator::client::{CanceledTask, ReservationStatus, Settings, TaskStatus, WaitUrlEnd};

use crate::contact_centre::{AGENT, Centre, sid};
use crate::stage::{ANN, BOB, OFFICE, Stage, heard, warnings};

#[tokio::test]
async fn waiting_caller_hears_the_wait_url_and_then_silence() {
    let stage =
        Stage::with_voice("<Enqueue waitUrl='/wait' action='/after'>support</Enqueue>").await;
    stage.app.on("/wait", "<Say>Please hold</Say><Play>/music.mp3</Play>");
    let ann = stage.ann_begins(&["wait:music.mp3", "pause:30", "hang-up"]).await;
    let (_, transcript) = stage.end_of(&ann).await;
    assert_eq!(heard(&transcript), ["Please hold", "/music.mp3"]);
    let hit = stage.app.first("/wait").await;
    assert_eq!((hit.get("QueuePosition"), hit.get("CurrentQueueSize")), ("1", "1"));
    assert_eq!(hit.get("MaxQueueSize"), "1000");
    // An app's latency is no simulated one.
    assert!(hit.get("AvgQueueTime").parse::<u64>().unwrap() < 60);
    assert!(hit.get("QueueSid").starts_with("QU"));
    assert_eq!(stage.app.first("/after").await.get("QueueResult"), "hangup");
    assert_eq!(stage.app.hits("/wait").len(), 1);
}

#[tokio::test]
async fn wait_url_is_asked_again_if_settings_say_so_and_if_it_redirects_to_itself() {
    for (wait_url_end, verbs) in [
        (WaitUrlEnd::AskAgain, "<Say>Please hold</Say>"),
        (WaitUrlEnd::Silence, "<Say>Please hold</Say><Redirect>/wait</Redirect>"),
    ] {
        let stage = Stage::with_voice("<Enqueue waitUrl='/wait'>support</Enqueue>").await;
        let settings = Settings { wait_url_end, ..Settings::default() };
        stage.control.set_settings(&settings).await.unwrap();
        stage.app.on("/wait", verbs);
        let ann = stage.ann_begins(&[]).await;
        let hits = stage.app.wait_for("/wait", 3).await;
        assert!(hits[2].get("QueueTime").parse::<u64>().unwrap() > 0);
        stage.control.hang_up(&ann).await.unwrap();
    }
}

#[tokio::test]
async fn caller_who_presses_a_key_leaves_the_queue() {
    let after = "<Say>Leave a message</Say>";
    let enqueue = format!("<Enqueue waitUrl='/wait'>support</Enqueue>{after}");
    let stage = Stage::with_voice(&enqueue).await;
    let wait = "<Gather numDigits='1' timeout='60' action='/key'><Say>Press 1</Say></Gather>";
    stage.app.on("/wait", wait).on("/key", "<Leave/>");
    let (_, transcript) = stage.ann_calls(&["wait:Press 1", "press:1"]).await;
    assert_eq!(heard(&transcript), ["Press 1", "Leave a message"]);
    assert_eq!(stage.app.first("/key").await.get("Digits"), "1");
    assert_eq!(warnings(&transcript), [0; 0]);
}

#[tokio::test]
async fn verbs_that_are_not_for_waiting_are_skipped_and_a_failing_wait_url_ends_the_wait() {
    let stage =
        Stage::with_voice("<Enqueue waitUrl='/wait' action='/after'>support</Enqueue>").await;
    stage.app.on("/wait", "<Record/><Dial>+15005550002</Dial><Redirect>/broken</Redirect>");
    stage.app.on("/broken", "<Say>").on("/after", "<Say>Sorry</Say>");
    let (_, transcript) = stage.ann_calls(&[]).await;
    assert_eq!(warnings(&transcript), [12_200, 12_200, 12_100]);
    assert_eq!(heard(&transcript), ["Sorry"]);
    assert_eq!(stage.app.first("/after").await.get("QueueResult"), "error");
}

#[tokio::test]
async fn first_in_line_is_dialled_and_the_dialler_waits_for_one() {
    let stage = Stage::at_speed(50.0).await;
    stage.app.on("/voice", "<Enqueue waitUrl='' action='/after'>support</Enqueue>");
    stage.app.on("/after", "<Hangup/>");
    let (done, hello) = (stage.app.url("/done"), stage.app.url("/hello"));
    let twiml = &format!(
        "<Response><Dial action='{done}'><Queue url='{hello}'>support</Queue></Dial></Response>"
    );
    stage.app.on("/hello", "<Say>An agent comes</Say>").on("/done", "<Hangup/>");
    stage
        .control
        .set_behavior(AGENT, &simulator::client::Behavior::answer(Vec::new()))
        .await
        .unwrap();
    let form = [("From", OFFICE), ("To", AGENT), ("Twiml", twiml)];
    // A queue that does not exist cannot be dialled.
    let call = sid(stage.post("Calls.json", &form).await);
    stage.end_of(&call).await;
    assert_eq!(stage.app.first("/done").await.get("DialCallStatus"), "failed");

    let queue = sid(stage.post("Queues.json", &[("FriendlyName", "support")]).await);
    let call = sid(stage.post("Calls.json", &form).await);
    stage.heard(&call, "ringing").await;
    let ann = stage.ann_begins(&[]).await;
    stage.heard(&ann, "An agent comes").await;
    stage.heard(&ann, "connected").await;
    let bob = stage.control.place_call(BOB, OFFICE, &[]).await.unwrap();
    let members = loop {
        let (_, list) = stage.get(&format!("Queues/{queue}/Members.json")).await;
        if list["queue_members"].as_array().unwrap().len() == 1 {
            break list;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((&members["queue_members"][0]["call_sid"]), &json!(bob));
    assert_eq!(members["queue_members"][0]["position"], 1);
    assert_eq!(stage.get(&format!("Queues/{queue}.json")).await.1["current_size"], 1);
    stage.control.hang_up(&call).await.unwrap();
    stage.end_of(&ann).await;
    assert_eq!(stage.app.first("/after").await.get("QueueResult"), "bridged");

    let url = stage.app.url("/elsewhere");
    stage.app.on("/elsewhere", "<Say>Elsewhere</Say>");
    let path = format!("Queues/{queue}/Members/Front.json");
    assert_eq!(stage.post(&path, &[("Url", &url)]).await.0, 200);
    let (_, transcript) = stage.end_of(&bob).await;
    assert_eq!(heard(&transcript), ["Elsewhere"]);
    let results: Vec<String> =
        stage.app.hits("/after").iter().map(|hit| hit.get("QueueResult").to_owned()).collect();
    assert_eq!(results, ["bridged", "redirected"]);
    assert_eq!(stage.delete(&format!("Queues/{queue}.json")).await, 204);
}

#[tokio::test]
async fn full_queue_lets_nobody_in() {
    let stage = Stage::with_voice("<Enqueue waitUrl='' action='/after'>support</Enqueue>").await;
    stage.app.on("/after", "<Say>Too many</Say>");
    let form = [("FriendlyName", "support"), ("MaxSize", "0")];
    assert_eq!(stage.post("Queues.json", &form).await.0, 201);
    assert_eq!(stage.post("Queues.json", &form).await.1["code"], 22_003);
    let (_, transcript) = stage.ann_calls(&[]).await;
    assert_eq!((heard(&transcript), warnings(&transcript)), (vec!["Too many"], vec![14_207]));
    let after = stage.app.first("/after").await;
    assert_eq!((after.get("QueueResult"), after.params.get("QueueSid")), ("queue-full", None));
}

#[tokio::test]
async fn enqueue_that_makes_no_task_goes_on_with_an_error() {
    let centre = Centre::open().await;
    let none = json!({"task_routing": {"filters": [{"filter_friendly_name": "None",
        "expression": "1==2", "targets": [{"queue": centre.queue}]}]}});
    let nobody = centre.workflow("Nobody", &none, &[]).await;
    let good = &centre.workflow;
    for (workflow, task, codes) in [
        ("WW00000000000000000000000000000000", "<Task>{}</Task>", vec![14_220]),
        (good, "<Task>not json</Task>", vec![14_221]),
        (good, "<Task>[1]</Task>", vec![14_221]),
        (good, "<Task priority='high'>{}</Task>", vec![12_200, 14_222]),
        (nobody.as_str(), "", vec![14_222]),
    ] {
        let verbs = format!("<Enqueue action='/after' workflowSid='{workflow}'>{task}</Enqueue>");
        centre.stage.app.on("/voice", &verbs).on("/after", "<Hangup/>");
        let (_, transcript) = centre.stage.ann_calls(&[]).await;
        assert_eq!(warnings(&transcript), codes, "{task}");
        assert_eq!(centre.stage.app.hits("/after").pop().unwrap().get("QueueResult"), "error");
    }
    let (_, tasks) = centre.get("Tasks").await;
    assert_eq!(tasks["tasks"], json!([]));
}

#[tokio::test]
async fn task_that_is_too_old_is_canceled_and_the_caller_waits_on_unless_settings_say_otherwise() {
    for canceled_task in [CanceledTask::CallerWaits, CanceledTask::CallerLeaves] {
        let centre = Centre::at_speed(100.0).await;
        let settings = Settings { canceled_task, ..Settings::default() };
        centre.stage.control.set_settings(&settings).await.unwrap();
        centre.answer("/assignment", "{}");
        let workflow = &centre.workflow;
        centre.stage.app.on("/after", "<Say>Leave a message</Say>").on("/voice", &format!(
            "<Enqueue workflowSid='{workflow}' action='/after' waitUrl=''><Task timeout='5' priority='2'>{{}}</Task></Enqueue>"
        ));
        let ann = centre.ann_waits().await;
        let task = centre.task_in(TaskStatus::Canceled).await;
        assert_eq!((task.reason.as_deref(), task.priority), (Some("Task TTL Exceeded"), 2));
        assert_eq!(task.reservations[0].status, ReservationStatus::Canceled);
        match canceled_task {
            CanceledTask::CallerWaits => {
                // As Twilio's samples do: the event's handler takes the caller elsewhere.
                let form = [("Twiml", "<Response><Say>Nobody is there</Say></Response>")];
                let (status, _) = centre.stage.post(&format!("Calls/{ann}.json"), &form).await;
                assert_eq!(status, 200);
                let (_, transcript) = centre.stage.end_of(&ann).await;
                assert_eq!(heard(&transcript), ["Nobody is there"]);
                assert_eq!(centre.stage.app.first("/after").await.get("QueueResult"), "redirected");
            }
            CanceledTask::CallerLeaves => {
                let (_, transcript) = centre.stage.end_of(&ann).await;
                assert_eq!(heard(&transcript), ["Leave a message"]);
                assert_eq!(centre.stage.app.first("/after").await.get("QueueResult"), "leave");
            }
        }
    }
}

#[tokio::test]
async fn redirecting_a_waiting_call_cancels_its_task() {
    let centre = Centre::open().await;
    centre.answer("/assignment", "{}");
    let ann = centre.ann_waits().await;
    centre.task_in(TaskStatus::Reserved).await;
    let form = [("Twiml", "<Response><Say>Elsewhere</Say><Pause length='600'/></Response>")];
    assert_eq!(centre.stage.post(&format!("Calls/{ann}.json"), &form).await.0, 200);
    let task = centre.task_in(TaskStatus::Canceled).await;
    assert_eq!(task.reason.as_deref(), Some("redirected"));
    centre.stage.heard(&ann, "Elsewhere").await;
    // Redirected while talking, the task is over for the agent.
    centre.instruct("dequeue", json!({})).await;
    let bob = centre.stage.control.place_call(BOB, OFFICE, &[]).await.unwrap();
    centre.task_in(TaskStatus::Assigned).await;
    assert_eq!(centre.stage.post(&format!("Calls/{bob}.json"), &form).await.0, 200);
    centre.task_in(TaskStatus::Wrapping).await;
    assert_eq!(centre.stage.control.phone(ANN).await.unwrap().call.unwrap().sid, ann);
}

//! What a called party hears before the bridge: few verbs are allowed there.

use simulator::client::Behavior;
use simulator::script;

use crate::stage::{BOB, Stage, heard, warnings};

#[tokio::test]
async fn verbs_that_are_not_allowed_before_the_bridge_are_skipped_with_a_warning() {
    let dial = "<Dial action='/dialled'><Number url='/whisper'>+15005550002</Number></Dial>";
    let stage = Stage::with_voice(dial).await;
    stage.app.on("/dialled", "<Hangup/>").on(
        "/whisper",
        "<Record/><Sms>Hello</Sms><Reject/><Dial>+15005550003</Dial>\
         <Pause/><Play>/tune.mp3</Play><Redirect>/more</Redirect>",
    );
    stage
        .app
        .on("/more", "<Gather numDigits='1' timeout='60' action='/key'><Say>Key?</Say></Gather>");
    stage.app.on("/key", "<Say>Now</Say>");
    let bob = script::parse(["wait:Key?", "press:1", "wait:connected", "hang-up"]).unwrap();
    stage.control.set_behavior(BOB, &Behavior::answer(bob)).await.unwrap();
    stage.ann_calls(&[]).await;
    let child = stage.app.first("/dialled").await.get("DialCallSid").to_owned();
    let (_, transcript) = stage.end_of(&child).await;
    assert_eq!(heard(&transcript), ["/tune.mp3", "Key?", "Now"]);
    assert_eq!(warnings(&transcript), [12_200, 12_200, 12_200, 13_201]);
    assert!(stage.control.messages(BOB).await.unwrap().is_empty());
}

//! What Switchboard asks of Twilio's REST API is what Twilio's OpenAPI files allow. The check is
//! the simulator's conformance suite's, which `make test` installs before it runs this.

use std::{path::Path, process::Command};

use crate::system::System;

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_one_of_twilios_operations() {
    let system = System::with(&[("DeleteTwilioRecordings", "true")]).await;
    let words = ["wait:Press 1", "press:2", "wait:beep", "speak:1", "hang-up"];
    system.customer_calls(&words).await;
    system.stack.wait_for_log("\"message\":\"done\"").await;

    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("../simulator/conformance");
    assert!(
        suite.join("node_modules").exists(),
        "the conformance suite is not installed: run `make test` once, or npm ci in {}",
        suite.display()
    );
    let simulator = system.stack.simulator_url().unwrap();
    let checked = Command::new("node")
        .args(["validate-requests.js", "--simulator", &simulator])
        .current_dir(suite)
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success(), "{report}{}", String::from_utf8_lossy(&checked.stderr));
    assert!(report.contains("DELETE") && report.contains(".wav"), "{report}");
}

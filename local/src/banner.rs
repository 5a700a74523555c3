//! What the binary prints when everything runs.

use crate::{Options, Stack, iam::DEVELOPER, template::REGION, twilio::MAIN_NUMBER};

/// The addresses of a stack and one thing to try.
pub fn banner(stack: &Stack, options: &Options) -> String {
    let addresses = stack.addresses();
    let mut lines = vec![
        String::new(),
        "Switchboard runs. Ctrl-C stops it.".to_owned(),
        String::new(),
        format!("  {:<24} {}", "API", addresses.api),
    ];
    if let Some(simulator) = &addresses.simulator {
        lines.push(format!("  {:<24} {simulator}", "Phones and simulator"));
    }
    lines.extend([
        format!("  {:<24} {}", "DynamoDB", addresses.dynamodb),
        format!("  {:<24} {}", "S3", addresses.s3),
        format!("  {:<24} {}", "SQS, Secrets, Cognito", addresses.aws),
        String::new(),
    ]);
    match &addresses.simulator {
        Some(simulator) => {
            let default = Options::default();
            let mut moved = String::new();
            if options.simulator_port != default.simulator_port {
                moved.push_str(&format!("--simulator {simulator} "));
            }
            if options.dynamodb_port != default.dynamodb_port {
                moved.push_str(&format!("--dynamodb {} ", addresses.dynamodb));
            }
            lines.extend([
                "Leave a voicemail from a simulated phone:".to_owned(),
                format!(
                    "  cargo run -p local -- call {moved}--from +15005550111 --to {MAIN_NUMBER} \
                     'wait:leave a message' press:2 wait:beep speak:5 hang-up"
                ),
                format!(
                    "Look at the inbox at {}/, as agent@example.com or admin@example.com without a \
                     password, or as client local:",
                    addresses.api
                ),
                format!(
                    "  curl -H \"authorization: Bearer $(target/debug/local token --api {0})\" \
                     {0}/api/contacts",
                    addresses.api
                ),
            ]);
        }
        None => lines.extend([
            format!(
                "The API's client is local, its secret {}: the internet reaches it.",
                stack.client_secret().unwrap_or_default()
            ),
            "Set these at your Twilio number, all as HTTP POST:".to_owned(),
            format!("  A call comes in       {}/voice", addresses.public),
            format!("  Call status changes   {}/voice/status", addresses.public),
            format!("  A message comes in    {}/sms", addresses.public),
            match options.parameters.get("OwnerNumber") {
                Some(_) => "Key 1 rings the phone of OWNER_NUMBER.".to_owned(),
                None => {
                    "Key 1 is the voicemail: set OWNER_NUMBER to have it ring a phone.".to_owned()
                }
            },
        ]),
    }
    let dynamodb = stack.physical_name("Table").map(|table| {
        format!("  aws --endpoint-url {} dynamodb scan --table-name {table}", addresses.dynamodb)
    });
    let s3 = stack
        .physical_name("Recordings")
        .map(|bucket| format!("  aws --endpoint-url {} s3 ls s3://{bucket}", addresses.s3));
    let commands: Vec<_> = dynamodb.into_iter().chain(s3).collect();
    if !commands.is_empty() {
        match &addresses.simulator {
            Some(_) => lines.push("Look at what is stored, with any credentials:".to_owned()),
            None => lines.extend([
                "Look at what is stored, with this key alone, which is drawn at each start:"
                    .to_owned(),
                format!(
                    "  export AWS_REGION={REGION} AWS_ACCESS_KEY_ID={DEVELOPER} \
                     AWS_SECRET_ACCESS_KEY={}",
                    stack.secret_access_key()
                ),
            ]),
        }
        lines.extend(commands);
        lines.push(String::new());
    }
    lines.join("\n")
}

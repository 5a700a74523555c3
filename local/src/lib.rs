//! The local stack: all of Switchboard on one machine, interpreted from the same `template.yaml`
//! that SAM deploys.
//!
//! | module | is |
//! |---|---|
//! | [`template`] | what `template.yaml` declares, evaluated |
//! | [`stack`] | everything below, started together and stopped together |
//! | [`options`] | ports, folders, speed and parameters of a stack |
//! | `folder` | where data is kept, or a temporary folder |
//! | `ports` | the ports, all taken before anything starts |
//! | `gateway` | API Gateway's HTTP API: requests to events, answers to responses |
//! | `lambda` | the real function binaries as processes, frozen between invocations |
//! | `issuer` | Cognito's stand-in: sign-in, tokens, the people in its directory |
//! | `event_source`, `schedules` | queues, streams and clocks that invoke functions |
//! | `faults` | throttled requests, lost answers and dead connections, on purpose |
//! | `iam` | what a function's policies allow it at the endpoints below |
//! | `dynamodb`, `s3` | embedded DynamoDB and S3 |
//! | `aws` | SQS, Secrets Manager and Cognito, the few calls that the functions make |
//! | `twilio` | the simulator, or the real Twilio |
//! | `logs` | what the functions print |
//! | [`command_line`] | the binary's options |
//! | [`call`] | `local call`: a scripted call from a simulated phone |
//! | [`token`] | `local token`: an access token for the API |
//! | [`seed`] | the contacts that a new user finds |
//! | `banner` | what the binary prints when everything runs |

mod aws;
mod banner;
pub mod call;
pub mod command_line;
mod dynamodb;
mod event_source;
mod faults;
mod folder;
mod gateway;
mod iam;
mod issuer;
mod lambda;
mod logs;
pub mod options;
mod ports;
mod s3;
mod schedules;
pub mod seed;
pub mod stack;
pub mod template;
pub mod token;
mod twilio;

pub use aws::queue::Message;
pub use banner::banner;
pub use faults::Faults;
pub use lambda::{ProcessState, environment::SECRET_ACCESS_KEY};
pub use options::{Options, RealTwilio};
pub use stack::{FunctionProcess, Stack};

//! Measures the binary of each function: cold start, first and warm handling, memory, size and round
//! trips to DynamoDB, SQS, S3, Secrets Manager and Twilio, beside the floor `bench-bare`, in one run.
//!
//! ```text
//! bench                 the functions beside this program
//! bench FOLDER          the functions in another folder
//! bench --quick …       one round, to see that all of it works
//! bench load            a hundred conferences at once
//! bench waiting         two hundred callers who wait for an agent
//! bench scale [FOLDER]  lists among ten thousand contacts
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | `load`, `waiting`, `scale` | what is measured on the whole stack |
//! | `report` | the table that is printed |
//! | `measure` | a function beside the floor; its round trips |
//! | `ask` | an event for each invocation, which finds something to do |
//! | `seed` | what has to be there for that |
//! | `stand` | a stack to measure functions on |
//! | `case` | what each function is asked |
//! | `event` | an event of `events/` with other contents |
//! | `counter` | counts requests on their way to a service |
//! | `runtime_api` | hands events to a process, with a clock and without a gateway in between |

mod ask;
mod case;
mod counter;
mod event;
mod load;
mod measure;
mod report;
mod runtime_api;
mod scale;
mod seed;
mod stand;
mod waiting;

use std::path::PathBuf;

use anyhow::{Context, Result};
use case::Case;
use measure::{Counters, Figures};
use stand::Stand;

/// Processes started of each.
const ROUNDS: usize = 21;
/// Invocations of each process, after the first.
const WARM: usize = 20;
/// The same for the reconciler, each of whose events is a call that has to end first.
const WARM_RECONCILER: usize = 2;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments: Vec<_> = std::env::args().skip(1).collect();
    let is_quick = arguments.first().is_some_and(|first| first == "--quick");
    let what = arguments.first().map(String::as_str);
    if what == Some("load") {
        return load::run().await;
    }
    if what == Some("waiting") {
        return waiting::run().await;
    }
    let is_scale = what == Some("scale");
    if is_quick || is_scale {
        arguments.remove(0);
    }
    let binaries = match arguments.first() {
        Some(folder) => PathBuf::from(folder),
        None => std::env::current_exe()?.parent().context("no folder")?.to_owned(),
    };
    if is_scale {
        return scale::run(&binaries).await;
    }
    let stand = Stand::seeded(&binaries).await?;
    // The reconciler looks at whatever is open: here, nothing is but what its events are about.
    let night = Stand::empty(&binaries).await?;
    night.lose_callbacks().await?;
    let (counters, at_night) = (Counters::start(&stand).await?, Counters::start(&night).await?);
    let names: Vec<_> = stand.stack.functions().collect();
    let cases: Vec<_> = names.into_iter().flat_map(Case::of).collect();
    let mut measured: Vec<_> =
        cases.iter().map(|case| (case.label(), Figures::default())).collect();

    let rounds = if is_quick { 1 } else { ROUNDS };
    for round in 0..rounds {
        for (case, (_, figures)) in cases.iter().zip(&mut measured) {
            let (stand, counters, warm) = match case.function {
                "reconcile" => (&night, &at_night, WARM_RECONCILER),
                _ => (&stand, &counters, WARM),
            };
            if round == 0 {
                figures.cost = counters.count(stand, &binaries, *case).await?;
            }
            measure::round(stand, &binaries, *case, warm, round, figures).await?;
        }
        eprint!("\rround {} of {rounds}", round + 1);
    }
    eprintln!();
    report::print(&measured);
    drop(measured);
    night.stack.stop().await;
    Ok(())
}

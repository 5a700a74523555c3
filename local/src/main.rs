//! Runs the local stack until Ctrl-C, or places a call in one that runs, or gets a token of it.

use std::process::ExitCode;

use local::{Options, Stack, banner, command_line::Command};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_writer(std::io::stderr)
        .init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("local: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<()> {
    match Command::from_process()? {
        Command::Run(options) => run_stack(*options).await,
        Command::Call(call) => call.run().await,
        Command::Token(token) => token.run().await,
        Command::Help(text) => {
            print!("{text}");
            Ok(())
        }
    }
}

async fn run_stack(options: Options) -> anyhow::Result<()> {
    let mut terminated = signal(SignalKind::terminate())?;
    let stack = Stack::start(options.clone()).await?;
    if options.seed {
        stack.seed().await?;
    }
    println!("{}", banner(&stack, &options));
    tokio::select! {
        _ = terminated.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    stack.stop().await;
    Ok(())
}

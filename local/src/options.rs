//! What a stack can be told.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use simulator::door::Door;

/// How to run a stack.
#[derive(Debug, Clone)]
pub struct Options {
    /// The template to run.
    pub template: PathBuf,
    /// Keep all data in memory, 1 GiB of DynamoDB's at most, and a temporary folder.
    pub ephemeral: bool,
    /// Where data is kept between runs.
    pub data_dir: PathBuf,
    /// Where the function binaries are; default: beside the running program.
    pub function_dir: Option<PathBuf>,
    /// The address to listen at. The control API has no sign-in: 0.0.0.0 lets containers in, and
    /// everybody on the network.
    pub host: IpAddr,
    /// Port of the HTTP API. For this and the other ports, 0 is any free port.
    pub port: u16,
    /// Port of the simulator and its phones page.
    pub simulator_port: u16,
    /// Port of DynamoDB.
    pub dynamodb_port: u16,
    /// Port of S3.
    pub s3_port: u16,
    /// Port of SQS, Secrets Manager and Cognito.
    pub aws_port: u16,
    /// Names that the ports answer under, beside addresses and this machine's own names.
    pub allowed_hosts: Vec<String>,
    /// Origins of pages that may ask the ports, beside their own and the public URL's.
    pub allowed_origins: Vec<String>,
    /// Simulated durations are divided by this, and so is the wait before a failed queue message
    /// or stream record is delivered again.
    pub speed: f64,
    /// Values of template parameters, over the ones that the stack sets itself.
    pub parameters: BTreeMap<String, String>,
    /// The address under which the internet reaches the HTTP API, if not only this machine does.
    pub public_url: Option<String>,
    /// The real Twilio instead of the simulator.
    pub twilio: Option<RealTwilio>,
    /// Begin with a few contacts; only the binary does so.
    pub seed: bool,
    /// Set up the contact centre at the simulator.
    pub contact_centre: bool,
    /// Functions, by their names in the template, that no queue, stream or schedule invokes: to see
    /// what becomes of a call when a part of the system stands still.
    pub unplugged: BTreeSet<String>,
    /// Invoke functions by their schedules.
    pub schedules: bool,
    /// Print what the functions print.
    pub echo_logs: bool,
}

/// An account at the real Twilio.
#[derive(Clone)]
pub struct RealTwilio {
    /// Its REST API.
    pub api_url: String,
    /// The account's SID.
    pub account_sid: String,
    /// The account's auth token.
    pub auth_token: String,
}

impl std::fmt::Debug for RealTwilio {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { api_url, account_sid, auth_token: _ } = self;
        write!(out, "RealTwilio({account_sid} at {api_url})")
    }
}

impl Default for Options {
    fn default() -> Self {
        let this = Path::new(env!("CARGO_MANIFEST_DIR"));
        let project = this.parent().unwrap_or(this);
        Self {
            template: project.join("template.yaml"),
            ephemeral: false,
            data_dir: project.join(".local"),
            function_dir: None,
            host: Ipv4Addr::LOCALHOST.into(),
            port: 3000,
            simulator_port: 3001,
            dynamodb_port: 3002,
            s3_port: 3003,
            aws_port: 3004,
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            speed: 1.0,
            parameters: BTreeMap::new(),
            public_url: None,
            twilio: None,
            seed: true,
            contact_centre: true,
            unplugged: BTreeSet::new(),
            schedules: true,
            echo_logs: true,
        }
    }
}

impl Options {
    /// For tests: no data is kept or there, every port is free, simulated time runs a hundred times
    /// as fast, no schedule fires by surprise, and nothing is printed.
    pub fn ephemeral_on_free_ports() -> Self {
        Self {
            ephemeral: true,
            port: 0,
            simulator_port: 0,
            dynamodb_port: 0,
            s3_port: 0,
            aws_port: 0,
            speed: 100.0,
            seed: false,
            contact_centre: false,
            schedules: false,
            echo_logs: false,
            ..Self::default()
        }
    }

    /// The names and pages that every port answers to.
    pub(crate) fn door(&self) -> Door {
        let door =
            self.allowed_hosts.iter().fold(Door::default(), |door, name| door.allow_host(name));
        let origins = self.allowed_origins.iter().chain(&self.public_url);
        origins.fold(door, |door, origin| door.allow_origin(origin))
    }

    /// The names and pages that the port of the API answers to: Twilio reaches it by the public
    /// URL.
    pub(crate) fn api_door(&self) -> Door {
        let host = self.public_url.as_deref().and_then(|url| url.split("://").nth(1));
        let host = host.and_then(|host| host.split(['/', ':']).next());
        host.map_or(self.door(), |host| self.door().allow_host(host))
    }

    /// The folder of the function binaries.
    pub(crate) fn function_dir(&self) -> Result<PathBuf> {
        match &self.function_dir {
            Some(folder) => std::path::absolute(folder).context("the functions' folder"),
            None => {
                let program = std::env::current_exe().context("the running program has no path")?;
                Ok(beside(&program).to_owned())
            }
        }
    }
}

/// The folder of the binaries that were built with `program`: tests and examples are one level
/// further down.
fn beside(program: &Path) -> &Path {
    let folder = program.parent().unwrap_or(program);
    let name = folder.file_name().unwrap_or_default();
    match folder.parent() {
        Some(parent) if name == "deps" || name == "examples" => parent,
        _ => folder,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binaries_are_found_from_programs_and_from_tests() {
        for program in
            ["/target/debug/local", "/target/debug/deps/calls-0a1b", "/target/debug/examples/x"]
        {
            assert_eq!(beside(Path::new(program)), Path::new("/target/debug"), "{program}");
        }
    }

    #[test]
    fn the_auth_token_is_not_printed() {
        let twilio = RealTwilio {
            api_url: "https://api.twilio.com".to_owned(),
            account_sid: "AC1".to_owned(),
            auth_token: "hunter2".to_owned(),
        };
        assert!(!format!("{twilio:?}").contains("hunter2"));
    }
}
